"""Canva: people of a team or organization (Settings, People, Download CSV).

No header was found in public (looked for on 2026-11-25): unproven. Taken for Canva's is a list with an address and a
role if a header or a link names Canva, or if the roles hold words that only Canva has (brand designer, template
designer). Others are read by `app_user_list` with `app = "canva.com"`; SCIM's list by `scim_users`.

- status: a column if there is one, else active. is_admin: the role has the word admin, administrator or owner.
- Days need `date_order` unless year first or in words.

Nothing is ignored.
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.account_list import STATES, app_accounts, words
from discovery.sources.source import Example, Format, Head, Shape, fold

_ROLES = ("Role", "Team role", "Organization role")
_OWN_ROLES = ("brand designer", "template designer")


def _is_canva(head: Head) -> bool:
    """Tell Canva's people by a header that names it, or by its words for a role."""
    if any("canva" in name for name in head.folded):
        return True
    folded = [fold(name) for name in head.header]
    at = next((folded.index(fold(name)) for name in _ROLES if fold(name) in folded), None)
    return at is not None and any(
        len(row) > at and any(word in row[at].casefold() for word in _OWN_ROLES) for row in head.rows
    )


FORMAT = Format(
    name="canva_users",
    system="canva",
    kind="app_account",
    title="Canva people (CSV)",
    shapes=(
        Shape(
            name="csv", container="csv", numbered=True, recognise=_is_canva,
            requires=(("Email", "Email address"), _ROLES),
            forbids=("IP address", "Event", "Amount", "Seat"),
            columns={
                "email": ("Email", "Email address"), "name": ("Name", "Full name", "Display name"), "role": _ROLES,
                "state": ("Status", "Account status"), "seen": ("Last active", "Last activity", "Last seen"),
                "added": ("Date joined", "Joined", "Date added", "Created"), "user_id": ("Canva user ID", "User ID",
                "ID"),
            },
            select=app_accounts(
                "canva.com", "Canva", key="user_id", login="email_of(email)", name="name", role="role",
                status=words("coalesce(blank_null(state), 'active')", STATES),
                last_active={"Last active": "seen"}, created={"Date joined": "added"},
            ),
        ),
    ),
    how_to_get="canva.com: Settings, People (of the team or organization), Download CSV",
    proven_by=None,
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="csv",
            text="""\
Name,Email,Role,Status,Last active,Date joined
Ada Byron,Ada@example.com,Administrator,Active,2026-09-28,2024-01-15
Blaise Pascal,blaise@example.com,Brand designer,Invited,,2024-02-01
Cleo Vance,cleo@example.com,Member,Active,some day,2024-02-01
""",
            records={"app_account": (
                {"account_name": "ada@example.com", "mention": "canva.com", "status": "active", "is_admin": True,
                 "last_active_at": datetime(2026, 9, 28)},
                {"account_name": "blaise@example.com", "status": "invited", "is_admin": False},
            )},
            quarantined=1,
        ),
        Example(
            shape="csv",
            text="""\
Canva user ID;Email address;Team role
1;ada@example.com;Owner
2;;Member
""",
            records={"app_account": (
                {"account_key": "1", "account_name": "ada@example.com", "status": "active", "is_admin": True},
            )},
            quarantined=1,
        ),
    ),
)  # fmt: skip
