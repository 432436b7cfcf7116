-- One row: one thing that is wrong as of as_of. Key: finding_id. Read by findings, dossiers, the evidence pack.
--
-- The cut-off of somebody who left is the end of left_on in the zone of the settings; where that is UTC (not set),
-- noon UTC of the next day. What happens before it is the last day and no finding.
WITH leaver AS (
    SELECT person_id, coalesce(email, display_name, person_id) AS who, left_on, cut_at
    FROM (
        SELECT *, CASE WHEN $timezone = 'UTC' THEN CAST(left_on + 1 AS TIMESTAMP) + INTERVAL 12 HOUR
            ELSE timezone('UTC', timezone($timezone, CAST(left_on + 1 AS TIMESTAMP))) END AS cut_at
        FROM canonical.person
        WHERE left_on IS NOT NULL
    )
    WHERE cut_at < CAST($as_of + 1 AS TIMESTAMP)
),
used AS (
    SELECT t.person_id, t.app_id, max(t.last_at) AS last_at
    FROM graph.trace AS t JOIN leaver AS l USING (person_id)
    WHERE t.is_proof AND t.way IN ('sign_in', 'login', 'redirect', 'visit') AND t.last_at >= l.cut_at
    GROUP BY ALL
),
charged AS (
    SELECT l.person_id, l.who, l.left_on, m.app_id, min(c.charged_on) AS charged_on, sum(c.amount) AS amount,
        count(*) FILTER (c.amount > 0) AS charges
    FROM canonical.charge AS c
    JOIN canonical.account AS a USING (system, instance, identifier)
    JOIN leaver AS l ON l.person_id = a.person_id AND c.charged_on > l.left_on
    JOIN matching.match AS m ON m.kind = 'merchant' AND m.mention = c.merchant AND m.decision = 'accept'
    GROUP BY ALL
    HAVING sum(c.amount) > 0
),
found AS (
    SELECT 'active_account_of_leaver' AS rule, 'high' AS severity, l.person_id, NULL AS app_id, d.identifier AS subject,
        l.left_on AS day, CAST(least(d.snapshot_on, $as_of) AS TIMESTAMP) AS observed_at,
        l.who || ' left on ' || l.left_on || '; the account ' || coalesce(d.account_name, d.identifier) || ' in ' || d.system
            || ' was still active in the list of ' || d.snapshot_on AS summary
    FROM canonical.directory_account AS d
    JOIN canonical.account AS a USING (system, instance, identifier)
    JOIN leaver AS l USING (person_id)
    WHERE d.status = 'active' AND d.absent_on IS NULL AND d.snapshot_on > l.left_on
    UNION ALL
    SELECT 'active_account_of_leaver', 'medium', l.person_id, m.app_id, u.identifier, l.left_on,
        CAST(least(u.snapshot_on, $as_of) AS TIMESTAMP),
        l.who || ' left on ' || l.left_on || '; the account ' || coalesce(u.account_name, u.identifier)
            || ' was still active on the user list of ' || coalesce(w.name, m.app_id) || ' of ' || u.snapshot_on
    FROM canonical.app_account AS u
    JOIN canonical.account AS a USING (system, instance, identifier)
    JOIN leaver AS l USING (person_id)
    JOIN matching.match AS m ON m.kind = u.mention_kind AND m.mention = u.mention AND m.decision = 'accept'
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE u.status = 'active' AND u.ended_on IS NULL AND u.snapshot_on > l.left_on
    UNION ALL
    SELECT 'activity_after_leaving', 'high', l.person_id, u.app_id, '', l.left_on, u.last_at,
        l.who || ' left on ' || l.left_on || ' and was seen in ' || coalesce(w.name, u.app_id) || ' up to '
            || strftime(u.last_at, '%Y-%m-%d %H:%M') || ' UTC'
    FROM used AS u JOIN leaver AS l USING (person_id) LEFT JOIN matching.app AS w USING (app_id)
    UNION ALL
    SELECT 'charge_after_leaving', 'medium', person_id, app_id, '', left_on, CAST(charged_on AS TIMESTAMP),
        who || ' left on ' || left_on || '; ' || coalesce(w.name, app_id) || ' was charged ' || charges || ' time'
            || CASE WHEN charges = 1 THEN '' ELSE 's' END || ' since, first on ' || charged_on
    FROM charged LEFT JOIN matching.app AS w USING (app_id)
    UNION ALL
    SELECT 'unlinked_account', 'medium', NULL, x.app_id, a.account_id, NULL, CAST(x.last_seen_on AS TIMESTAMP),
        'the account ' || a.account_name || ' in ' || coalesce(w.name, x.app_id) || ' belongs to nobody known: '
            || coalesce(r.reason, 'not linked')
    FROM graph.account_access AS x
    JOIN canonical.account AS a USING (account_id)
    LEFT JOIN canonical.unlinked_reason AS r USING (account_id)
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE a.person_id IS NULL AND a.kind IN ('human', 'unknown')
    UNION ALL
    SELECT 'personal_account_on_work_app', 'medium', a.person_id, x.app_id, a.account_id, NULL,
        CAST(x.last_seen_on AS TIMESTAMP),
        'the private account ' || a.account_name || ' is used in ' || coalesce(w.name, x.app_id)
            || coalesce(' by ' || p.email, ' by somebody not known')
    FROM graph.account_access AS x
    JOIN canonical.account AS a USING (account_id)
    LEFT JOIN canonical.person AS p ON p.person_id = a.person_id
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE a.kind = 'personal'
    UNION ALL
    SELECT 'sensitive_grant_to_shadow_app', 'high', x.person_id, x.app_id, '', NULL, CAST(x.last_seen_on AS TIMESTAMP),
        coalesce(p.email, x.person_id) || ' gave the unapproved app ' || coalesce(w.name, x.app_id) || ' '
            || array_to_string(list_filter(x.grant_scopes, lambda s: is_sensitive(s)), ' ')
    FROM graph.access AS x
    JOIN canonical.person AS p USING (person_id)
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE x.class = 'shadow' AND len(list_filter(x.grant_scopes, lambda s: is_sensitive(s))) > 0
)
SELECT left(sha256(concat_ws(chr(31), rule, coalesce(person_id, ''), coalesce(app_id, ''), coalesce(subject, ''),
        coalesce(CAST(day AS VARCHAR), ''))), 32) AS finding_id,
    rule, severity, person_id, app_id, observed_at, summary,
    CASE rule
        WHEN 'sensitive_grant_to_shadow_app' THEN ['ISO 27001 5.18', 'NIST PR.AA', 'SOC 2 CC6.3']
        WHEN 'personal_account_on_work_app' THEN ['ISO 27001 5.18', 'NIST PR.AA', 'SOC 2 CC6.2']
        ELSE ['ISO 27001 5.18', 'NIST PR.AA', 'SOC 2 CC6.2', 'SOC 2 CC6.3'] END AS controls
FROM found
