-- One row: one account's access to one app as of as_of. Key: account_id, app_id. Read by who_has and exports.
-- Only what has not ended counts (graph.trace); graph.access rolls the same traces up by person.
--
-- Days are added up, except where several traces have some: there they may be the same ones.
WITH open AS (FROM graph.trace WHERE is_proof AND ended_on IS NULL),
repeated AS (
    SELECT account_id, app_id FROM open WHERE active_months IS NOT NULL GROUP BY ALL HAVING count(*) > 1
),
several AS (
    SELECT account_id, app_id, sum(bit_count(day_bits)) AS day_count
    FROM (
        SELECT account_id, app_id, active.month, bit_or(active.day_bits) AS day_bits
        FROM (SELECT account_id, app_id, unnest(active_months) AS active FROM open SEMI JOIN repeated USING (account_id, app_id))
        GROUP BY ALL
    )
    GROUP BY ALL
),
edge AS (
    SELECT account_id, app_id, any_value(person_id) AS person_id, min(from_on) AS first_seen_on,
        max(CAST(last_at AS DATE)) AS last_seen_on, list_sort(list(DISTINCT source)) AS sources,
        CAST(coalesce(sum(event_count) FILTER (source IN ('sign_in', 'web_visit')), 0) AS BIGINT) AS event_count,
        sum(day_count(active_months)) AS day_count,
        list_sort(coalesce(list(DISTINCT method) FILTER (method NOT IN ('', 'visit')), [])) AS methods,
        list_sort(list_distinct(coalesce(flatten(list(scopes) FILTER (scopes IS NOT NULL)), []))) AS grant_scopes,
        max(role) AS role, bool_or(is_admin) AS is_admin
    FROM open
    GROUP BY account_id, app_id
),
listed AS (
    SELECT account_id, app_id, arg_max(status, (last_at, status)) AS status, bool_or(ended_on IS NULL) AS is_on
    FROM graph.trace
    WHERE source = 'app_account' AND is_proof
    GROUP BY ALL
)
SELECT e.* EXCLUDE (day_count), CAST(coalesce(s.day_count, e.day_count, 0) AS BIGINT) AS active_day_count,
    CASE WHEN l.status IS NOT NULL THEN l.is_on ELSE true END AS is_active, l.status
FROM edge AS e
LEFT JOIN several AS s USING (account_id, app_id)
LEFT JOIN listed AS l USING (account_id, app_id)
