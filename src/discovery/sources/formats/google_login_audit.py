"""Google Workspace admin console: CSV export of the user sign-in log.

Source of the columns: support.google.com/a/answer/4580120, read 2026-11-24, which names what
the console shows; no public example has the header of the file itself, so that the format counts as unproven. Names of
the older audit log and of the newer audit and investigation page are both taken.

`Date` has an offset, or is in the time zone of the browser that exported it: then `timezone` of a [[source]] block is
needed, and a record without either is quarantined. The app is Google Workspace itself;
`Login type` SAML means through another provider. Ignored: `failed sign-in`; `other event` (logout, challenge, warning).
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
    'label' AS mention_kind, 'Google Workspace' AS mention, CAST(NULL AS VARCHAR) AS mention_name,
    CASE WHEN fold(login_type) = 'saml' THEN 'saml' WHEN fold(login_type) = 'exchange' THEN 'idp_non_interactive'
         ELSE 'idp_interactive' END AS method,
    event AS result_text,
    CASE WHEN fold(event) IN ('successfullogin', 'loginsuccess', 'login') THEN 'success'
         WHEN fold(event) IN ('failedlogin', 'loginfailure') THEN 'failure' END AS outcome,
    CASE WHEN blank_null(event) IS NOT NULL AND fold(event) NOT IN
         ('successfullogin', 'loginsuccess', 'login', 'failedlogin', 'loginfailure') THEN 'other event' END AS reason
FROM raw
"""

FORMAT = Format(
    name="google_login_audit",
    system="google",
    kind="sign_in",
    title="Google Workspace user sign-in log (CSV)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=(("Event name", "Event"), ("User", "Actor", "Actor email"), "Login type", "Date"),
            forbids=("Application name",),
            columns={"at_text": "Date", "event": ("Event name", "Event"), "user_name": ("User", "Actor", "Actor email"),
                     "login_type": "Login type"},
            numbered=True,
            select=sign_in_select(
                _ENTRY, at="Date", result="Event", app="Event", user="User", numbered=True,
                expected="the name of the event",
            ).replace("an instant, e.g. 2026-04-18T09:12:44Z",
                      "an instant with offset, or timezone in a [[source]] block"),
        ),
    ),
    how_to_get="Google Admin console → Reporting → Audit and investigation → User log events → Export all.",
    proven_by=None,
    examples=(
        Example(
            shape="csv",
            text="Event name,Event description,User,Date,IP address,Login type\n"
            "Successful login,Ann logged in,Ann@contoso.example,2026-04-18T11:12:44+02:00,203.0.113.7,Google Password\n"
            "Successful login,Bo logged in,bo@contoso.example,2026-04-18T09:12:44Z,203.0.113.7,SAML\n",
            records={"sign_in": (
                {"observed_at": datetime(2026, 4, 18, 9, 12, 44), "account_name": "ann@contoso.example",
                 "mention": "Google Workspace", "method": "idp_interactive"},
                {"account_name": "bo@contoso.example", "method": "saml"},
            )},
        ),
        Example(
            shape="csv",
            text="Date,Event,Actor,Login type\n2026-04-18T09:12:44Z,Failed login,ann@contoso.example,\n"
            "2026-04-18T09:12:44Z,Logout,ann@contoso.example,\n"
            "2026-04-18 09:12:44,Successful login,ann@contoso.example,\n"
            "2026-04-18T09:12:44Z,successful LOGIN,,\n2026-04-18T09:12:44Z,,ann@contoso.example,\n",
            ignored={"failed sign-in": 1, "other event": 1},
            quarantined=3,
        ),
    ),
)  # fmt: skip
