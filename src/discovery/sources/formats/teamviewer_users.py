"""TeamViewer: users of a company (`GET /api/v1/users`, with full_list=true).

active tells the state; permissions is a list of words of which ManageAdmins stands for an administrator; online_state
is of the moment and is not read. Times are UTC. Nothing is ignored.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="teamviewer_users",
    system="teamviewer",
    kind="app_account",
    title="TeamViewer users (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", ("online_state", "log_sessions"), ("last_access_date", "permissions", "active")),
            columns=dict.fromkeys(("id", "name", "email", "active", "permissions", "last_access_date"), "VARCHAR"),
            select=app_accounts(
                "teamviewer.com", "TeamViewer", key="id", login="email", name="name",
                status="CASE active WHEN 'true' THEN 'active' WHEN 'false' THEN 'disabled' ELSE 'unknown' END",
                admin="CASE WHEN blank_null(permissions) IS NOT NULL THEN contains(permissions, 'ManageAdmins') END",
                last_active={"last_access_date": "last_access_date"}, login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="TeamViewer API: GET /api/v1/users?full_list=true",
    proven_by="https://prismatic.io/docs/example-payloads/teamviewer/actions/listUsers.json",
    proven_on=date(2026, 11, 24),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"users":[
{"id":"u1","name":"Ada Byron","online_state":"Offline","permissions":"ManageAdmins, ManageUsers","active":true,\
"log_sessions":true,"email":"Ada@example.com","last_access_date":"2026-09-17T14:17:23.541Z"},
{"id":"u2","name":"Blaise","permissions":"None","active":false,"log_sessions":true,"email":"blaise@example.com"}]}
""",
            records={
                "app_account": (
                    {"account_key": "u1", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "teamviewer.com", "last_active_at": datetime(2026, 9, 17, 14, 17, 23, 541000)},
                    {"account_key": "u2", "status": "disabled", "is_admin": False},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"u3","email":"","online_state":"Offline","active":true}
{"id":"u4","email":"d@example.com","online_state":"Offline","active":true,"last_access_date":"?"}
""",
            quarantined=2,
        ),
    ),
)  # fmt: skip
