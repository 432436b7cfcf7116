"""HubSpot: users of an account (`GET /settings/v3/users`, or the newer `/settings/users/<version>`).

superAdmin tells administrators; roles are ids only. The list has everybody but says nothing of last use or of
deactivation: a deactivated user is still in it, so that the status is unknown. Nothing is ignored. The CSV that the
settings page exports is read by app_user_list (set `app`).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import app_accounts, full_name
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="hubspot_users",
    system="hubspot",
    kind="app_account",
    title="HubSpot users (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "superAdmin"),
            columns=dict.fromkeys(("id", "email", "firstName", "lastName", "roleId", "superAdmin"), "VARCHAR"),
            select=app_accounts(
                "hubspot.com", "HubSpot", key="id", login="email", name=full_name('"firstName"', '"lastName"'),
                role="""CASE WHEN "superAdmin" = 'true' THEN 'Super admin' ELSE "roleId" END""",
                admin="""CASE "superAdmin" WHEN 'true' THEN true WHEN 'false' THEN false END""",
                login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="HubSpot API: GET /settings/v3/users, all pages in one file",
    proven_by="https://developers.hubspot.com/docs/api-reference/settings-user-provisioning-v3/users/"
    "get-settings-v3-users-userId",
    proven_on=date(2026, 11, 24),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"results":[{"id":"123","email":"Ada@example.com","roleId":"100","primaryTeamId":"101","secondaryTeamIds":["102"],\
"superAdmin":true},
{"id":"124","email":"blaise@example.com","firstName":"Blaise","lastName":"Pascal","superAdmin":"false"}]}
""",
            records={
                "app_account": (
                    {"account_key": "123", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "hubspot.com", "status": "unknown"},
                    {"account_key": "124", "is_admin": False, "display_name": "Blaise Pascal"},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"1","email":"","superAdmin":false}
{"id":"2","email":"b@example.com","superAdmin":null}
""",
            records={"app_account": ({"account_key": "2", "is_admin": None},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
