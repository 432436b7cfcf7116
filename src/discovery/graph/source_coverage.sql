-- One row: what one source found, and what would be lost without it. Key: source, system.
-- Read by reports: the worth of a source (ablation). An access counts as found alone if no other source shows it.
WITH proof AS (
    SELECT DISTINCT source, system, app_id, person_id FROM graph.trace WHERE is_proof AND person_id IS NOT NULL
),
marked AS (
    SELECT *, count(*) OVER (PARTITION BY person_id, app_id) = 1 AS is_alone FROM proof
),
edge AS (
    SELECT source, system, count(*) AS access_count, count(*) FILTER (is_alone) AS access_alone_count
    FROM marked
    GROUP BY ALL
),
apps AS (
    SELECT source, system, any_value(family) AS family, count(*) AS app_count, count(*) FILTER (is_alone) AS app_alone_count,
        list_sort(coalesce(list(app_id) FILTER (is_alone), [])) AS apps_alone
    FROM graph.app_source
    GROUP BY ALL
)
SELECT a.source, a.system, a.family, a.app_count, a.app_alone_count, coalesce(e.access_count, 0) AS access_count,
    coalesce(e.access_alone_count, 0) AS access_alone_count, a.apps_alone
FROM apps AS a LEFT JOIN edge AS e USING (source, system)
