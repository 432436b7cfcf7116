"""PagerDuty: users of an account (`GET /users`).

role: owner, admin, user, limited_user, observer, read_only_user, restricted_access … of which owner and admin
administer. invitation_sent tells who has not joined yet; there is no disabled state: presence means an account.
Nothing is ignored; there is no last use.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="pagerduty_users",
    system="pagerduty",
    kind="app_account",
    title="PagerDuty users (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "role", "invitation_sent"),
            columns=dict.fromkeys(("id", "name", "email", "role", "invitation_sent"), "VARCHAR"),
            select=app_accounts(
                "pagerduty.com", "PagerDuty", key="id", login="email", name="name",
                status="CASE WHEN invitation_sent = 'true' THEN 'invited' ELSE 'active' END", role="role",
                admin="CASE WHEN blank_null(role) IS NOT NULL THEN role IN ('owner', 'admin') END",
                login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="PagerDuty API: GET /users, all pages in one file",
    proven_by="https://prismatic.io/docs/example-payloads/pagerduty/actions/listUsers.json",
    proven_on=date(2026, 11, 24),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"users":[
{"id":"PXPGF42","type":"user","summary":"Ada Byron","name":"Ada Byron","email":"Ada@example.com",\
"time_zone":"Europe/London","role":"admin","invitation_sent":false,"job_title":"Engineer"},
{"id":"PAM4FGS","type":"user","name":"Blaise","email":"blaise@example.com","role":"limited_user",\
"invitation_sent":true}],"limit":25,"offset":0,"total":null,"more":false}
""",
            records={
                "app_account": (
                    {"account_key": "PXPGF42", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "pagerduty.com", "status": "active"},
                    {"account_key": "PAM4FGS", "is_admin": False, "status": "invited"},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"P1","email":" ","role":"user","invitation_sent":false}
{"id":"P2","email":"B@example.com","role":null,"invitation_sent":null}
""",
            records={"app_account": ({"account_name": "b@example.com", "is_admin": None},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
