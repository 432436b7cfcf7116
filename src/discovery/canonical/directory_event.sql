-- One row: one change in a directory that matters to leaving, up to as_of. Key: system, instance, event_id.
-- Read by canonical.membership, graph.deprovisioning_fact, graph.readiness.
WITH loaded AS (
    SELECT l.* EXCLUDE (instance), coalesce(l.instance, '') AS instance,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.directory_event AS l
    WHERE CAST(l.observed_at AS DATE) <= $as_of
)
SELECT file_id, system, instance, event_id, record, observed_at, account_key, account_name, change, client_key,
    mention_kind, mention, mention_name, group_key, group_name, actor, coalesce(account_key, account_name) AS identifier
FROM loaded
QUALIFY row_number() OVER (PARTITION BY system, instance, event_id
    ORDER BY len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
