-- One row: one licence of one account in the newest list of its system. Key: system, instance, event_id.
-- Read by graph.finding.
WITH file AS (
    SELECT file_id, min(snapshot_on) AS snapshot_on, min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
loaded AS (
    SELECT l.* EXCLUDE (instance, snapshot_on), coalesce(l.instance, '') AS instance,
        coalesce(l.snapshot_on, f.snapshot_on, f.loaded_on, $as_of) AS snapshot_on,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.licence AS l LEFT JOIN file AS f USING (file_id)
)
SELECT file_id, system, instance, event_id, record, account_key, account_name, licence, licence_key,
    list_sort(plans) AS plans, snapshot_on, coalesce(account_key, account_name) AS identifier
FROM (
    FROM (FROM loaded
        QUALIFY snapshot_on <= $as_of OR snapshot_on = min(snapshot_on) OVER (PARTITION BY system, instance))
    QUALIFY snapshot_on = max(snapshot_on) OVER (PARTITION BY system, instance, account_key)
)
QUALIFY row_number() OVER (PARTITION BY system, instance, event_id
    ORDER BY len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
