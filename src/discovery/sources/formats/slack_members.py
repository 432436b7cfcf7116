"""Slack: the members of a workspace (administration, Members, Export; API `users.list`).

Shape `csv`: one line per member. The status is the role as well: Primary Owner, Owner, Admin, Member, Multi-Channel
Guest, Single-Channel Guest, Bot, Deactivated. billing-active says whether the seat is paid, not whether the member
is active. There is no join date and no last use (the export of Analytics has those, under another header).
Shape `api`: pages of `users.list`; deleted members stay in both for ever. The API's `updated` is the last change of
the profile, not the last use, and is not read.

Ignored: `bot` (also Slackbot and app users). The instance is the workspace (team_id) where the file names it.
The API shape is after the documented answer; the CSV header was read in public scripts without their addresses.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

_CSV = app_accounts(
    "slack.com", "Slack",
    key="userid", login="coalesce(blank_null(email), username)", name="coalesce(blank_null(fullname), displayname)",
    status="""CASE fold(status) WHEN 'deactivated' THEN 'disabled' WHEN 'invited' THEN 'invited'
        ELSE CASE WHEN fold(status) IN ('member', 'admin', 'owner', 'primaryowner', 'multichannelguest',
                                        'singlechannelguest', 'guest') THEN 'active' ELSE 'unknown' END END""",
    role="CASE WHEN fold(status) <> 'deactivated' THEN status END",
    ignored=(("fold(status) = 'bot'", "bot"),), login_column="email",
)  # fmt: skip

_API = app_accounts(
    "slack.com", "Slack",
    key="id", login="coalesce(blank_null(profile ->> '$.email'), name)",
    name="coalesce(blank_null(real_name), profile ->> '$.real_name')",
    status="""CASE WHEN deleted = 'true' THEN 'disabled' WHEN is_invited_user = 'true' THEN 'invited'
        WHEN deleted = 'false' THEN 'active' ELSE 'unknown' END""",
    role="""CASE WHEN is_primary_owner = 'true' THEN 'Primary Owner' WHEN is_owner = 'true' THEN 'Owner'
        WHEN is_admin = 'true' THEN 'Admin' WHEN is_ultra_restricted = 'true' THEN 'Single-Channel Guest'
        WHEN is_restricted = 'true' THEN 'Multi-Channel Guest' WHEN is_admin = 'false' THEN 'Member' END""",
    ignored=(("is_bot = 'true' OR is_app_user = 'true' OR id = 'USLACKBOT'", "bot"),), login_column="profile.email",
)  # fmt: skip

FORMAT = Format(
    name="slack_members",
    system="slack",
    kind="app_account",
    title="Slack members (CSV, users.list JSON)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=("username", "email", "status", "billing-active", "userid", "displayname"),
            columns={
                name.replace("-", "_"): name
                for name in ("username", "email", "status", "userid", "fullname", "displayname")
            },
            select=_CSV,
            numbered=True,
        ),
        Shape(
            name="api",
            container="json",
            requires=("id", "team_id", "name", "deleted", "profile"),
            columns={
                **dict.fromkeys(
                    (
                        "id",
                        "name",
                        "real_name",
                        "deleted",
                        "is_admin",
                        "is_owner",
                        "is_primary_owner",
                        "is_bot",
                        "is_restricted",
                        "is_ultra_restricted",
                        "is_app_user",
                        "is_invited_user",
                    ),
                    "VARCHAR",
                ),
                "profile": "JSON",
            },
            select=_API,
            instance="team_id",
            numbered=True,
        ),
    ),
    how_to_get="Slack administration: Manage members, Export full member list; or the API users.list, all pages",
    proven_by="https://prismatic.io/docs/example-payloads/slack/actions/listUsers.json",
    proven_on=date(2026, 11, 24),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="csv",
            text="""\
username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname,expiration-timestamp
ada,Ada@example.com,Primary Owner,1,1,0,U01,Ada Byron,ada,
blaise,blaise@example.com,Deactivated,0,0,0,U02,Blaise Pascal,,
guest,cleo@partner.example,Single-Channel Guest,1,0,0,U03,Cleo Vance,,1767225600
standup,,Bot,0,0,0,U04,Standup,,
""",
            records={
                "app_account": (
                    {
                        "account_key": "U01",
                        "account_name": "ada@example.com",
                        "mention": "slack.com",
                        "mention_kind": "domain",
                        "status": "active",
                        "role": "Primary Owner",
                        "is_admin": True,
                        "display_name": "Ada Byron",
                        "last_active_at": None,
                    },
                    {"account_key": "U02", "status": "disabled", "is_admin": None},
                    {"account_key": "U03", "status": "active", "is_admin": False},
                )
            },
            ignored={"bot": 1},
        ),
        Example(
            shape="csv",
            # The older header; other line ends; no address but a user name; nothing at all; a word nobody knows.
            text="username,email,status,billing-active,has-2fa,has-sso,userid,fullname,displayname\r\n"
            "ada,,Member,true,false,false,U01,Ada,\r\n,,Member,1,0,0,U02,Nobody,\r\n"
            'jean,jean@example.com,Hibernating,1,0,0,U05,"Bart, Jean",\r\n',
            records={
                "app_account": (
                    {"account_name": "ada", "status": "active"},
                    {"account_name": "jean@example.com", "status": "unknown", "display_name": "Bart, Jean"},
                )
            },
            quarantined=1,
        ),
        Example(
            shape="api",
            text="""\
{"ok":true,"members":[
{"id":"W01","team_id":"T012AB3C4","name":"ada","deleted":false,"real_name":"Ada Byron","is_admin":true,\
"is_owner":false,"is_bot":false,"is_app_user":false,"updated":1502138686,"profile":{"email":"Ada@example.com"}},
{"id":"W02","team_id":"T012AB3C4","name":"blaise","deleted":true,"is_bot":false,"profile":{"email":\
"blaise@example.com","real_name":"Blaise Pascal"}},
{"id":"USLACKBOT","team_id":"T012AB3C4","name":"slackbot","deleted":false,"is_bot":false,"profile":{}}
],"cache_ts":1498777272,"response_metadata":{"next_cursor":""}}
""",
            instance="t012ab3c4",
            records={
                "app_account": (
                    {
                        "account_key": "W01",
                        "account_name": "ada@example.com",
                        "is_admin": True,
                        "status": "active",
                    },
                    {
                        "account_key": "W02",
                        "status": "disabled",
                        "role": None,
                        "display_name": "Blaise Pascal",
                    },
                )
            },
            ignored={"bot": 1},
        ),
    ),
)
