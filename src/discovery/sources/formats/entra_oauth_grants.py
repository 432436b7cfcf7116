"""Entra ID: delegated OAuth consents (`GET /oauth2PermissionGrants`; the record in six public files).

Shape `graph`: pages, an array or one per line. clientId is the object id of the client's service principal,
not its application id, so that the app is named only by joining app_registration on client_key. consentType
Principal = one user consented (principalId), AllPrincipals = an administrator did for the whole tenant.

Traps: `scope` is a list with blanks, often with a leading one. startTime and expiryTime of older interfaces
mean nothing. `az ad app permission list-grants` prints a bare array and may leave out `id`; with `--id` it
lists one app only, and nothing in the file says so: run it without. The grants of one user or one app (their
@odata.context names whose) are not recognised: taken as complete, they would end all others.

Nothing is ignored. The tenant is not in the file, nor is when consent was given.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Head, Shape

_SELECT = """
SELECT
    blank_null(id) AS event_id,
    _record AS record,
    lower(blank_null("principalId")) AS account_key,
    lower(blank_null("clientId")) AS client_key,
    list_sort(list_distinct(list_filter(string_split_regex(coalesce(scope, ''), '\\s+'), lambda s: s <> '')))
        AS scopes,
    CASE lower("consentType") WHEN 'principal' THEN 'user' WHEN 'allprincipals' THEN 'tenant' END AS consent,
    CASE
        WHEN blank_null("clientId") IS NULL THEN problem('clientId', "clientId", 'the object id of the app')
        WHEN "consentType" IS NULL OR lower("consentType") NOT IN ('principal', 'allprincipals')
            THEN problem('consentType', "consentType", 'Principal or AllPrincipals')
        WHEN lower("consentType") = 'principal' AND blank_null("principalId") IS NULL
            THEN problem('principalId', "principalId", 'the object id of the user who consented')
    END AS _problem
FROM raw
"""


def _is_of_the_tenant(head: Head) -> bool:
    """Refuse the grants of one user or one app: `…$metadata#users('…')/oauth2PermissionGrants`."""
    return "(" not in str(head.envelope.get("@odata.context", ""))


FORMAT = Format(
    name="entra_oauth_grants",
    system="entra",
    kind="grant",
    title="Entra ID OAuth consents (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("clientId", "consentType", "resourceId", "scope"),
            recognise=_is_of_the_tenant,
            columns={
                "id": "VARCHAR",
                "clientId": "VARCHAR",
                "consentType": "VARCHAR",
                "principalId": "VARCHAR",
                "scope": "VARCHAR",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or Graph: GET /oauth2PermissionGrants, all pages",
    proven_by="https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant",
    proven_on=date(2026, 11, 23),
    is_list=True,
    is_complete=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#oauth2PermissionGrants","value":[
{"id":"04224B98538EB8972FCB85QABAAAA","clientId":"6E50b656-61da-49b3-ac1f-e4d661885511",\
"consentType":"Principal",\
"principalId":"274edabb-ecbb-45cd-a6bd-ca87213a8b81","resourceId":"72fabc9b-8ccc-47f2-a8d8-044ab68d29f9",\
"scope":" User.Read openid  profile User.Read"},
{"id":"0B737240B041DCFBC29D8AQABAAAA","clientId":"4593d541-e22a-4b28-a751-86a5abbe9d3c",\
"consentType":"AllPrincipals","principalId":null,"resourceId":"72fabc9b-8ccc-47f2-a8d8-044ab68d29f9",\
"scope":""}
]}
""",
            records={
                "grant": (
                    {
                        "event_id": "04224B98538EB8972FCB85QABAAAA",
                        "client_key": "6e50b656-61da-49b3-ac1f-e4d661885511",
                        "account_key": "274edabb-ecbb-45cd-a6bd-ca87213a8b81",
                        "consent": "user",
                        "mention": None,
                        "scopes": ["User.Read", "openid", "profile"],
                        "granted_at": None,
                    },
                    {
                        "event_id": "0B737240B041DCFBC29D8AQABAAAA",
                        "consent": "tenant",
                        "account_key": None,
                        "scopes": [],
                    },
                )
            },
        ),
        Example(
            shape="graph",
            # As `az` prints it, without id; a consent without its user, of an unknown type, of no client.
            text="""\
[{"clientId":"c1","consentType":"AllPrincipals","resourceId":"r1","scope":"User.Read",\
"startTime":"0001-01-01"},
{"id":"g2","clientId":"c1","consentType":"Principal","principalId":null,"resourceId":"r1",\
"scope":"User.Read"},
{"id":"g3","clientId":"c1","consentType":"Everybody","principalId":"u1","resourceId":"r1",\
"scope":"User.Read"},
{"id":"g4","clientId":null,"consentType":"Principal","principalId":"u1","resourceId":"r1",\
"scope":"User.Read"}]
""",
            records={"grant": ({"client_key": "c1", "consent": "tenant", "scopes": ["User.Read"]},)},
            quarantined=3,
        ),
    ),
)
