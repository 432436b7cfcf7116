-- One row: one action of a provisioning service on one account of an app, up to as_of. Key: system, instance, event_id.
-- Read by graph.deprovisioning_log, graph.readiness. The app is the job's where the log
-- names the job only; one that the provider's list of apps knows is named as there.
WITH loaded AS (
    SELECT l.* EXCLUDE (instance), coalesce(l.instance, '') AS instance,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.provisioning_event AS l
    WHERE CAST(l.observed_at AS DATE) <= $as_of
),
app_of_job AS (
    SELECT system, coalesce(instance, '') AS instance, job_id, min(client_key) AS client_key
    FROM lake.provisioning_job
    WHERE job_id IS NOT NULL AND client_key IS NOT NULL
    GROUP BY ALL
),
client AS (
    SELECT DISTINCT ON (system, instance, app_key) system, instance, app_key, mention_kind, mention, mention_name
    FROM canonical.app_registration
    WHERE app_key IS NOT NULL AND mention IS NOT NULL
    ORDER BY system, instance, app_key, mention
),
once AS (
    SELECT *
    FROM loaded
    QUALIFY row_number() OVER (PARTITION BY system, instance, event_id
        ORDER BY len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
)
SELECT o.file_id, o.system, o.instance, o.event_id, o.record, o.observed_at, o.account_key, o.account_name,
    o.principal_kind, coalesce(o.client_key, j.client_key) AS client_key,
    coalesce(c.mention_kind, o.mention_kind) AS mention_kind, coalesce(c.mention, o.mention) AS mention,
    coalesce(c.mention_name, o.mention_name) AS mention_name,
    o.job_id, o.cycle_id, o.change_id, o.action, o.status, o.export_status, o.sets_active, o.error_code, o.error_text,
    o.target_key, o.initiated_by, coalesce(o.account_key, o.account_name) AS identifier
FROM once AS o LEFT JOIN app_of_job AS j USING (system, instance, job_id)
LEFT JOIN client AS c ON c.system = o.system AND c.instance = o.instance
    AND c.app_key = coalesce(o.client_key, j.client_key)
