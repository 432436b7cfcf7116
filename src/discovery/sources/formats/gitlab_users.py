"""GitLab: users of an instance, members of a group, seats of a subscription.

Shape `api`: `GET /users` (administrators see addresses) and `billable_members` of a group. state: active, blocked,
ldap_blocked, deactivated, banned, blocked_pending_approval.
Shape `members`: group, Manage, Members, Export as CSV: direct, inherited and shared memberships, so that a person has
several lines: the first counts.
Shape `seats`: group, Settings, Usage quotas, Seats, Export list.

Ignored: `bot`, `further membership of the same user`. Members and seats are of one group: not taken as whole.
CSV headers: gitlab.com/gitlab-org/gitlab/-/merge_requests/170889 and issue 362751.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import STATES, app_accounts, words
from discovery.sources.source import Example, Format, Shape

_STATES = {
    **STATES,
    "disabled": (*STATES["disabled"], "ldapblocked", "banned"),
    "invited": (*STATES["invited"], "blockedpendingapproval", "awaiting"),
}
_FIRST = "(SELECT *, row_number() OVER (PARTITION BY username ORDER BY _record) AS membership FROM raw)"

FORMAT = Format(
    name="gitlab_users",
    system="gitlab",
    kind="app_account",
    title="GitLab users, members and seats (API JSON, CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "username", "name", "state", "web_url"),
            columns=dict.fromkeys(
                ("id", "username", "name", "state", "email", "public_email", "bot", "is_admin", "last_activity_on",
                 "last_sign_in_at", "created_at"), "VARCHAR",
            ),
            select=app_accounts(
                "gitlab.com", "GitLab", key="id", login="coalesce(email_of(email), email_of(public_email), username)",
                name="name", status=words("state", _STATES),
                role="CASE is_admin WHEN 'true' THEN 'Administrator' WHEN 'false' THEN 'Regular' END",
                last_active={"last_activity_on": "last_activity_on", "last_sign_in_at": "last_sign_in_at"},
                created={"created_at": "created_at"}, ignored=(("bot = 'true'", "bot"),), login_column="username",
            ),
            numbered=True,
        ),
        Shape(
            name="members",
            container="csv",
            requires=("Name", "Username", ("Email", "Membership type"), ("Membership source", "Access granted"),
                      ("Role", "Max role", "Group or project name")),
            columns={
                "name": "Name", "username": "Username", "email": "Email", "role": ("Role", "Max role"),
                "status": "Membership status", "seen": "Last activity", "granted": "Access granted",
            },
            select=app_accounts(
                "gitlab.com", "GitLab", key="username", login="coalesce(email_of(email), username)", name="name",
                status=words("coalesce(status, 'active')", {**_STATES, "active": (*STATES["active"], "approved")}),
                role="role", admin="CASE WHEN blank_null(role) IS NOT NULL THEN fold(role) = 'owner' END",
                last_active={"Last activity": "seen"}, created={"Access granted": "granted"},
                ignored=(("blank_null(username) IS NOT NULL AND membership > 1",
                          "further membership of the same user"),),
                login_column="Username", source=_FIRST,
            ),
            numbered=True,
        ),
        Shape(
            name="seats",
            container="csv",
            requires=("Id", "Name", "Username", "Email", "State"),
            forbids=("Role", "App"),
            columns={"id": "Id", "name": "Name", "username": "Username", "email": "Email", "state": "State",
                     "seen": ("Last activity", "Last login")},
            select=app_accounts(
                "gitlab.com", "GitLab", key="id", login="coalesce(email_of(email), username)", name="name",
                status=words("state", _STATES), last_active={"Last activity": "seen"}, login_column="Username",
            ),
            numbered=True,
        ),
    ),
    how_to_get="GitLab API: GET /users as administrator, all pages; or group: Manage, Members, Export as CSV",
    proven_by="https://prismatic.io/docs/example-payloads/gitlab/actions/listUsers.json",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
[{"id":1001,"username":"adab","name":"Ada Byron","state":"active","locked":false,"avatar_url":null,\
"web_url":"https://gitlab.example.com/adab","email":"Ada@example.com","bot":false,"is_admin":true,\
"last_activity_on":"2026-09-27","last_sign_in_at":"2026-09-20T08:12:44.000Z","created_at":"2024-11-02T09:20:00.000Z"},
{"id":1002,"username":"blaise","name":"Blaise","state":"blocked_pending_approval","web_url":"https://g.example/b"},
{"id":1003,"username":"bot_1","name":"Token","state":"active","web_url":"https://g.example/t","bot":true}]
""",
            records={
                "app_account": (
                    {"account_key": "1001", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "gitlab.com", "last_active_at": datetime(2026, 9, 27),
                     "created_at": datetime(2024, 11, 2, 9, 20)},
                    {"account_key": "1002", "account_name": "blaise", "status": "invited", "is_admin": None},
                )
            },
            ignored={"bot": 1},
        ),
        Example(
            shape="members",
            text="""\
Name,Username,Email,Path,Group or project name,Type,Role,Role type,Membership type,Membership status,\
Membership source,Access granted,Access expiration,Last activity
Ada Byron,adab,ada@example.com,corp,Corp,Group,Owner,default,direct,approved,Corp,2024-11-02 09:20:00,,2026-09-27
Ada Byron,adab,ada@example.com,corp/lab,Lab,Group,Developer,default,inherited,approved,Corp,2024-11-02 09:20:00,,
Blaise,blaise,,corp,Corp,Group,Developer,default,direct,pending,Corp,2024-11-02 09:20:00,,
,,,corp,Corp,Group,Developer,default,direct,approved,Corp,2024-11-02 09:20:00,,
""",
            records={
                "app_account": (
                    {"account_key": "adab", "is_admin": True, "last_active_at": datetime(2026, 9, 27)},
                    {"account_name": "blaise", "status": "invited", "is_admin": False},
                )
            },
            ignored={"further membership of the same user": 1},
            quarantined=1,
        ),
        Example(
            shape="seats",
            text="""\
Id,Name,Username,Email,State
1,Ada Byron,adab,ada@example.com,active
2,Blaise,blaise,,awaiting
""",
            records={
                "app_account": (
                    {"account_key": "1", "account_name": "ada@example.com", "status": "active"},
                    {"account_key": "2", "status": "invited"},
                )
            },
        ),
    ),
)  # fmt: skip
