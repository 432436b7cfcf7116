"""Miro: members of an organization (`GET /v2/orgs/{org_id}/members`, pages of `data` with a `cursor`), users (CSV).

A record is {id, type, email, active, license, role, lastActivityAt, adminRoles}; the keys as public callers of the
API read them and their tests write them. role: organization_internal_admin, organization_internal_user,
organization_external_user, organization_team_guest_user; license: full, occasional, free, free_restricted,
full_trial, unknown. `active` false is deactivated. Pages are taken as a list that may go on: not whole. Of the CSV of
active users help.miro.com (360017571494, read 2026-11-23) says that it holds role, license (Full, Day Pass …), teams
and
last activity, not its header: it is taken for Miro's if nine of ten licences are Miro's words. Nothing is ignored.
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.account_list import STATES, app_accounts, words
from discovery.sources.source import Example, Format, Head, Shape, at_path, fold, most

_LICENCES = {"full", "free", "freerestricted", "daypass", "occasional", "fulltrial", "unknown", "member", "basic",
             "advanced", "standard", ""}  # fmt: skip
_LICENCE = ("License", "Licence", "License type", "License Type")


def _has_its_licences(head: Head) -> bool:
    """Tell Miro's CSV by the words of its licences."""
    folded = [fold(name) for name in head.header]
    at = next((folded.index(fold(name)) for name in _LICENCE if fold(name) in folded), None)
    said = [fold(row[at]) for row in head.rows if at is not None and len(row) > at]
    return any("miro" in name for name in head.folded) or most(
        (word in _LICENCES for word in said if word), share=0.9
    )


def _is_miro(head: Head) -> bool:
    """Tell Miro's members by the words of their role."""
    return any(str(at_path(record, "role")).startswith("organization_") for record in head.records)


FORMAT = Format(
    name="miro_members",
    system="miro",
    kind="app_account",
    title="Miro members (API JSON, CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "active", "license", "role"),
            recognise=_is_miro,
            columns={"id": "VARCHAR", "email": "VARCHAR", "active": "VARCHAR", "role": "VARCHAR",
                     "lastActivityAt": "VARCHAR"},
            select=app_accounts(
                "miro.com", "Miro", key="id", login="email", role="role",
                status="CASE active WHEN 'true' THEN 'active' WHEN 'false' THEN 'disabled' ELSE 'unknown' END",
                admin="CASE WHEN blank_null(role) IS NOT NULL THEN role = 'organization_internal_admin' END",
                last_active={"lastActivityAt": '"lastActivityAt"'}, login_column="email",
            ),
            numbered=True,
        ),
        Shape(
            name="csv", container="csv", numbered=True, recognise=_has_its_licences,
            requires=(("Email", "User email", "Email address"), _LICENCE, ("Role", "User role"),
                      ("Last activity", "Last active", "Last Activity Date", "Teams", "Team")),
            forbids=("IP address", "Event", "Amount", "Seat", "User principal name", "Status Message"),
            columns={
                "email": ("Email", "User email", "Email address"), "person": ("Name", "User name", "Full name"),
                "role": ("Role", "User role"), "seen": ("Last activity", "Last active", "Last Activity Date"),
                "state": ("Status", "User status"), "added": ("Added", "Date added", "Joined"),
            },
            select=app_accounts(
                "miro.com", "Miro", login="email_of(email)", name="person", role="role",
                status=words("coalesce(blank_null(state), 'active')", STATES),
                last_active={"Last activity": "seen"}, created={"Added": "added"},
            ),
        ),
    ),
    how_to_get="Miro API (Enterprise): GET /v2/orgs/{org_id}/members, all pages in one file; or the company's "
    "settings, Users, Active users, Download CSV",
    proven_by=None,
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"limit":100,"size":2,"data":[
{"id":"m1","type":"organization-member","email":"Ada@example.com","active":true,"license":"full",\
"role":"organization_internal_admin","lastActivityAt":"2026-09-29T08:00:00Z"},
{"id":"m2","type":"organization-member","email":"blaise@example.com","active":false,"license":"free",\
"role":"organization_internal_user"}
],"type":"cursor-list"}
""",
            records={
                "app_account": (
                    {"account_key": "m1", "account_name": "ada@example.com", "status": "active", "is_admin": True,
                     "mention": "miro.com", "last_active_at": datetime(2026, 9, 29, 8)},
                    {"account_key": "m2", "status": "disabled", "is_admin": False, "last_active_at": None},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"m3","email":"","active":true,"license":"full","role":"organization_external_user"}
{"id":"m4","email":"g@example.com","active":true,"license":"full","role":"organization_external_user",\
"lastActivityAt":"last week"}
{"id":"m5","email":"h@example.com","active":null,"license":"full","role":"organization_team_guest_user"}
""",
            records={"app_account": ({"account_key": "m5", "status": "unknown", "is_admin": False},)},
            quarantined=2,
        ),
        Example(
            shape="csv",
            text="""\
Name,Email,Role,License,Teams,Last activity
Ada Byron,Ada@example.com,Company admin,Full,"Design, Brand",2026-09-28
Blaise Pascal,blaise@example.com,Member,Day Pass,Design,
Cleo Vance,cleo@example.com,Member,Free Restricted,Design,some day
""",
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "is_admin": True, "status": "active",
                     "last_active_at": datetime(2026, 9, 28)},
                    {"account_name": "blaise@example.com", "is_admin": False},
                )
            },
            quarantined=1,
        ),
    ),
)  # fmt: skip
