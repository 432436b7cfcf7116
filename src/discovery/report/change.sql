-- One row: one thing that changed between two published files, attached as was and now. Read by `discovery changes`.
WITH new_access AS (
    SELECT x.person_id, x.app_id, x.class, x.sources
    FROM now.access AS x ANTI JOIN was.access AS o USING (person_id, app_id)
),
lost_access AS (
    SELECT x.person_id, x.app_id, x.class
    FROM was.access AS x ANTI JOIN now.access AS n USING (person_id, app_id)
),
why_lost AS (
    SELECT s.person_id, s.app_id, string_agg(DISTINCT replace(s.end_reason, '_', ' '), ', ' ORDER BY replace(s.end_reason, '_', ' ')) AS why,
        max(s.to_on) AS to_on
    FROM now.access_span AS s SEMI JOIN lost_access AS l USING (person_id, app_id)
    WHERE s.end_reason IS NOT NULL
    GROUP BY ALL
),
seen_apps AS (SELECT DISTINCT app_id FROM now.account_access),
known_apps AS (SELECT DISTINCT app_id FROM was.account_access),
personal AS (
    SELECT a.person_id, x.app_id, min(a.account_name) AS account_name
    FROM now.account AS a JOIN now.account_access AS x USING (account_id)
    WHERE a.kind = 'personal' AND a.person_id IS NOT NULL
    GROUP BY ALL
),
told AS (
    SELECT 'new app' AS kind, NULL::VARCHAR AS person_id, app_id, 'nobody was known to use it before' AS what
    FROM seen_apps ANTI JOIN known_apps USING (app_id)
    UNION ALL
    SELECT 'app gone', NULL, app_id, 'nobody is known to use it any more'
    FROM known_apps ANTI JOIN seen_apps USING (app_id)
    UNION ALL
    SELECT 'first personal account', p.person_id, p.app_id, p.account_name
    FROM personal AS p ANTI JOIN (
        SELECT DISTINCT person_id FROM was.account WHERE kind = 'personal' AND person_id IS NOT NULL) AS o USING (person_id)
    UNION ALL
    SELECT 'access after leaving', f.person_id, f.app_id, f.summary
    FROM now.finding AS f ANTI JOIN was.finding AS o USING (finding_id)
    WHERE f.rule IN ('activity_after_leaving', 'access_given_after_leaving', 'active_account_of_leaver', 'charge_after_leaving')
    UNION ALL
    SELECT 'new access', x.person_id, x.app_id, x.class || ', by ' || array_to_string(x.sources, ', ')
    FROM new_access AS x
    UNION ALL
    SELECT 'access ended', x.person_id, x.app_id, coalesce(w.why || ' on ' || w.to_on, 'no evidence of it counts any more')
    FROM lost_access AS x LEFT JOIN why_lost AS w USING (person_id, app_id)
    UNION ALL
    SELECT 'access changed', x.person_id, x.app_id, concat_ws('; ',
        CASE WHEN x.class <> o.class THEN 'class ' || o.class || ' → ' || x.class END,
        CASE WHEN x.route <> o.route THEN 'route ' || o.route || ' → ' || x.route END,
        CASE WHEN x.survives_idp_disable IS DISTINCT FROM o.survives_idp_disable THEN 'survives the disable: '
            || coalesce(CAST(o.survives_idp_disable AS VARCHAR), 'unknown') || ' → '
            || coalesce(CAST(x.survives_idp_disable AS VARCHAR), 'unknown') END)
    FROM now.access AS x JOIN was.access AS o USING (person_id, app_id)
    WHERE x.class <> o.class OR x.route <> o.route OR x.survives_idp_disable IS DISTINCT FROM o.survives_idp_disable
    UNION ALL
    SELECT 'new finding', f.person_id, f.app_id, f.rule || ': ' || f.summary
    FROM now.finding AS f ANTI JOIN was.finding AS o USING (finding_id)
    WHERE f.rule NOT IN ('activity_after_leaving', 'access_given_after_leaving', 'active_account_of_leaver', 'charge_after_leaving')
    UNION ALL
    SELECT 'finding gone', f.person_id, f.app_id, f.rule || ': ' || f.summary
    FROM was.finding AS f ANTI JOIN now.finding AS n USING (finding_id)
)
SELECT t.kind, t.person_id, coalesce(p.email, q.email) AS email, t.app_id, coalesce(w.name, v.name, t.app_id) AS app_name, t.what
FROM told AS t
LEFT JOIN now.person AS p ON p.person_id = t.person_id
LEFT JOIN was.person AS q ON q.person_id = t.person_id
LEFT JOIN now.app AS w ON w.app_id = t.app_id
LEFT JOIN was.app AS v ON v.app_id = t.app_id
