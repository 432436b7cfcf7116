-- One row: where one account of an identity provider stands on its way out, as of as_of. Key: system, instance,
-- identifier. Read by graph.deprovisioning_scope, graph.deprovisioning_fact, graph.finding, diagnose and the execution of cases.
--
-- The audit log gives the instants; the roster's day stands in where it does not (is_time_known = false: by then). A
-- roster newer than the log's last word wins. A deleted account is deleted for good 30 days later, unless it was
-- restored, or when somebody empties it from the recycle bin (docs/identity/users: "permanently deleted after 30 days").
WITH said AS (
    SELECT system, instance, identifier,
        max(observed_at) FILTER (change = 'disabled') AS disabled_at,
        max(observed_at) FILTER (change = 'enabled') AS enabled_at,
        max(observed_at) FILTER (change = 'deleted') AS deleted_at,
        max(observed_at) FILTER (change = 'restored') AS restored_at,
        max(observed_at) FILTER (change = 'hard_deleted') AS hard_deleted_at
    FROM canonical.directory_event
    WHERE identifier IS NOT NULL AND change IN ('disabled', 'enabled', 'deleted', 'restored', 'hard_deleted')
    GROUP BY ALL
),
roster AS (
    SELECT system, instance, identifier, status, snapshot_on, deleted_at, was_enabled, absent_on
    FROM canonical.directory_account
    WHERE system = 'entra'
),
both_of AS (
    SELECT system, instance, identifier, r.status, r.snapshot_on, r.was_enabled, r.absent_on,
        -- The last word on sign-in, unless a later roster contradicts it.
        CASE
            WHEN s.disabled_at > coalesce(s.enabled_at, TIMESTAMP '0001-01-01')
                AND NOT coalesce(r.status = 'active' AND r.snapshot_on > CAST(s.disabled_at AS DATE), false) THEN s.disabled_at
            WHEN s.enabled_at IS NOT NULL AND s.enabled_at >= coalesce(CAST(r.snapshot_on AS TIMESTAMP), s.enabled_at) THEN NULL
            WHEN r.status = 'disabled' OR r.was_enabled IS false AND r.deleted_at IS NOT NULL
                THEN least(CAST(r.snapshot_on AS TIMESTAMP), r.deleted_at) END AS disabled_at,
        s.disabled_at IS NOT NULL AS is_disable_logged,
        s.restored_at,
        CASE
            WHEN r.status = 'active' AND r.snapshot_on > coalesce(CAST(s.deleted_at AS DATE), r.snapshot_on) THEN NULL
            WHEN s.restored_at > coalesce(greatest(s.deleted_at, r.deleted_at), TIMESTAMP '0001-01-01') THEN NULL
            ELSE coalesce(r.deleted_at, s.deleted_at) END AS deleted_at,
        s.hard_deleted_at, r.status = 'deleted' OR r.absent_on IS NOT NULL AS is_gone
    FROM (
        SELECT system, instance, identifier FROM canonical.account WHERE system = 'entra'
        UNION SELECT system, instance, identifier FROM roster
        UNION SELECT system, instance, identifier FROM said
    )
    LEFT JOIN roster AS r USING (system, instance, identifier)
    LEFT JOIN said AS s USING (system, instance, identifier)
),
dated AS (
    SELECT *,
        CASE
            WHEN hard_deleted_at IS NOT NULL AND hard_deleted_at >= coalesce(deleted_at, hard_deleted_at) THEN hard_deleted_at
            WHEN deleted_at + INTERVAL 30 DAY < CAST($as_of + 1 AS TIMESTAMP) THEN deleted_at + INTERVAL 30 DAY
            -- Gone from a whole roster, when is not known: by the day of that list, if not in the recycle bin.
            WHEN is_gone AND deleted_at IS NULL AND status <> 'soft_deleted'
                THEN CAST(coalesce(absent_on, snapshot_on) AS TIMESTAMP) END AS gone_at
    FROM both_of
)
SELECT d.system, d.instance, d.identifier, a.person_id,
    CASE WHEN d.disabled_at <= coalesce(d.deleted_at, d.gone_at, d.disabled_at) THEN d.disabled_at END AS disabled_at,
    d.deleted_at, d.restored_at, d.gone_at AS hard_deleted_at,
    coalesce(d.gone_at < d.deleted_at + INTERVAL 29 DAY, false) AS is_purged_early,
    CASE WHEN d.disabled_at IS NOT NULL AND coalesce(d.deleted_at, d.gone_at) IS NULL THEN d.is_disable_logged
        WHEN d.disabled_at IS NOT NULL AND d.disabled_at < d.deleted_at THEN d.is_disable_logged
        ELSE d.deleted_at IS NOT NULL OR d.hard_deleted_at IS NOT NULL END AS is_time_known
FROM dated AS d
LEFT JOIN canonical.account AS a USING (system, instance, identifier)
