"""JumpCloud: the users of an organisation.

Shape `api`: `GET /api/systemusers` (results, totalCount). Shape `csv`: `Get-JCUser | Export-Csv`, the same names.
state SUSPENDED or suspended true is disabled; STAGED has not begun: unknown; account_locked alone (failed passwords)
is not leaving. alternateEmail may be private and is not read. manager is an id and is not read. Nothing is ignored.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import directory_accounts, full_name
from discovery.sources.source import Example, Format, Shape

_NAMES = ("id", "_id", "username", "email", "firstname", "lastname", "displayname", "suspended", "state",
          "activated", "employeeIdentifier", "employeeType", "department")  # fmt: skip
_SELECT = directory_accounts(
    key='coalesce(blank_null("_id"), id)', login="username", email="email", key_column="id",
    status="""CASE WHEN lower(suspended) = 'true' OR upper(state) = 'SUSPENDED' THEN 'disabled'
        WHEN upper(state) = 'STAGED' OR (state IS NULL AND lower(activated) = 'false') THEN 'unknown'
        WHEN upper(coalesce(state, 'ACTIVATED')) = 'ACTIVATED' AND coalesce(suspended, state) IS NOT NULL THEN 'active'
        WHEN state IS NULL AND suspended IS NULL THEN 'unknown' END""",
    status_column="state", status_text="state", employee_id='"employeeIdentifier"',
    name=full_name("firstname", "lastname", "displayname"), department="department",
    account_kind="""CASE WHEN fold("employeeType") IN ('contractor', 'external', 'vendor') THEN 'external'
        WHEN fold("employeeType") IN ('service', 'serviceaccount') THEN 'service'
        WHEN blank_null("employeeIdentifier") IS NOT NULL
          OR blank_null(firstname) IS NOT NULL AND blank_null(lastname) IS NOT NULL THEN 'human' ELSE 'unknown' END""",
)  # fmt: skip

FORMAT = Format(
    name="jumpcloud_users",
    system="jumpcloud",
    kind="directory_account",
    title="JumpCloud users (API JSON, PowerShell CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("username", "email", "firstname", "lastname", ("activated", "suspended", "account_locked")),
            columns=dict.fromkeys(_NAMES, "VARCHAR"),
            select=_SELECT,
            instance="organization",
            is_complete=True,
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=("username", "email", "firstname", "lastname", ("account_locked", "externally_managed"),
                      ("activated", "suspended", "state")),
            columns={name: name for name in _NAMES if name != "id"} | {"id": "id"},
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="JumpCloud API: GET /api/systemusers, all pages in one file; or Get-JCUser | Export-Csv",
    proven_by="https://www.powershellgallery.com/packages/JumpCloud.SDK.V1/0.1.1/Content/"
    "custom%5Cgenerated%5CGet-JcSdkUser.ps1",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"totalCount":2,"results":[
{"_id":"5b0f","id":"5b0f","username":"ada","email":"Ada@example.com","alternateEmail":"ada@home.example",\
"firstname":"Ada","lastname":"Byron","displayname":"","activated":true,"suspended":false,"account_locked":true,\
"state":"ACTIVATED","employeeIdentifier":"E001","department":"Engineering","organization":"org1"},
{"_id":"5b10","username":"blaise","email":"blaise@example.com","firstname":"Blaise","lastname":"Pascal",\
"activated":true,"suspended":true,"state":"SUSPENDED","organization":"org1"}]}
""",
            instance="org1",
            records={
                "directory_account": (
                    {"account_key": "5b0f", "account_name": "ada", "email": "ada@example.com", "status": "active",
                     "employee_id": "E001", "account_kind": "human", "aliases": [], "display_name": "Ada Byron"},
                    {"account_key": "5b10", "status": "disabled"},
                )
            },
        ),
        Example(
            shape="csv",
            text="""\
"username","email","firstname","lastname","account_locked","activated","suspended","state","_id"
"ada","ada@example.com","Ada","Byron","False","True","False","ACTIVATED","1"
"new","new@example.com","","","False","False","False","STAGED","2"
"odd","odd@example.com","","","False","True","False","ODD","3"
"no","no@example.com","","","False","True","False","ACTIVATED",""
""",
            records={
                "directory_account": (
                    {"account_key": "1", "status": "active"},
                    {"account_key": "2", "status": "unknown", "account_kind": "unknown"},
                )
            },
            quarantined=2,
        ),
    ),
)  # fmt: skip
