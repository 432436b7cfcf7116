"""Figma: members of an organization or team (Admin, Members, Export CSV, which comes by e-mail).

The help pages (help.figma.com, read 2026-11-23) say what the file holds beyond the screen (job title, date added,
teams; with SCIM cost center, division, department, employee number), not its header: unproven. Taken for Figma's is a
list with an address and a seat if a header names Figma or FigJam, or if most seats are Figma's words (full, dev,
collab, view, and the earlier editor, viewer, viewer-restricted). Others are read by `app_user_list` with
`app = "figma.com"`; SCIM's list by `scim_users`.

- status: a column if there is one (deactivated, invited), else active: who is listed has an account.
- is_admin: the role has the word admin or owner. Last use: last seen or active, of several the latest.
- Days need `date_order` unless year first or in words.

Nothing is ignored.
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.account_list import STATES, app_accounts, words
from discovery.sources.source import Example, Format, Head, Shape, fold, most

_SEATS = ("Seat", "Seat type", "Figma seat", "Current seat", "Account type", "Figma Design role", "Design role",
          "Figma role", "FigJam role", "Paid status")  # fmt: skip
_SEAT_WORDS = {"full", "dev", "collab", "content", "view", "viewer", "editor", "viewerrestricted", "fullseat",
"devseat",
               "collabseat", "viewseat", "nopaidseat", ""}  # fmt: skip


def _is_figma(head: Head) -> bool:
    """Tell Figma's members by a header that names it, or by its words for a seat."""
    if any("figma" in name or "figjam" in name for name in head.folded):
        return True
    folded = [fold(name) for name in head.header]
    at = next((folded.index(fold(name)) for name in _SEATS if fold(name) in folded), None)
    said = [fold(row[at]) for row in head.rows if at is not None and len(row) > at]
    return most((word in _SEAT_WORDS for word in said if word), share=0.7)


FORMAT = Format(
    name="figma_members",
    system="figma",
    kind="app_account",
    title="Figma members (CSV)",
    shapes=(
        Shape(
            name="csv", container="csv", numbered=True, recognise=_is_figma,
            requires=(("Email", "Email address"), _SEATS, ("Name", "Role", "Workspace", "Teams", "Last seen",
            "Last active")),
            forbids=("IP address", "Event", "Amount"),
            columns={
                "email": ("Email", "Email address"), "name": ("Name", "Full name"),
                "role": ("Role", "Organization role", "Org role", "Admin"), "state": ("Status", "Account status"),
                "last_seen": ("Last seen", "Last active", "Last activity"), "last_edit": ("Last edit", "Last edited"),
                "added": ("Date added", "Joined", "Date joined", "Created at"), "user_id": ("User ID", "ID"),
            },
            select=app_accounts(
                "figma.com", "Figma", key="user_id", login="email_of(email)", name="name", role="role",
                status=words("coalesce(blank_null(state), 'active')", STATES),
                last_active={"Last seen": "last_seen", "Last edit": "last_edit"}, created={"Date added": "added"},
            ),
        ),
    ),
    how_to_get="figma.com: Admin, Members, Export members CSV (it comes by e-mail)",
    proven_by=None,
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="csv",
            text="""\
Name,Email,Role,Seat,Last seen,Date added,Job title,Teams
Ada Byron,Ada@example.com,Admin,Full,2026-09-28,2024-01-15,Designer,"Design, Brand"
Blaise Pascal,blaise@example.com,Member,View,,2024-02-01,,
Cleo Vance,cleo@example.com,Member,Dev,some day,2024-02-01,,
,,Member,View,,,,
""",
            records={"app_account": (
                {"account_name": "ada@example.com", "mention": "figma.com", "status": "active", "is_admin": True,
                 "last_active_at": datetime(2026, 9, 28)},
                {"account_name": "blaise@example.com", "is_admin": False, "last_active_at": None},
            )},
            quarantined=2,
        ),
        Example(
            shape="csv",
            text="""\
Email address;Figma Design role;FigJam role;Status;Last active
ada@example.com;editor;editor;Deactivated;28.09.2026
""",
            hints={"date_order": "dmy"},
            records={"app_account": (
                {"account_name": "ada@example.com", "status": "disabled", "last_active_at": datetime(2026, 9, 28)},
            )},
        ),
    ),
)  # fmt: skip
