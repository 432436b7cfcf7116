"""Bitwarden: members of an organisation (`GET /public/members`).

type: 0 owner, 1 admin, 2 user, 3 manager, 4 custom. status: 0 invited, 1 accepted, 2 confirmed, -1 revoked. The list
has everybody and no pages. Nothing is ignored; there is no last use.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="bitwarden_members",
    system="bitwarden",
    kind="app_account",
    title="Bitwarden members (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "type", "status", "twoFactorEnabled"),
            columns=dict.fromkeys(("id", "name", "email", "type", "status"), "VARCHAR"),
            select=app_accounts(
                "bitwarden.com", "Bitwarden", key="id", login="email", name="name",
                status="""CASE status WHEN '2' THEN 'active' WHEN '1' THEN 'active' WHEN '0' THEN 'invited'
                    WHEN '-1' THEN 'disabled' ELSE 'unknown' END""",
                role="""CASE type WHEN '0' THEN 'Owner' WHEN '1' THEN 'Admin' WHEN '2' THEN 'User'
                    WHEN '3' THEN 'Manager' WHEN '4' THEN 'Custom' ELSE type END""",
                login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Bitwarden public API: GET /public/members with the organisation's API key",
    proven_by="https://www.mintlify.com/bitwarden/server/api/public/members",
    proven_on=date(2026, 11, 24),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"object":"list","data":[
{"object":"member","id":"539a36c5","userId":"48b47ee1","name":"Ada Byron","email":"Ada@example.com",\
"twoFactorEnabled":true,"status":2,"type":0,"collections":null},
{"object":"member","id":"2","userId":null,"name":null,"email":"blaise@example.com","twoFactorEnabled":false,\
"status":0,"type":2},
{"object":"member","id":"3","name":"Cleo","email":"cleo@example.com","twoFactorEnabled":false,"status":-1,"type":1}
],"continuationToken":null}
""",
            records={
                "app_account": (
                    {"account_key": "539a36c5", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "bitwarden.com", "status": "active", "role": "Owner"},
                    {"account_key": "2", "status": "invited", "is_admin": False},
                    {"account_key": "3", "status": "disabled", "is_admin": True},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"1","email":null,"type":2,"status":2,"twoFactorEnabled":false}
{"id":"2","email":"b@example.com","type":9,"status":7,"twoFactorEnabled":false}
""",
            records={"app_account": ({"account_key": "2", "status": "unknown", "role": "9"},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
