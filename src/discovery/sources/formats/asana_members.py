"""Asana: members of an organisation or workspace.

Shape `api`: `GET /workspaces/{gid}/workspace_memberships` with `opt_fields=user.email,user.name,is_active,is_admin,
is_guest,created_at`. Without user.email a record is quarantined.
Shape `csv`: admin console, Members, Export CSV: columns as Asana's announcement of it names them; the header itself
was not seen, and days are in `date_order`.

Nothing is ignored: guests are accounts. A membership that is not active has been removed.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="asana_members",
    system="asana",
    kind="app_account",
    title="Asana members (API JSON, CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("gid", "user.gid", "workspace", ("is_active", "is_admin", "user.email")),
            columns={
                **dict.fromkeys(("is_active", "is_admin", "is_guest", "created_at"), "VARCHAR"), "user": "JSON"
            },
            select=app_accounts(
                "asana.com", "Asana", key="user ->> '$.gid'", login="user ->> '$.email'", name="user ->> '$.name'",
                status="""CASE is_active WHEN 'true' THEN 'active' WHEN 'false' THEN 'deleted' ELSE 'unknown' END""",
                role="""CASE WHEN is_admin = 'true' THEN 'Admin' WHEN is_guest = 'true' THEN 'Guest'
                    WHEN is_admin = 'false' THEN 'Member' END""",
                created={"created_at": "created_at"}, login_column="user.email",
            ),
            instance="workspace.gid",
            is_complete=True,
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=("Name", ("Email address", "Email"), ("Last activity date", "Last activity"),
                      ("Number of teams", "Number of projects", "Date joined the Organization")),
            columns={
                "name": "Name", "email": ("Email address", "Email"), "role": ("Role", "Member type"),
                "seen": ("Last activity date", "Last activity"),
                "joined": ("Date joined the Organization", "Date joined", "Joined"),
            },
            select=app_accounts(
                "asana.com", "Asana", login="email", name="name", status="'active'", role="role",
                last_active={"Last activity date": "seen"}, created={"Date joined": "joined"},
                login_column="Email address",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Asana API: workspace_memberships with user.email, is_active, is_admin, is_guest; or admin console: "
    "Members, Export CSV",
    proven_by="https://developers.asana.com/jd/reference/workspace-memberships",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"data":[
{"gid":"1","resource_type":"workspace_membership","user":{"gid":"11","name":"Ada Byron","email":"Ada@example.com"},\
"workspace":{"gid":"99","name":"Corp"},"is_active":true,"is_admin":true,"is_guest":false,\
"created_at":"2024-02-03T04:05:06.000Z"},
{"gid":"2","user":{"gid":"12","name":"Cleo","email":"cleo@partner.example"},"workspace":{"gid":"99"},\
"is_active":false,"is_admin":false,"is_guest":true},
{"gid":"3","user":{"gid":"13","name":"No address"},"workspace":{"gid":"99"},"is_active":true,"is_admin":false}
],"next_page":null}
""",
            instance="99",
            records={
                "app_account": (
                    {"account_key": "11", "account_name": "ada@example.com", "is_admin": True, "status": "active",
                     "mention": "asana.com", "created_at": datetime(2024, 2, 3, 4, 5, 6)},
                    {"account_key": "12", "status": "deleted", "role": "Guest"},
                )
            },
            quarantined=1,
        ),
        Example(
            shape="csv",
            text="""\
Name,Email address,Date joined the Organization,First login date,Login method,Last activity date,Number of teams
Ada Byron,ada@example.com,03/02/2024,,Google,30/09/2026,2
Blaise,blaise@example.com,03/02/2024,,Google,,0
Jean,jean@example.com,03/02/2024,,Google,lately,0
""",
            hints={"date_order": "dmy"},
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "last_active_at": datetime(2026, 9, 30),
                     "created_at": datetime(2024, 2, 3)},
                    {"account_name": "blaise@example.com", "last_active_at": None},
                )
            },
            quarantined=1,
        ),
    ),
)  # fmt: skip
