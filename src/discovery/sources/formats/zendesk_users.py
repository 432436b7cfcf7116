"""Zendesk: team members.

Shape `api`: `GET /api/v2/users`, with role agent and admin (`role[]=agent&role[]=admin`).
Shape `csv`: Admin Center, People, Team members, Export; the columns are those that the help page names.

Ignored: `end user` (customers, not staff). suspended and active tell the state. Times of the API are UTC; those of the
CSV too unless `timezone` says otherwise. Which of the users a query asked for is not in the file: not taken as whole.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

_STATUS = """CASE WHEN lower(suspended) = 'true' THEN 'disabled' WHEN lower(active) = 'false' THEN 'deleted'
    WHEN lower(suspended) = 'false' THEN 'active' ELSE 'unknown' END"""

FORMAT = Format(
    name="zendesk_users",
    system="zendesk",
    kind="app_account",
    title="Zendesk team members (API JSON, CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "name", "role", "suspended", ("last_login_at", "verified", "time_zone")),
            columns=dict.fromkeys(
                ("id", "name", "email", "role", "suspended", "active", "last_login_at", "created_at"), "VARCHAR"
            ),
            select=app_accounts(
                "zendesk.com", "Zendesk", key="id", login="email", name="name", status=_STATUS, role="role",
                last_active={"last_login_at": "last_login_at"}, created={"created_at": "created_at"},
                ignored=(("role = 'end-user'", "end user"),), login_column="email",
            ),
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=("ID", "Name", "Email", "Suspended", "Primary Group", ("Last sign-in", "Date created")),
            columns={
                "id": "ID", "name": "Name", "email": "Email", "role": ("Role", "Support role", "Support"),
                "suspended": "Suspended", "active": "Active", "seen": ("Last sign-in", "Last sign in"),
                "created": "Date created",
            },
            select=app_accounts(
                "zendesk.com", "Zendesk", key="id", login="email", name="name", status=_STATUS, role="role",
                last_active={"Last sign-in": "seen"}, created={"Date created": "created"},
                ignored=(("fold(role) = 'enduser'", "end user"),),
            ),
            is_complete=True,
            numbered=True,
        ),
    ),
    how_to_get="Zendesk API: GET /api/v2/users?role[]=agent&role[]=admin, all pages; or Admin Center: Team members, "
    "Export",
    proven_by="https://docs.forestadmin.com/woodshop/how-tos/zendesk-integration/display-zendesk-users",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"users":[
{"id":35436,"name":"Ada Byron","email":"Ada@example.com","role":"admin","suspended":false,"active":true,\
"verified":true,"last_login_at":"2026-09-05T10:38:52Z","created_at":"2024-07-20T22:55:29Z"},
{"id":2,"name":"Blaise","email":"blaise@example.com","role":"agent","suspended":true,"active":true,"verified":true,\
"last_login_at":null},
{"id":3,"name":"A customer","email":"x@customer.example","role":"end-user","suspended":false,"verified":false}
],"count":3,"next_page":null,"previous_page":null}
""",
            records={
                "app_account": (
                    {"account_key": "35436", "account_name": "ada@example.com", "status": "active",
                     "is_admin": True, "last_active_at": datetime(2026, 9, 5, 10, 38, 52),
                     "mention": "zendesk.com"},
                    {"account_key": "2", "status": "disabled", "is_admin": False},
                )
            },
            ignored={"end user": 1},
        ),
        Example(
            shape="csv",
            text="""\
ID,Name,Email,Suspended,Date created,Last updated,Last sign-in,Time zone,Language,Primary Group,Groups,Support
1,Ada Byron,ada@example.com,FALSE,2024-07-20 22:55,2026-01-01,2026-09-05 10:38,UTC,en,Support,Support,Admin
2,Blaise,blaise@example.com,TRUE,2024-07-20,,Never,UTC,en,Support,,Agent
3,Nobody,,FALSE,2024-07-20,,,UTC,en,,,Agent
""",
            records={
                "app_account": (
                    {"account_key": "1", "last_active_at": datetime(2026, 9, 5, 10, 38), "is_admin": True},
                    {"account_key": "2", "status": "disabled", "last_active_at": None},
                )
            },
            quarantined=1,
        ),
    ),
)  # fmt: skip
