"""Entra ID: the apps of a tenant (`GET /servicePrincipals`; the resource and samples in the Graph docs).

Shape `graph`: pages, an array or one per line. `id` is the key that consents and assignments name (app_key),
`appId` the application id that sign-ins name (mention). Registrations (`GET /applications`) have no
servicePrincipalType and are not recognised: they are the tenant's own apps only.

hosts: of homepage, loginUrl and replyUrls, without what says nothing about the app: this machine, Microsoft's
sign-in pages, and the portal's placeholder home page of apps that are not in its gallery. A wildcard
(`*.corp.example`) loses its star. sso_mode: saml, oidc or password, else none is set up. The owner's id
tells Microsoft's own apps (f8cdef31-… and 72f988bf-…); judging that is not for the format.

Ignored: `managed identity`: an identity of a cloud resource, which nobody signs in to. The tenant whose list
it is stands nowhere in the file: appOwnerOrganizationId is who published the app.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    lower(blank_null(id)) AS event_id,
    _record AS record,
    lower(blank_null(id)) AS app_key,
    'app_id' AS mention_kind,
    lower(blank_null("appId")) AS mention,
    coalesce(blank_null("displayName"), blank_null("appDisplayName")) AS mention_name,
    lower(blank_null("appOwnerOrganizationId")) AS owner_tenant,
    CASE WHEN lower("preferredSingleSignOnMode") IN ('saml', 'oidc', 'password')
         THEN lower("preferredSingleSignOnMode") END AS sso_mode,
    TRY_CAST("accountEnabled" AS BOOLEAN) AS is_enabled,
    TRY_CAST("appRoleAssignmentRequired" AS BOOLEAN) AS requires_assignment,
    lower(blank_null("applicationTemplateId")) AS template,
    list_sort(list_distinct(list_filter(
        list_transform(list_concat([homepage, "loginUrl"], coalesce(TRY_CAST("replyUrls" AS VARCHAR[]), [])),
                       lambda u: ltrim(host_of(trim(u)), '*.')),
        lambda h: h <> '' AND NOT regexp_matches(h,
            '^(localhost|127\\.\\d+\\.\\d+\\.\\d+|login\\.microsoftonline\\.com|login\\.windows\\.net'
            '|login\\.live\\.com|sts\\.windows\\.net|account\\.activedirectory\\.windowsazure\\.com'
            '|myapps\\.microsoft\\.com)$')))) AS hosts,
    CASE WHEN lower("servicePrincipalType") = 'managedidentity' THEN 'managed identity' END AS _ignored,
    CASE
        WHEN blank_null(id) IS NULL THEN problem('id', id, 'the object id of the app')
        WHEN blank_null("appId") IS NULL THEN problem('appId', "appId", 'the application id')
        WHEN "accountEnabled" IS NOT NULL AND TRY_CAST("accountEnabled" AS BOOLEAN) IS NULL
            THEN problem('accountEnabled', "accountEnabled", 'true or false')
    END AS _problem
FROM raw
"""

FORMAT = Format(
    name="entra_service_principals",
    system="entra",
    kind="app_registration",
    title="Entra ID enterprise applications (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("id", "appId", "displayName", ("servicePrincipalType", "servicePrincipalNames")),
            forbids=("userPrincipalName", "ipAddress"),
            columns={
                "id": "VARCHAR",
                "appId": "VARCHAR",
                "displayName": "VARCHAR",
                "appDisplayName": "VARCHAR",
                "appOwnerOrganizationId": "VARCHAR",
                "preferredSingleSignOnMode": "VARCHAR",
                "accountEnabled": "VARCHAR",
                "appRoleAssignmentRequired": "VARCHAR",
                "applicationTemplateId": "VARCHAR",
                "homepage": "VARCHAR",
                "loginUrl": "VARCHAR",
                "replyUrls": "JSON",
                "servicePrincipalType": "VARCHAR",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or Graph: GET /servicePrincipals, all pages",
    proven_by="https://learn.microsoft.com/graph/api/resources/serviceprincipal",
    proven_on=date(2026, 11, 23),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals","value":[
{"id":"97110972-e6c9-43ab-a854-82e6fb1c7ea9","appId":"33A77251-256a-4d56-a80e-299fc5f79c33",\
"displayName":"Atlassian Cloud","appOwnerOrganizationId":"6f1a3c52-8a0e-4d5b-9b77-2f4e8c1d9a30",\
"accountEnabled":true,"appRoleAssignmentRequired":true,"servicePrincipalType":"Application",\
"applicationTemplateId":"8ADF8E6E-67b2-4cf2-a259-e3dc5476c621",\
"homepage":"https://account.activedirectory.windowsazure.com:444/applications/default.aspx?metadata=c\
ustomappsso",\
"loginUrl":"https://Example.atlassian.net/login","replyUrls":["https://auth.atlassian.com/login/callback",\
"http://localhost:3000","urn:ietf:wg:oauth:2.0:oob","https://*.example.com/cb",\
"https://auth.atlassian.com/x"],\
"tags":["WindowsAzureActiveDirectoryIntegratedApp"],"preferredSingleSignOnMode":"saml"}
]}
""",
            records={
                "app_registration": (
                    {
                        "event_id": "97110972-e6c9-43ab-a854-82e6fb1c7ea9",
                        "app_key": "97110972-e6c9-43ab-a854-82e6fb1c7ea9",
                        "mention_kind": "app_id",
                        "mention": "33a77251-256a-4d56-a80e-299fc5f79c33",
                        "mention_name": "Atlassian Cloud",
                        "owner_tenant": "6f1a3c52-8a0e-4d5b-9b77-2f4e8c1d9a30",
                        "sso_mode": "saml",
                        "is_enabled": True,
                        "requires_assignment": True,
                        "template": "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
                        "approval": None,
                        "hosts": ["auth.atlassian.com", "example.atlassian.net", "example.com"],
                    },
                )
            },
        ),
        Example(
            shape="graph",
            text="""\
{"id":"s1","appId":"a1","displayName":"Notes","servicePrincipalType":"Application","replyUrls":null,\
"preferredSingleSignOnMode":"notSupported","applicationTemplateId":null}
{"id":"s2","appId":"a2","displayName":"vm-identity","servicePrincipalType":"ManagedIdentity"}
{"id":"s3","appId":null,"displayName":"Broken","servicePrincipalType":"Application"}
{"id":null,"appId":"a4","displayName":"Broken","servicePrincipalType":"Legacy"}
{"id":"s5","appId":"a5","displayName":"Broken","servicePrincipalType":"Legacy","accountEnabled":"perhaps"}
""",
            records={
                "app_registration": (
                    {"app_key": "s1", "mention": "a1", "sso_mode": None, "is_enabled": None, "hosts": []},
                )
            },
            ignored={"managed identity": 1},
            quarantined=3,
        ),
    ),
)
