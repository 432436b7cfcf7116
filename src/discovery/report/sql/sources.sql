-- One row: one source, what was read of it and up to when. Key: system, instance. Read by overview, runs and dossier.
WITH source AS (
    SELECT system, instance, list_sort(list_distinct(flatten(list(kinds)))) AS kinds,
        count(*) FILTER (state = 'loaded') AS file_count, CAST(sum(rows_loaded) AS BIGINT) AS rows_loaded,
        CAST(sum(rows_quarantined) AS BIGINT) AS rows_quarantined,
        max(coalesce(snapshot_on, CAST(window_to AS DATE))) AS newest_on
    FROM source_file
    WHERE system IS NOT NULL
    GROUP BY system, instance
)
SELECT c.*, CASE WHEN c.newest_on > r.as_of THEN 0 ELSE r.as_of - c.newest_on END AS age_days,
    coalesce(s.is_failed, FALSE) AS is_failed, s.reason
FROM source AS c
CROSS JOIN run AS r
LEFT JOIN source_status AS s ON s.system = c.system
ORDER BY is_failed DESC, c.system, c.instance
