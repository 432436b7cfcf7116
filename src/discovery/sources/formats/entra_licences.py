"""Entra ID: a user's licences (`GET /users/{id}/licenseDetails`).

Shape `graph`: licenseDetails records (learn.microsoft.com/graph/api/resources/licensedetails), as pages or one per
line. The user stands in the page's `@odata.context` (`#users('…')/licenseDetails`) or, as collected, in `userId`.

plans: services that are switched on (provisioningStatus Success or PendingActivation and the like), without those
that are Disabled. Nothing is ignored. Not complete by itself: a file may be of one user only.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.graph_parent import parent_of
from discovery.sources.source import Example, Format, Shape

_USER = f"lower({parent_of('users', 'userId')})"

_SELECT = f"""
SELECT
    {_USER} || ':' || lower(coalesce(blank_null("skuId"), blank_null("skuPartNumber"))) AS event_id,
    _record AS record,
    {_USER} AS account_key,
    coalesce(blank_null("skuPartNumber"), lower(blank_null("skuId"))) AS licence,
    lower(blank_null("skuId")) AS licence_key,
    list_sort(list_distinct(list_filter(list_transform(
        coalesce(TRY_CAST("servicePlans" AS JSON[]), CAST([] AS JSON[])),
        lambda p: CASE WHEN lower(p ->> '$.provisioningStatus') <> 'disabled' THEN p ->> '$.servicePlanName' END),
        lambda n: n IS NOT NULL))) AS plans,
    CASE
        WHEN {_USER} IS NULL THEN problem('userId', NULL,
            'the user: the whole page with its @odata.context, or userId added to each record')
        WHEN blank_null("skuId") IS NULL AND blank_null("skuPartNumber") IS NULL
            THEN problem('skuPartNumber', NULL, 'the licence')
    END AS _problem
FROM raw
"""  # noqa: S608 - expressions of this module, never of files

FORMAT = Format(
    name="entra_licences",
    system="entra",
    kind="licence",
    title="Entra ID licences of users (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("skuId", "skuPartNumber", ("servicePlans", "userId")),
            forbids=("prepaidUnits", "consumedUnits", "userPrincipalName"),
            columns={
                "userId": "VARCHAR",
                "@odata.context": "VARCHAR",
                "skuId": "VARCHAR",
                "skuPartNumber": "VARCHAR",
                "servicePlans": "JSON",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or Graph: GET /users/{id}/licenseDetails, the whole answer",
    proven_by="https://learn.microsoft.com/graph/api/resources/licensedetails",
    proven_on=date(2026, 11, 25),
    is_list=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('6C2A983B-1351-49bb-a53f-500e68fc4d43')\
/licenseDetails","value":[{"id":"x","skuId":"C7df2760-2c81-4ef7-b578-5b5392b571df","skuPartNumber":"ENTERPRISEPREMIUM",\
"servicePlans":[{"servicePlanId":"a","servicePlanName":"TEAMS1","provisioningStatus":"Success","appliesTo":"User"},\
{"servicePlanId":"b","servicePlanName":"SWAY","provisioningStatus":"Disabled","appliesTo":"User"}]}]}
""",
            records={
                "licence": (
                    {
                        "account_key": "6c2a983b-1351-49bb-a53f-500e68fc4d43",
                        "licence": "ENTERPRISEPREMIUM",
                        "licence_key": "c7df2760-2c81-4ef7-b578-5b5392b571df",
                        "plans": ["TEAMS1"],
                    },
                )
            },
        ),
        Example(
            shape="graph",
            text="""\
{"userId":"u1","skuId":"S1","skuPartNumber":null,"servicePlans":null}
{"skuId":"S1","skuPartNumber":"X","servicePlans":[]}
{"userId":"u1","skuId":null,"skuPartNumber":"","servicePlans":[]}
""",
            records={"licence": ({"account_key": "u1", "licence": "s1", "plans": []},)},
            quarantined=2,
        ),
    ),
)
