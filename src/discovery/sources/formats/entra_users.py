"""Entra ID: the users of a tenant, from Microsoft Graph or from the admin centre.

Shapes, and where their columns come from:

- `graph`: `GET /users` as pages, an array or one per line (learn.microsoft.com/graph/api/resources/user).
- `portal`: "Download users" CSV, both generations: `id` or `objectId`. The CSV of `Get-MgUser | Export-Csv`
  has the same names in other case and is read too; arrays that it printed as `System.String[]` are empty.

Users in the recycle bin are another format (entra_deleted_users), because that list is not complete; so are the
removals of a change feed (entra_removed_users), which tell nothing else of the user.

Traps: plain `GET /users` leaves accountEnabled out: unknown, not disabled. A guest's UPN is
`name_domain.tld#EXT#@tenant.onmicrosoft.com`: the real address is mail, the first of otherMails, or rebuilt
from the UPN (last underscore). mail is null for people without a licence: the primary SMTP address or the UPN
stands in. proxyAddresses holds SIP, X500 and EUM too: only smtp is taken. `0001-01-01T00:00:00Z` is never.
employeeLeaveDateTime may lie ahead; its UTC day is the last day.

aliases: the other smtp addresses, otherMails (or alternateEmailAddress), and the UPN where it is not the
address. account_kind is told by evidence only, the first that holds: external (userType Guest, #EXT#, made by
invitation); service or shared where employeeType says so; human with employee id, hire date or manager;
unknown where name or UPN begin like a service account (svc, service, noreply, admin …); human with given name
and surname; else unknown. A name alone never makes a service account.

assignedLicenses (`graph`, where it was selected): each is a `licence` of its own. It names products by skuId alone;
what they are called is told later, or by entra_licences. A CSV has none.

Nothing is ignored. The tenant is not in the file.
"""

from __future__ import annotations

from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Head, Shape, at_path

# Over a person with one name per meaning, whatever the shape calls it.
_RECORD = Template("""
WITH person AS ($person), addressed AS (
    SELECT *,
           coalesce(
               email_of(mail),
               CASE WHEN contains(upn, '#ext#') THEN coalesce(
                   others[1],
                   email_of(regexp_replace(split_part(upn, '#ext#', 1), '^(.*)_([^_]+)$$', '\\1@\\2'))) END,
               email_of(substr(list_filter(proxies, lambda p: p LIKE 'SMTP:%')[1], 6)),
               email_of(upn)) AS address
    FROM person
)
SELECT
    _record AS record,
    key AS account_key,
    upn AS account_name,
    address AS email,
    list_sort(list_distinct(list_filter(
        list_concat(
            list_transform(list_filter(proxies, lambda p: lower(p) LIKE 'smtp:%'),
                lambda p: lower(substr(p, 6))),
            others, [CASE WHEN NOT contains(upn, '#ext#') THEN email_of(upn) END]),
        lambda a: contains(a, '@') AND a IS DISTINCT FROM address))) AS aliases,
    nullif(trim(employee_id), '') AS employee_id,
    blank_null(display_name) AS display_name,
    CASE WHEN enabled = 'true' THEN 'active' WHEN enabled = 'false' THEN 'disabled' ELSE 'unknown' END
        AS status,
    CASE
        WHEN lower(user_type) = 'guest' OR contains(upn, '#ext#') OR lower(made_by) = 'invitation'
            THEN 'external'
        WHEN fold(employee_type) IN ('service', 'serviceaccount', 'system', 'bot', 'application')
            THEN 'service'
        WHEN fold(employee_type) IN ('shared', 'sharedmailbox', 'room', 'resource', 'functional')
            THEN 'shared'
        WHEN blank_null(employee_id) IS NOT NULL OR hired IS NOT NULL OR manager IS NOT NULL THEN 'human'
        WHEN regexp_matches(upn,
            '^(svc|srv|service|sa|noreply|no-reply|donotreply|adm|admin|sync|scan|test)([._@-]|$$)')
          OR regexp_matches(lower(display_name), '^(svc|service account|no ?reply|on-premises directory)\\b')
            THEN 'unknown'
        WHEN blank_null(given_name) IS NOT NULL AND blank_null(surname) IS NOT NULL THEN 'human'
        ELSE 'unknown'
    END AS account_kind,
    blank_null(department) AS department,
    manager AS manager_email,
    hired AS hired_on,
    gone AS left_on,
    CASE
        WHEN key IS NULL THEN problem('id', NULL, 'the object id of the user')
        WHEN enabled NOT IN ('true', 'false') THEN problem('accountEnabled', enabled, 'true or false')
    END AS _problem
FROM addressed
""")

_GRAPH = _RECORD.substitute(
    person="""
    SELECT _record, lower(blank_null(id)) AS key, lower(blank_null("userPrincipalName")) AS upn, mail,
           coalesce(TRY_CAST("proxyAddresses" AS VARCHAR[]), []) AS proxies,
           list_filter(list_transform(coalesce(TRY_CAST("otherMails" AS VARCHAR[]), []),
               lambda m: lower(trim(m))),
                       lambda m: contains(m, '@')) AS others,
           "employeeId" AS employee_id, "displayName" AS display_name, lower("accountEnabled") AS enabled,
           "userType" AS user_type, "creationType" AS made_by, "employeeType" AS employee_type,
           "givenName" AS given_name, surname, department,
           coalesce(email_of(manager ->> '$.mail'), email_of(manager ->> '$.userPrincipalName')) AS manager,
           nullif(CAST(instant("employeeHireDate") AS DATE), DATE '0001-01-01') AS hired,
           nullif(CAST(instant("employeeLeaveDateTime") AS DATE), DATE '0001-01-01') AS gone
    FROM raw"""
)

_PORTAL = _RECORD.substitute(
    person="""
    SELECT _record, lower(blank_null(object_id)) AS key, lower(blank_null(upn_text)) AS upn, mail,
           list_filter(string_split_regex(coalesce(proxy_text, ''), '[;,+|]\\s*'), lambda p: contains(p, ':'))
               AS proxies,
           list_filter(list_transform(string_split_regex(coalesce(other_text, ''), '[;,+|]\\s*'),
                                      lambda m: lower(trim(m))), lambda m: contains(m, '@')) AS others,
           employee_id, display_name, lower(blank_null(enabled_text)) AS enabled, user_type, made_by,
               employee_type,
           given_name, surname, department, CAST(NULL AS VARCHAR) AS manager, CAST(NULL AS DATE) AS hired,
           CAST(NULL AS DATE) AS gone
    FROM raw"""
)

# The same event_id as in entra_licences: who has both lists has each licence once.
_LICENCES = """
    SELECT account_key || ':' || sku AS event_id, record, account_key, account_name, sku AS licence, sku AS licence_key
    FROM (
        SELECT _record AS record, lower(blank_null(id)) AS account_key,
            lower(blank_null("userPrincipalName")) AS account_name,
            unnest(list_distinct(list_transform(coalesce(TRY_CAST("assignedLicenses" AS JSON[]), CAST([] AS JSON[])),
                lambda l: lower(blank_null(l ->> '$.skuId'))))) AS sku
        FROM raw
    )
    WHERE account_key IS NOT NULL AND sku IS NOT NULL"""


def _is_list_of_users(head: Head) -> bool:
    """Tell the tenant's users from the recycle bin and from the users that changed."""
    return not any(at_path(r, "deletedDateTime") or "@removed" in r for r in head.records)


FORMAT = Format(
    name="entra_users",
    system="entra",
    kind="directory_account",
    title="Entra ID users (Graph JSON, admin centre CSV)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=(
                "id",
                "userPrincipalName",
                "displayName",
                ("mail", "accountEnabled", "givenName", "userType", "proxyAddresses"),
            ),
            forbids=("appId", "ipAddress", "userId", "riskLevel", "groupId"),
            recognise=_is_list_of_users,
            columns={
                "id": "VARCHAR",
                "userPrincipalName": "VARCHAR",
                "mail": "VARCHAR",
                "proxyAddresses": "JSON",
                "otherMails": "JSON",
                "displayName": "VARCHAR",
                "givenName": "VARCHAR",
                "surname": "VARCHAR",
                "accountEnabled": "VARCHAR",
                "userType": "VARCHAR",
                "creationType": "VARCHAR",
                "employeeId": "VARCHAR",
                "employeeType": "VARCHAR",
                "employeeHireDate": "VARCHAR",
                "employeeLeaveDateTime": "VARCHAR",
                "department": "VARCHAR",
                "manager": "JSON",
                "assignedLicenses": "JSON",
            },
            select=_GRAPH,
            also={"licence": _LICENCES},
            numbered=True,
        ),
        Shape(
            name="portal",
            container="csv",
            requires=("userPrincipalName", "displayName", ("id", "objectId"), "accountEnabled"),
            columns={
                "object_id": ("id", "objectId"),
                "upn_text": "userPrincipalName",
                "mail": "mail",
                "proxy_text": "proxyAddresses",
                "other_text": ("alternateEmailAddress", "otherMails"),
                "employee_id": "employeeId",
                "employee_type": "employeeType",
                "display_name": "displayName",
                "given_name": "givenName",
                "surname": "surname",
                "enabled_text": "accountEnabled",
                "user_type": "userType",
                "made_by": "creationType",
                "department": "department",
            },
            select=_PORTAL,
            numbered=True,
            preamble=1,
        ),
    ),
    how_to_get="`discovery collect entra`, or the Entra admin centre: Users, Download users",
    proven_by="https://learn.microsoft.com/graph/api/resources/user",
    proven_on=date(2026, 11, 23),
    is_list=True,
    is_complete=True,
    also_kinds=("licence",),
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[
{"id":"71269488-09f4-498f-a043-33ae89006239","displayName":"Ada Byron","givenName":"Ada","surname":"Byron",\
"userPrincipalName":"Ada@corp.example","mail":"Ada.Byron@example.com","otherMails":["ada@old.example"],\
"proxyAddresses":["SMTP:Ada.Byron@example.com","smtp:a.byron@example.com","SIP:ada@corp.example",\
"x500:/o=X"],\
"accountEnabled":true,"userType":"Member","employeeId":"E001","department":"Engineering",\
"employeeHireDate":"2025-10-07T00:00:00Z","employeeLeaveDateTime":"0001-01-01T00:00:00Z",\
"manager":{"mail":"Grace@example.com"},"assignedLicenses":[\
{"disabledPlans":[],"skuId":"05E9A617-0261-4cee-bb44-138d3ef5d965"},{"disabledPlans":["x"],"skuId":"s2"}]},
{"id":"FA3C63DC-971a-420c-a182-61261d62bb05","displayName":"Blaise Pascal","givenName":"Blaise",\
"surname":"Pascal",\
"userPrincipalName":"blaise@example.com","mail":null,"accountEnabled":false,"userType":null,\
"employeeLeaveDateTime":"2026-08-31T00:00:00Z","assignedLicenses":[]}
]}
""",
            records={
                "licence": (
                    {
                        "account_key": "71269488-09f4-498f-a043-33ae89006239",
                        "licence": "05e9a617-0261-4cee-bb44-138d3ef5d965",
                        "licence_key": "05e9a617-0261-4cee-bb44-138d3ef5d965",
                        "event_id": "71269488-09f4-498f-a043-33ae89006239:05e9a617-0261-4cee-bb44-138d3ef5d965",
                    },
                    {
                        "account_key": "71269488-09f4-498f-a043-33ae89006239",
                        "licence": "s2",
                        "licence_key": "s2",
                    },
                ),
                "directory_account": (
                    {
                        "account_key": "71269488-09f4-498f-a043-33ae89006239",
                        "account_name": "ada@corp.example",
                        "email": "ada.byron@example.com",
                        "display_name": "Ada Byron",
                        "status": "active",
                        "aliases": ["a.byron@example.com", "ada@corp.example", "ada@old.example"],
                        "employee_id": "E001",
                        "account_kind": "human",
                        "department": "Engineering",
                        "manager_email": "grace@example.com",
                        "hired_on": date(2025, 10, 7),
                        "left_on": None,
                    },
                    {
                        "account_key": "fa3c63dc-971a-420c-a182-61261d62bb05",
                        "email": "blaise@example.com",
                        "aliases": [],
                        "status": "disabled",
                        "account_kind": "human",
                        "left_on": date(2026, 8, 31),
                    },
                ),
            },
        ),
        Example(
            shape="graph",
            # What plain GET /users tells of a guest, a service account, an unlicensed mailbox; no id.
            text="""\
{"id":"a1","displayName":"Cleo Vance","givenName":null,"surname":null,"mail":null,\
"userPrincipalName":"cleo_vance_partner.example#EXT#@corp.onmicrosoft.com"}
{"id":"a2","displayName":"svc backup","givenName":"Svc","surname":"Backup","mail":null,\
"userPrincipalName":"svc-backup@example.com","proxyAddresses":null,"accountEnabled":true}
{"id":"a3","displayName":"Invoices","mail":"invoices@example.com","userPrincipalName":"invoices@example.com"}
{"id":"a4","displayName":"Lift","mail":null,"userPrincipalName":"lift@example.com",\
"employeeType":"Service account"}
{"id":"a5","displayName":"Odd","mail":null,"userPrincipalName":"odd@example.com","accountEnabled":"maybe"}
{"id":"","displayName":"None","mail":null,"userPrincipalName":"none@example.com"}
""",
            records={
                "directory_account": (
                    {
                        "account_key": "a1",
                        "email": "cleo_vance@partner.example",
                        "account_kind": "external",
                        "aliases": [],
                        "status": "unknown",
                    },
                    {"account_key": "a2", "account_kind": "unknown", "status": "active"},
                    {"account_key": "a3", "account_kind": "unknown", "status": "unknown"},
                    {"account_key": "a4", "account_kind": "service"},
                )
            },
            quarantined=2,
        ),
        Example(
            shape="portal",
            text="""\
userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,\
usageLocation,\
alternateEmailAddress,companyName,creationType,directorySynced,invitationState,identityIssuer,createdDateTime
ada@corp.example,Ada Byron,Byron,ada.byron@example.com,Ada,71269488-09f4-498f-a043-33ae89006239,Member,\
Engineer,\
Engineering,True,GB,,Example,,True,,corp.example,8/19/2021 1:25:31 PM
cleo_partner.example#EXT#@corp.example,=Cleo,,cleo@partner.example,,b2,Guest,,,False,,cleo@home.example,,\
Invitation,\
,Accepted,ExternalAzureAD,8/19/2021 1:25:31 PM
""",
            records={
                "directory_account": (
                    {
                        "account_key": "71269488-09f4-498f-a043-33ae89006239",
                        "email": "ada.byron@example.com",
                        "aliases": ["ada@corp.example"],
                        "status": "active",
                        "account_kind": "human",
                    },
                    {
                        "account_key": "b2",
                        "email": "cleo@partner.example",
                        "aliases": ["cleo@home.example"],
                        "status": "disabled",
                        "account_kind": "external",
                        "display_name": "=Cleo",
                    },
                )
            },
        ),
        Example(
            shape="portal",
            # The older generation, under the line that PowerShell 5 writes; a value that is none; no id.
            text="""\
#TYPE Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser
"userPrincipalName","displayName","surname","mail","givenName","objectId","userType","department",\
"accountEnabled",\
"physicalDeliveryOfficeName","alternateEmailAddress","proxyAddresses"
"ada@example.com","Ada Byron","Byron","","Ada","c1","Member","Engineering","","London","System.String[]",\
"smtp:a@example.com;SMTP:ada.byron@example.com"
"b@example.com","B","","","","c2","Member","","perhaps","","",""
"c@example.com","C","","","","","Member","","True","","",""
""",
            records={
                "directory_account": (
                    {
                        "account_key": "c1",
                        "email": "ada.byron@example.com",
                        "status": "unknown",
                        "aliases": ["a@example.com", "ada@example.com"],
                        "account_kind": "human",
                    },
                )
            },
            quarantined=2,
        ),
    ),
)
