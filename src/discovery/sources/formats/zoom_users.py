"""Zoom: the users of an account.

Shape `api`: `GET /users`, one file per status or all in one. Without `status=` the answer holds active users only,
so that no file is taken as whole. type: 1 Basic, 2 Licensed, 99 none; role_id 0 owner, 1 admin, 2 member.
Shape `csv`: administration, User Management, Users, Export (zoomus_users.csv, UTF-8 with byte-order mark); columns
that public scripts read are Email, User Group and Licenses. The file to import users has no status and is none.

Times of the API are UTC; those of the CSV in the account's zone (`timezone`), days in `date_order`.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import STATES, app_accounts, full_name, words
from discovery.sources.source import Example, Format, Shape

_API = app_accounts(
    "zoom.us", "Zoom",
    key="id", login="email", name=full_name("first_name", "last_name", "display_name"),
    status=words("status", STATES), role="coalesce(blank_null(role_name), CASE role_id WHEN '0' THEN 'Owner' "
    "WHEN '1' THEN 'Admin' WHEN '2' THEN 'Member' END)",
    last_active={"last_login_time": "last_login_time"},
    created={"created_at": "coalesce(blank_null(user_created_at), created_at)"}, login_column="email",
)  # fmt: skip

_CSV = app_accounts(
    "zoom.us", "Zoom",
    login="email", name=full_name("first_name", "last_name", "display_name"), status=words("status", STATES),
    role="role", last_active={"Last Login": "last_login"}, created={"Created": "created"},
)  # fmt: skip

FORMAT = Format(
    name="zoom_users",
    system="zoom",
    kind="app_account",
    title="Zoom users (API JSON, CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "email", "type", ("pmi", "last_client_version", "role_id", "last_login_time")),
            forbids=("primaryEmail", "person", "profile"),
            columns=dict.fromkeys(
                ("id", "email", "first_name", "last_name", "display_name", "status", "role_id", "role_name",
                 "last_login_time", "created_at", "user_created_at"), "VARCHAR",
            ),
            select=_API,
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=("Email", "User Group", ("Licenses", "User Type"), ("Status", "User Status", "Last Login(UTC)",
                      "Last Login", "Last Sign-in")),
            columns={
                "email": "Email", "first_name": "First Name", "last_name": "Last Name",
                "display_name": ("Display Name", "Name"), "status": ("Status", "User Status"),
                "role": ("User Role", "Role"),
                "last_login": ("Last Login(UTC)", "Last Login", "Last Sign-in", "Last Sign-in Time"),
                "created": ("Account Created", "Creation Date", "Created"),
            },
            select=_CSV,
            numbered=True,
        ),
    ),
    how_to_get="API: GET /users for status active, inactive and pending; or User Management, Users, Export all",
    proven_by="https://app.unpkg.com/@itentialopensource/adapter-zoom@0.5.3/files/entities/Users/mockdatafiles/"
    "getUsers-default.json",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"page_count":1,"page_size":300,"total_records":2,"next_page_token":"","users":[
{"id":"KDcuGIm1QgePTO8WbOqwIQ","first_name":"Ada","last_name":"Byron","email":"Ada@example.com","type":2,\
"pmi":5481220166,"status":"active","role_id":"1","created_at":"2024-06-01T07:58:03Z",\
"last_login_time":"2026-09-10T14:05:02Z"},
{"id":"pWn1QgePTO8","first_name":"","last_name":"","email":"blaise@example.com","type":1,"pmi":1,\
"status":"inactive","role_id":"2","created_at":"2024-06-01T07:58:03Z"}]}
""",
            records={
                "app_account": (
                    {"account_key": "KDcuGIm1QgePTO8WbOqwIQ", "account_name": "ada@example.com", "is_admin": True,
                     "status": "active", "mention": "zoom.us", "last_active_at": datetime(2026, 9, 10, 14, 5, 2),
                     "created_at": datetime(2024, 6, 1, 7, 58, 3), "display_name": "Ada Byron"},
                    {"account_name": "blaise@example.com", "status": "disabled", "display_name": None},
                )
            },
        ),
        Example(
            shape="csv",
            # With a byte-order mark; month first; a day that needs date_order; no address.
            text="""\
\ufeffEmail,First Name,Last Name,User Group,Licenses,Status,Role,Last Login
ada@example.com,Ada,Byron,,Zoom Workplace Business,Active,Owner,09/21/2026 10:00:00 AM
blaise@example.com,Blaise,Pascal,,Basic,Pending,Member,
,No,Body,,Basic,Active,Member,
jean@example.com,Jean,Bart,,Basic,Active,Member,31.31.2026
""",
            hints={"date_order": "mdy"},
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "is_admin": True,
                     "last_active_at": datetime(2026, 9, 21, 10)},
                    {"account_name": "blaise@example.com", "status": "invited", "last_active_at": None},
                )
            },
            quarantined=2,
        ),
    ),
)  # fmt: skip
