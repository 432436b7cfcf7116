"""Dropbox: members of a team.

Shape `api`: `team/members/list`, one object per member with `profile` and `role` (or `roles`); tags are `.tag`.
Shape `csv`: admin console, Members, Export member data: the columns are those that the help page names; the header
itself was not seen. Deleted members stay in it. There is no last use in either.

status: active, invited, suspended (disabled), removed and deleted. Nothing is ignored.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import STATES, app_accounts, full_name, words
from discovery.sources.source import Example, Format, Shape

_API = app_accounts(
    "dropbox.com", "Dropbox",
    key="profile ->> '$.team_member_id'", login="profile ->> '$.email'", name="profile ->> '$.name.display_name'",
    status=words("(profile ->> '$.status.\".tag\"')", STATES),
    role="coalesce(role ->> '$.\".tag\"', roles ->> '$[0].name')",
    created={"joined_on": "profile ->> '$.joined_on'"}, login_column="profile.email",
)  # fmt: skip
_CSV = app_accounts(
    "dropbox.com", "Dropbox",
    login="email", name=full_name("first_name", "last_name"), status=words("status", STATES), role="role",
    created={"Join date": "joined"}, login_column="Email address",
)  # fmt: skip

FORMAT = Format(
    name="dropbox_members",
    system="dropbox",
    kind="app_account",
    title="Dropbox team members (API JSON, CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("profile.team_member_id", "profile.email", "profile.status"),
            columns=dict.fromkeys(("profile", "role", "roles"), "JSON"),
            select=_API,
            is_complete=True,
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=(("Email address", "Email"), "Status", "Role", ("Company-managed groups", "Usage (MB)",
                      "User-managed groups"), ("Join date", "Invite date", "Space limit")),
            columns={
                "email": ("Email address", "Email"), "first_name": "First name", "last_name": "Last name",
                "status": "Status", "role": "Role", "joined": "Join date",
            },
            select=_CSV,
            numbered=True,
        ),
    ),
    how_to_get="Dropbox API: team/members/list with include_removed, all pages; or admin console: Members, Export",
    proven_by="https://docs.rs/dropbox-sdk/0.15.0/dropbox_sdk/team/struct.TeamMemberProfile.html",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"members":[{"profile":{"team_member_id":"dbmid:1","email":"Ada@example.com","email_verified":true,\
"status":{".tag":"active"},"name":{"display_name":"Ada Byron"},"joined_on":"2024-05-12T15:50:38Z",\
"membership_type":{".tag":"full"}},"role":{".tag":"team_admin"}},
{"profile":{"team_member_id":"dbmid:2","email":"blaise@example.com","status":{".tag":"suspended"},\
"name":{"display_name":"Blaise"}},"roles":[{"name":"Member"}]},
{"profile":{"team_member_id":"dbmid:3","email":"cleo@example.com","status":{".tag":"removed"}},"role":null}
],"cursor":"ZtkX9","has_more":false}
""",
            records={
                "app_account": (
                    {"account_key": "dbmid:1", "account_name": "ada@example.com", "is_admin": True,
                     "status": "active", "created_at": datetime(2024, 5, 12, 15, 50, 38), "mention": "dropbox.com"},
                    {"account_key": "dbmid:2", "status": "disabled", "is_admin": False},
                    {"account_key": "dbmid:3", "status": "deleted"},
                )
            },
        ),
        Example(
            shape="csv",
            text="""\
First name;Last name;Email address;Role;Status;Usage (MB);Join date;Company-managed groups
Ada;Byron;ada@example.com;Team admin;active;12.5;2024-05-12;2
Blaise;Pascal;blaise@example.com;Member;invited;0;;0
;;;Member;active;0;2024-05-12;0
Jean;Bart;jean@example.com;Member;active;0;12/11/2024;0
""",
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "is_admin": True, "created_at": datetime(2024, 5, 12)},
                    {"account_name": "blaise@example.com", "status": "invited", "created_at": None},
                )
            },
            quarantined=2,
        ),
    ),
)  # fmt: skip
