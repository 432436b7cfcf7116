"""Airtable: users of an enterprise account (`GET /v0/meta/enterpriseAccounts/{id}/users`).

state: provisioned, managed, unmanaged (the address belongs to the enterprise or not; both may sign in), deactivated.
Times are UTC. Nothing is ignored. The API asks for users by id or address, so that no file is taken as whole.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="airtable_users",
    system="airtable",
    kind="app_account",
    title="Airtable users (enterprise API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "state", ("lastActivityTime", "isAdmin"), "createdTime"),
            columns=dict.fromkeys(
                ("id", "email", "name", "state", "isAdmin", "createdTime", "lastActivityTime"), "VARCHAR"
            ),
            select=app_accounts(
                "airtable.com", "Airtable", key="id", login="email", name="name",
                status="""CASE WHEN state IN ('managed', 'unmanaged') THEN 'active' WHEN state = 'provisioned'
                    THEN 'invited' WHEN state = 'deactivated' THEN 'disabled' ELSE 'unknown' END""",
                role="""CASE "isAdmin" WHEN 'true' THEN 'Admin' WHEN 'false' THEN 'Member' END""",
                last_active={"lastActivityTime": '"lastActivityTime"'}, created={"createdTime": '"createdTime"'},
                login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Airtable API: GET /v0/meta/enterpriseAccounts/{id}/users",
    proven_by="https://github.com/api-evangelist/airtable/blob/main/examples/airtable-user-example.json",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"users":[{"id":"usrL2PNC5o3H4lBEi","email":"Ada@example.com","name":"Ada Byron","state":"managed","isAdmin":true,\
"createdTime":"2024-04-19T10:30:00.000Z","lastActivityTime":"2026-09-19T10:30:00.000Z","collaborations":{}},
{"id":"usr2","email":"blaise@example.com","name":"Blaise","state":"deactivated","isAdmin":false,\
"createdTime":"2024-04-19T10:30:00.000Z","lastActivityTime":null}]}
""",
            records={
                "app_account": (
                    {"account_key": "usrL2PNC5o3H4lBEi", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "airtable.com", "last_active_at": datetime(2026, 9, 19, 10, 30)},
                    {"account_key": "usr2", "status": "disabled", "last_active_at": None},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"usr3","email":"","state":"managed","isAdmin":false,"createdTime":"2024-04-19T10:30:00.000Z"}
{"id":"usr4","email":"d@example.com","state":"odd","isAdmin":false,"createdTime":"not a day"}
{"id":"usr5","email":"e@example.com","state":"odd","isAdmin":false,"createdTime":null}
""",
            records={"app_account": ({"account_key": "usr5", "status": "unknown"},)},
            quarantined=2,
        ),
    ),
)  # fmt: skip
