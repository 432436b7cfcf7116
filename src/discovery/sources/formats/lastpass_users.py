"""LastPass Business: users (provisioning API, `getuserdata`; one object per user).

The API answers {"Users": {"101": {…}, "102": {…}}}; read are the users themselves, one object each, as collectors
write them: {username, fullname, created, last_login, neverloggedin, disabled, admin, linked, groups …} (the pipeline
test of elastic/integrations). To get them out of the answer: `jq -c '.Users[]'`. Times have no offset: `timezone` of
the settings, else UTC. `linked` is a private account that was linked, and is not read.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="lastpass_users",
    system="lastpass",
    kind="app_account",
    title="LastPass users (provisioning API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("username", "fullname", "last_login", "neverloggedin", ("disabled", "mpstrength")),
            columns=dict.fromkeys(("username", "fullname", "created", "last_login", "neverloggedin", "disabled",
                                   "admin"), "VARCHAR"),
            select=app_accounts(
                "lastpass.com", "LastPass", login="username", name="fullname",
                role="""CASE WHEN lower(admin) IN ('true', '1') THEN 'Admin'
                    WHEN lower(admin) IN ('false', '0') THEN 'User' END""",
                status="""CASE WHEN lower(disabled) IN ('true', '1') THEN 'disabled'
                    WHEN lower(neverloggedin) IN ('true', '1') THEN 'invited'
                    WHEN lower(disabled) IN ('false', '0') THEN 'active' ELSE 'unknown' END""",
                last_active={"last_login": "last_login"}, created={"created": "created"}, login_column="username",
            ),
            numbered=True,
        ),
    ),
    how_to_get="LastPass Business API: POST enterpriseapi.php with cmd getuserdata; then jq -c '.Users[]'",
    proven_by="https://github.com/elastic/integrations/blob/c81e9fe78b8c969e7b96b4a6486e10b6a9fc3d94/packages/lastpass/"
    "data_stream/user/_dev/test/pipeline/test-pipeline-user.log",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"username":"Ada@example.com","fullname":"Ada Byron","mpstrength":"100","created":"2024-01-01 10:02:56",\
"last_pw_change":"2025-05-19 10:58:33","last_login":"2026-09-29 08:00:00","neverloggedin":false,"disabled":false,\
"admin":true,"sites":72,"groups":["Everybody"]}
{"username":"blaise@example.com","fullname":"","mpstrength":null,"created":"2024-01-01 10:02:56","last_login":"",\
"neverloggedin":true,"disabled":false,"admin":false,"sites":0}
""",
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "status": "active", "is_admin": True, "mention": "lastpass.com",
                     "last_active_at": datetime(2026, 9, 29, 8), "created_at": datetime(2024, 1, 1, 10, 2, 56)},
                    {"account_name": "blaise@example.com", "status": "invited", "is_admin": False,
                     "last_active_at": None},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"username":"","fullname":"No Body","last_login":"","neverloggedin":false,"disabled":true}
{"username":"g@example.com","fullname":"G","last_login":"soon","neverloggedin":false,"disabled":true}
{"username":"h@example.com","fullname":"H","last_login":"","neverloggedin":false,"disabled":"1","admin":null}
""",
            records={"app_account": ({"account_name": "h@example.com", "status": "disabled", "is_admin": None},)},
            quarantined=2,
        ),
    ),
)  # fmt: skip
