"""Atlassian: users of an organisation (admin.atlassian.com, Directory, Users, Export users) and managed accounts.

Shape `users`: one `Last seen in <product> - <site>` per product and site; the latest
counts, whatever product and site: columns are found by their beginning. With groups there is one line per user and
group: the first counts.
Shape `managed`: Managed accounts, Export accounts: `Atlassian ID,…,Last active date [UTC]`.

The linked project shows id, name, email and status of such a file; the other columns were read in public scripts whose
addresses are not known.

Days are `3 Jan 2024`; `Never accessed` is none. Ignored: `further group of the same user`.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import NOT_READ, STATES, app_accounts, instant_of, words
from discovery.sources.source import Example, Format, Head, Shape, fold

# The latest of many columns as a text, or the one that is not understood.
_LATEST = f"""(
    SELECT * EXCLUDE (seen),
           coalesce(list_filter(seen, lambda s: {instant_of("s")} = {NOT_READ})[1],
                    CAST(list_max(list_transform(seen, lambda s: {instant_of("s")})) AS VARCHAR) || 'Z') AS seen,
           row_number() OVER (PARTITION BY user_id ORDER BY _record) AS row_of_user
    FROM raw)"""  # noqa: S608 - made of constants

_USERS = app_accounts(
    "atlassian.com", "Atlassian",
    key="user_id", login="email", name="user_name", status=words("status", STATES), role="role",
    last_active={"Last seen in": "seen"}, created={"Added to org": "added"},
    ignored=(("blank_null(user_id) IS NOT NULL AND row_of_user > 1", "further group of the same user"),),
    login_column="email",
    source=_LATEST,
)  # fmt: skip

_MANAGED = app_accounts(
    "atlassian.com", "Atlassian",
    key="user_id", login="email", name="user_name", status=words("status", STATES), role="role",
    last_active={"Last active date [UTC]": "seen"},
)  # fmt: skip


def _names_a_site(head: Head) -> bool:
    """Tell whether it is an export of users: some product's last use, of whatever site, or product access."""
    return any(name.startswith(fold("Last seen in")) for name in head.folded) or "orgrole" in head.folded


FORMAT = Format(
    name="atlassian_users",
    system="atlassian",
    kind="app_account",
    title="Atlassian users and managed accounts (CSV)",
    shapes=(
        Shape(
            name="users",
            container="csv",
            requires=("User id", "User name", "email", "User status", "Added to org"),
            recognise=_names_a_site,
            columns={
                "user_id": "User id", "user_name": "User name", "email": "email", "status": "User status",
                "role": "Org role", "added": "Added to org",
                "seen": "Last seen in*",
            },
            select=_USERS,
            numbered=True,
        ),
        Shape(
            name="managed",
            container="csv",
            requires=("Atlassian ID", "Email", "Status", ("Last active date [UTC]", "Last active date")),
            columns={
                "user_id": "Atlassian ID", "user_name": "Name", "email": "Email", "status": "Status",
                "role": ("Org role", "Role"), "seen": ("Last active date [UTC]", "Last active date"),
            },
            select=_MANAGED,
            numbered=True,
        ),
    ),
    how_to_get="admin.atlassian.com: Directory, Users, Export users (all users); or Managed accounts, Export accounts",
    proven_by="https://github.com/sumlin/atlassian-user-suspend-cli/blob/main/users.csv-example",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="users",
            text="""\
User id,User name,email,User status,Added to org,Org role,Last seen in Jira - corp,\
Last seen in Confluence - corp,Last seen in Jira Service Management - help
712020:978521a6,Ada Byron,Ada@example.com,Active,3 Jan 2024,Organization admin,Never accessed,9 Sep 2026,2 Aug 2026
557058:b,Blaise Pascal,blaise@example.com,Suspended,12 Dec 2023,User,1 Feb 2026,Never accessed,Never accessed
""",
            records={
                "app_account": (
                    {
                        "account_key": "712020:978521a6", "account_name": "ada@example.com", "status": "active",
                        "mention": "atlassian.com", "is_admin": True, "last_active_at": datetime(2026, 9, 9),
                        "created_at": datetime(2024, 1, 3),
                    },
                    {"account_key": "557058:b", "status": "disabled", "is_admin": False,
                     "last_active_at": datetime(2026, 2, 1)},
                )
            },
        ),
        Example(
            shape="users",
            # One line per group, access columns, an address missing, a day that is none.
            text="""\
Group id,Group name,User id,User name,email,User status,Added to org,Org role,Jira - corp,Last seen in Jira - corp
g1,staff,u1,Ada,ada@example.com,Active,3 Jan 2024,None,User,Never accessed
g2,admins,u1,Ada,ada@example.com,Active,3 Jan 2024,None,User,Never accessed
g1,staff,u2,Nobody,,Active,3 Jan 2024,None,User,Never accessed
g1,staff,u3,Jean,jean@example.com,Active,3 Jan 2024,None,User,last week
""",
            records={"app_account": ({"account_key": "u1", "last_active_at": None},)},
            ignored={"further group of the same user": 1},
            quarantined=2,
        ),
        Example(
            shape="managed",
            text="""\
Atlassian ID,Name,Email,Status,Last active date [UTC],Jira,Confluence
712020:1,Ada Byron,ada@example.com,Active,2026-09-09,corp,corp
712020:2,Blaise,blaise@example.com,Deactivated,,,
""",
            records={
                "app_account": (
                    {"account_key": "712020:1", "last_active_at": datetime(2026, 9, 9)},
                    {"account_key": "712020:2", "status": "disabled", "last_active_at": None},
                )
            },
        ),
    ),
)  # fmt: skip
