"""Google Workspace: the users of a domain.

Shape `api`: Directory API `users.list` (`users`, nextPageToken). suspended and archived are disabled; with
showDeleted the users of the last 20 days that were deleted, with deletionTime. The instance is customerId.
Shape `gam`: `gam print users … allfields` (GAM, CSV): nested keys joined by dots, lists numbered. Without the field
`suspended` the state is unknown, not active. What was asked for is not in the file: not taken as whole. PSGSuite
(`Get-GSUser | Export-Csv`) has the same names with capitals, and aliases in one cell.
Shape `console`: Admin console, Users, Download users (User_Download_….csv). Status Active, Suspended, Archived. Home
and recovery addresses are private and not read. The template to upload users has the same first columns and no
Status: it is none. A filter may have been set: not taken as whole.

employee id: externalIds of type organization. manager: relations of type manager. `Never logged in` and 1970 do not
matter: last use is not part of a roster. Nothing is ignored.
The console's header was read in four public files without their addresses.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import directory_accounts, full_name
from discovery.sources.source import Example, Format, Shape

_KIND = """CASE WHEN blank_null(employee_id) IS NOT NULL THEN 'human'
    WHEN regexp_matches(lower(login), '^(svc|srv|service|noreply|no-reply|admin|sync|scan|test)([._@-]|$)')
        THEN 'unknown'
    WHEN blank_null(first_name) IS NOT NULL AND blank_null(last_name) IS NOT NULL THEN 'human' ELSE 'unknown' END"""


def _select(source: str, status: str, deleted: str = "CAST(NULL AS TIMESTAMP)") -> str:
    return directory_accounts(
        key="id", login="login", email="login", status=status, aliases="aliases", key_column="id",
        status_column="Status", status_text="state", employee_id="employee_id",
        name=full_name("first_name", "last_name", "full_name"), account_kind=_KIND, department="department",
        manager="manager", deleted_at=deleted, source=source,
    )  # fmt: skip


_API = _select(
    """(SELECT _record, id, "primaryEmail" AS login, suspended AS state, archived,
        instant("deletionTime") AS gone,
        list_concat(coalesce(TRY_CAST(aliases AS VARCHAR[]), []),
                    coalesce(TRY_CAST("nonEditableAliases" AS VARCHAR[]), [])) AS aliases,
        name ->> '$.givenName' AS first_name, name ->> '$.familyName' AS last_name, name ->> '$.fullName' AS full_name,
        list_filter(CAST(coalesce("externalIds", '[]') AS JSON[]),
                    lambda e: e ->> '$.type' = 'organization')[1] ->> '$.value' AS employee_id,
        organizations ->> '$[0].department' AS department,
        list_filter(CAST(coalesce(relations, '[]') AS JSON[]),
                    lambda r: r ->> '$.type' = 'manager')[1] ->> '$.value' AS manager FROM raw)""",
    """CASE WHEN gone IS NOT NULL THEN 'deleted' WHEN 'true' IN (state, archived) THEN 'disabled'
        WHEN state = 'false' THEN 'active' WHEN state IS NULL THEN 'unknown' END""",
    "gone",
)
_GAM = _select(
    """(SELECT * REPLACE (list_filter(flatten(list_transform(aliases, lambda a: string_split_regex(a, '[;,| ]+'))),
        lambda a: contains(a, '@')) AS aliases) FROM raw)""",
    """CASE WHEN 'true' IN (lower(state), lower(archived)) THEN 'disabled' WHEN lower(state) = 'false' THEN 'active'
        WHEN blank_null(state) IS NULL THEN 'unknown' END""",
).replace("blank_null(id) AS the_key", "coalesce(blank_null(id), lower(blank_null(login))) AS the_key")
_CONSOLE = _select(
    "(SELECT *, login AS id, [work_secondary] AS aliases, CAST(NULL AS VARCHAR) AS full_name FROM raw)",
    """CASE WHEN fold(state) = 'active' THEN 'active' WHEN fold(state) IN ('suspended', 'archived') THEN 'disabled'
        WHEN fold(state) IN ('deleted') THEN 'deleted' END""",
).replace("blank_null(id) AS the_key", "lower(blank_null(id)) AS the_key")

FORMAT = Format(
    name="google_users",
    system="google",
    kind="directory_account",
    title="Google Workspace users (Directory API JSON, GAM CSV, Admin console CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "primaryEmail", ("name.fullName", "suspended", "orgUnitPath", "customerId")),
            columns={
                **dict.fromkeys(("id", "primaryEmail", "suspended", "archived", "deletionTime"), "VARCHAR"),
                **dict.fromkeys(("name", "aliases", "nonEditableAliases", "externalIds", "organizations",
                                 "relations"), "JSON"),
            },
            select=_API,
            instance="customerId",
            is_complete=True,
            numbered=True,
        ),
        Shape(
            name="gam",
            container="csv",
            requires=("primaryEmail", ("name.givenName", "name.fullName", "suspended", "orgUnitPath")),
            columns={
                "id": "id", "login": "primaryEmail", "state": "suspended", "archived": "archived",
                "first_name": "name.givenName", "last_name": "name.familyName", "full_name": "name.fullName",
                "aliases": "aliases*", "employee_id": "externalIds.0.value",
                "department": "organizations.0.department", "manager": "relations.0.value",
            },
            select=_GAM,
            instance="customerId",
            numbered=True,
        ),
        Shape(
            name="console",
            container="csv",
            requires=("First Name [Required]", "Last Name [Required]", "Email Address [Required]",
                      "Status [READ ONLY]"),
            columns={
                "login": "Email Address [Required]", "first_name": "First Name [Required]",
                "last_name": "Last Name [Required]", "state": "Status [READ ONLY]", "employee_id": "Employee ID",
                "department": "Department", "manager": "Manager Email", "work_secondary": "Work Secondary Email",
            },
            select=_CONSOLE,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect google`, `gam print users allfields`, or Admin console: Users, Download users",
    proven_by="https://developers.google.com/admin-sdk/directory/v1/reference/users",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"kind":"admin#directory#users","users":[
{"id":"100000000000000000001","primaryEmail":"Ada@example.com","name":{"givenName":"Ada","familyName":"Byron",\
"fullName":"Ada Byron"},"suspended":false,"archived":false,"isAdmin":true,"customerId":"C03az79cb",\
"aliases":["a.byron@example.com"],"nonEditableAliases":["ada@example.com.test-google-a.com"],\
"externalIds":[{"value":"E001","type":"organization"}],"relations":[{"value":"grace@example.com","type":"manager"}],\
"organizations":[{"department":"Engineering"}],"lastLoginTime":"1970-01-01T00:00:00.000Z"},
{"id":"2","primaryEmail":"blaise@example.com","name":{"fullName":"Blaise Pascal"},"suspended":true,\
"customerId":"C03az79cb"},
{"id":"3","primaryEmail":"cleo@example.com","customerId":"C03az79cb","suspended":false,\
"deletionTime":"2026-09-20T10:00:00.000Z"}]}
""",
            instance="c03az79cb",
            records={
                "directory_account": (
                    {
                        "account_key": "100000000000000000001", "email": "ada@example.com", "employee_id": "E001",
                        "aliases": ["a.byron@example.com", "ada@example.com.test-google-a.com"],
                        "status": "active", "manager_email": "grace@example.com", "department": "Engineering",
                        "account_kind": "human",
                    },
                    {"account_key": "2", "status": "disabled", "aliases": []},
                    {"account_key": "3", "status": "deleted", "deleted_at": datetime(2026, 9, 20, 10)},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"4","primaryEmail":"svc.backup@example.com","name":{"givenName":"Svc","familyName":"Backup"},"suspended":false}
{"id":"","primaryEmail":"e@example.com","suspended":false,"orgUnitPath":"/"}
{"id":"6","primaryEmail":"f@example.com","suspended":"maybe","orgUnitPath":"/"}
""",
            records={"directory_account": ({"account_key": "4", "account_kind": "unknown"},)},
            quarantined=2,
        ),
        Example(
            shape="gam",
            text="""\
primaryEmail,name.givenName,name.familyName,suspended,archived,aliases,aliases.0,aliases.1,externalIds,\
externalIds.0.value,externalIds.0.type,orgUnitPath
Ada@example.com,Ada,Byron,False,False,2,a@example.com,b@example.com,1,E001,organization,/
blaise@example.com,Blaise,Pascal,True,False,0,,,0,,,/Left
cleo@example.com,Cleo,Vance,,,0,,,0,,,/
""",
            records={
                "directory_account": (
                    {"account_key": "ada@example.com", "aliases": ["a@example.com", "b@example.com"],
                     "employee_id": "E001", "status": "active"},
                    {"account_key": "blaise@example.com", "status": "disabled"},
                    {"account_key": "cleo@example.com", "status": "unknown"},
                )
            },
        ),
        Example(
            shape="gam",
            # PSGSuite; no state column of use; no address.
            text="""\
"User","PrimaryEmail","Aliases","Archived","CreationTime","Id","IsAdmin","OrgUnitPath","Suspended"
"Ada@example.com","Ada@example.com","a@example.com;b@example.com","False","2021-01-01","100","False","/","False"
"x@example.com","x@example.com","","False","2021-01-01","101","False","/","Sometimes"
""",
            records={
                "directory_account": (
                    {"account_key": "100", "email": "ada@example.com", "status": "active",
                     "aliases": ["a@example.com", "b@example.com"]},
                )
            },
            quarantined=1,
        ),
        Example(
            shape="console",
            text="""\
First Name [Required],Last Name [Required],Email Address [Required],Password [Required],\
Password Hash Function [UPLOAD ONLY],Org Unit Path [Required],New Primary Email [UPLOAD ONLY],Status [READ ONLY],\
Last Sign In [READ ONLY],Recovery Email,Home Secondary Email,Work Secondary Email,Work Address,Employee ID,\
Department,Manager Email,2sv Enrolled [READ ONLY]
Ada,Byron,Ada@example.com,****,,/,,Active,2026/04/10 04:05:20,ada@home.example,,a.b@example.com,\
"1 High St, London",E001,Engineering,grace@example.com,True
Blaise,Pascal,blaise@example.com,****,,/,,Suspended,Never logged in,,,,,,,,False
Odd,Word,odd@example.com,****,,/,,Hibernating,Never logged in,,,,,,,,False
No,Body,,****,,/,,Active,Never logged in,,,,,,,,False
""",
            records={
                "directory_account": (
                    {"account_key": "ada@example.com", "aliases": ["a.b@example.com"], "status": "active",
                     "employee_id": "E001", "manager_email": "grace@example.com"},
                    {"account_key": "blaise@example.com", "status": "disabled"},
                )
            },
            quarantined=2,
        ),
    ),
)  # fmt: skip
