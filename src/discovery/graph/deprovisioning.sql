-- One row: one deprovisioning event of one person in one app, as of as_of: what was to be sent and when, what the log
-- shows, where that leaves it, and why. Key: person_id, app_id, event. Read by diagnose, readiness, dossiers, plans.
-- Reads the temporary table purge_fact (deprovisioning.py: the catalog's facts on when an app purges an account).
--
-- A forecast is judged only where the log reaches: two hours after a PATCH was due, two days after a DELETE was (the
-- recycle bin is emptied in the background). Quarantine delays (one attempt a day), and after four weeks holds; a
-- paused or stopped job makes it wait.
WITH reach AS (
    SELECT system, instance, min(seen_at) AS from_at, max(seen_at) AS to_at
    FROM (
        SELECT system, instance, observed_at AS seen_at FROM canonical.provisioning_event
        UNION ALL
        SELECT o.system, o.instance, unnest([o.from_at, o.to_at])
        FROM sources.collected AS o JOIN sources.source_file AS f USING (file_id)
        WHERE f.kinds = ['provisioning_event'] AND o.is_complete
    )
    WHERE seen_at IS NOT NULL AND seen_at < CAST($as_of + 1 AS TIMESTAMP)
    GROUP BY ALL
),
base AS (
    SELECT r.*, f.system, f.instance, f.job_state, f.is_gallery_job, f.coverage, f.via, f.is_mapping_known, f.is_time_known,
        f.left_scope_at, f.deleted_at, f.hard_deleted_at, f.is_purged_early, f.interval_minutes, f.quarantine_next_at,
        coalesce(l.observed, 'none') AS observed, l.observed_at, l.said,
        CASE WHEN r.event = 'delete' AND r.is_due
            THEN coalesce(f.hard_deleted_at, f.deleted_at + INTERVAL 30 DAY) ELSE f.left_scope_at END AS caused_at,
        CASE r.event WHEN 'delete' THEN INTERVAL 2 DAY ELSE INTERVAL 2 HOUR END AS grace,
        h.from_at AS log_from, h.to_at AS log_to
    FROM graph.deprovisioning_rule AS r
    JOIN graph.deprovisioning_fact AS f USING (person_id, app_id)
    LEFT JOIN graph.deprovisioning_log AS l USING (person_id, app_id, event)
    LEFT JOIN reach AS h ON h.system = f.system AND h.instance = f.instance
),
due AS (
    SELECT *,
        CASE WHEN NOT is_due OR expected = 'no' THEN NULL
            WHEN job_state IN ('paused', 'stopped', 'quarantine_over') AND observed <> 'delivered' THEN NULL
            WHEN job_state = 'quarantine' AND observed <> 'delivered'
                THEN greatest(caused_at + INTERVAL 1 DAY, quarantine_next_at)
            ELSE caused_at + to_minutes(CAST(interval_minutes AS INTEGER)) END AS expected_at
    FROM base
),
covered AS (
    SELECT *,
        coalesce(log_from <= caused_at AND log_to >= coalesce(expected_at, caused_at + INTERVAL 1 DAY) + grace, false)
            AS is_covered,
        coalesce(log_from > caused_at, true) AS is_too_early
    FROM due
),
judged AS (
    SELECT *,
        CASE
            WHEN observed = 'delivered' THEN 'delivered'
            WHEN expected = 'no' THEN 'never'
            WHEN NOT is_due THEN 'not_started'
            WHEN observed = 'held' THEN 'held'
            WHEN observed = 'failed' THEN 'failed'
            WHEN observed = 'skipped' THEN 'never'
            WHEN job_state = 'quarantine_over' THEN 'held'
            WHEN job_state IN ('paused', 'stopped', 'quarantine') THEN 'awaiting'
            WHEN NOT is_covered THEN 'awaiting'
            WHEN expected = 'either' THEN 'never'
            ELSE 'failed' END AS state
    FROM covered
),
shown AS (
    -- What this tenant's own log has shown where documents disagree.
    SELECT system, instance, event, rule, count(*) FILTER (state = 'delivered') AS sent,
        count(*) FILTER (state IN ('delivered', 'never')) AS seen
    FROM judged
    WHERE expected = 'either'
    GROUP BY ALL
),
purged AS (
    SELECT j.person_id, j.app_id, j.event, p.value, TRY_CAST(p.value AS INTEGER) AS days, p.path, p.source, p.as_of AS looked_up_on
    FROM judged AS j
    JOIN purge_fact AS p ON p.app_id = j.app_id AND (
        j.event = 'delete' AND p.path = 'scim_delete'
        OR j.event = 'patch_inactive' AND (
            p.path = 'scim_inactive'
            OR p.path = 'scim_inactive_gallery' AND j.is_gallery_job
            OR p.path = 'scim_inactive_manual' AND NOT j.is_gallery_job))
    WHERE j.expected <> 'no' OR j.state = 'delivered'
    QUALIFY row_number() OVER (PARTITION BY j.person_id, j.app_id, j.event ORDER BY length(p.path) DESC, p.path) = 1
)
SELECT j.person_id, j.app_id, j.event, j.expected, j.expected_at, j.observed, j.observed_at, j.state,
    concat_ws('; ',
        j.because || CASE WHEN j.left_scope_at IS NOT NULL AND j.rule IN ('disabled', 'unassigned', 'deleted_enabled')
                THEN CASE WHEN j.is_time_known THEN ' on ' || strftime(j.left_scope_at, '%Y-%m-%d %H:%M UTC')
                    ELSE ' by ' || strftime(j.left_scope_at, '%Y-%m-%d') END
            WHEN j.rule IN ('soft_deleted', 'purged_early', 'hard_deleted') AND j.deleted_at IS NOT NULL
                THEN ' (deleted on ' || strftime(j.deleted_at, '%Y-%m-%d') || ', for good on '
                    || strftime(coalesce(j.hard_deleted_at, j.deleted_at + INTERVAL 30 DAY), '%Y-%m-%d') || ')'
            ELSE '' END,
        CASE WHEN j.rule = 'deleted_enabled'
            THEN 'documents disagree whether a soft delete is sent, so this tenant''s log decides' END,
        CASE WHEN j.via IS NOT NULL AND j.coverage IN ('by_group', 'nested') THEN 'by the group ' || j.via END,
        CASE WHEN j.expected <> 'no' AND NOT j.is_mapping_known AND j.job_state <> 'none'
            THEN 'assumed: the job''s mappings were not read, so Entra''s defaults are taken' END,
        CASE WHEN j.expected <> 'no' AND j.observed <> 'delivered' THEN CASE j.job_state
            WHEN 'quarantine' THEN 'the job is in quarantine: it tries once a day, so this comes late'
            WHEN 'quarantine_over' THEN 'the job was in quarantine for four weeks and was stopped: held until somebody starts it'
            WHEN 'paused' THEN 'the job is paused: waits until somebody starts it'
            WHEN 'stopped' THEN 'the job is not running: waits until somebody starts it' END END,
        CASE
            WHEN j.observed = 'delivered' THEN 'the log shows ' || j.said || ' at ' || strftime(j.observed_at, '%Y-%m-%d %H:%M UTC')
                || CASE WHEN j.expected = 'no' THEN ', which was not expected' ELSE '' END
            WHEN j.observed = 'held' THEN 'the prevention of accidental deletions holds it (' || j.said || ' at '
                || strftime(j.observed_at, '%Y-%m-%d %H:%M UTC') || ')'
            WHEN j.observed = 'skipped' THEN 'the log shows ' || j.said || ' at '
                || strftime(j.observed_at, '%Y-%m-%d %H:%M UTC') || ': no call was made'
            WHEN j.observed = 'failed' THEN 'the log shows ' || j.said || ' at '
                || strftime(j.observed_at, '%Y-%m-%d %H:%M UTC') || ': it did not arrive'
            WHEN NOT j.is_due OR j.expected = 'no' THEN NULL
            WHEN j.log_to IS NULL THEN 'no provisioning log was read: whether it arrived is not known'
            WHEN j.is_covered AND j.job_state NOT IN ('paused', 'stopped', 'quarantine', 'quarantine_over')
                THEN 'the log, read up to ' || strftime(j.log_to, '%Y-%m-%d %H:%M UTC') || ', has no such entry'
            WHEN j.expected_at > j.log_to THEN NULL
            WHEN j.is_too_early THEN 'the log read begins on ' || strftime(j.log_from, '%Y-%m-%d')
                || ', after this was due: whether it arrived is not known' END,
        CASE WHEN s.seen > 0 THEN 'in this tenant it was sent ' || s.sent || ' of ' || s.seen || ' times so far' END)
        AS reason,
    CASE WHEN j.deleted_at IS NOT NULL THEN CASE WHEN j.is_purged_early THEN j.hard_deleted_at
        ELSE j.deleted_at + INTERVAL 30 DAY END END AS hard_delete_due_at,
    CASE WHEN p.days IS NOT NULL AND j.is_due
        THEN coalesce(CASE WHEN j.observed = 'delivered' THEN j.observed_at END, j.expected_at)
            + to_days(p.days) END AS app_purge_due_at,
    CASE WHEN p.path IS NOT NULL THEN CASE WHEN p.days IS NULL THEN p.value ELSE p.value || ' days' END || ' (' || p.source || ', '
        || p.looked_up_on || ')' END AS purge_source,
    CASE
        WHEN NOT j.is_due THEN CASE WHEN j.expected = 'no' AND j.observed = 'delivered' THEN 'wrong' END
        WHEN j.expected = 'no' THEN CASE WHEN j.observed = 'delivered' THEN 'wrong' WHEN j.is_covered THEN 'right' ELSE 'open' END
        WHEN j.expected = 'either' THEN CASE WHEN j.state IN ('delivered', 'never') THEN 'decided' ELSE 'open' END
        WHEN j.state = 'delivered' THEN CASE WHEN j.observed_at > j.expected_at + j.grace THEN 'late' ELSE 'right' END
        WHEN j.state IN ('failed', 'never') THEN 'wrong'
        ELSE 'open' END AS grade
FROM judged AS j
LEFT JOIN shown AS s ON s.system = j.system AND s.instance = j.instance AND s.event = j.event AND s.rule = j.rule
    AND j.expected = 'either'
LEFT JOIN purged AS p ON p.person_id = j.person_id AND p.app_id = j.app_id AND p.event = j.event
