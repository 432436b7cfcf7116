"""Okta: who is assigned to which app (`GET /api/v1/apps/{id}/users`).

Shape `api`: one per line, with `appId` added, since the answer does not name the app
(developer.okta.com/docs/api/openapi/okta-management, ApplicationUsers). scope GROUP: through a group, whose name the
answer does not hold; the assignment is the person's all the same. The app's name comes by its id from okta_apps.

status of an app user tells of provisioning (PROVISIONED, SYNCHRONIZED, …); SUSPENDED, INACTIVE and DEPROVISIONED are no
access and are ignored: `ended in the app`.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    blank_null("appId") || ':' || blank_null(id) AS event_id, _record AS record, blank_null(id) AS account_key,
    email_of(coalesce(credentials ->> '$.userName', profile ->> '$.email')) AS account_name,
    'user' AS principal_kind, blank_null("appId") AS client_key, instant(created) AS assigned_at,
    CASE WHEN upper(status) IN ('SUSPENDED', 'INACTIVE', 'DEPROVISIONED') THEN 'ended in the app' END AS _ignored,
    CASE WHEN blank_null(id) IS NULL THEN problem('id', id, 'the id of the user')
         WHEN blank_null("appId") IS NULL THEN problem('appId', "appId", 'the id of the app, added to each record')
         WHEN blank_null(created) IS NOT NULL AND instant(created) IS NULL
             THEN problem('created', created, 'an instant, e.g. 2026-04-18T09:12:44.000Z') END AS _problem
FROM raw
"""

FORMAT = Format(
    name="okta_app_users",
    system="okta",
    kind="assignment",
    title="Okta app assignments (API JSON)",
    is_list=True,
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "appId", ("scope", "syncState")),
            columns={
                **dict.fromkeys(("id", "appId", "status", "created"), "VARCHAR"), "credentials": "JSON",
                "profile": "JSON",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect okta`, or GET /api/v1/apps/{id}/users of every app, with appId added",
    proven_by="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationUsers/",
    proven_on=date(2026, 11, 25),
    examples=(
        Example(
            shape="api",
            text="""\
{"appId":"0oa1","id":"00u1","scope":"USER","status":"PROVISIONED","syncState":"SYNCHRONIZED",\
"created":"2026-04-18T09:12:44.000Z","credentials":{"userName":"Ann@corp.example"},"profile":{}}
{"appId":"0oa1","id":"00u2","scope":"GROUP","status":"ACTIVE","syncState":"DISABLED","created":null,\
"credentials":null,"profile":{"email":"bea@corp.example"}}
{"appId":"0oa1","id":"00u3","scope":"USER","status":"DEPROVISIONED","syncState":"DISABLED"}
{"appId":"","id":"00u4","scope":"USER","status":"ACTIVE"}
{"appId":"0oa1","id":"00u5","scope":"USER","status":"ACTIVE","created":"yesterday"}
""",
            records={
                "assignment": (
                    {"account_key": "00u1", "account_name": "ann@corp.example", "client_key": "0oa1",
                     "assigned_at": datetime(2026, 4, 18, 9, 12, 44), "change": None},
                    {"account_key": "00u2", "account_name": "bea@corp.example", "assigned_at": None},
                )
            },
            ignored={"ended in the app": 1},
            quarantined=2,
        ),
        # An array printed over lines: empty and wrong-typed parts, a date alone, words in other case, a list inside.
        Example(
            shape="api",
            text="""\
[
  {"appId": " 0oa1 ", "id": "00u1 ", "syncState": "synchronized", "status": "provisioned",
   "created": "2026-04-18T09:12:44+02:00", "credentials": {}, "profile": {"email": " ANN@Corp.example "}},
  {"appId": "0oa1", "id": "00u2", "scope": null, "status": null, "created": "", "credentials": {"userName": "bea"},
   "profile": null, "_links": []},
  {"appId": "0oa1", "id": "00u3", "scope": "USER", "status": "Suspended"},
  {"appId": "0oa1", "id": null, "scope": "USER", "status": "ACTIVE"},
  {"appId": "0oa1", "id": "00u5", "scope": "USER", "created": 20260418},
  ["00u6"]
]
""",
            records={
                "assignment": (
                    {"account_key": "00u1", "account_name": "ann@corp.example", "client_key": "0oa1",
                     "assigned_at": datetime(2026, 4, 18, 7, 12, 44)},
                    {"account_key": "00u2", "account_name": None, "assigned_at": None},
                )
            },
            ignored={"ended in the app": 1},
            quarantined=3,
        ),
    ),
)  # fmt: skip
