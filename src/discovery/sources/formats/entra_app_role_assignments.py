"""Entra ID: who is assigned to which app (`appRoleAssignedTo` of an app, `appRoleAssignments` of a user).

Shape `graph`: pages, an array or one per line (learn.microsoft.com/graph/api/resources/approleassignment).
resourceId is the object id of the app (client_key), resourceDisplayName its name (mention, a label).

Traps: principalType Group means that its members have access though no user is listed: account_key stays
empty, group_key and group_name are filled. appRoleId of zeros is default access; others are kept as id, for
their names stand in the app's own record. `creationTimestamp` stands for createdDateTime in older data.
Direction: the appRoleAssignments of a SERVICE PRINCIPAL are what an app may do, not who may use it; such
records load as principal_kind service_principal and are nobody's access.

Ignored: `deleted assignment`. Not complete: a file may be of one app or one user only, and no record says so.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    blank_null(id) AS event_id,
    _record AS record,
    CASE WHEN kind <> 'group' THEN principal END AS account_key,
    kind AS principal_kind,
    CASE WHEN kind = 'group' THEN principal END AS group_key,
    CASE WHEN kind = 'group' THEN blank_null("principalDisplayName") END AS group_name,
    lower(blank_null("resourceId")) AS client_key,
    CASE WHEN blank_null("resourceDisplayName") IS NOT NULL THEN 'label' END AS mention_kind,
    blank_null("resourceDisplayName") AS mention,
    nullif(nullif(lower(trim("appRoleId")), '00000000-0000-0000-0000-000000000000'), '') AS role,
    made AS assigned_at,
    CASE WHEN blank_null("deletedDateTime") IS NOT NULL THEN 'deleted assignment' END AS _ignored,
    CASE
        WHEN kind IS NULL THEN problem('principalType', "principalType", 'User, Group or ServicePrincipal')
        WHEN principal IS NULL THEN problem('principalId', "principalId", 'the object id of who is assigned')
        WHEN blank_null("resourceId") IS NULL THEN problem('resourceId', "resourceId",
            'the object id of the app')
        WHEN made IS NULL AND made_text IS NOT NULL THEN problem('createdDateTime', made_text,
            'an instant, e.g. 2026-04-18T09:12:44Z')
    END AS _problem
FROM (
    SELECT *,
           lower(blank_null("principalId")) AS principal,
           CASE lower("principalType") WHEN 'user' THEN 'user' WHEN 'group' THEN 'group'
                WHEN 'serviceprincipal' THEN 'service_principal' END AS kind,
           coalesce(blank_null("createdDateTime"), blank_null("creationTimestamp")) AS made_text,
           instant(coalesce(blank_null("createdDateTime"), blank_null("creationTimestamp"))) AS made
    FROM raw
)
"""

FORMAT = Format(
    name="entra_app_role_assignments",
    system="entra",
    kind="assignment",
    title="Entra ID app assignments (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("principalId", "principalType", "resourceId", ("appRoleId", "resourceDisplayName")),
            columns={
                "id": "VARCHAR",
                "appRoleId": "VARCHAR",
                "createdDateTime": "VARCHAR",
                "creationTimestamp": "VARCHAR",
                "deletedDateTime": "VARCHAR",
                "principalDisplayName": "VARCHAR",
                "principalId": "VARCHAR",
                "principalType": "VARCHAR",
                "resourceDisplayName": "VARCHAR",
                "resourceId": "VARCHAR",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or GET /servicePrincipals/{id}/appRoleAssignedTo of every app",
    proven_by="https://learn.microsoft.com/graph/api/resources/approleassignment",
    proven_on=date(2026, 11, 23),
    is_list=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#appRoleAssignments","value":[
{"id":"4ef51541","deletedDateTime":null,"appRoleId":"00000000-0000-0000-0000-000000000000",\
"createdDateTime":"2025-05-12T10:31:53.5164841Z","principalDisplayName":"Ada Byron",\
"principalId":"6C2a983b-1351-49bb-a53f-500e68fc4d43","principalType":"User",\
"resourceDisplayName":"Atlassian Cloud","resourceId":"97110972-e6c9-43ab-a854-82e6fb1c7ea9"},
{"id":"fd55af9e","deletedDateTime":null,"appRoleId":"8fe3a1b2-1351-49bb-a53f-500e68fc4d43",\
"createdDateTime":"2025-12-11T10:31:53Z","principalDisplayName":"Engineering",\
"principalId":"1a14df85-1e97-45ad-a31f-3d8c346160b2","principalType":"Group",\
"resourceDisplayName":"Atlassian Cloud","resourceId":"97110972-e6c9-43ab-a854-82e6fb1c7ea9"}
]}
""",
            records={
                "assignment": (
                    {
                        "event_id": "4ef51541",
                        "account_key": "6c2a983b-1351-49bb-a53f-500e68fc4d43",
                        "principal_kind": "user",
                        "group_key": None,
                        "mention_kind": "label",
                        "client_key": "97110972-e6c9-43ab-a854-82e6fb1c7ea9",
                        "mention": "Atlassian Cloud",
                        "role": None,
                        "assigned_at": datetime(2025, 5, 12, 10, 31, 53, 516484),
                        "change": None,
                    },
                    {
                        "event_id": "fd55af9e",
                        "account_key": None,
                        "principal_kind": "group",
                        "group_key": "1a14df85-1e97-45ad-a31f-3d8c346160b2",
                        "group_name": "Engineering",
                        "role": "8fe3a1b2-1351-49bb-a53f-500e68fc4d43",
                    },
                )
            },
        ),
        Example(
            shape="graph",
            text="""\
{"id":"a1","appRoleId":"r1","creationTimestamp":"2019-05-12T10:31:53Z","principalId":"p1",\
"principalType":"ServicePrincipal","resourceDisplayName":null,"resourceId":"s1"}
{"id":"a2","appRoleId":"r1","deletedDateTime":"2026-01-01T00:00:00Z","principalId":"p1",\
"principalType":"User",\
"resourceId":"s1"}
{"id":"a3","appRoleId":"r1","principalId":"p1","principalType":"Device","resourceId":"s1"}
{"id":"a4","appRoleId":"r1","principalId":null,"principalType":"User","resourceId":"s1"}
{"id":"a5","appRoleId":"r1","principalId":"p1","principalType":"User","resourceId":""}
{"id":"a6","appRoleId":"r1","createdDateTime":"12/05/2025","principalId":"p1","principalType":"User",\
"resourceId":"s1"}
""",
            records={
                "assignment": (
                    {
                        "event_id": "a1",
                        "principal_kind": "service_principal",
                        "account_key": "p1",
                        "mention": None,
                        "mention_kind": None,
                        "assigned_at": datetime(2019, 5, 12, 10, 31, 53),
                    },
                )
            },
            ignored={"deleted assignment": 1},
            quarantined=4,
        ),
    ),
)
