-- One row: one account in the newest user list of its app, or in the last that had it.
-- Key: system, instance, mention_kind, mention, identifier. Read by canonical.account, canonical.mention, graph.trace.
--
-- ended_on: the account is disabled or deleted in the list, or absent from a later whole and believed list.
-- What the list says of times after as_of is not used.
WITH file AS (
    SELECT file_id, min(snapshot_on) AS snapshot_on, min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
loaded AS (
    SELECT l.* EXCLUDE (instance, snapshot_on), coalesce(l.instance, '') AS instance,
        coalesce(l.snapshot_on, f.snapshot_on, f.loaded_on, $as_of) AS snapshot_on,
        coalesce(l.account_key, lower(l.account_name)) AS identifier,
        coalesce(l.status IN ('disabled', 'deleted'), false) AS is_off,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.app_account AS l LEFT JOIN file AS f USING (file_id)
),
used AS (
    SELECT *
    FROM loaded
    WHERE identifier IS NOT NULL AND coalesce(CAST(created_at AS DATE) <= $as_of, true)
    QUALIFY snapshot_on <= $as_of
        OR snapshot_on = min(snapshot_on) OVER (PARTITION BY system, instance, mention_kind, mention)
),
history AS (
    SELECT system, instance, mention_kind, mention, identifier, min(snapshot_on) AS first_listed_on,
        max(snapshot_on) FILTER (NOT is_off) AS last_on_on
    FROM used
    GROUP BY ALL
),
newest AS (
    SELECT *
    FROM used
    QUALIFY row_number() OVER (PARTITION BY system, instance, mention_kind, mention, identifier
        ORDER BY snapshot_on DESC, is_off, len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
),
switched_off AS (
    SELECT u.system, u.instance, u.mention_kind, u.mention, u.identifier, min(u.snapshot_on) AS off_on
    FROM used AS u JOIN history AS h USING (system, instance, mention_kind, mention, identifier)
    WHERE u.is_off AND (h.last_on_on IS NULL OR u.snapshot_on > h.last_on_on)
    GROUP BY ALL
),
absent AS (
    SELECT n.system, n.instance, n.mention_kind, n.mention, n.identifier, min(d.day) AS absent_on
    FROM newest AS n
    JOIN canonical.list_day AS d ON d.kind = 'app_account' AND d.system = n.system AND d.instance = n.instance
        AND d.mention = concat_ws(':', n.mention_kind, n.mention) AND d.is_complete AND d.is_believed
        AND d.day > n.snapshot_on
    GROUP BY ALL
),
timed AS (
    SELECT n.*, h.first_listed_on, s.off_on, a.absent_on,
        least(CAST(n.created_at AS DATE), h.first_listed_on, $as_of) AS began_on,
        CASE WHEN CAST(n.last_active_at AS DATE) <= $as_of THEN n.last_active_at END AS active_at
    FROM newest AS n
    JOIN history AS h USING (system, instance, mention_kind, mention, identifier)
    LEFT JOIN switched_off AS s USING (system, instance, mention_kind, mention, identifier)
    LEFT JOIN absent AS a USING (system, instance, mention_kind, mention, identifier)
)
SELECT file_id, system, instance, event_id, record, account_key, account_name, mention_kind, mention, mention_name,
    display_name, coalesce(status, 'unknown') AS status, role, is_admin, active_at AS last_active_at, created_at,
    snapshot_on, identifier,
    least(began_on, CAST(active_at AS DATE)) AS from_on,
    CASE WHEN is_off THEN greatest(coalesce(least(off_on, $as_of), $as_of) - 1, began_on, CAST(active_at AS DATE))
        WHEN absent_on IS NOT NULL THEN greatest(absent_on - 1, began_on) END AS ended_on,
    CASE WHEN is_off THEN 'disabled_in_app' WHEN absent_on IS NOT NULL THEN 'absent_from_list' END AS end_reason
FROM timed
