"""GitHub: who has an account in an enterprise or organisation.

Shape `licences`: the CSV of an enterprise's consumed licences, one line per seat. A GitHub login is no address: the
SAML name is the account's name where it is an address, else the verified domain e-mail, else the login. Of a pending
invitation the login cell may hold the address. With data residency the columns say `GitHub` in place of `GitHub com`.
Shape `licences_api`: the same from `GET /enterprises/{enterprise}/consumed-licenses`, keys in snake_case.
Shape `organisation`: the organisation's People, Export, JSON or API; no address but the SAML name id.
Shape `organisation_csv`: the same as CSV.
Shape `members`: `GET /orgs/{org}/members` (docs.github.com/en/rest/orgs/members, read 2026-11-26): logins alone, no
address, no role.

Lists in a cell are joined by a comma. Times are UTC. None of these tells when an enterprise seat was last used; an
organisation's export does (last_active). Nothing is ignored: outside collaborators hold a seat as well.
The two organisation shapes are from general knowledge. Answers of the API come in pages that only response headers
name: not taken as whole.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

_LOGIN = """coalesce(email_of(saml_name), email_of(split_part(replace(replace(replace(
    domain_emails, '[', ''), ']', ''), '"', ''), ',', 1)), email_of(login), blank_null(login), blank_null(saml_name),
    email_of(server_email))"""


def _licences(source: str = "raw") -> str:
    return app_accounts(
        "github.com", "GitHub",
        key="login", login=_LOGIN, name="full_name",
        status="CASE WHEN blank_null(login) IS NULL OR contains(login, '@') THEN 'invited' ELSE 'active' END",
        role="coalesce(nullif(blank_null(enterprise_roles), '[]'), nullif(blank_null(member_roles), '[]'))",
        login_column="GitHub com login", source=source,
    )  # fmt: skip


_ORGANISATION = app_accounts(
    "github.com", "GitHub",
    key="login", login="coalesce(email_of(saml_name_id), login)", name="name",
    status="CASE WHEN suspended = 'true' THEN 'disabled' ELSE 'active' END", role="role",
    last_active={"last_active": "last_active"}, created={"created_at": "created_at"}, login_column="login",
)  # fmt: skip

_CSV_COLUMNS: dict[str, str | tuple[str, ...]] = {
    "login": ("GitHub com login", "GitHub login"),
    "full_name": ("GitHub com name", "GitHub name"),
    "saml_name": ("GitHub com saml name", "GitHub saml name", "GitHub com saml name ID"),
    "domain_emails": ("GitHub com verified domain emails", "GitHub verified domain emails"),
    "enterprise_roles": ("GitHub com enterprise roles", "GitHub enterprise roles"),
    "member_roles": ("GitHub com member roles", "GitHub member roles"),
    "server_email": "Enterprise server primary emails",
}
_API = """(SELECT _record, github_com_login AS login, github_com_name AS full_name,
    github_com_saml_name_id AS saml_name, github_com_verified_domain_emails AS domain_emails,
    github_com_enterprise_roles AS enterprise_roles, github_com_member_roles AS member_roles,
    enterprise_server_primary_emails AS server_email FROM raw)"""

FORMAT = Format(
    name="github_people",
    system="github",
    kind="app_account",
    title="GitHub enterprise licences and organisation people (CSV, JSON)",
    shapes=(
        Shape(
            name="licences",
            container="csv",
            requires=(
                ("GitHub com login", "GitHub login"),
                ("GitHub com name", "GitHub name"),
                "License type",
                ("GitHub com enterprise roles", "GitHub enterprise roles", "Enterprise server user"),
            ),
            columns=_CSV_COLUMNS,
            select=_licences(),
            numbered=True,
        ),
        Shape(
            name="licences_api",
            container="json",
            requires=("github_com_login", "github_com_name", "license_type"),
            columns=dict.fromkeys(
                ("github_com_login", "github_com_name", "github_com_saml_name_id", "github_com_enterprise_roles",
                 "github_com_verified_domain_emails", "github_com_member_roles",
                 "enterprise_server_primary_emails"), "VARCHAR",
            ),
            select=_licences(_API),
            is_complete=False,
            numbered=True,
        ),
        Shape(
            name="organisation",
            container="json",
            requires=("login", "role", ("tfa_enabled", "saml_name_id", "membership_type")),
            forbids=("github_com_login",),
            columns=dict.fromkeys(
                ("login", "name", "role", "last_active", "saml_name_id", "created_at", "suspended"), "VARCHAR"
            ),
            select=_ORGANISATION,
            is_complete=False,
            numbered=True,
        ),
        Shape(
            name="members",
            container="json",
            requires=("login", "node_id", "html_url", "site_admin", "organizations_url"),
            forbids=("role", "contributions", "owner"),
            columns={"login": "VARCHAR", "type": "VARCHAR"},
            select=app_accounts(
                "github.com", "GitHub", key="login", login="login", status="'active'",
                ignored=(("type = 'Bot'", "service account"),), login_column="login",
            ),
            is_complete=False,
            numbered=True,
        ),
        Shape(
            name="organisation_csv",
            container="csv",
            requires=("login", "role", ("tfa_enabled", "2fa_enabled?"), ("saml_name_id", "is_public", "dormant?")),
            columns={
                "login": "login", "name": "name", "role": "role", "last_active": "last_active",
                "saml_name_id": "saml_name_id", "created_at": "created_at", "suspended": ("suspended?", "suspended"),
            },
            select=_ORGANISATION,
            numbered=True,
        ),
    ),
    how_to_get="GitHub enterprise: Billing and licensing, Licensing, Export; or the organisation: People, Export",
    proven_by="https://github.com/PyGithub/PyGithub/commit/a7bfdf2d",
    proven_on=date(2026, 11, 24),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="licences",
            text="""\
GitHub com login,GitHub com name,Enterprise server user ids,GitHub com user,Enterprise server user,\
Visual studio subscription user,License type,GitHub com profile,GitHub com member roles,\
GitHub com enterprise roles,GitHub com verified domain emails,GitHub com saml name,\
GitHub com orgs with pending invites,GitHub com two factor auth,Total user accounts
adab,Ada Byron,,true,false,false,Enterprise,https://github.com/adab,"corp:Owner, lab:Member",\
"Owner, Member",,Ada@example.com,,true,1
blaise-p,Blaise Pascal,,true,false,false,Enterprise,https://github.com/blaise-p,corp:Member,Member,\
"blaise@example.com, b.pascal@example.com",,,false,1
cleo@partner.example,,,true,false,false,Enterprise,,,Pending invitation,,,corp,,1
grace-h,,,true,false,false,Enterprise,,corp:Member,Member,,,,true,1
""",
            records={
                "app_account": (
                    {
                        "account_key": "adab", "account_name": "ada@example.com", "mention": "github.com",
                        "is_admin": True, "status": "active",
                    },
                    {"account_key": "blaise-p", "account_name": "blaise@example.com", "is_admin": False},
                    {"account_name": "cleo@partner.example", "status": "invited"},
                    {"account_key": "grace-h", "account_name": "grace-h"},
                )
            },
        ),
        Example(
            shape="licences_api",
            text="""\
{"total_seats_consumed":3,"total_seats_purchased":5,"users":[
{"github_com_login":"adab","github_com_name":null,"license_type":"enterprise","github_com_saml_name_id":null,\
"github_com_enterprise_roles":["owner"],"github_com_verified_domain_emails":["ada@example.com"]},
{"github_com_login":"gh","github_com_name":"G","license_type":"enterprise","github_com_saml_name_id":"gh-saml",\
"github_com_enterprise_roles":[],"github_com_verified_domain_emails":[]},
{"github_com_login":"","github_com_name":null,"license_type":"enterprise"}
]}
""",
            records={
                "app_account": (
                    {"account_key": "adab", "account_name": "ada@example.com", "is_admin": True},
                    {"account_key": "gh", "account_name": "gh", "is_admin": None},
                )
            },
            quarantined=1,
        ),
        Example(
            shape="organisation",
            text="""\
[{"login":"adab","name":"Ada Byron","tfa_enabled":true,"is_public":false,"created_at":"2024-01-02T03:04:05Z",\
"role":"admin","last_active":"2026-09-01T10:00:00Z","saml_name_id":"ada@example.com","membership_type":"direct"},
{"login":"blaise-p","name":null,"tfa_enabled":false,"role":"member","last_active":"soon","saml_name_id":null}]
""",
            records={
                "app_account": (
                    {"account_name": "ada@example.com", "is_admin": True,
                     "last_active_at": datetime(2026, 9, 1, 10), "created_at": datetime(2024, 1, 2, 3, 4, 5)},
                )
            },
            quarantined=1,
        ),
        Example(
            shape="members",
            text="""\
[{"login":"adab","id":1,"node_id":"MDQ6VXNlcjE=","url":"https://api.github.com/users/adab","html_url":\
"https://github.com/adab","organizations_url":"https://api.github.com/users/adab/orgs","type":"User","site_admin":false},
{"login":"build[bot]","id":2,"node_id":"MDQ6VXNlcjI=","url":"https://api.github.com/users/build","html_url":\
"https://github.com/build","organizations_url":"https://api.github.com/users/build/orgs","type":"Bot","site_admin":false}]
""",
            records={
                "app_account": ({"account_key": "adab", "account_name": "adab", "status": "active", "is_admin": None},)
            },
            ignored={"service account": 1},
        ),
        Example(
            shape="members",
            text="""\
[{"login":"","id":3,"node_id":"x","html_url":"https://github.com/x","organizations_url":"x","site_admin":false}]
""",
            quarantined=1,
        ),
        Example(
            shape="organisation_csv",
            text="""\
login,name,tfa_enabled,is_public,created_at,role,last_active,saml_name_id
blaise-p,Blaise Pascal,false,false,2024-01-02 03:04:05 UTC,member,,
""",
            records={
                "app_account": (
                    {"account_name": "blaise-p", "last_active_at": None,
                     "created_at": datetime(2024, 1, 2, 3, 4, 5)},
                )
            },
        ),
    ),
)  # fmt: skip
