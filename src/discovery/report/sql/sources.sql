-- One row: one source, what was read of it and up to when. Key: system, instance. Read by overview, runs and dossier.
WITH source AS (
    SELECT system, coalesce(instance, '') AS instance, list_sort(list_distinct(flatten(list(kinds)))) AS kinds,
        count(*) FILTER (state = 'loaded') AS file_count, CAST(sum(rows_loaded) AS BIGINT) AS rows_loaded,
        CAST(sum(rows_quarantined) AS BIGINT) AS rows_quarantined,
        max(coalesce(snapshot_on, CAST(window_to AS DATE))) AS newest_on
    FROM source_file
    WHERE system IS NOT NULL
    GROUP BY ALL
),
-- The records know it better than the files: statements have no window, and windows go beyond the day of the run.
fresh AS (
    SELECT system, instance, CAST(max(last_at) AS DATE) AS newest_on FROM source_freshness GROUP BY ALL
),
newest AS (
    SELECT c.* REPLACE (least(coalesce(f.newest_on, c.newest_on), r.as_of) AS newest_on), r.as_of
    FROM source AS c
    CROSS JOIN run AS r
    LEFT JOIN fresh AS f USING (system, instance)
)
SELECT n.* EXCLUDE (as_of), n.as_of - n.newest_on AS age_days, coalesce(s.is_failed, FALSE) AS is_failed, s.reason
FROM newest AS n
LEFT JOIN source_status AS s ON s.system = n.system
ORDER BY is_failed DESC, n.system, n.instance
