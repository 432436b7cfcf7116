"""Salesforce: users, as an answer of a query, as a CSV of the object, or as a report.

Shape `query`: `SELECT Id, Username, Email, Name, IsActive, LastLoginDate, CreatedDate, UserType, Profile.Name FROM
User` (REST or `sf data query --json`): records with `attributes.type` User.
Shape `object`: the same as CSV (Data Loader, `sf data query --result-format csv`).
Shape `report`: a report on users, with the labels that the administrator chose; ends with footer lines. Its labels
are from general knowledge.

Trap: Username looks like an address and need not be one (sandboxes append a name, and `.invalid` to Email, which is
taken off): Email comes first, FederationIdentifier if that is an address. A query chooses its own rows, so that no
file is taken as whole.

Ignored: `not a person` (UserType of automated, guest and chatter-external users), `report footer`.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts, full_name, words
from discovery.sources.source import Example, Format, Shape

_NOBODY = """fold(user_type) IN ('automatedprocess', 'guest', 'cloudintegrationuser', 'platformintegrationuser',
    'csnonly')"""
_ACTIVE = {"active": ("true", "1", "yes"), "disabled": ("false", "0", "no")}
_LOGIN = """coalesce(email_of(regexp_replace(email, '\\.invalid$', '')), email_of(federation),
    blank_null(username))"""


def _select(footer: bool, date_order: str | None = None) -> str:
    ignored = [(_NOBODY, "not a person")]
    if footer:
        ignored.insert(0, ("blank_null(username) IS NULL AND blank_null(email) IS NULL", "report footer"))
    return app_accounts(
        "salesforce.com", "Salesforce",
        key="user_id", login=_LOGIN, name=full_name("first_name", "last_name", "full_name"),
        status=words("active", _ACTIVE), role="coalesce(blank_null(profile), blank_null(role))",
        last_active={"Last Login": "last_login"}, created={"Created Date": "created"}, ignored=ignored,
        date_order=date_order,
    )  # fmt: skip


_QUERY = _select(footer=False).replace(
    "FROM raw",
    """FROM (SELECT *, "Id" AS user_id, "Username" AS username, "Email" AS email, "Name" AS full_name,
    "FirstName" AS first_name, "LastName" AS last_name, "IsActive" AS active, "LastLoginDate" AS last_login,
    "CreatedDate" AS created, "UserType" AS user_type, "FederationIdentifier" AS federation,
    "Profile" ->> '$.Name' AS profile, "UserRole" ->> '$.Name' AS role FROM raw)""",
)

FORMAT = Format(
    name="salesforce_users",
    system="salesforce",
    kind="app_account",
    title="Salesforce users (query JSON, object CSV, report CSV)",
    shapes=(
        Shape(
            name="query",
            container="json",
            requires=("attributes.type", "Username", ("IsActive", "LastLoginDate", "Email")),
            columns={
                **dict.fromkeys(
                    ("Id", "Username", "Email", "Name", "FirstName", "LastName", "IsActive", "LastLoginDate",
                     "CreatedDate", "UserType", "FederationIdentifier"), "VARCHAR",
                ),
                "Profile": "JSON", "UserRole": "JSON",
            },
            select=_QUERY,
            numbered=True,
        ),
        Shape(
            name="object",
            container="csv",
            requires=("Id", "Username", "IsActive", ("LastLoginDate", "ProfileId", "Profile.Name", "UserType")),
            columns={
                "user_id": "Id", "username": "Username", "email": "Email", "full_name": "Name",
                "first_name": "FirstName", "last_name": "LastName", "active": "IsActive",
                "last_login": "LastLoginDate", "created": "CreatedDate", "user_type": "UserType",
                "federation": "FederationIdentifier", "profile": "Profile.Name", "role": "UserRole.Name",
            },
            select=_select(footer=False),
            numbered=True,
        ),
        Shape(
            name="report",
            container="csv",
            requires=("Username", "Active", ("Profile", "Profile: Name", "User License", "Profile: User License"),
                      ("Last Login", "Last Login Date", "Email")),
            forbids=("App", "Application"),
            columns={
                "user_id": ("User ID", "Case Safe ID"), "username": "Username", "email": "Email",
                "full_name": ("Full Name", "Name"), "first_name": "First Name", "last_name": "Last Name",
                "active": "Active", "last_login": ("Last Login", "Last Login Date"),
                "created": ("Created Date", "Created"), "user_type": "User Type",
                "federation": ("SAML Federation ID", "Federation ID"), "profile": ("Profile", "Profile: Name"),
                "role": ("Role", "Role: Name"),
            },
            select=_select(footer=True),
            numbered=True,
            preamble=8,
        ),
    ),
    how_to_get="a query over User with Id, Username, Email, Name, IsActive, LastLoginDate, UserType, Profile.Name, "
    "or a report on users",
    proven_by="https://developer.salesforce.com/docs/platform/api-rest/guide/resources-query",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="query",
            text="""\
{"totalSize":3,"done":true,"records":[
{"attributes":{"type":"User","url":"/services/data/v61.0/sobjects/User/005A"},"Id":"005A","Username":\
"ada@example.com.uat","Email":"Ada@example.com.invalid","Name":"Ada Byron","IsActive":true,\
"LastLoginDate":"2026-09-08T07:01:02.000+0000","UserType":"Standard","Profile":{"Name":"System Administrator"}},
{"attributes":{"type":"User"},"Id":"005B","Username":"bpascal","Email":null,"Name":"Blaise Pascal",\
"IsActive":false,"LastLoginDate":null,"UserType":"Standard","Profile":null},
{"attributes":{"type":"User"},"Id":"005C","Username":"autoproc@00d","Email":"noreply@example.com","IsActive":true,\
"UserType":"AutomatedProcess"}]}
""",
            records={
                "app_account": (
                    {"account_key": "005A", "account_name": "ada@example.com", "status": "active", "is_admin": True,
                     "mention": "salesforce.com", "last_active_at": datetime(2026, 9, 8, 7, 1, 2)},
                    {"account_key": "005B", "account_name": "bpascal", "status": "disabled", "is_admin": None},
                )
            },
            ignored={"not a person": 1},
        ),
        Example(
            shape="object",
            text="""\
"Id","Username","Email","Name","IsActive","LastLoginDate","CreatedDate","UserType"
"005A","ada@example.com","ada@example.com","Ada","true","2026-09-08T07:01:02.000Z","2024-01-02","Standard"
"005B","","","Nobody","true","","","Standard"
"005C","jean@example.com","jean@example.com","Jean","true","gone","","Standard"
""",
            records={
                "app_account": (
                    {"account_key": "005A", "last_active_at": datetime(2026, 9, 8, 7, 1, 2),
                     "created_at": datetime(2024, 1, 2)},
                )
            },
            quarantined=2,
        ),
        Example(
            shape="report",
            text="""\
First Name,Last Name,Username,Email,Active,Profile,Last Login
Ada,Byron,ada@example.com,ada@example.com,1,Standard User,9/8/2026 7:01 AM
Blaise,Pascal,blaise@example.com,blaise@example.com,0,System Administrator,


All Users,,,,,,
"Confidential Information - Do Not Distribute",,,,,,
""",
            hints={"date_order": "mdy"},
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "status": "active", "is_admin": False,
                     "last_active_at": datetime(2026, 9, 8, 7, 1), "display_name": "Ada Byron"},
                    {"account_name": "blaise@example.com", "status": "disabled", "is_admin": True},
                )
            },
            ignored={"report footer": 2},
        ),
    ),
)  # fmt: skip
