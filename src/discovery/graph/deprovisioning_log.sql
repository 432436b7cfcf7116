-- One row: what the provisioning log shows of one deprovisioning event. Key: person_id, app_id, event.
-- Read by graph.deprovisioning, diagnose; not published.
--
-- An entry counts by action AND status AND steps: success whose export step failed or was skipped is none, staged
-- deletes are held by the prevention of accidental deletions, skipped means that no call was made. It counts from
-- five minutes before what caused it (clocks differ), where that instant is known, and after the last re-activation.
-- Once delivered is delivered; else the newest entry stands.
WITH entry AS (
    SELECT f.person_id, f.app_id, f.hard_deleted_at, f.left_scope_at, f.is_time_known, e.event_id, e.file_id, e.observed_at,
        e.action, e.status, e.sets_active, e.error_code,
        CASE
            WHEN e.action = 'staged_delete' THEN 'held'
            WHEN e.status = 'failure' OR e.export_status = 'failure' THEN 'failed'
            WHEN e.status = 'skipped' OR e.export_status = 'skipped' THEN 'skipped'
            WHEN e.status = 'success' THEN 'delivered'
            WHEN e.status = 'warning' AND e.export_status = 'success' THEN 'delivered'
            ELSE 'failed' END AS outcome
    FROM graph.deprovisioning_fact AS f
    JOIN canonical.provisioning_event AS e USING (system, instance, identifier, client_key)
    WHERE e.principal_kind = 'user'
),
revived AS (
    SELECT person_id, app_id, max(observed_at) AS revived_at
    FROM entry
    WHERE outcome = 'delivered' AND (action = 'create' OR action = 'update' AND sets_active)
    GROUP BY ALL
),
counted AS (
    SELECT e.*,
        CASE
            WHEN e.action = 'delete' THEN 'delete'
            WHEN e.action = 'staged_delete' AND e.observed_at >= e.hard_deleted_at THEN 'delete'
            WHEN e.action IN ('disable', 'staged_delete') THEN 'patch_inactive'
            WHEN e.action = 'update' AND e.sets_active = false THEN 'patch_inactive'
            WHEN e.action IN ('update', 'other') AND e.outcome IN ('failed', 'skipped') AND e.sets_active IS NULL
                AND e.left_scope_at IS NOT NULL THEN 'patch_inactive' END AS event
    FROM entry AS e LEFT JOIN revived AS r USING (person_id, app_id)
    WHERE e.left_scope_at IS NOT NULL
        AND e.observed_at > coalesce(CASE WHEN r.revived_at < e.left_scope_at OR NOT e.is_time_known THEN r.revived_at END, TIMESTAMP '0001-01-01')
        AND (NOT e.is_time_known OR e.observed_at >= e.left_scope_at - INTERVAL 5 MINUTE)
)
SELECT person_id, app_id, event,
    coalesce(arg_min(outcome, (observed_at, event_id)) FILTER (outcome = 'delivered'),
        arg_max(outcome, (observed_at, event_id))) AS observed,
    coalesce(min(observed_at) FILTER (outcome = 'delivered'), max(observed_at)) AS observed_at,
    count(*) AS entry_count,
    coalesce(arg_min(event_id, (observed_at, event_id)) FILTER (outcome = 'delivered'),
        arg_max(event_id, (observed_at, event_id))) AS event_id,
    coalesce(arg_min(file_id, (observed_at, event_id)) FILTER (outcome = 'delivered'),
        arg_max(file_id, (observed_at, event_id))) AS file_id,
    coalesce(arg_min(concat_ws(' ', action, status, error_code), (observed_at, event_id)) FILTER (outcome = 'delivered'),
        arg_max(concat_ws(' ', action, status, error_code), (observed_at, event_id))) AS said
FROM counted
WHERE event IS NOT NULL
GROUP BY person_id, app_id, event
