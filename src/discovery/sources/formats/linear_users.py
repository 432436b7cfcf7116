"""Linear: users of a workspace (GraphQL `users`).

Keys as the query asks for them: id, name, displayName, email, active, admin, guest, lastSeen, createdAt. The names of
the fields are from general knowledge. Ignored: `app` (isMe is no matter; `app` users are integrations).
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="linear_users",
    system="linear",
    kind="app_account",
    title="Linear users (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "active", "admin", ("displayName", "guest", "lastSeen")),
            columns=dict.fromkeys(
                ("id", "name", "displayName", "email", "active", "admin", "guest", "app", "lastSeen", "createdAt"),
                "VARCHAR",
            ),
            select=app_accounts(
                "linear.app", "Linear", key="id", login="email", name='coalesce(blank_null(name), "displayName")',
                status="CASE active WHEN 'true' THEN 'active' WHEN 'false' THEN 'disabled' ELSE 'unknown' END",
                role="""CASE WHEN admin = 'true' THEN 'Admin' WHEN guest = 'true' THEN 'Guest'
                    WHEN admin = 'false' THEN 'Member' END""",
                last_active={"lastSeen": '"lastSeen"'}, created={"createdAt": '"createdAt"'},
                ignored=(("app = 'true'", "app"),), login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Linear API: { users(includeDisabled: true) { nodes { id name displayName email active admin guest "
    "lastSeen createdAt } pageInfo { hasNextPage endCursor } } }",
    proven_by=None,
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"data":{"users":{"nodes":[
{"id":"l1","name":"Ada Byron","displayName":"ada","email":"Ada@example.com","active":true,"admin":true,\
"guest":false,"lastSeen":"2026-09-29T08:00:00.000Z","createdAt":"2024-01-01T00:00:00.000Z"},
{"id":"l2","name":"Bot","email":"x@linear.example","active":true,"admin":false,"app":true,"guest":false},
{"id":"l3","name":"","displayName":"blaise","email":"blaise@example.com","active":false,"admin":false,"guest":true}
],"pageInfo":{"hasNextPage":false,"endCursor":"l3"}}}}
""",
            records={
                "app_account": (
                    {"account_key": "l1", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "linear.app", "last_active_at": datetime(2026, 9, 29, 8)},
                    {"account_key": "l3", "status": "disabled", "display_name": "blaise", "role": "Guest"},
                )
            },
            ignored={"app": 1},
        ),
        Example(
            shape="api",
            text='{"id":"l4","email":null,"active":true,"admin":false,"guest":false}\n',
            quarantined=1,
        ),
    ),
)  # fmt: skip
