"""Entra ID provisioning mappings: `GET /servicePrincipals/{id}/synchronization/jobs/{id}/schema`, or a template's.

`…/synchronization/templates/{id}/schema` is what a new job of that template begins with (learn.microsoft.com/graph/api/
resources/synchronization-synchronizationtemplate): part `template`, named by the context or by `templateId`.

Shape `graph`: one synchronizationSchema per job (learn.microsoft.com/graph/api/resources/
synchronization-synchronizationschema). The app and job stand in its `@odata.context`
(`#servicePrincipals('…')/synchronization/jobs('…')/schema/$entity`) or, as collected, in `servicePrincipalId` and
`jobId`.

What counts is the mapping of users out of Entra: `sourceObjectName` User, enabled or not. flowTypes are the ticked
target object actions, as text (`Add, Update, Delete`) or list; a mapping that is not enabled does none of them. A
mapping that flows only when an object is made (`ObjectAddOnly`) says nothing of leaving. Matching attributes are
those with a matchingPriority above 0. A scope filter is there where a group of clauses is.

Nothing is ignored; a schema without a mapping of users is quarantined.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.graph_parent import SERVICE_PRINCIPAL, parent_of
from discovery.sources.source import Example, Format, Shape

_FLOWS = "CASE WHEN json_type({0}) = 'ARRAY' THEN array_to_string(TRY_CAST({0} AS VARCHAR[]), ',') ELSE {0} ->> '$' END"
_READS = """len(list_filter(mapped, lambda m: contains(lower(CAST(m -> '$.source' AS VARCHAR)), '{}')
        AND lower(coalesce(m ->> '$.flowType', '')) <> 'objectaddonly')) > 0"""

_SELECT = f"""
WITH of_user AS (
    SELECT *,
        list_filter(
            flatten(list_transform(TRY_CAST("synchronizationRules" AS JSON[]),
                lambda r: coalesce(TRY_CAST(r -> '$.objectMappings' AS JSON[]), CAST([] AS JSON[])))),
            lambda o: lower(coalesce(o ->> '$.sourceObjectName', '')) = 'user') AS mappings
    FROM raw
), unfolded AS (
    SELECT *,
        lower(array_to_string(list_transform(
            list_filter(mappings, lambda o: lower(coalesce(o ->> '$.enabled', 'true')) <> 'false'),
            lambda o: coalesce({_FLOWS.format("(o -> '$.flowTypes')")}, '')), ',')) AS flows,
        flatten(list_transform(mappings,
            lambda o: coalesce(TRY_CAST(o -> '$.attributeMappings' AS JSON[]), CAST([] AS JSON[])))) AS mapped,
        len(list_filter(mappings, lambda o: coalesce(json_array_length(o -> '$.scope.groups'), 0) > 0)) > 0
            AS is_filtered
    FROM of_user
)
SELECT
    CASE WHEN template IS NULL THEN 'schema:' ELSE 'template:' END || coalesce({SERVICE_PRINCIPAL}, '') || ':'
        || lower(coalesce(template, job, '')) AS event_id,
    _record AS record,
    CASE WHEN template IS NULL THEN 'schema' ELSE 'template' END AS part,
    {SERVICE_PRINCIPAL} AS client_key,
    CASE WHEN template IS NULL THEN job END AS job_id,
    template,
    contains(flows, 'add') AS does_create,
    contains(flows, 'update') AS does_update,
    contains(flows, 'delete') AS does_delete,
    {_READS.format("[issoftdeleted]")} AS maps_soft_delete,
    {_READS.format("[accountenabled]")} AS maps_enabled,
    list_filter(mapped, lambda m: regexp_matches(lower(CAST(m -> '$.source' AS VARCHAR)),
        '\\[(issoftdeleted|accountenabled)\\]'))[1] ->> '$.targetAttributeName' AS active_attribute,
    list_transform(list_sort(list_transform(
        list_filter(mapped, lambda m: TRY_CAST(m ->> '$.matchingPriority' AS INTEGER) > 0),
        lambda m: struct_pack(p := TRY_CAST(m ->> '$.matchingPriority' AS INTEGER),
            a := m ->> '$.targetAttributeName'))),
        lambda s: s.a) AS matches_on,
    list_sort(list_distinct(list_transform(list_filter(mapped, lambda m: m ->> '$.targetAttributeName' IS NOT NULL),
        lambda m: (m ->> '$.targetAttributeName') || ' = '
            || coalesce(m ->> '$.source.expression', m ->> '$.source.name', '')))) AS mappings,
    is_filtered AS has_scope_filter,
    CASE
        WHEN {SERVICE_PRINCIPAL} IS NULL THEN problem('servicePrincipalId', NULL,
            'the app: the whole answer with its @odata.context, or servicePrincipalId and jobId added')
        WHEN "synchronizationRules" IS NOT NULL AND coalesce(len(mappings), 0) = 0
            THEN problem('synchronizationRules', NULL, 'an object mapping whose sourceObjectName is User')
    END AS _problem
FROM (SELECT *, {parent_of("jobs", "jobId")} AS job, {parent_of("templates", "templateId")} AS template FROM unfolded)
"""  # noqa: S608 - expressions of this module, never of files

FORMAT = Format(
    name="entra_provisioning_schemas",
    system="entra",
    kind="provisioning_job",
    title="Entra ID provisioning mappings (Graph JSON)",
    shapes=(
        Shape(
            name="graph",
            container="json",
            requires=("synchronizationRules",),
            columns={
                "id": "VARCHAR",
                "servicePrincipalId": "VARCHAR",
                "jobId": "VARCHAR",
                "templateId": "VARCHAR",
                "@odata.context": "VARCHAR",
                "synchronizationRules": "JSON",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect entra`, or Graph: GET /servicePrincipals/{id}/synchronization/jobs/{id}/schema and "
    "…/templates/{id}/schema",
    proven_by="https://learn.microsoft.com/graph/api/resources/synchronization-synchronizationschema",
    proven_on=date(2026, 11, 25),
    is_list=True,
    examples=(
        Example(
            shape="graph",
            text="""\
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('S1')/synchronization/jobs('J.1')\
/schema/$entity","id":"x","version":"v1","directories":[],"synchronizationRules":[{"name":"USER_TO_USER",\
"sourceDirectoryName":"Azure Active Directory","targetDirectoryName":"customappsso","objectMappings":[
{"enabled":true,"flowTypes":"Add, Update","sourceObjectName":"Group","targetObjectName":"Group","attributeMappings":[]},
{"enabled":true,"flowTypes":"Add, Update, Delete","sourceObjectName":"User","targetObjectName":"User","scope":null,\
"attributeMappings":[
{"flowType":"Always","matchingPriority":1,"targetAttributeName":"userName",\
"source":{"expression":"[userPrincipalName]","name":"userPrincipalName","type":"Attribute"}},
{"flowType":"Always","matchingPriority":0,"targetAttributeName":"active","source":{"expression":\
"Switch([IsSoftDeleted], , \\"False\\", \\"True\\", \\"True\\", \\"False\\")","name":"Switch","type":"Function"}}]}]}]}
""",
            records={
                "provisioning_job": (
                    {
                        "part": "schema",
                        "client_key": "s1",
                        "job_id": "J.1",
                        "does_create": True,
                        "does_update": True,
                        "does_delete": True,
                        "maps_soft_delete": True,
                        "maps_enabled": False,
                        "active_attribute": "active",
                        "matches_on": ["userName"],
                        "mappings": [
                            'active = Switch([IsSoftDeleted], , "False", "True", "True", "False")',
                            "userName = [userPrincipalName]",
                        ],
                        "has_scope_filter": False,
                    },
                )
            },
        ),
        Example(
            shape="graph",
            # What a job of the template begins with.
            text="""\
{"servicePrincipalId":"S1","templateId":"slackOutDelta","synchronizationRules":[{"objectMappings":[{\
"flowTypes":"Add, Update, Delete","sourceObjectName":"User","attributeMappings":[{"targetAttributeName":"title",\
"source":{"name":"jobTitle"}}]}]}]}
{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#servicePrincipals('S2')/synchronization/templates('scim')\
/schema/$entity","synchronizationRules":[{"objectMappings":[{"flowTypes":"Add","sourceObjectName":"User"}]}]}
""",
            records={
                "provisioning_job": (
                    {
                        "part": "template",
                        "client_key": "s1",
                        "job_id": None,
                        "template": "slackOutDelta",
                        "does_delete": True,
                        "mappings": ["title = jobTitle"],
                        "event_id": "template:s1:slackoutdelta",
                    },
                    {"part": "template", "client_key": "s2", "template": "scim", "does_delete": False},
                )
            },
        ),
        Example(
            shape="graph",
            # Delete unticked, a filter, accountEnabled instead of IsSoftDeleted; off altogether; no users; no app.
            text="""\
{"servicePrincipalId":"s1","jobId":"j1","synchronizationRules":[{"objectMappings":[{"enabled":true,\
"flowTypes":["Add","Update"],"sourceObjectName":"User","scope":{"groups":[{"clauses":[{"operatorName":"EQUALS"}]}]},\
"attributeMappings":[{"targetAttributeName":"active","source":{"expression":"[accountEnabled]"}},\
{"flowType":"ObjectAddOnly","targetAttributeName":"x","source":{"expression":"[IsSoftDeleted]"}}]}]}]}
{"servicePrincipalId":"s2","jobId":"j2","synchronizationRules":[{"objectMappings":[{"enabled":false,\
"flowTypes":"Add, Update, Delete","sourceObjectName":"User","attributeMappings":[]}]}]}
{"servicePrincipalId":"s3","jobId":"j3","synchronizationRules":[]}
{"id":"x","synchronizationRules":[{"objectMappings":[{"flowTypes":"Add","sourceObjectName":"User"}]}]}
""",
            records={
                "provisioning_job": (
                    {
                        "client_key": "s1",
                        "does_update": True,
                        "does_delete": False,
                        "maps_soft_delete": False,
                        "maps_enabled": True,
                        "has_scope_filter": True,
                    },
                    {"client_key": "s2", "does_update": False, "does_delete": False},
                )
            },
            quarantined=2,
        ),
    ),
)
