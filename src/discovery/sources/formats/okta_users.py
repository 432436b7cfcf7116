"""Okta: the users of an org.

Shape `api`: `GET /api/v1/users`, a bare array. The list leaves out DEPROVISIONED users unless asked for
(`search=status eq "DEPROVISIONED"`), and its pages are named in response headers that a file does not hold: it is
never taken as whole. login need not be an address: profile.email comes first. secondEmail is private and not read.
Shape `csv`: a report or script with the attributes' variable names as headers; columns from general knowledge.
Shape `report`: the console's Okta Password Health report (help.okta.com names its columns in words; capitals unsure).

status: ACTIVE, RECOVERY, PASSWORD_EXPIRED and LOCKED_OUT are people who work here; SUSPENDED and DEPROVISIONED are
disabled, and for DEPROVISIONED the day of statusChanged (UTC) is the last day; STAGED and PROVISIONED have not begun:
unknown. The instance is the org's host, from `_links.self`. Nothing is ignored.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import directory_accounts, full_name
from discovery.sources.source import Example, Format, Shape

_STATUS = """CASE
    WHEN fold(state) IN ('active', 'recovery', 'passwordexpired', 'passwordreset', 'lockedout') THEN 'active'
    WHEN fold(state) IN ('suspended', 'deprovisioned', 'deactivated', 'inactive') THEN 'disabled'
    WHEN fold(coalesce(state, '')) IN ('staged', 'provisioned', 'pendinguseraction', '') THEN 'unknown' END"""
_KIND = """CASE
    WHEN fold(user_type) IN ('contractor', 'external', 'guest', 'vendor', 'partner') THEN 'external'
    WHEN fold(user_type) IN ('service', 'serviceaccount', 'system', 'bot') THEN 'service'
    WHEN blank_null(employee_number) IS NOT NULL THEN 'human'
    WHEN blank_null(first_name) IS NOT NULL AND blank_null(last_name) IS NOT NULL THEN 'human'
    ELSE 'unknown' END"""
_API = """(SELECT _record, id, status AS state, "statusChanged" AS changed, profile ->> '$.login' AS login,
    profile ->> '$.email' AS email, profile ->> '$.firstName' AS first_name,
    profile ->> '$.lastName' AS last_name, profile ->> '$.displayName' AS display_name,
    profile ->> '$.employeeNumber' AS employee_number, profile ->> '$.userType' AS user_type,
    profile ->> '$.department' AS department,
    coalesce(profile ->> '$.managerEmail', profile ->> '$.manager') AS manager FROM raw)"""


def _select(key: str, source: str) -> str:
    return directory_accounts(
        key=key, login="login", email="coalesce(email_of(email), email_of(login))", status=_STATUS,
        key_column="id", status_column="status", status_text="state", employee_id="employee_number",
        name=full_name("first_name", "last_name", "display_name"), account_kind=_KIND,
        department="department", manager="manager",
        left={"statusChanged": "CASE WHEN fold(state) IN ('deprovisioned', 'deactivated') THEN changed END"},
        source=source,
    )  # fmt: skip


FORMAT = Format(
    name="okta_users",
    system="okta",
    kind="directory_account",
    title="Okta users (API JSON, CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "status", "profile.login", "profile.email"),
            forbids=("scope", "syncState"),
            columns={**dict.fromkeys(("id", "status", "statusChanged"), "VARCHAR"), "profile": "JSON"},
            select=_select("id", _API),
            instance="_links.self.href",
            instance_pattern=r"^https?://([^/:]+)",
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=("login", "firstName", "lastName", "email", ("status", "statusChanged", "lastLogin")),
            columns={
                "id": ("id", "user.id", "userId"), "state": ("status", "user.status"), "changed": "statusChanged",
                "login": "login", "email": "email", "first_name": "firstName", "last_name": "lastName",
                "display_name": "displayName", "employee_number": "employeeNumber", "user_type": "userType",
                "department": "department", "manager": ("managerEmail", "manager"),
            },
            select=_select("coalesce(blank_null(id), lower(login))", "raw"),
            numbered=True,
        ),
        Shape(
            name="report",
            container="csv",
            requires=("User", "Login", "Status", "Authentication Source", "Last Password Change"),
            columns={
                "id": "User ID", "state": "Status", "changed": "Status change date", "login": "Login",
                "email": ("Primary Email", "Email"), "first_name": "First name", "last_name": "Last name",
                "display_name": "User", "employee_number": "Employee number", "user_type": "User type",
                "department": "Department", "manager": "Manager email",
            },
            select=_select("coalesce(blank_null(id), lower(login))", "raw"),
            numbered=True,
        ),
    ),
    how_to_get="Okta API: GET /api/v1/users, all pages, and again with search=status eq \"DEPROVISIONED\"",
    proven_by="https://github.com/api-evangelist/okta/blob/main/examples/okta-user-active-example.json",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
[{"id":"00u1a2b3c4D5E6F7G8H9","status":"ACTIVE","created":"2026-01-12T14:22:11.000Z",\
"statusChanged":"2026-01-12T14:23:01.000Z","lastLogin":"2026-05-21T09:14:55.000Z","type":{"id":"oty1"},\
"profile":{"login":"ada@corp.example","email":"Ada@example.com","secondEmail":"ada@home.example",\
"firstName":"Ada","lastName":"Byron","employeeNumber":"E001","department":"Engineering","manager":"Grace Hopper"},\
"_links":{"self":{"href":"https://corp.okta.example/api/v1/users/00u1a2b3c4D5E6F7G8H9"}}},
{"id":"00u2","status":"DEPROVISIONED","statusChanged":"2026-08-31T15:00:00.000Z","profile":{"login":\
"blaise@example.com","email":"blaise@example.com","firstName":"Blaise","lastName":"Pascal","displayName":"B. Pascal"},\
"_links":{"self":{"href":"https://corp.okta.example/api/v1/users/00u2"}}}]
""",
            instance="corp.okta.example",
            records={
                "directory_account": (
                    {
                        "account_key": "00u1a2b3c4D5E6F7G8H9", "account_name": "ada@corp.example",
                        "email": "ada@example.com", "aliases": ["ada@corp.example"], "employee_id": "E001",
                        "status": "active", "account_kind": "human", "department": "Engineering", "left_on": None,
                        "display_name": "Ada Byron", "manager_email": None,
                    },
                    {"account_key": "00u2", "status": "disabled", "left_on": date(2026, 8, 31), "aliases": [],
                     "display_name": "B. Pascal"},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"id":"00u3","status":"STAGED","profile":{"login":"cleo","email":null,"userType":"Contractor"}}
{"id":"00u4","status":"PASSWORD_EXPIRED","profile":{"login":"d@example.com","email":"d@example.com"}}
{"id":"00u5","status":"VANISHED","profile":{"login":"e@example.com","email":"e@example.com"}}
{"id":null,"status":"ACTIVE","profile":{"login":"f@example.com","email":"f@example.com"}}
""",
            records={
                "directory_account": (
                    {"account_key": "00u3", "account_name": "cleo", "email": None, "status": "unknown",
                     "account_kind": "external"},
                    {"account_key": "00u4", "status": "active", "account_kind": "unknown"},
                )
            },
            quarantined=2,
        ),
        Example(
            shape="report",
            text="""\
User,Login,Status,Activation date,Authentication Source,Last Login,Last Password Change
Ada Byron,Ada@example.com,Password expired,2026-01-12T14:22:11Z,OKTA,2026-05-21T09:14:55Z,2026-01-12T14:22:11Z
Blaise Pascal,blaise@example.com,Deactivated,2026-01-12T14:22:11Z,OKTA,,
Cleo,cleo@example.com,Elsewhere,,OKTA,,
""",
            records={
                "directory_account": (
                    {"account_key": "ada@example.com", "account_name": "ada@example.com", "email": "ada@example.com",
                     "display_name": "Ada Byron", "status": "active", "left_on": None},
                    {"account_key": "blaise@example.com", "status": "disabled", "left_on": None},
                )
            },
            quarantined=1,
        ),
        Example(
            shape="csv",
            text="""\
login,firstName,lastName,email,secondEmail,employeeNumber,status,lastLogin
Ada@example.com,Ada,Byron,ada@example.com,,E001,ACTIVE,
blaise@example.com,Blaise,Pascal,blaise@example.com,,,SUSPENDED,
""",
            records={
                "directory_account": (
                    {"account_key": "ada@example.com", "status": "active", "employee_id": "E001"},
                    {"account_key": "blaise@example.com", "status": "disabled"},
                )
            },
        ),
    ),
)  # fmt: skip
