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
    SELECT person_id, app_id, max(last_at) AS last_at
    FROM (
        SELECT t.person_id, t.app_id, t.last_at
        FROM graph.trace AS t
        WHERE t.is_proof AND t.way IN ('sign_in', 'login', 'redirect', 'visit')
        UNION ALL
        -- What the app's own list calls the last use.
        SELECT a.person_id, m.app_id, u.last_active_at
        FROM canonical.app_account AS u
        JOIN canonical.account AS a USING (system, instance, identifier)
        JOIN matching.match AS m ON m.kind = u.mention_kind AND m.mention = u.mention AND m.decision = 'accept'
        WHERE u.last_active_at < CAST($as_of + 1 AS TIMESTAMP)
    )
    JOIN leaver AS l USING (person_id)
    WHERE last_at >= l.cut_at
    GROUP BY ALL
),
first_list AS (
    SELECT kind, system, instance, min(day) AS day
    FROM canonical.list_day
    WHERE is_complete AND is_believed
    GROUP BY ALL
),
granted AS (
    -- What bears no time of its own and stands in the first list that was read may have stood there for years: only an
    -- earlier list that lacks it (for assignments by group: of the members, too) shows that it is new.
    SELECT l.person_id, t.app_id, t.source, min(t.first_at) AS first_at
    FROM graph.trace AS t
    JOIN leaver AS l ON l.person_id = t.person_id
    JOIN canonical.account AS a USING (account_id)
    LEFT JOIN first_list AS f ON (f.kind, f.system, f.instance)
        = (CASE t.mention_kind WHEN 'licence' THEN 'licence' ELSE t.source END, a.system, a.instance)
    LEFT JOIN first_list AS m ON t.source = 'assignment' AND t.mention_kind <> 'licence' AND (m.kind, m.system, m.instance)
        = ('membership', a.system, a.instance)
    WHERE t.is_proof AND t.source IN ('grant', 'assignment') AND t.ended_on IS NULL
        AND t.from_on > l.left_on AND t.first_at >= l.cut_at
        AND (t.first_at <> CAST(t.from_on AS TIMESTAMP) OR t.from_on > greatest(f.day, coalesce(m.day, f.day)))
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
going AS (
    -- Who is gone, or goes within 30 days: what only they look after needs somebody else now.
    SELECT person_id, coalesce(email, display_name, person_id) AS who, email, left_on, status
    FROM canonical.person
    WHERE left_on <= $as_of + 30 OR status IN ('disabled', 'soft_deleted', 'deleted')
),
employed AS (
    -- The personnel department's own word, where it is the source of truth: still active.
    SELECT DISTINCT i.person_id
    FROM canonical.directory_account AS d
    JOIN canonical.identity AS i ON i.namespace = 'account_key' AND i.is_link AND i.system = d.system
        AND i.instance = d.instance AND i.identifier = d.identifier
    WHERE d.status = 'active' AND d.absent_on IS NULL AND d.system NOT IN ('entra', 'okta', 'google', 'active_directory',
        'ad', 'onelogin', 'jumpcloud', 'ping', 'duo', 'auth0', 'aws_identity_center', 'microsoft365')
),
administered AS (
    SELECT t.app_id, count(DISTINCT t.holder) AS admins, count(DISTINCT g.person_id) AS admins_going,
        arg_min(g.person_id, g.who) AS person_id, min(g.who) AS who, max(t.last_at) AS last_at
    FROM graph.trace AS t LEFT JOIN going AS g USING (person_id)
    WHERE t.is_proof AND t.is_admin AND t.ended_on IS NULL
    GROUP BY ALL
),
delivering AS (
    -- A source that has gone silent says nothing about who stopped using what.
    SELECT source, system, max(last_at) >= CAST($as_of - 7 AS TIMESTAMP) AS is_live
    FROM canonical.usage_known
    GROUP BY ALL
),
last_use AS (
    SELECT t.app_id, CAST(max(t.last_at) AS DATE) AS used_on, bool_and(coalesce(d.is_live, false)) AS is_seen_still
    FROM graph.trace AS t LEFT JOIN delivering AS d USING (source, system)
    WHERE t.is_proof AND t.way IN ('sign_in', 'login', 'redirect', 'visit')
    GROUP BY ALL
),
listed AS (
    SELECT DISTINCT app_id FROM graph.trace WHERE is_proof AND source = 'app_account' AND ended_on IS NULL
),
paid AS (
    SELECT m.app_id, coalesce(a.person_id, a.account_id) AS holder, a.person_id,
        date_trunc('month', c.charged_on) AS month, max(c.charged_on) AS charged_on, sum(c.amount) AS amount
    FROM canonical.charge AS c
    JOIN canonical.account AS a USING (system, instance, identifier)
    JOIN matching.match AS m ON m.kind = 'merchant' AND m.mention = c.merchant AND m.decision = 'accept'
    GROUP BY ALL
    HAVING sum(c.amount) > 0
),
idle AS (
    SELECT p.app_id, u.used_on, count(DISTINCT p.month) AS months, max(p.charged_on) AS charged_on
    FROM paid AS p JOIN last_use AS u USING (app_id) ANTI JOIN listed AS l USING (app_id)
    WHERE u.is_seen_still AND p.charged_on > u.used_on + 30
    GROUP BY ALL
    HAVING count(DISTINCT p.month) >= 2 AND max(p.charged_on) > $as_of - 45
),
subscribed AS (
    SELECT app_id, holder, count(*) AS months, max(charged_on) AS charged_on
    FROM paid
    WHERE charged_on > $as_of - 92
    GROUP BY ALL
    HAVING count(*) >= 2 AND max(charged_on) > $as_of - 45
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
    SELECT 'access_given_after_leaving', 'high', l.person_id, u.app_id, u.source, l.left_on, u.first_at,
        l.who || ' left on ' || l.left_on || ' and was given ' || coalesce(w.name, u.app_id) || ' on '
            || CAST(u.first_at AS DATE) || ' (' || u.source || ')'
    FROM granted AS u JOIN leaver AS l USING (person_id) LEFT JOIN matching.app AS w USING (app_id)
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
    -- Once for an address, however many sources show it.
    SELECT 'personal_account_on_work_app', 'medium', a.person_id, x.app_id, min(a.account_id), NULL,
        CAST(max(x.last_seen_on) AS TIMESTAMP),
        'the private account ' || lower(a.account_name) || ' is used in ' || coalesce(w.name, x.app_id)
            || coalesce(' by ' || p.email, ' by somebody not known')
    FROM graph.account_access AS x
    JOIN canonical.account AS a USING (account_id)
    LEFT JOIN canonical.person AS p ON p.person_id = a.person_id
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE a.kind = 'personal'
    GROUP BY a.person_id, x.app_id, lower(a.account_name), w.name, p.email
    UNION ALL
    SELECT 'sensitive_grant_to_shadow_app', 'high', x.person_id, x.app_id, '', NULL, CAST(x.last_seen_on AS TIMESTAMP),
        coalesce(p.email, x.person_id) || ' gave the unapproved app ' || coalesce(w.name, x.app_id) || ' '
            || array_to_string(list_filter(x.grant_scopes, lambda s: is_sensitive(s)), ' ')
    FROM graph.access AS x
    JOIN canonical.person AS p USING (person_id)
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE x.class = 'shadow' AND len(list_filter(x.grant_scopes, lambda s: is_sensitive(s))) > 0
    UNION ALL
    SELECT 'dormant_grant', 'low', x.person_id, x.app_id, '', NULL, CAST(x.last_seen_on AS TIMESTAMP),
        coalesce(p.email, x.person_id) || ' consented to ' || coalesce(w.name, x.app_id) || ' of '
            || x.scope_risk || ' risk and has not used it for 60 days; the consent stands'
    FROM graph.access AS x
    JOIN canonical.person AS p USING (person_id)
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE x.has_dormant_grant AND x.scope_risk IN ('medium', 'high')
    UNION ALL
    SELECT 'legacy_authentication', 'medium', x.person_id, x.app_id, '', NULL, t.last_at,
        coalesce(p.email, x.person_id) || ' signs in to ' || coalesce(w.name, x.app_id)
            || ' by legacy authentication: no second factor is asked for'
    FROM graph.access AS x
    JOIN (SELECT person_id, app_id, max(last_at) AS last_at FROM graph.trace
        WHERE is_proof AND method = 'legacy_authentication' GROUP BY ALL) AS t USING (person_id, app_id)
    JOIN canonical.person AS p USING (person_id)
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE t.last_at >= CAST($as_of - 30 AS TIMESTAMP)
    UNION ALL
    SELECT 'break_glass_used', 'high', NULL, x.app_id, a.account_id, NULL, CAST(x.last_seen_on AS TIMESTAMP),
        'the break-glass account ' || a.account_name || ' was used in ' || coalesce(w.name, x.app_id) || ' up to '
            || x.last_seen_on || ': say why, and change its secret'
    FROM graph.account_access AS x
    JOIN canonical.account AS a USING (account_id)
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE a.kind = 'service' AND starts_with(a.kind_reason, 'break-glass') AND x.event_count > 0
    UNION ALL
    SELECT 'deleted_without_disable', 'medium', a.person_id, NULL, d.identifier, CAST(d.deleted_at AS DATE), d.deleted_at,
        'the account ' || coalesce(d.account_name, d.identifier) || ' in ' || d.system || ' was deleted on '
            || CAST(d.deleted_at AS DATE) || ' without having been disabled first: apps may hear of it up to 30 days later'
    FROM canonical.directory_account AS d
    JOIN canonical.account AS a USING (system, instance, identifier)
    WHERE d.was_enabled AND d.deleted_at < CAST($as_of + 1 AS TIMESTAMP) AND a.kind IN ('human', 'unknown')
    UNION ALL
    SELECT 'only_owner_leaves', 'medium', g.person_id, s.app_id, 'owner', g.left_on, CAST(s.last_seen_on AS TIMESTAMP),
        g.who || ' owns ' || coalesce(w.name, s.app_id) || ' and ' || CASE WHEN g.left_on > $as_of THEN 'leaves on ' || g.left_on
            WHEN g.left_on IS NOT NULL THEN 'left on ' || g.left_on ELSE 'is ' || g.status END
            || ': ' || s.users || CASE WHEN s.users = 1 THEN ' account needs' ELSE ' accounts need' END || ' another owner'
    FROM matching.app AS w
    JOIN going AS g ON g.email = lower(w.owner_email)
    JOIN (SELECT app_id, count(*) AS users, max(last_seen_on) AS last_seen_on FROM graph.account_access GROUP BY ALL) AS s
        ON s.app_id = w.app_id
    UNION ALL
    SELECT 'only_owner_leaves', 'high', x.person_id, x.app_id, 'admin', NULL, x.last_at,
        x.who || CASE WHEN x.admins = 1 THEN ' is the only known administrator of '
            ELSE ' and ' || (x.admins - 1) || ' more who leave are the only known administrators of ' END
            || coalesce(w.name, x.app_id) || ': name another before the account is ended'
    FROM administered AS x LEFT JOIN matching.app AS w USING (app_id)
    WHERE x.admins = x.admins_going
    UNION ALL
    SELECT 'charge_without_use', 'low', NULL, i.app_id, '', i.used_on, CAST(i.charged_on AS TIMESTAMP),
        coalesce(w.name, i.app_id) || ' was last used on ' || i.used_on || ' and charged in ' || i.months
            || ' months since, last on ' || i.charged_on
    FROM idle AS i LEFT JOIN matching.app AS w USING (app_id)
    UNION ALL
    SELECT 'duplicate_subscription', 'low', NULL, s.app_id, '', NULL, CAST(max(s.charged_on) AS TIMESTAMP),
        coalesce(any_value(w.name), s.app_id) || ' is paid for month by month by ' || count(*) || ' persons or cards'
    FROM subscribed AS s LEFT JOIN matching.app AS w USING (app_id)
    GROUP BY s.app_id
    HAVING count(*) >= 2
    UNION ALL
    SELECT 'disabled_but_employed', 'low', p.person_id, NULL, d.identifier, NULL, d.disabled_at,
        coalesce(p.email, p.person_id) || ' works here according to HR; the account in ' || d.system || ' is disabled since '
            || CAST(d.disabled_at AS DATE)
    FROM graph.departure AS d
    JOIN canonical.person AS p USING (person_id)
    JOIN employed AS e USING (person_id)
    WHERE d.disabled_at IS NOT NULL AND d.deleted_at IS NULL AND p.left_on IS NULL
    UNION ALL
    SELECT 'deprovisioning_failed', 'high', d.person_id, d.app_id, d.event, CAST(d.expected_at AS DATE),
        coalesce(d.observed_at, d.expected_at),
        coalesce(p.email, d.person_id) || ' was to be ' || CASE d.event WHEN 'delete' THEN 'deleted' ELSE 'disabled' END || ' in '
            || coalesce(w.name, d.app_id) || ' and was not (' || d.state || '): ' || d.reason
    FROM graph.deprovisioning AS d
    JOIN canonical.person AS p USING (person_id)
    LEFT JOIN matching.app AS w USING (app_id)
    WHERE d.state IN ('failed', 'held') OR d.expected = 'yes' AND d.state = 'never'
    UNION ALL
    -- What a case had as ended, and looking again shows is not. What was refused outright is a task, and no finding.
    SELECT 'seen_after_offboarding', 'high', c.person_id, s.app_id, s.case_id || '/' || s.step_id, NULL,
        coalesce(max(e.at), c.opened_at),
        coalesce(p.email, p.display_name, p.person_id) || ' was taken out of ' || coalesce(w.name, s.app_id, 'the directory')
            || ' (' || s.case_id || ') and is there again: ' || s.reason
    FROM offboarding.step AS s
    JOIN offboarding.offboarding_case AS c USING (case_id)
    JOIN canonical.person AS p ON p.person_id = c.person_id
    LEFT JOIN offboarding.ledger_entry AS e ON e.case_id = s.case_id AND e.step_id = s.step_id AND e.kind = 'observation'
    LEFT JOIN matching.app AS w ON w.app_id = s.app_id
    WHERE s.state = 'failed' AND c.state <> 'undone' AND (s.action = 'verify' OR s.accepted_at IS NOT NULL)
    GROUP BY c.person_id, s.app_id, s.case_id, s.step_id, c.opened_at, p.email, p.display_name, p.person_id, w.name, s.reason
    UNION ALL
    SELECT 'licence_of_leaver', 'low', a.person_id, NULL, coalesce(n.licence_key, n.licence), g.left_on, CAST(n.snapshot_on AS TIMESTAMP),
        g.who || ' is gone and still holds the licence ' || n.product || ' in the list of ' || n.snapshot_on
    FROM canonical.licence AS n
    JOIN canonical.account AS a USING (system, instance, identifier)
    JOIN going AS g ON g.person_id = a.person_id AND (g.left_on < n.snapshot_on OR g.status IN ('disabled', 'soft_deleted'))
    WHERE n.ended_on IS NULL
    UNION ALL
    SELECT 'leaving_soon', 'low', p.person_id, NULL, '', p.left_on, CAST($as_of AS TIMESTAMP),
        coalesce(p.email, p.display_name, p.person_id) || CASE WHEN p.left_on = $as_of THEN ' has the last day today, '
            ELSE ' leaves in ' || (p.left_on - $as_of) || CASE WHEN p.left_on - $as_of = 1 THEN ' day, on ' ELSE ' days, on ' END
            END || p.left_on || ', and reaches ' || count(x.app_id) || CASE WHEN count(x.app_id) = 1 THEN ' app' ELSE ' apps' END
            || CASE WHEN count(*) FILTER (x.survives_idp_disable) = 0 THEN ''
                ELSE ', ' || count(*) FILTER (x.survives_idp_disable) || ' of them also without the directory account' END
            || ': plan it now'
    FROM canonical.person AS p LEFT JOIN graph.access AS x USING (person_id)
    WHERE p.left_on BETWEEN $as_of AND $as_of + 30 AND p.status IN ('active', 'unknown')
    GROUP BY p.person_id, p.email, p.display_name, p.left_on
)
SELECT left(sha256(concat_ws(chr(31), rule, coalesce(person_id, ''), coalesce(app_id, ''), coalesce(subject, ''),
        coalesce(CAST(day AS VARCHAR), ''))), 32) AS finding_id,
    rule, severity, person_id, app_id, observed_at, summary,
    CASE rule
        WHEN 'sensitive_grant_to_shadow_app' THEN ['ISO 27001 5.18', 'NIST PR.AA', 'SOC 2 CC6.3']
        WHEN 'dormant_grant' THEN ['ISO 27001 5.18', 'NIST PR.AA', 'SOC 2 CC6.3']
        WHEN 'legacy_authentication' THEN ['ISO 27001 8.5', 'NIST PR.AA', 'SOC 2 CC6.1']
        WHEN 'break_glass_used' THEN ['ISO 27001 8.2', 'NIST PR.AA', 'SOC 2 CC6.3']
        WHEN 'personal_account_on_work_app' THEN ['ISO 27001 5.18', 'NIST PR.AA', 'SOC 2 CC6.2']
        WHEN 'charge_without_use' THEN ['ISO 27001 5.9', 'SOC 2 CC6.2']
        WHEN 'duplicate_subscription' THEN ['ISO 27001 5.9']
        ELSE ['ISO 27001 5.18', 'NIST PR.AA', 'SOC 2 CC6.2', 'SOC 2 CC6.3'] END AS controls
FROM found
