"""Notion: people and bots of a workspace (`GET /v1/users`, pages of `results`).

The API names who is there, not whether they are owners or when they were last active; guests of single pages are
not in it, so that the list is not taken as whole. Ignored: `bot`. A person without an address is listed by id
(the integration lacks the capability to read addresses) and goes to quarantine.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="notion_users",
    system="notion",
    kind="app_account",
    title="Notion users (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("object", "id", "type", "name", "avatar_url"),
            columns={"id": "VARCHAR", "type": "VARCHAR", "name": "VARCHAR", "person": "JSON"},
            select=app_accounts(
                "notion.so", "Notion", key="id", login="person ->> '$.email'", name="name",
                status="'active'", ignored=(("type = 'bot'", "bot"),), login_column="person.email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Notion API: GET /v1/users with an integration that may read addresses, all pages in one file",
    proven_by="https://prismatic.io/docs/example-payloads/notion/actions/listUsers.json",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"object":"list","results":[
{"object":"user","id":"45ee8d13","type":"person","person":{"email":"Ada@example.com"},"name":"Ada Byron",\
"avatar_url":null},
{"object":"user","id":"ee5f0f84","type":"bot","bot":{"owner":{"type":"workspace"}},"name":"Sync","avatar_url":null}
],"next_cursor":null,"has_more":false,"type":"user","user":{}}
""",
            records={
                "app_account": (
                    {"account_key": "45ee8d13", "account_name": "ada@example.com", "status": "active",
                     "mention": "notion.so", "is_admin": None},
                )
            },
            ignored={"bot": 1},
        ),
        Example(
            shape="api",
            text="""\
{"object":"user","id":"1","type":"person","person":{},"name":"No address","avatar_url":null}
{"object":"user","id":"2","type":"person","person":{"email":"b@example.com"},"name":null,"avatar_url":"x"}
""",
            records={"app_account": ({"account_key": "2", "display_name": None},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
