-- One row: what is known of one person's leaving and one app's provisioning, as of as_of: the input of the expectation
-- table. Key: person_id, app_id. Read by graph.deprovisioning_rule, graph.deprovisioning_log, diagnose; not published.
--
-- Rows are there for everybody in the scope of a job, and, where a whole list of jobs was read, for everybody assigned
-- to an app that has none. Of several jobs or accounts of one person and app the one that reaches furthest stands.
WITH listed AS (
    -- Instances of which the newest list of jobs is whole: an app that it lacks has none.
    SELECT DISTINCT system, instance FROM canonical.list_day
    WHERE kind = 'provisioning_job' AND is_complete AND day <= $as_of
),
registration AS (
    -- Made from no template: a registration of one's own, which has no provisioning (known-issues.md). A list that
    -- names no template at all does not tell.
    SELECT system, instance, app_key AS client_key, template IS NULL AND sso_mode = 'oidc'
        AND bool_or(template IS NOT NULL) OVER (PARTITION BY system, instance) AS is_own
    FROM canonical.app_registration
),
logged_job AS (
    SELECT DISTINCT system, instance, client_key FROM canonical.provisioning_event WHERE client_key IS NOT NULL
),
sent AS (
    -- The log's last word on whether the account is active in the app.
    SELECT system, instance, identifier, client_key,
        max(observed_at) FILTER (is_off) AS off_at, min(observed_at) FILTER (is_off) AS first_off_at,
        max(observed_at) FILTER (NOT is_off) AS on_at
    FROM (
        SELECT system, instance, identifier, client_key, observed_at,
            action = 'disable' OR coalesce(sets_active = false, false) AS is_off
        FROM canonical.provisioning_event
        WHERE status = 'success' AND coalesce(export_status, 'success') = 'success' AND principal_kind = 'user'
            AND (action IN ('disable', 'create') OR action = 'update' AND sets_active IS NOT NULL)
    )
    GROUP BY ALL
),
paired AS (
    SELECT d.person_id, k.app_id, s.system, s.instance, s.identifier, s.client_key, s.coverage, s.via, s.unassigned_at,
        d.disabled_at, d.deleted_at, d.hard_deleted_at, d.is_purged_early, d.is_time_known,
        CASE WHEN o.off_at > coalesce(o.on_at, TIMESTAMP '0001-01-01') AND o.off_at > coalesce(d.restored_at, TIMESTAMP '0001-01-01')
            AND d.disabled_at IS NULL AND d.deleted_at IS NULL AND d.hard_deleted_at IS NULL AND s.unassigned_at IS NULL
            THEN o.off_at END AS off_at,
        j.job_id, j.job_id IS NOT NULL OR l.client_key IS NOT NULL AS has_job,
        CASE
            WHEN j.job_id IS NULL THEN CASE WHEN l.client_key IS NOT NULL THEN 'unknown' ELSE 'none' END
            WHEN j.schedule = 'disabled' THEN 'stopped'
            WHEN j.status = 'quarantine' AND j.quarantine_began_at + INTERVAL 28 DAY < CAST($as_of + 1 AS TIMESTAMP)
                THEN 'quarantine_over'
            WHEN j.status = 'quarantine' THEN 'quarantine'
            WHEN j.schedule = 'paused' OR j.status = 'paused' THEN 'paused'
            WHEN j.status IN ('not_run', 'not_configured') THEN 'stopped'
            WHEN j.schedule = 'active' THEN 'running'
            ELSE 'unknown' END AS job_state,
        CASE WHEN j.template IS NOT NULL
            THEN NOT regexp_matches(lower(j.template), '^(customappsso|scim|custom)') END AS is_gallery_job,
        coalesce(r.is_own, false) AS is_own_registration, j.does_update, j.does_delete, j.maps_soft_delete, j.maps_enabled, j.skips_out_of_scope, j.interval_minutes,
        j.quarantine_next_at
    FROM graph.deprovisioning_scope AS s
    JOIN graph.departure AS d USING (system, instance, identifier)
    JOIN graph.client_app AS k USING (system, instance, client_key)
    LEFT JOIN canonical.provisioning_job AS j USING (system, instance, client_key)
    LEFT JOIN registration AS r USING (system, instance, client_key)
    LEFT JOIN logged_job AS l USING (system, instance, client_key)
    LEFT JOIN sent AS o USING (system, instance, identifier, client_key)
    LEFT JOIN listed AS a USING (system, instance)
    WHERE d.person_id IS NOT NULL AND (j.client_key IS NOT NULL OR l.client_key IS NOT NULL OR a.system IS NOT NULL)
),
timed AS (
    SELECT *,
        least(CASE WHEN unassigned_at < coalesce(hard_deleted_at, TIMESTAMP '9999-12-31') THEN unassigned_at END, off_at)
            AS out_at
    FROM paired
),
ordered AS (
    SELECT *, least(disabled_at, out_at, deleted_at, hard_deleted_at) AS left_scope_at
    FROM timed
)
SELECT person_id, app_id, system, instance, identifier, client_key, job_id, has_job, job_state, is_gallery_job,
    is_own_registration, coverage,
    via, coalesce(does_update, true) AS does_update, coalesce(does_delete, true) AS does_delete,
    coalesce(maps_soft_delete, true) AS maps_soft_delete, coalesce(maps_enabled, false) AS maps_enabled,
    does_update IS NOT NULL AS is_mapping_known, coalesce(skips_out_of_scope, false) AS skips_out_of_scope,
    CASE
        WHEN hard_deleted_at IS NOT NULL THEN 'hard_deleted'
        WHEN deleted_at IS NOT NULL THEN 'soft_deleted'
        WHEN disabled_at IS NOT NULL THEN 'disabled'
        WHEN out_at IS NOT NULL THEN 'unassigned'
        ELSE 'none' END AS leaving,
    coalesce(disabled_at = left_scope_at, false) AS is_disabled_first,
    coalesce(out_at = left_scope_at AND disabled_at IS DISTINCT FROM left_scope_at, false) AS is_unassigned_first,
    out_at IS NOT NULL AS is_unassigned, is_purged_early,
    is_time_known OR (out_at IS NOT NULL AND out_at = left_scope_at) AS is_time_known,
    left_scope_at, deleted_at, hard_deleted_at, coalesce(interval_minutes, 40) AS interval_minutes, quarantine_next_at
FROM ordered
QUALIFY row_number() OVER (PARTITION BY person_id, app_id
    ORDER BY has_job DESC,
        CASE coverage WHEN 'assigned' THEN 1 WHEN 'by_group' THEN 2 WHEN 'everybody' THEN 3 WHEN 'logged' THEN 4
            WHEN 'default_access' THEN 5 ELSE 6 END,
        CASE job_state WHEN 'running' THEN 1 WHEN 'unknown' THEN 2 WHEN 'quarantine' THEN 3 WHEN 'paused' THEN 4 ELSE 5 END,
        left_scope_at NULLS FIRST, system, instance, identifier, client_key, job_id) = 1
