"""Google Workspace admin console: CSV export of the OAuth (token) log.

Source of the columns: support.google.com/a/answer/6124308, read 2026-11-24, which names what
the console shows; no public example has the header of the file itself, so that the format counts as unproven. Names of
the older audit log and of the newer audit and investigation page are both taken.

`Date` has an offset, or is in the time zone of the browser that exported it: then `timezone` of a [[source]] block is
needed, and a record without either is quarantined. Ignored: `revoked consent`,
`refused consent`, `api activity` (the app acted by itself), `other event` (requests).
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT _record AS record, account_name, 'client_id' AS mention_kind, client_key AS mention, app_label AS mention_name,
       scopes, 'user' AS consent, granted_at, CAST(granted_at AS DATE) AS snapshot_on, _ignored,
       CASE WHEN blank_null(event) IS NULL THEN problem('Event', event, 'Authorize, Revoke or Activity')
            WHEN granted_at IS NULL
                THEN problem('Date', at_text, 'an instant with offset, or timezone in a [[source]] block')
            WHEN client_key IS NULL THEN problem('Client ID', client_id, 'the client id of the app')
            WHEN account_name IS NULL THEN problem('User', user_name, 'the address of the user') END AS _problem
FROM (
    SELECT *, email_of(user_name) AS account_name, lower(blank_null(client_id)) AS client_key,
        blank_null(app_name) AS app_label,
        list_sort(list_distinct(list_filter(string_split_regex(coalesce(scope, ''), '[\\s,;]+'), lambda s: s <> '')))
            AS scopes,
        CASE WHEN regexp_matches(trim(at_text), '(Z|[+-]\\d\\d:?\\d\\d)$') OR hint('timezone') IS NOT NULL
         THEN instant_in(replace(trim(at_text), ' UTC', 'Z'), hint('timezone'))
         WHEN trim(at_text) LIKE '% UTC' THEN instant(replace(trim(at_text), ' UTC', 'Z')) END AS granted_at,
        CASE WHEN fold(event) LIKE 'revoke%' THEN 'revoked consent' WHEN fold(event) LIKE 'den%' THEN 'refused consent'
             WHEN fold(event) IN ('activity', 'apicall') THEN 'api activity'
             WHEN fold(event) NOT IN ('authorize', 'authorise', 'grant', 'accessgranted') THEN 'other event'
        END AS _ignored
    FROM raw
)
"""

FORMAT = Format(
    name="google_oauth_audit",
    system="google",
    kind="grant",
    title="Google Workspace OAuth log (CSV)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=(("Event name", "Event"), ("User", "Actor", "Actor email"), ("Client ID", "Application ID"),
                      "Scope", "Date"),
            columns={"at_text": "Date", "event": ("Event name", "Event"), "user_name": ("User", "Actor", "Actor email"),
                     "client_id": ("Client ID", "Application ID"), "app_name": "Application name", "scope": "Scope"},
            numbered=True,
            select=_SELECT,
        ),
    ),
    how_to_get="Google Admin console → Reporting → Audit and investigation → OAuth log events → Export all.",
    proven_by=None,
    examples=(
        Example(
            shape="csv",
            text="Event name,User,Application name,Client ID,Scope,Date,IP address\n"
            'Authorize,Ann@contoso.example,Board,1-B.apps.example,"openid,https://mail.google.com/",'
            "2026-04-18T11:12:44+02:00,203.0.113.7\n"
            "Revoke,ann@contoso.example,Board,1-b.apps.example,openid,2026-04-18T09:12:44Z,\n"
            "Activity,ann@contoso.example,Board,1-b.apps.example,,2026-04-18T09:12:44Z,\n"
            "Authorize,ann@contoso.example,Board,,openid,2026-04-18T09:12:44Z,\n"
            "Authorize,ann@contoso.example,Board,1-b.apps.example,openid,18 April,\n",
            records={"grant": (
                {"account_name": "ann@contoso.example", "mention": "1-b.apps.example", "mention_name": "Board",
                 "scopes": ["https://mail.google.com/", "openid"], "granted_at": datetime(2026, 4, 18, 9, 12, 44)},)},
            ignored={"revoked consent": 1, "api activity": 1},
            quarantined=2,
        ),
        # The older log's names of columns, quoted; times with a zone in words; scopes over lines; blanks and a footer.
        Example(
            shape="csv",
            text="Date,Event,Actor email,Application ID,Application name,Scope\r\n"
            '"2026-04-18 09:12:44 UTC","ACCESS_GRANTED"," Ann@Contoso.example ","1-B.apps.example ","",'
            '"openid\n https://mail.google.com/;openid"\r\n'
            '"2026-04-18T09:12:44+0200","grant","bea@contoso.example","2-c.apps.example","The ""new"" Board",""\r\n'
            '"2026-04-18 09:12:44","Authorize","bea@contoso.example","2-c.apps.example","Board","openid"\r\n'
            '"2026-04-18T09:12:44Z","Deny","bea@contoso.example","2-c.apps.example","Board","openid"\r\n'
            '"2026-04-18T09:12:44Z","Request","bea@contoso.example","2-c.apps.example","Board","openid"\r\n'
            '"2026-04-18T09:12:44Z","","bea@contoso.example","2-c.apps.example","Board","openid"\r\n'
            '"2026-04-18T09:12:44Z","Authorize","Anonymous","2-c.apps.example","Board","openid"\r\n'
            "3 rows of 8\r\n",
            records={"grant": (
                {"account_name": "ann@contoso.example", "mention": "1-b.apps.example", "mention_name": None,
                 "scopes": ["https://mail.google.com/", "openid"], "granted_at": datetime(2026, 4, 18, 9, 12, 44)},
                {"account_name": "bea@contoso.example", "mention_name": 'The "new" Board', "scopes": [],
                 "granted_at": datetime(2026, 4, 18, 7, 12, 44)},)},
            ignored={"refused consent": 1, "other event": 1},
            quarantined=4,
        ),
    ),
)  # fmt: skip
