"""Intercom: teammates of a workspace (`GET /admins`).

Everybody who may sign in is an `admin` in Intercom's words; that is no administrator of the app, so that is_admin
stays unknown. There is no state: presence means an account. Ignored: `team`.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="intercom_admins",
    system="intercom",
    kind="app_account",
    title="Intercom teammates (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "type", "name", "email", "away_mode_enabled"),
            columns=dict.fromkeys(("id", "type", "name", "email"), "VARCHAR"),
            select=app_accounts(
                "intercom.com", "Intercom", key="id", login="email", name="name", status="'active'",
                ignored=(("type = 'team'", "team"),), login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Intercom API: GET /admins",
    proven_by="https://developers.intercom.com/docs/references/2.0/rest-api/admins/list-admins",
    proven_on=date(2026, 11, 24),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"type":"admin.list","admins":[
{"type":"admin","id":"493881","name":"Ada Byron","email":"Ada@example.com","away_mode_enabled":false,\
"away_mode_reassign":false,"has_inbox_seat":true,"team_ids":[814865]},
{"type":"team","email":null,"id":"814865","name":"Support","away_mode_enabled":false,"admin_ids":[493881]}]}
""",
            records={
                "app_account": (
                    {"account_key": "493881", "account_name": "ada@example.com", "is_admin": None,
                     "mention": "intercom.com", "status": "active"},
                )
            },
            ignored={"team": 1},
        ),
        Example(
            shape="api",
            text="""\
{"type":"admin","id":"1","name":"Nobody","email":null,"away_mode_enabled":true}
{"type":"admin","id":"2","name":"","email":"b@example.com","away_mode_enabled":true}
""",
            records={"app_account": ({"account_key": "2", "display_name": None},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
