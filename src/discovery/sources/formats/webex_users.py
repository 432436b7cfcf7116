"""Webex: users of an organisation.

Shape `csv`: Control Hub, Users, Manage users, Export CSV; `User ID/Email (Required)` (older: `UserID/Email …`).
User Status: Verified, Active, Not Verified, Inactive, Invite Pending. One column per service follows; they are not
read.
Shape `api`: `GET /people` (items). status is the presence of the moment and is not read: loginEnabled and
invitePending tell the state. Its pages are named in response headers: not taken as whole. The file that a Meetings
site exports is another (UTF-16, tabs).

Times are UTC. Ignored: `bot` (type bot of the API).
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts, full_name
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="webex_users",
    system="webex",
    kind="app_account",
    title="Webex users (Control Hub CSV, people API JSON)",
    shapes=(
        Shape(
            name="csv",
            container="csv",
            requires=(("User ID/Email (Required)", "UserID/Email (Required)"), "User Status", "Display Name"),
            columns={
                "email": ("User ID/Email (Required)", "UserID/Email (Required)"), "first_name": "First Name",
                "last_name": "Last Name", "display_name": "Display Name", "status": "User Status",
                "seen": "Last Service Accessed Time",
            },
            select=app_accounts(
                "webex.com", "Webex", login="email", name=full_name("first_name", "last_name", "display_name"),
                status="""CASE WHEN fold(status) IN ('verified', 'active') THEN 'active'
                    WHEN fold(status) IN ('notverified', 'invitepending', 'pending') THEN 'invited'
                    WHEN fold(status) IN ('inactive', 'suspended') THEN 'disabled' ELSE 'unknown' END""",
                last_active={"Last Service Accessed Time": "seen"}, login_column="User ID/Email (Required)",
            ),
            numbered=True,
        ),
        Shape(
            name="api",
            container="json",
            requires=("id", "emails", "displayName", "orgId", ("created", "lastActivity", "licenses")),
            columns={
                **dict.fromkeys(("id", "displayName", "loginEnabled", "invitePending", "lastActivity", "created",
                                 "type"), "VARCHAR"), "emails": "JSON",
            },
            select=app_accounts(
                "webex.com", "Webex", key="id", login="emails ->> '$[0]'", name='"displayName"',
                status="""CASE WHEN "invitePending" = 'true' THEN 'invited' WHEN "loginEnabled" = 'false'
                    THEN 'disabled' WHEN "loginEnabled" = 'true' THEN 'active' ELSE 'unknown' END""",
                last_active={"lastActivity": '"lastActivity"'}, created={"created": "created"},
                ignored=(("type = 'bot'", "bot"),), login_column="emails",
            ),
            instance="orgId",
            is_complete=False,
            numbered=True,
        ),
    ),
    how_to_get="Webex Control Hub: Users, Manage users, Export CSV; or the API: GET /people, all pages",
    proven_by="https://help.webex.com/afv3q8",
    proven_on=date(2026, 11, 23),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="csv",
            text="""\
First Name,Last Name,Display Name,User ID/Email (Required),User Status,Last Service Accessed Time,\
Days since Last Service Accessed,Extension,Title,Department,Manager,Webex Meetings,Webex Calling (Suspended)
Ada,Byron,Ada Byron,Ada@example.com,Verified,2026-06-23T18:53:09.064Z,99,,,,,TRUE,FALSE
Blaise,Pascal,,blaise@example.com,Invite Pending,,,,,,,FALSE,FALSE
Grace,Hopper,,grace@example.com,Inactive,,,,,,,FALSE,FALSE
""",
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "status": "active", "mention": "webex.com",
                     "last_active_at": datetime(2026, 6, 23, 18, 53, 9, 64000)},
                    {"account_name": "blaise@example.com", "status": "invited", "display_name": "Blaise Pascal"},
                    {"account_name": "grace@example.com", "status": "disabled"},
                )
            },
        ),
        Example(
            shape="csv",
            text="""\
First Name,Last Name,Display Name,UserID/Email (Required),User Status,Last Service Accessed Time
No,Body,,,Verified,
Jean,Bart,,jean@example.com,Active,yesterday
Zoe,Q,,zoe@example.com,Odd,2026-06-23T18:53:09Z
""",
            records={"app_account": ({"account_name": "zoe@example.com", "status": "unknown"},)},
            quarantined=2,
        ),
        Example(
            shape="api",
            text="""\
{"notFoundIds":[],"items":[
{"id":"Y2lzY29z","emails":["Ada@example.com","a@example.com"],"displayName":"Ada Byron","orgId":"ORG1",\
"created":"2024-10-18T14:26:16.000Z","lastActivity":"2026-09-01T10:00:00.000Z","status":"OutOfOffice",\
"invitePending":false,"loginEnabled":true,"type":"person","licenses":[]},
{"id":"B","emails":["helper@webex.bot"],"displayName":"Helper","orgId":"ORG1","created":"2024-10-18T14:26:16.000Z",\
"type":"bot"}]}
""",
            instance="org1",
            records={
                "app_account": (
                    {"account_key": "Y2lzY29z", "account_name": "ada@example.com", "status": "active",
                     "last_active_at": datetime(2026, 9, 1, 10)},
                )
            },
            ignored={"bot": 1},
        ),
    ),
)  # fmt: skip
