"""Miro: members of an organization (`GET /v2/orgs/{org_id}/members`, pages of `data` with a `cursor`).

A record is {id, type, email, active, license, role, lastActivityAt, adminRoles}; the keys as public callers of the
API read them and their tests write them. role: organization_internal_admin, organization_internal_user,
organization_external_user, organization_team_guest_user; license: full, occasional, free, free_restricted,
full_trial, unknown. `active` false is deactivated. Pages are taken as a list that may go on: not whole. The CSV of
active users that the settings offer has no header in public: give it to `app_user_list` with `app = "Miro"`.
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Head, Shape, at_path


def _is_miro(head: Head) -> bool:
    """Tell Miro's members by the words of their role."""
    return any(str(at_path(record, "role")).startswith("organization_") for record in head.records)


FORMAT = Format(
    name="miro_members",
    system="miro",
    kind="app_account",
    title="Miro members (API JSON)",
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
    ),
    how_to_get="Miro API (Enterprise): GET /v2/orgs/{org_id}/members, all pages in one file",
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
    ),
)  # fmt: skip
