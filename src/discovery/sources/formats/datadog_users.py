"""Datadog: users of an organisation.

Shape `v2`: `GET /api/v2/users`: data with `attributes`; status Active, Pending, Disabled. Roles are ids in
`relationships` and are not read: whether somebody is an administrator stays unknown.
Shape `v1`: `GET /api/v1/user`: access_role st (standard), adm, ro; disabled, verified.

Ignored: `service account`. There is no last use (v2 has last_login_time in newer answers: read where it is there).
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import STATES, app_accounts, words
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="datadog_users",
    system="datadog",
    kind="app_account",
    title="Datadog users (API JSON)",
    shapes=(
        Shape(
            name="v2",
            container="json",
            requires=("id", "type", "attributes.handle", "attributes.status"),
            columns={"id": "VARCHAR", "attributes": "JSON"},
            select=app_accounts(
                "datadoghq.com", "Datadog", key="id",
                login="coalesce(blank_null(attributes ->> '$.email'), attributes ->> '$.handle')",
                name="attributes ->> '$.name'", status=words("(attributes ->> '$.status')", STATES),
                last_active={"last_login_time": "attributes ->> '$.last_login_time'"},
                created={"created_at": "attributes ->> '$.created_at'"},
                ignored=(("attributes ->> '$.service_account' = 'true'", "service account"),),
                login_column="attributes.email",
            ),
            is_complete=True,
            numbered=True,
        ),
        Shape(
            name="v1",
            container="json",
            requires=("handle", "email", "access_role", ("disabled", "verified")),
            columns=dict.fromkeys(("handle", "email", "name", "access_role", "disabled", "verified"), "VARCHAR"),
            select=app_accounts(
                "datadoghq.com", "Datadog", key="handle", login="coalesce(blank_null(email), handle)", name="name",
                status="""CASE WHEN disabled = 'true' THEN 'disabled' WHEN verified = 'false' THEN 'invited'
                    WHEN disabled = 'false' THEN 'active' ELSE 'unknown' END""",
                role="access_role", admin="access_role = 'adm'", login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Datadog API: GET /api/v2/users, all pages in one file",
    proven_by="https://docs.datadoghq.com/api/latest/users/list-all-users/",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="v2",
            text="""\
{"data":[
{"type":"users","id":"u-1","attributes":{"name":"Ada Byron","handle":"ada@example.com","email":"Ada@example.com",\
"status":"Active","disabled":false,"service_account":false,"created_at":"2024-01-02T03:04:05+00:00"}},
{"type":"users","id":"u-2","attributes":{"name":null,"handle":"blaise@example.com","email":"blaise@example.com",\
"status":"Disabled","disabled":true}},
{"type":"users","id":"u-3","attributes":{"name":"CI","handle":"ci","email":"ci@example.com","status":"Active",\
"service_account":true}}],"meta":{"page":{"total_count":3,"total_filtered_count":3}}}
""",
            records={
                "app_account": (
                    {"account_key": "u-1", "account_name": "ada@example.com", "status": "active",
                     "mention": "datadoghq.com", "created_at": datetime(2024, 1, 2, 3, 4, 5), "is_admin": None},
                    {"account_key": "u-2", "status": "disabled"},
                )
            },
            ignored={"service account": 1},
        ),
        Example(
            shape="v1",
            text="""\
{"users":[
{"handle":"ada@example.com","email":"ada@example.com","name":"Ada","access_role":"adm","disabled":false,"verified":true},
{"handle":"","email":"","name":"Nobody","access_role":"st","disabled":false,"verified":true},
{"handle":"b@example.com","email":null,"name":null,"access_role":"st","disabled":null,"verified":false}]}
""",
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "is_admin": True, "status": "active"},
                    {"account_name": "b@example.com", "is_admin": False, "status": "invited"},
                )
            },
            quarantined=1,
        ),
    ),
)  # fmt: skip
