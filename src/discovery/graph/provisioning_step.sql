-- One row: what a provisioning service did to one account in one app, by kind of action and outcome, up to as_of.
-- Key: system, instance, identifier, app_id, action, outcome. Published; read by graph.readiness, diagnose, rehearsals.
-- An outcome is judged as in graph.deprovisioning_log: by action, status and the export step.
WITH entry AS (
    SELECT e.system, e.instance, e.identifier, k.app_id, e.observed_at, e.event_id, e.file_id,
        CASE WHEN e.action = 'update' AND e.sets_active = false THEN 'disable' ELSE e.action END AS action,
        CASE
            WHEN e.action = 'staged_delete' THEN 'held'
            WHEN e.status = 'failure' OR e.export_status = 'failure' THEN 'failed'
            WHEN e.status = 'skipped' OR e.export_status = 'skipped' THEN 'skipped'
            WHEN e.status = 'success' OR e.export_status = 'success' THEN 'delivered'
            ELSE 'failed' END AS outcome,
        concat_ws(' ', e.status, e.error_code) AS said
    FROM canonical.provisioning_event AS e
    JOIN graph.client_app AS k USING (system, instance, client_key)
    WHERE e.principal_kind = 'user' AND e.identifier IS NOT NULL
)
SELECT e.system, e.instance, e.identifier, any_value(a.person_id) AS person_id, e.app_id, e.action, e.outcome,
    count(*) AS entry_count, min(e.observed_at) AS first_at, max(e.observed_at) AS last_at,
    arg_max(e.said, (e.observed_at, e.event_id)) AS said, arg_max(e.event_id, (e.observed_at, e.event_id)) AS event_id,
    arg_max(e.file_id, (e.observed_at, e.event_id)) AS file_id
FROM entry AS e LEFT JOIN canonical.account AS a USING (system, instance, identifier)
GROUP BY e.system, e.instance, e.identifier, e.app_id, e.action, e.outcome
