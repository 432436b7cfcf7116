-- One row: one account's access to one app as of as_of. Key: account_id, app_id. Read by who_has and exports.
-- Only what has not ended counts (graph.trace); graph.access rolls the same traces up by person.
SELECT t.account_id, t.app_id, any_value(t.person_id) AS person_id, min(t.from_on) AS first_seen_on,
    max(CAST(t.last_at AS DATE)) AS last_seen_on, list_sort(list(DISTINCT t.source)) AS sources,
    CAST(coalesce(sum(t.event_count) FILTER (t.source IN ('sign_in', 'web_visit')), 0) AS BIGINT) AS event_count,
    CAST(coalesce(CASE WHEN count(t.active_days) = 1 THEN len(any_value(t.active_days))
        ELSE len(list_distinct(flatten(list(t.active_days) FILTER (t.active_days IS NOT NULL)))) END, 0) AS BIGINT)
        AS active_day_count,
    list_sort(coalesce(list(DISTINCT t.method) FILTER (t.method NOT IN ('', 'visit')), [])) AS methods,
    list_sort(list_distinct(coalesce(flatten(list(t.scopes) FILTER (t.scopes IS NOT NULL)), []))) AS grant_scopes,
    max(t.role) AS role, bool_or(t.is_admin) AS is_admin,
    CASE WHEN count(o.status) > 0 THEN bool_or(o.is_on) ELSE true END AS is_active, max(o.status) AS status
FROM graph.trace AS t
LEFT JOIN (
    SELECT account_id, app_id, arg_max(status, (last_at, status)) AS status, bool_or(ended_on IS NULL) AS is_on
    FROM graph.trace
    WHERE source = 'app_account' AND is_proof
    GROUP BY ALL
) AS o USING (account_id, app_id)
WHERE t.is_proof AND t.ended_on IS NULL
GROUP BY t.account_id, t.app_id
