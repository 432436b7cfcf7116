"""Entra ID: OAuth consents exported by PowerShell as CSV.

Sources, read 2026-11-24: the properties of oAuth2PermissionGrant
(learn.microsoft.com/graph/api/resources/oauth2permissiongrant) and the columns that the public script
Get-AzureADPSPermissions writes (PermissionType, ClientObjectId, ResourceObjectId, Permission, ConsentType,
PrincipalObjectId). Shapes: `grant`, `Get-MgOauth2PermissionGrant -All | Export-Csv`; `permissions`, one line per scope
of that script; its display names of clients come along where asked for.

As with the JSON of Graph, the client is named by the object id of its service principal and joins app_registration.
Ignored: `application permission` (PermissionType Application: no person behind it). Neither tenant nor day of consent
are in the file. A list may be filtered, so that what it lacks is not gone.
"""

from __future__ import annotations

from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Shape

_SELECT = Template("""
SELECT
    blank_null(id) AS event_id, _record AS record, lower(blank_null(principal)) AS account_key,
    lower(blank_null(client)) AS client_key, $mention
    list_sort(list_distinct(list_filter(string_split_regex(coalesce(scope, ''), '\\s+'), lambda s: s <> ''))) AS scopes,
    CASE lower(trim(consent_type)) WHEN 'principal' THEN 'user' WHEN 'allprincipals' THEN 'tenant' END AS consent,
    CASE WHEN lower(trim(permission_type)) = 'application' THEN 'application permission' END AS _ignored,
    CASE WHEN blank_null(client) IS NULL THEN problem('$client', client, 'the object id of the app')
         WHEN lower(trim(consent_type)) IN ('principal', 'allprincipals') IS NOT TRUE
             THEN problem('ConsentType', consent_type, 'Principal or AllPrincipals')
         WHEN lower(trim(consent_type)) = 'principal' AND blank_null(principal) IS NULL
             THEN problem('$principal', principal, 'the object id of the user who consented') END AS _problem
FROM raw
""")
_ANN = "4b1f7c52-1f0e-4a55-8b57-52b0a1c2d3e4"
_APP = "0f3c9a77-2f4e-4f6f-9f0e-6d1b2c3d4e5f"
_NAMED = "'label' AS mention_kind, blank_null(app_name) AS mention, "

FORMAT = Format(
    name="entra_consents_csv",
    system="entra",
    kind="grant",
    title="Entra ID OAuth consents (PowerShell CSV)",
    is_list=True,
    shapes=(
        Shape(
            name="grant",
            container="csv",
            requires=("ClientId", "ConsentType", "PrincipalId", "Scope"),
            columns={"id": "Id", "client": "ClientId", "consent_type": "ConsentType", "principal": "PrincipalId",
                     "scope": "Scope", "permission_type": "PermissionType"},
            numbered=True,
            select=_SELECT.substitute(mention="", client="ClientId", principal="PrincipalId"),
        ),
        Shape(
            name="permissions",
            container="csv",
            requires=("PermissionType", "ClientObjectId", "Permission", "ConsentType", "PrincipalObjectId"),
            columns={"id": "GrantId", "client": "ClientObjectId", "consent_type": "ConsentType",
                     "principal": "PrincipalObjectId", "scope": "Permission", "permission_type": "PermissionType",
                     "app_name": "ClientDisplayName"},
            numbered=True,
            select=_SELECT.substitute(mention=_NAMED, client="ClientObjectId", principal="PrincipalObjectId"),
        ),
    ),
    how_to_get="Get-MgOauth2PermissionGrant -All | Export-Csv consents.csv -NoTypeInformation",
    proven_by="https://learn.microsoft.com/en-us/graph/api/resources/oauth2permissiongrant",
    proven_on=date(2026, 11, 24),
    examples=(
        Example(
            shape="grant",
            text='"ClientId","ConsentType","Id","PrincipalId","ResourceId","Scope"\n'
            f'"{_APP.upper()}","Principal","g1","{_ANN}","r1"," User.Read Mail.Read "\n'
            f'"{_APP}","AllPrincipals","g2","","r1","openid"\n'
            f'"","Principal","g3","{_ANN}","r1","openid"\n'
            f'"{_APP}","Principal","g4","","r1","openid"\n'
            f'"{_APP}","","g5","{_ANN}","r1","openid"\n',
            records={"grant": (
                {"event_id": "g1", "account_key": _ANN, "client_key": _APP, "scopes": ["Mail.Read", "User.Read"],
                 "consent": "user"},
                {"event_id": "g2", "account_key": None, "consent": "tenant"},
            )},
            quarantined=3,
        ),
        Example(
            shape="permissions",
            text="PermissionType,ClientObjectId,ResourceObjectId,Permission,ConsentType,PrincipalObjectId,ClientDisplayName\n"
            f"Delegated,{_APP},r1,User.Read,Principal,{_ANN},Board\n"
            f"Delegated,{_APP},r1,Mail.Read,principal,{_ANN},Board\n"
            f"Application,{_APP},r1,Mail.Send,,,Board\n"
            f"Delegated,{_APP},r1,Mail.Read,Someone,{_ANN},Board\n",
            records={"grant": (
                {"account_key": _ANN, "mention": "Board", "scopes": ["User.Read"], "consent": "user"},
                {"scopes": ["Mail.Read"]},
            )},
            ignored={"application permission": 1},
            quarantined=1,
        ),
    ),
)  # fmt: skip
