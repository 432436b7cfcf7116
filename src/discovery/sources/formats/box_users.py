"""Box: users of an enterprise.

Shape `api`: `GET /users`: entries of type user. status: active, inactive, cannot_delete_edit and
cannot_delete_edit_upload (both may still sign in). role (asked for by `fields`): admin, coadmin, user.
Shape `report`: the User Details report, one of several pages, with columns that can be chosen; the names are those of
the help page, the header itself was not seen.

There is no last use in either (modified_at is a change of the record). Nothing is ignored.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

_STATUS = """CASE WHEN fold(status) = 'active' OR fold(status) LIKE 'cannot%' THEN 'active'
    WHEN fold(status) = 'inactive' THEN 'disabled' ELSE 'unknown' END"""

FORMAT = Format(
    name="box_users",
    system="box",
    kind="app_account",
    title="Box users (API JSON, User Details report CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "type", "name", "login", ("space_amount", "max_upload_size", "status", "space_used")),
            forbids=("attributes",),
            columns=dict.fromkeys(("id", "name", "login", "status", "role", "created_at"), "VARCHAR"),
            select=app_accounts(
                "box.com", "Box", key="id", login="login", name="name", status=_STATUS, role="role",
                admin="CASE WHEN role IN ('admin', 'coadmin') THEN true WHEN role = 'user' THEN false END",
                created={"created_at": "created_at"}, login_column="login",
            ),
            is_complete=True,
            numbered=True,
        ),
        Shape(
            name="report",
            container="csv",
            requires=(("Name", "User Name"), ("Email", "User Email"), "Status", "Storage Allocated"),
            columns={"name": ("Name", "User Name"), "login": ("Email", "User Email"), "status": "Status",
                     "created": ("Created", "Date Created"), "role": ("Role", "Admin Role")},
            select=app_accounts(
                "box.com", "Box", login="login", name="name", status=_STATUS, role="role",
                created={"Created": "created"},
            ),
            numbered=True,
        ),
    ),
    how_to_get="Box API: GET /users?fields=id,type,name,login,status,role,created_at, all pages; or Reports, "
    "User Details",
    proven_by="https://developer.box.com/en/reference/get-users-id/",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"total_count":2,"limit":100,"offset":0,"entries":[
{"id":"11446498","type":"user","name":"Ada Byron","login":"Ada@example.com","status":"active","role":"coadmin",\
"space_amount":11345156112,"created_at":"2012-12-12T10:53:43-08:00"},
{"id":"2","type":"user","name":"Blaise","login":"blaise@example.com","status":"inactive","space_amount":1}]}
""",
            records={
                "app_account": (
                    {"account_key": "11446498", "account_name": "ada@example.com", "is_admin": True,
                     "mention": "box.com", "created_at": datetime(2012, 12, 12, 18, 53, 43)},
                    {"account_key": "2", "status": "disabled", "is_admin": None},
                )
            },
        ),
        Example(
            shape="report",
            text="""\
Name,Email,Public Name,Secondary Emails,Groups,Storage Allocated,Restrict external collaboration,Status
Ada Byron,ada@example.com,Ada,,staff,Unlimited,No,Active
Blaise,blaise@example.com,,,,50,No,Cannot delete or edit
Nobody,,,,,50,No,Inactive
""",
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "status": "active"},
                    {"account_name": "blaise@example.com", "status": "active"},
                )
            },
            quarantined=1,
        ),
    ),
)  # fmt: skip
