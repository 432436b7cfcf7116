-- One row: one point that decides whether one provisioning job would deprovision a leaver, as of as_of, before anybody
-- leaves. Key: app_id, client_key, job_id, point. Published; read by `readiness`, `diagnose` and the asset checks.
-- Reads the temporary tables token_fact, matching_fact and gallery_fact (readiness.py: what the catalog says).
--
-- unknown is an answer: what was not read is neither pass nor fail. How an app got into the tenant its template says:
-- 8adf8e6e-… is that of all non-gallery apps, none is a registration of one's own (learn.microsoft.com/graph/api/resources/
-- serviceprincipal and application-provisioning-configuration-api.md).
WITH job AS (
    SELECT k.app_id, j.*, regexp_matches(lower(j.template), '^(customappsso|scim|custom)') AS is_by_hand,
        CASE WHEN j.differs IS NULL THEN '; its template''s own mappings were not read'
            WHEN len(j.differs) = 0 THEN '; its mappings are its template''s'
            ELSE '; otherwise than in its template: ' || array_to_string(j.differs, ', ') END AS compared
    FROM canonical.provisioning_job AS j
    JOIN graph.client_app AS k USING (system, instance, client_key)
),
registration AS (
    SELECT system, instance, app_key AS client_key,
        CASE WHEN template IS NULL THEN CASE WHEN bool_or(template IS NOT NULL) OVER (PARTITION BY system, instance)
            THEN 'an app of one''s own' END WHEN template = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621' THEN 'non-gallery app'
            ELSE 'gallery app' END || coalesce(', single sign-on by ' || upper(sso_mode), '') AS kind
    FROM canonical.app_registration
),
scope AS (
    SELECT s.system, s.instance, s.client_key,
        count(DISTINCT d.person_id) FILTER (s.coverage NOT IN ('nested', 'default_access') AND s.unassigned_at IS NULL) AS persons,
        count(DISTINCT d.person_id) FILTER (s.coverage = 'nested') AS nested,
        count(DISTINCT d.person_id) FILTER (s.coverage = 'default_access') AS by_default
    FROM graph.deprovisioning_scope AS s JOIN graph.departure AS d USING (system, instance, identifier)
    GROUP BY ALL
),
sent AS (
    SELECT app_id,
        sum(entry_count) FILTER (action IN ('disable', 'delete') AND outcome = 'delivered') AS delivered,
        sum(entry_count) FILTER (action IN ('disable', 'delete') AND outcome = 'failed') AS failed,
        sum(entry_count) FILTER (outcome = 'held') AS held,
        arg_max(said, last_at) FILTER (action IN ('disable', 'delete') AND outcome = 'failed') AS said,
        max(last_at) AS last_at
    FROM graph.provisioning_step
    WHERE last_at >= CAST($as_of - 30 AS TIMESTAMP)
    GROUP BY ALL
),
credential AS (
    SELECT system, instance, client_key, max(observed_at) AS set_at
    FROM canonical.directory_event
    WHERE change = 'provisioning_setting' AND client_key IS NOT NULL
    GROUP BY ALL
),
asked AS (
    SELECT j.app_id, j.client_key, j.job_id, coalesce(s.persons, 0) AS person_count,
        CASE WHEN j.holds_deletes IS false THEN 0 ELSE j.delete_threshold END AS held_from, j.matches_on AS attributes,
        unnest([
            {'point': 'job_runs', 'answer': CASE WHEN j.status IS NULL THEN 'unknown'
                    WHEN j.schedule = 'active' AND j.status = 'active' THEN 'pass' ELSE 'fail' END,
                'reason': CASE WHEN j.status IS NULL THEN 'the job itself was not read'
                    WHEN j.status = 'quarantine' THEN 'in quarantine since ' || coalesce(strftime(j.quarantine_began_at, '%Y-%m-%d'), 'a day not known')
                        || coalesce(' (' || j.quarantine_reason || ')', '') || ': one cycle a day, and stopped after four weeks'
                    WHEN j.schedule <> 'active' OR j.status <> 'active' THEN 'the job is ' || CASE WHEN j.schedule <> 'active' THEN j.schedule ELSE j.status END
                        || ': nothing is sent'
                    ELSE 'the job runs' END,
                'next_step': CASE WHEN j.status = 'quarantine' THEN 'Mend what the quarantine names, most often the credentials, and restart provisioning.'
                    WHEN j.status IS NULL THEN 'Collect the provisioning jobs.' ELSE 'Start provisioning.' END},
            {'point': 'set_up', 'answer': CASE WHEN j.template IS NULL THEN 'unknown'
                    WHEN j.is_by_hand AND g.app_id IS NOT NULL THEN 'fail' ELSE 'pass' END,
                'reason': CASE WHEN j.template IS NULL THEN 'the job itself was not read'
                    ELSE CASE WHEN NOT j.is_by_hand THEN 'made from the gallery app (' || j.template || ')'
                        WHEN g.app_id IS NOT NULL THEN 'set up by hand (' || j.template
                            || '), though the gallery has the app, with mappings made for it (' || g.source || ')'
                        ELSE 'set up by hand (' || j.template || '); the gallery is not known to have the app' END
                    || coalesce('; registered as ' || o.kind, '') || j.compared END,
                'next_step': CASE WHEN j.template IS NULL THEN 'Collect the provisioning jobs.'
                    ELSE 'Compare its mappings with those of the gallery app, or move to that.' END},
            {'point': 'update_ticked', 'answer': CASE WHEN j.does_update IS NULL THEN 'unknown' WHEN j.does_update THEN 'pass' ELSE 'fail' END,
                'reason': CASE WHEN j.does_update IS NULL THEN 'the mappings were not read' WHEN j.does_update THEN 'Update is ticked'
                    ELSE 'Update is not ticked: nobody is ever disabled in the app' END,
                'next_step': CASE WHEN j.does_update IS NULL THEN 'Collect the mappings of the job.' ELSE 'Tick Update under Mappings > Target object actions.' END},
            {'point': 'delete_ticked', 'answer': CASE WHEN j.does_delete IS NULL THEN 'unknown' WHEN j.does_delete THEN 'pass' ELSE 'fail' END,
                'reason': CASE WHEN j.does_delete IS NULL THEN 'the mappings were not read' WHEN j.does_delete THEN 'Delete is ticked'
                    ELSE 'Delete is not ticked: accounts stay in the app for ever' END,
                'next_step': CASE WHEN j.does_delete IS NULL THEN 'Collect the mappings of the job.'
                    ELSE 'Tick Delete under Mappings > Target object actions, or delete accounts in the app by hand.' END},
            {'point': 'soft_delete_mapped', 'answer': CASE WHEN j.maps_soft_delete IS NULL THEN 'unknown' WHEN j.maps_soft_delete THEN 'pass' ELSE 'fail' END,
                'reason': CASE WHEN j.maps_soft_delete IS NULL THEN 'the mappings were not read'
                    WHEN j.maps_soft_delete THEN 'IsSoftDeleted is mapped' || coalesce(' to ' || j.active_attribute, '')
                    WHEN j.maps_enabled THEN 'only accountEnabled is mapped: who is unassigned or deleted stays active in the app'
                    ELSE 'IsSoftDeleted is not mapped: the app is never told that somebody is inactive' END,
                'next_step': CASE WHEN j.maps_soft_delete IS NULL THEN 'Collect the mappings of the job.'
                    ELSE 'Map Not([IsSoftDeleted]) to the attribute that makes an account inactive.' END},
            {'point': 'out_of_scope_disabled', 'answer': CASE WHEN j.skips_out_of_scope IS NULL THEN 'unknown' WHEN j.skips_out_of_scope THEN 'fail' ELSE 'pass' END,
                'reason': CASE WHEN j.skips_out_of_scope IS NULL THEN 'SkipOutOfScopeDeletions was not read'
                    WHEN j.skips_out_of_scope THEN 'SkipOutOfScopeDeletions is on: who is unassigned keeps the account'
                    ELSE 'who goes out of scope is disabled' END,
                'next_step': CASE WHEN j.skips_out_of_scope IS NULL THEN 'Read the setting, or allow the collector to.'
                    ELSE 'Set SkipOutOfScopeDeletions to false, or end such accounts by hand.' END},
            {'point': 'cycles_succeed', 'answer': CASE WHEN j.last_success_at >= CAST($as_of - 2 AS TIMESTAMP) THEN 'pass'
                    WHEN j.last_success_at IS NOT NULL THEN 'fail' WHEN n.last_at >= CAST($as_of - 2 AS TIMESTAMP) THEN 'pass'
                    ELSE 'unknown' END,
                'reason': CASE WHEN j.last_success_at IS NOT NULL
                        THEN 'last cycle without errors: ' || strftime(j.last_success_at, '%Y-%m-%d %H:%M UTC')
                    WHEN n.last_at IS NOT NULL THEN 'last entry of the log: ' || strftime(n.last_at, '%Y-%m-%d %H:%M UTC')
                    ELSE 'no cycle without errors is known' END,
                'next_step': 'Look at the provisioning log of the app.'},
            {'point': 'exports_succeed', 'answer': CASE WHEN coalesce(n.failed, 0) > 0 OR coalesce(n.held, 0) > 0 THEN 'fail'
                    WHEN n.delivered > 0 THEN 'pass' ELSE 'unknown' END,
                'reason': CASE WHEN coalesce(n.failed, 0) > 0 THEN n.failed || ' of ' || (n.failed + coalesce(n.delivered, 0))
                        || ' disables and deletes of the last 30 days failed (' || n.said || ')'
                    WHEN coalesce(n.held, 0) > 0 THEN n.held || ' are held by the prevention of accidental deletions'
                    WHEN n.delivered > 0 THEN 'disables and deletes of the last 30 days arrived: ' || n.delivered
                    ELSE 'nobody was disabled or deleted there in the last 30 days' END,
                'next_step': CASE WHEN coalesce(n.failed, 0) > 0 THEN 'Give the token the right to change and delete users, or mend what the error says.'
                    WHEN coalesce(n.held, 0) > 0 THEN 'Allow or reject the held deletions in the portal.'
                    ELSE 'Rehearse it with a test account (`discovery diagnose` follows one).' END},
            {'point': 'everybody_in_scope', 'answer': CASE WHEN coalesce(s.nested, 0) + coalesce(s.by_default, 0) > 0 THEN 'fail'
                    WHEN s.persons IS NULL THEN 'unknown' ELSE 'pass' END,
                'reason': CASE WHEN coalesce(s.nested, 0) + coalesce(s.by_default, 0) > 0
                        THEN concat_ws(' and ', CASE WHEN s.nested > 0 THEN s.nested || ' in nested groups' END,
                            CASE WHEN s.by_default > 0 THEN s.by_default || ' with Default Access' END) || ' are never provisioned, nor deprovisioned'
                    WHEN s.persons IS NULL THEN 'who is assigned was not read' ELSE 'all who are assigned are in scope' END,
                'next_step': 'Assign them directly, by a flat group, and with a role.'},
            {'point': 'credential_age', 'answer': CASE WHEN t.days IS NULL OR c.set_at IS NULL THEN 'unknown'
                    WHEN c.set_at + to_days(t.days) < CAST($as_of + 31 AS TIMESTAMP) THEN 'fail' ELSE 'pass' END,
                'reason': CASE WHEN c.set_at IS NULL THEN 'the audit log read does not say when the token was set'
                    WHEN t.days IS NULL THEN 'set on ' || strftime(c.set_at, '%Y-%m-%d') || '; how long the app''s token lives is not known'
                    ELSE 'set on ' || strftime(c.set_at, '%Y-%m-%d') || ', valid for ' || t.days || ' days (' || t.source || ')' END,
                'next_step': CASE WHEN t.days IS NOT NULL AND c.set_at IS NOT NULL THEN 'Renew the token and enter it under Provisioning > Admin credentials.'
                    ELSE 'Note when the token was made and when it ends.' END},
            {'point': 'matches_on', 'answer': CASE WHEN f.attribute IS NULL THEN CASE WHEN j.matches_on IS NULL THEN 'unknown' ELSE 'pass' END
                    WHEN j.matches_on IS NULL THEN 'unknown' WHEN list_contains(j.matches_on, f.attribute) THEN 'pass' ELSE 'fail' END,
                'reason': CASE WHEN j.matches_on IS NULL THEN 'the mappings were not read'
                    WHEN f.attribute IS NOT NULL AND NOT list_contains(j.matches_on, f.attribute)
                        THEN 'matched on ' || array_to_string(j.matches_on, ', ') || ', which the app changes when an account is deleted ('
                            || f.source || ')'
                    ELSE 'matched on ' || array_to_string(j.matches_on, ', ') END,
                'next_step': CASE WHEN f.attribute IS NOT NULL THEN 'Match on ' || f.attribute || ' = objectId.' ELSE 'Collect the mappings of the job.' END}
        ], recursive := false) AS said
    FROM job AS j
    LEFT JOIN scope AS s ON s.system = j.system AND s.instance = j.instance AND s.client_key = j.client_key
    LEFT JOIN sent AS n ON n.app_id = j.app_id
    LEFT JOIN credential AS c ON c.system = j.system AND c.instance = j.instance AND c.client_key = j.client_key
    LEFT JOIN token_fact AS t ON t.app_id = j.app_id
    LEFT JOIN gallery_fact AS g ON g.app_id = j.app_id
    LEFT JOIN matching_fact AS f ON f.app_id = j.app_id
    LEFT JOIN registration AS o ON o.system = j.system AND o.instance = j.instance AND o.client_key = j.client_key
)
SELECT app_id, client_key, job_id, said.point AS point, said.answer AS answer, said.reason AS reason,
    CASE WHEN said.answer <> 'pass' THEN said.next_step END AS next_step, person_count, held_from
FROM asked
