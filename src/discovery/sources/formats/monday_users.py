"""monday.com: users of an account (GraphQL `users`).

Field names as in the developer documentation; the older ones (enabled, is_admin …) leave the API with version
2026-10. Nothing is ignored. A query without `limit` stops at 200 users and does not say so, so that no file is taken
as whole.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="monday_users",
    system="monday",
    kind="app_account",
    title="monday.com users (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "enabled", ("is_guest", "is_view_only", "is_pending")),
            columns=dict.fromkeys(
                ("id", "email", "name", "enabled", "is_admin", "is_guest", "is_view_only", "is_pending",
                 "last_activity", "created_at", "join_date"), "VARCHAR",
            ),
            select=app_accounts(
                "monday.com", "monday.com", key="id", login="email", name="name",
                status="""CASE WHEN enabled = 'false' THEN 'disabled' WHEN is_pending = 'true' THEN 'invited'
                    WHEN enabled = 'true' THEN 'active' ELSE 'unknown' END""",
                role="""CASE WHEN is_admin = 'true' THEN 'Admin' WHEN is_guest = 'true' THEN 'Guest'
                    WHEN is_view_only = 'true' THEN 'Viewer' WHEN is_admin = 'false' THEN 'Member' END""",
                last_active={"last_activity": "last_activity"},
                created={"created_at": "coalesce(blank_null(created_at), join_date)"}, login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="monday.com API: { users(limit: 1000) { id name email enabled is_admin is_guest is_view_only "
    "is_pending last_activity created_at } }, all pages",
    proven_by="https://developer.monday.com/api-reference/docs/migrating-user-entity-to-2026-10",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"data":{"users":[
{"id":"4012689","name":"Ada Byron","email":"Ada@example.com","enabled":true,"is_admin":true,"is_guest":false,\
"is_pending":false,"last_activity":"2026-09-02T03:04:05Z","created_at":"2024-02-03"},
{"id":"4012690","name":"Blaise","email":"blaise@example.com","enabled":false,"is_admin":false,"is_guest":true,\
"is_pending":false,"last_activity":null},
{"id":"4012691","name":"Cleo","email":"cleo@example.com","enabled":true,"is_admin":false,"is_pending":true}
]},"account_id":1}
""",
            records={
                "app_account": (
                    {"account_key": "4012689", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "monday.com", "last_active_at": datetime(2026, 9, 2, 3, 4, 5),
                     "created_at": datetime(2024, 2, 3)},
                    {"account_key": "4012690", "status": "disabled", "role": "Guest"},
                    {"account_key": "4012691", "status": "invited"},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"1","email":null,"enabled":true,"is_guest":false}
{"id":"2","email":"b@example.com","enabled":null,"is_guest":false,"last_activity":"soon"}
{"id":"3","email":"c@example.com","enabled":null,"is_guest":false}
""",
            records={"app_account": ({"account_key": "3", "status": "unknown"},)},
            quarantined=2,
        ),
    ),
)  # fmt: skip
