-- One row: one app as an identity provider or extension knows it, newest list.
-- Key: system, instance, event_id. Read by canonical.grant, canonical.assignment, canonical.mention, graph.app_fact.
WITH loaded AS (
    SELECT * EXCLUDE (instance), coalesce(instance, '') AS instance, coalesce(app_key, mention) AS app,
        CAST(struct_pack(*COLUMNS(* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.app_registration
),
used AS (
    SELECT *
    FROM loaded
    QUALIFY coalesce(snapshot_on <= $as_of, true)
        OR snapshot_on = min(snapshot_on) OVER (PARTITION BY system, instance, app)
)
SELECT file_id, system, instance, event_id, record, app_key, mention_kind, mention, mention_name, owner_tenant,
    sso_mode, is_enabled, requires_assignment, template, approval, list_sort(hosts) AS hosts, snapshot_on
FROM used
QUALIFY row_number() OVER (PARTITION BY system, instance, app
    ORDER BY snapshot_on DESC NULLS LAST, len(string_split(content, 'NULL')), md5(content) DESC, file_id) = 1
