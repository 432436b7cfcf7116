-- One row: one app in use, counted. Key: app_id. Read by reports and the web pages.
WITH edge AS (
    SELECT x.*, coalesce(p.status IN ('disabled', 'soft_deleted', 'deleted') OR p.left_on < $as_of, false) AS is_leaver
    FROM graph.access AS x JOIN canonical.person AS p USING (person_id)
),
money AS (
    SELECT app_id, count(DISTINCT currency) AS currencies, sum(amount) AS amount, any_value(currency) AS currency,
        bool_or(is_payer AND amount IS NULL AND currency IS NULL) AS is_mixed
    FROM edge WHERE is_payer GROUP BY ALL
),
class AS (
    SELECT DISTINCT ON (app_id) app_id, class
    FROM (SELECT app_id, class, count(*) AS persons FROM edge GROUP BY ALL)
    ORDER BY app_id, persons DESC, class
)
SELECT e.app_id, coalesce(w.name, e.app_id) AS name, any_value(c.class) AS class, any_value(f.approval) AS approval,
    count(*) AS person_count, count(*) FILTER (e.last_seen_on > $as_of - 30) AS active_person_count,
    count(*) FILTER (e.is_leaver) AS leaver_count, list_sort(list_distinct(flatten(list(e.sources)))) AS sources,
    min(e.first_seen_on) AS first_seen_on, max(e.last_seen_on) AS last_seen_on,
    CASE WHEN any_value(m.currencies) = 1 THEN CAST(any_value(m.amount) AS DECIMAL(18,2)) END AS amount,
    CASE WHEN any_value(m.currencies) = 1 THEN any_value(m.currency) END AS currency
FROM edge AS e
LEFT JOIN matching.app AS w USING (app_id)
LEFT JOIN graph.app_fact AS f USING (app_id)
LEFT JOIN class AS c USING (app_id)
LEFT JOIN money AS m USING (app_id)
GROUP BY e.app_id, w.name
