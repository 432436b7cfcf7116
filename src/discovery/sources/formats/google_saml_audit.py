"""Google Workspace admin console: CSV export of the SAML log.

Source of the columns: support.google.com/a/answer/7007375, read 2026-11-24, which names what
the console shows; no public example has the header of the file itself, so that the format counts as unproven. Names of
the older audit log and of the newer audit and investigation page are both taken.

`Date` has an offset, or is in the time zone of the browser that exported it: then `timezone` of a [[source]] block is
needed, and a record without either is quarantined. The app is the application's name.
Ignored: `failed sign-in`; `other event`.
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_ENTRY = """
SELECT
    CAST(NULL AS VARCHAR) AS event_id, _record, at_text,
    CASE WHEN regexp_matches(trim(at_text), '(Z|[+-]\\d\\d:?\\d\\d)$') OR hint('timezone') IS NOT NULL
         THEN instant_in(replace(trim(at_text), ' UTC', 'Z'), hint('timezone'))
         WHEN trim(at_text) LIKE '% UTC' THEN instant(replace(trim(at_text), ' UTC', 'Z')) END AS observed_at,
    CAST(NULL AS VARCHAR) AS account_key, email_of(user_name) AS account_name,
    'label' AS mention_kind, blank_null(app_name) AS mention, CAST(NULL AS VARCHAR) AS mention_name, 'saml' AS method,
    event AS result_text,
    CASE WHEN fold(event) IN ('successfullogin', 'loginsuccess', 'successfulsamllogin') THEN 'success'
         WHEN fold(event) IN ('failedlogin', 'loginfailure', 'failedsamllogin') THEN 'failure' END AS outcome,
    CASE WHEN blank_null(event) IS NOT NULL AND NOT contains(fold(event), 'login') THEN 'other event' END AS reason
FROM raw
"""

FORMAT = Format(
    name="google_saml_audit",
    system="google",
    kind="sign_in",
    title="Google Workspace SAML log (CSV)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=(("Event name", "Event"), ("User", "Actor", "Actor email"), "Application name", "Date",
                      ("Initiated by", "Failure type", "SAML response status code", "SAML second level status code")),
            columns={"at_text": "Date", "event": ("Event name", "Event"), "user_name": ("User", "Actor", "Actor email"),
                     "app_name": "Application name"},
            numbered=True,
            select=sign_in_select(
                _ENTRY, at="Date", result="Event", app="Application name", user="User", numbered=True,
                expected="Successful login or Failed login",
            ).replace("an instant, e.g. 2026-04-18T09:12:44Z",
                      "an instant with offset, or timezone in a [[source]] block"),
        ),
    ),
    how_to_get="Google Admin console → Reporting → Audit and investigation → SAML log events → Export all.",
    proven_by=None,
    examples=(
        Example(
            shape="csv",
            text="Event name,User,Application name,Initiated by,Failure type,Date\n"
            "Successful login,Ann@contoso.example,Figma,sp,,2026-04-18T11:12:44+02:00\n"
            "Failed login,ann@contoso.example,Figma,sp,failure_app_not_enabled_for_user,2026-04-18T09:12:44Z\n"
            "Successful login,ann@contoso.example,,sp,,2026-04-18T09:12:44Z\n"
            "Exported,ann@contoso.example,Figma,sp,,2026-04-18T09:12:44Z\n"
            "Successful login,ann@contoso.example,Figma,sp,,18/04/2026\n",
            records={"sign_in": (
                {"observed_at": datetime(2026, 4, 18, 9, 12, 44), "account_name": "ann@contoso.example",
                 "mention": "Figma", "method": "saml"},)},
            ignored={"failed sign-in": 1, "other event": 1},
            quarantined=2,
        ),
        # The older log's names of columns and of events, quoted; a zone in words; blanks, no zone, no user, a footer.
        Example(
            shape="csv",
            text="\ufeffDate;Event;Actor;Application name;SAML response status code\r\n"
            '"2026-04-18 09:12:44 UTC";"LOGIN_SUCCESS";" Ann@Contoso.example ";" Figma; Inc ";"SUCCESS_URI"\r\n'
            '"2026-04-18T09:12:44-0530";"Successful SAML login";"bea@contoso.example";"Zoom";""\r\n'
            '"2026-04-18T09:12:45Z";"login failure";"bea@contoso.example";"Zoom";"RESPONDER_URI"\r\n'
            '"2026-04-18 09:12:44";"Successful login";"bea@contoso.example";"Zoom";""\r\n'
            '"2026-04-18T09:12:44Z";"Login perhaps";"bea@contoso.example";"Zoom";""\r\n'
            '"2026-04-18T09:12:44Z";"";"bea@contoso.example";"Zoom";""\r\n'
            '"2026-04-18T09:12:44Z";"Successful login";"";"Zoom";""\r\n'
            "Total;6\r\n",
            records={"sign_in": (
                {"observed_at": datetime(2026, 4, 18, 9, 12, 44), "account_name": "ann@contoso.example",
                 "mention": "Figma; Inc"},
                {"observed_at": datetime(2026, 4, 18, 14, 42, 44), "account_name": "bea@contoso.example"},)},
            ignored={"failed sign-in": 1},
            quarantined=5,
        ),
    ),
)  # fmt: skip
