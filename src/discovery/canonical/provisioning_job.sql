-- One row: one provisioning job as its newest lists tell it. Key: system, instance, client_key, job_id.
-- Read by graph.deprovisioning_fact, graph.access_fact, readiness and diagnose.
--
-- Four lists say it: the job itself, its mappings (by app and job, or by app alone), those that its template brings, and
-- the app's settings. What a list was not read of is NULL. A job that a later whole and believed list of jobs lacks is
-- gone, and no row. `differs`: in words, what its mappings have otherwise than the template.
WITH file AS (
    SELECT file_id, min(snapshot_on) AS snapshot_on, min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
loaded AS (
    SELECT l.* EXCLUDE (instance, snapshot_on), coalesce(l.instance, '') AS instance,
        coalesce(l.snapshot_on, f.snapshot_on, f.loaded_on, $as_of) AS snapshot_on,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.provisioning_job AS l LEFT JOIN file AS f USING (file_id)
),
used AS (
    SELECT *
    FROM loaded
    QUALIFY snapshot_on <= $as_of OR snapshot_on = min(snapshot_on) OVER (PARTITION BY system, instance, event_id)
),
newest AS (
    SELECT *
    FROM used
    QUALIFY row_number() OVER (PARTITION BY system, instance, event_id
        ORDER BY snapshot_on DESC, len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
),
job AS (
    SELECT n.*
    FROM newest AS n
    ANTI JOIN canonical.list_day AS d ON d.kind = 'provisioning_job' AND d.system = n.system
        AND d.instance = n.instance AND d.is_complete AND d.is_believed AND d.day > n.snapshot_on
    WHERE n.part = 'job'
),
mapped AS (FROM newest WHERE part = 'schema'),
-- A job that only its mappings tell of is a job too: its state is not known.
every AS (
    SELECT system, instance, client_key, job_id FROM job
    UNION
    SELECT s.system, s.instance, s.client_key, coalesce(s.job_id, '')
    FROM mapped AS s ANTI JOIN job AS j USING (system, instance, client_key)
    WHERE NOT EXISTS (FROM canonical.list_day AS d WHERE d.kind = 'provisioning_job' AND d.system = s.system
        AND d.instance = s.instance AND d.is_complete AND d.is_believed AND d.day >= s.snapshot_on)
),
schema_of AS (
    SELECT e.system, e.instance, e.client_key, e.job_id, s.* EXCLUDE (system, instance, client_key, job_id)
    FROM every AS e JOIN mapped AS s USING (system, instance, client_key)
    WHERE coalesce(s.job_id, e.job_id) = e.job_id
    QUALIFY row_number() OVER (PARTITION BY e.system, e.instance, e.client_key, e.job_id
        ORDER BY s.snapshot_on DESC, s.job_id IS NULL, s.event_id) = 1
),
setting AS (
    SELECT system, instance, client_key,
        arg_max(skips_out_of_scope, snapshot_on) FILTER (skips_out_of_scope IS NOT NULL) AS skips_out_of_scope,
        arg_max(syncs_all, snapshot_on) FILTER (syncs_all IS NOT NULL) AS syncs_all,
        arg_max(holds_deletes, snapshot_on) FILTER (holds_deletes IS NOT NULL) AS holds_deletes,
        arg_max(delete_threshold, snapshot_on) FILTER (delete_threshold IS NOT NULL) AS delete_threshold
    FROM newest
    WHERE part = 'setting'
    GROUP BY ALL
),
-- What the job has otherwise than the template that it was made from.
compared AS (
    SELECT e.system, e.instance, e.client_key, e.job_id, list_concat(
            list_filter([
                CASE WHEN m.does_create AND NOT s.does_create THEN 'Create is not ticked' END,
                CASE WHEN m.does_update AND NOT s.does_update THEN 'Update is not ticked' END,
                CASE WHEN m.does_delete AND NOT s.does_delete THEN 'Delete is not ticked' END,
                CASE WHEN m.matches_on IS DISTINCT FROM s.matches_on THEN 'matched on '
                    || coalesce(nullif(array_to_string(s.matches_on, ', '), ''), 'nothing') || ', not on '
                    || coalesce(nullif(array_to_string(m.matches_on, ', '), ''), 'nothing') END
            ], lambda x: x IS NOT NULL),
            list_transform(list_filter(m.mappings, lambda x: NOT list_contains(
                list_transform(s.mappings, lambda y: split_part(y, ' = ', 1)), split_part(x, ' = ', 1))),
                lambda x: split_part(x, ' = ', 1) || ' is not mapped'),
            list_transform(list_filter(s.mappings, lambda x: NOT list_contains(m.mappings, x) AND list_contains(
                list_transform(m.mappings, lambda y: split_part(y, ' = ', 1)), split_part(x, ' = ', 1))),
                lambda x: split_part(x, ' = ', 1) || ' is mapped otherwise'),
            list_transform(list_filter(s.mappings, lambda x: NOT list_contains(
                list_transform(m.mappings, lambda y: split_part(y, ' = ', 1)), split_part(x, ' = ', 1))),
                lambda x: split_part(x, ' = ', 1) || ' is added')) AS differs
    FROM every AS e
    JOIN job AS j USING (system, instance, client_key, job_id)
    JOIN schema_of AS s USING (system, instance, client_key, job_id)
    JOIN newest AS m ON m.part = 'template' AND m.system = e.system AND m.instance = e.instance
        AND m.client_key = e.client_key AND lower(m.template) = lower(j.template)
    WHERE s.mappings IS NOT NULL AND m.mappings IS NOT NULL
)
SELECT coalesce(j.file_id, s.file_id) AS file_id, e.system, e.instance, coalesce(j.event_id, s.event_id) AS event_id,
    coalesce(j.record, s.record) AS record, CASE WHEN j.event_id IS NULL THEN 'schema' ELSE 'job' END AS part,
    e.client_key, e.job_id, j.template, j.schedule, j.status, j.interval_minutes, j.last_run_at, j.last_success_at,
    j.quarantine_began_at, j.quarantine_next_at, j.quarantine_reason, s.does_create, s.does_update, s.does_delete,
    s.maps_soft_delete, s.maps_enabled, s.active_attribute, s.matches_on, s.mappings, s.has_scope_filter,
    coalesce(t.delete_threshold, j.delete_threshold) AS delete_threshold, t.holds_deletes, t.skips_out_of_scope, t.syncs_all,
    coalesce(j.snapshot_on, s.snapshot_on) AS snapshot_on, d.differs
FROM every AS e
LEFT JOIN job AS j USING (system, instance, client_key, job_id)
LEFT JOIN schema_of AS s USING (system, instance, client_key, job_id)
LEFT JOIN setting AS t USING (system, instance, client_key)
LEFT JOIN compared AS d USING (system, instance, client_key, job_id)
