"""Active Directory: accounts of a domain.

Shape `powershell`: `Get-ADUser -Filter * -Properties * | Export-Csv` (or with a choice of columns). Shape
`powershell_json`: the same by ConvertTo-Json. Shape `csvde`: `csvde -f`, LDAP names, several values joined by `;`.

Enabled, or bit 2 of userAccountControl (512 on, 514 off). accountExpires is a FILETIME (100 ns since 1601; 0 and
9223372036854775807 are never): an account that has expired on the day of the list is disabled. AccountExpirationDate is
read where accountExpires is missing, as a day in `date_order`. The key is objectGUID (csvde writes it as X'…' with the
bytes as they are stored: made the usual text), else the SID, the distinguished name or the login: take the same columns
every time, or one account becomes two. `System.String[]` and
`Microsoft.ActiveDirectory.…` stand for lists that were not joined: empty.

account_kind by evidence only: service where the name is that of a service (svc-…), human with an employee id, or with
given name and surname. manager is a distinguished name and is not read.

Ignored: `not a user` (computers, groups, contacts; names that end with $). What was searched for (-SearchBase, -r) is
not in the file: not taken as whole. PowerShell's own names of the ten default columns were seen; csvde's header is from
general knowledge.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.account_list import directory_accounts, full_name
from discovery.sources.source import Example, Format, Shape

_GUID = """CASE WHEN regexp_matches(guid, '^X''[0-9a-fA-F]{32}''$') THEN lower(
        guid[9:10] || guid[7:8] || guid[5:6] || guid[3:4] || '-' || guid[13:14] || guid[11:12] || '-'
        || guid[17:18] || guid[15:16] || '-' || guid[19:22] || '-' || guid[23:34])
    ELSE lower(trim(guid, '{} ')) END"""
_SELECT = directory_accounts(
    key=f"coalesce(blank_null({_GUID}), blank_null(sid), lower(blank_null(dn)), lower(blank_null(sam)))",
    login="coalesce(blank_null(upn), sam)", email="coalesce(email_of(mail), email_of(upn))", key_column="objectGUID",
    status="""CASE WHEN lower(enabled) = 'false' OR (TRY_CAST(control AS BIGINT) & 2) = 2 THEN 'disabled'
        WHEN TRY_CAST(expires AS HUGEINT) BETWEEN 1 AND 9223372036854775806 AND
             TIMESTAMP '1601-01-01' + to_microseconds(CAST(TRY_CAST(expires AS HUGEINT) // 10 AS BIGINT))
             <= CAST(hint('snapshot_on') AS DATE) THEN 'disabled'
        WHEN expires IS NULL AND day_in(expires_on, hint('date_order')) <= CAST(hint('snapshot_on') AS DATE)
             THEN 'disabled'
        WHEN lower(enabled) = 'true' OR TRY_CAST(control AS BIGINT) IS NOT NULL THEN 'active'
        WHEN blank_null(enabled) IS NULL AND blank_null(control) IS NULL THEN 'unknown' END""",
    status_column="Enabled", status_text="coalesce(enabled, control)",
    aliases="""list_transform(list_filter(string_split_regex(coalesce(proxies, ''), '[;,|\\[\\]" ]+'),
        lambda p: starts_with(lower(p), 'smtp:')), lambda p: substr(p, 6))""",
    employee_id="employee_id", name=full_name("given_name", "surname", "whole_name"),
    account_kind="""CASE WHEN regexp_matches(lower(sam), '^(svc|srv|service|sa)[-_.]') OR lower(sam) IN ('krbtgt')
            THEN 'service'
        WHEN blank_null(employee_id) IS NOT NULL THEN 'human'
        WHEN blank_null(given_name) IS NOT NULL AND blank_null(surname) IS NOT NULL THEN 'human'
        ELSE 'unknown' END""",
    department="department",
    ignored=((
        "(blank_null(class) IS NOT NULL AND NOT regexp_matches(lower(class), '(^|[;, ])(user|inetorgperson|person)$'))"
        " OR coalesce(ends_with(sam, '$'), false)", "not a user",
    ),),
)  # fmt: skip


def _source(columns: str) -> str:
    return _SELECT.replace("FROM raw", f"FROM (SELECT _record, {columns} FROM raw)", 1)  # noqa: S608 - names of ours


_ONE_MORE = ("DistinguishedName", "ObjectGUID", "SID", "whenCreated", "LastLogonDate", "PasswordLastSet",
             "UserPrincipalName", "EmailAddress", "mail")  # fmt: skip
_POWERSHELL: dict[str, str | tuple[str, ...]] = {
    "guid": "ObjectGUID", "sid": ("SID", "objectSid"), "dn": "DistinguishedName", "sam": "SamAccountName",
    "upn": "UserPrincipalName", "mail": ("mail", "EmailAddress"), "proxies": "proxyAddresses", "enabled": "Enabled",
    "control": "userAccountControl", "expires": "accountExpires", "expires_on": "AccountExpirationDate",
    "given_name": "GivenName", "surname": ("Surname", "sn"), "whole_name": ("DisplayName", "Name"),
    "employee_id": ("EmployeeID", "employeeNumber"), "department": "Department", "class": "ObjectClass",
}  # fmt: skip
_JSON = """"ObjectGUID" AS guid, coalesce("SID" ->> '$.Value', "SID" ->> '$') AS sid, "DistinguishedName" AS dn,
    "SamAccountName" AS sam, "UserPrincipalName" AS upn, coalesce(mail, "EmailAddress") AS mail,
    CAST("proxyAddresses" AS VARCHAR) AS proxies, "Enabled" AS enabled, "userAccountControl" AS control,
    "accountExpires" AS expires, "AccountExpirationDate" AS expires_on, "GivenName" AS given_name, "Surname" AS surname,
    coalesce("DisplayName", "Name") AS whole_name, coalesce("EmployeeID", "employeeNumber") AS employee_id,
    "Department" AS department, "ObjectClass" AS class"""

FORMAT = Format(
    name="active_directory_users",
    system="active_directory",
    kind="directory_account",
    title="Active Directory users (Get-ADUser CSV and JSON, csvde)",
    shapes=(
        Shape(
            name="powershell",
            container="csv",
            requires=("SamAccountName", "Enabled", _ONE_MORE),
            columns=_POWERSHELL,
            select=_SELECT,
            numbered=True,
            preamble=1,
        ),
        Shape(
            name="powershell_json",
            container="json",
            requires=("SamAccountName", "Enabled", _ONE_MORE),
            columns={
                **dict.fromkeys(
                    ("ObjectGUID", "DistinguishedName", "SamAccountName", "UserPrincipalName", "mail", "EmailAddress",
                     "Enabled", "userAccountControl", "accountExpires", "AccountExpirationDate", "GivenName", "Surname",
                     "DisplayName", "Name", "EmployeeID", "employeeNumber", "Department", "ObjectClass"), "VARCHAR",
                ),
                "SID": "JSON", "proxyAddresses": "JSON",
            },
            select=_source(_JSON),
            numbered=True,
        ),
        Shape(
            name="csvde",
            container="csv",
            requires=("DN", "objectClass", "sAMAccountName", "userAccountControl"),
            forbids=("Enabled",),
            columns={**_POWERSHELL, "dn": "DN", "enabled": "Enabled", "whole_name": ("displayName", "cn")},
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="Get-ADUser -Filter * -Properties * | Select-Object … | Export-Csv users.csv -NoTypeInformation "
    "-Encoding UTF8; or csvde -f users.csv -r \"(objectCategory=person)\"",
    proven_by="https://www.powershellgallery.com/packages/MrAD/1.0/Content/Get-MrADUser.ps1",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="powershell",
            text="""\
#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser
"DistinguishedName","Enabled","GivenName","Name","ObjectClass","ObjectGUID","SamAccountName","SID","Surname",\
"UserPrincipalName","mail","EmployeeID","Department","accountExpires","proxyAddresses"
"CN=Byron\\, Ada,OU=Staff,DC=corp,DC=example","True","Ada","Ada Byron","user","71269488-09f4-498f-a043-33ae89006239",\
"ada","S-1-5-21-1","Byron","ada@corp.example","Ada@example.com","E001","Engineering","9223372036854775807",\
"SMTP:Ada@example.com;smtp:a.byron@example.com;X500:/o=X"
"CN=Blaise,DC=corp,DC=example","False","Blaise","Blaise Pascal","user","b2","blaise","S-1-5-21-2","Pascal","","",\
"","","0","System.String[]"
"CN=Temp,DC=corp,DC=example","True","Tem","Temp","user","c3","temp","S-1-5-21-3","P","temp@corp.example","","","",\
"133485408000000000",""
"CN=svc-sql,DC=corp,DC=example","True","","svc-sql","user","d4","svc-sql","S-1-5-21-4","","","","","","0",""
"CN=PC1,DC=corp,DC=example","True","","PC1","computer","e5","PC1$","S-1-5-21-5","","","","","","0",""
""",
            hints={"snapshot_on": date(2026, 9, 30)},
            records={
                "directory_account": (
                    {
                        "account_key": "71269488-09f4-498f-a043-33ae89006239", "account_name": "ada@corp.example",
                        "email": "ada@example.com", "aliases": ["a.byron@example.com", "ada@corp.example"],
                        "status": "active", "employee_id": "E001", "account_kind": "human",
                    },
                    {"account_key": "b2", "account_name": "blaise", "email": None, "status": "disabled",
                     "aliases": []},
                    {"account_key": "c3", "status": "disabled"},
                    {"account_key": "d4", "account_kind": "service"},
                )
            },
            ignored={"not a user": 1},
        ),
        Example(
            shape="powershell_json",
            text="""\
[{"DistinguishedName":"CN=Ada,DC=corp,DC=example","Enabled":true,"GivenName":"Ada","Name":"Ada Byron",\
"ObjectClass":"user","ObjectGUID":"71269488-09f4-498f-a043-33ae89006239","SamAccountName":"ada",\
"SID":{"Value":"S-1-5-21-1"},"Surname":"Byron","UserPrincipalName":"ada@corp.example",\
"proxyAddresses":["SMTP:ada@example.com"]},
{"Enabled":"perhaps","ObjectGUID":"x","SamAccountName":"x","SID":{"Value":"S"}},
{"Enabled":true,"ObjectGUID":"","SamAccountName":"","DistinguishedName":"","SID":null},
{"Enabled":true,"SamAccountName":"Zoe","EmailAddress":"zoe@example.com","SID":null}]
""",
            records={
                "directory_account": (
                    {"account_key": "71269488-09f4-498f-a043-33ae89006239", "email": "ada@corp.example",
                     "aliases": ["ada@example.com"]},
                    {"account_key": "zoe", "account_name": "zoe", "email": "zoe@example.com", "status": "active"},
                )
            },
            quarantined=2,
        ),
        Example(
            shape="csvde",
            text="""\
DN,objectClass,cn,sn,givenName,whenCreated,displayName,objectGUID,userAccountControl,accountExpires,sAMAccountName,\
userPrincipalName,mail,proxyAddresses
"CN=Ada,OU=Staff,DC=corp,DC=example",user,Ada,Byron,Ada,20190412093015.0Z,Ada Byron,\
X'88942671f4098f49a04333ae89006239',512,9223372036854775807,ada,ada@corp.example,ada@example.com,\
"SMTP:ada@example.com;smtp:a@example.com"
"CN=Blaise,DC=corp,DC=example",user,Blaise,Pascal,Blaise,20190412093015.0Z,Blaise,,66050,0,blaise,,,
"CN=Staff,DC=corp,DC=example",group,Staff,,,20190412093015.0Z,,,,,Staff,,,
""",
            records={
                "directory_account": (
                    {"account_key": "71269488-09f4-498f-a043-33ae89006239", "status": "active",
                     "aliases": ["a@example.com", "ada@corp.example"]},
                    {"account_key": "cn=blaise,dc=corp,dc=example", "status": "disabled", "email": None},
                )
            },
            ignored={"not a user": 1},
        ),
    ),
)  # fmt: skip
