-- One row: one app assignment in the newest list of its system (or the last that had it), or one
-- addition of a log. Key: system, instance, event_id. Read by canonical.account, canonical.mention, graph.trace.
--
-- A removal in the log ends what the same person or group had of the same app before it; it is kept as a row
-- (change = removed) and is no access itself. A client that the provider's list of apps knows is named as there.
WITH file AS (
    SELECT file_id, min(snapshot_on) AS snapshot_on, min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
loaded AS (
    SELECT l.* EXCLUDE (instance, snapshot_on), coalesce(l.instance, '') AS instance,
        coalesce(l.snapshot_on, f.snapshot_on, CAST(l.assigned_at AS DATE), f.loaded_on, $as_of) AS snapshot_on,
        CASE WHEN coalesce(l.principal_kind, 'user') = 'user'
            THEN coalesce(l.account_key, lower(l.account_name)) END AS identifier,
        concat_ws(chr(31), coalesce(l.client_key, l.mention),
            coalesce(l.account_key, lower(l.account_name), l.group_key)) AS item,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.assignment AS l LEFT JOIN file AS f USING (file_id)
),
used AS (
    SELECT *
    FROM loaded
    WHERE coalesce(CAST(assigned_at AS DATE) <= $as_of, true)
    QUALIFY change IS NOT NULL OR snapshot_on <= $as_of
        OR snapshot_on = min(snapshot_on) FILTER (change IS NULL) OVER (PARTITION BY system, instance)
),
last AS (
    SELECT system, instance, item, min(snapshot_on) AS first_listed_on, max(snapshot_on) AS last_listed_on
    FROM used
    WHERE change IS NULL
    GROUP BY ALL
),
newest AS (
    SELECT u.*, l.first_listed_on, l.last_listed_on
    FROM used AS u LEFT JOIN last AS l ON u.change IS NULL AND (l.system, l.instance, l.item)
        = (u.system, u.instance, u.item)
    WHERE u.change IS NOT NULL OR u.snapshot_on = l.last_listed_on
    QUALIFY row_number() OVER (PARTITION BY u.system, u.instance, u.event_id
        ORDER BY len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
),
absent AS (
    SELECT l.system, l.instance, l.item, min(d.day) AS absent_on
    FROM last AS l
    JOIN canonical.list_day AS d ON d.kind = 'assignment' AND d.system = l.system AND d.instance = l.instance
        AND d.is_complete AND d.is_believed AND d.day > l.last_listed_on
    GROUP BY ALL
),
removed AS (
    SELECT a.system, a.instance, a.event_id, min(r.assigned_at) AS removed_at
    FROM newest AS a JOIN newest AS r ON (r.system, r.instance, r.item) = (a.system, a.instance, a.item)
        AND r.change = 'removed' AND a.change IS DISTINCT FROM 'removed'
        AND r.assigned_at >= coalesce(
            CASE WHEN a.change IS NULL THEN CAST(a.last_listed_on + 1 AS TIMESTAMP) END, a.assigned_at)
    GROUP BY ALL
),
client AS (
    SELECT DISTINCT ON (system, instance, app_key) system, instance, app_key, mention_kind, mention, mention_name
    FROM canonical.app_registration
    WHERE app_key IS NOT NULL AND mention IS NOT NULL
    ORDER BY system, instance, app_key, mention
),
timed AS (
    SELECT n.*, least(CAST(n.assigned_at AS DATE), n.first_listed_on, $as_of) AS began_on,
        a.absent_on, CAST(r.removed_at AS DATE) AS removed_on
    FROM newest AS n
    LEFT JOIN absent AS a ON n.change IS NULL AND (a.system, a.instance, a.item) = (n.system, n.instance, n.item)
    LEFT JOIN removed AS r ON (r.system, r.instance, r.event_id) = (n.system, n.instance, n.event_id)
)
SELECT n.file_id, n.system, n.instance, n.event_id, n.record, n.account_key, n.account_name, n.principal_kind,
    n.group_key, n.group_name, n.client_key,
    coalesce(c.mention_kind, n.mention_kind, 'client_id') AS mention_kind,
    coalesce(c.mention, n.mention, n.client_key) AS mention,
    coalesce(c.mention_name, n.mention_name) AS mention_name,
    n.role, n.assigned_at, n.change, n.snapshot_on, n.identifier, n.began_on AS from_on,
    CASE WHEN n.change = 'removed' THEN n.began_on
        WHEN n.removed_on IS NOT NULL THEN greatest(n.removed_on, n.began_on)
        WHEN n.absent_on IS NOT NULL THEN greatest(n.absent_on - 1, n.began_on) END AS ended_on,
    CASE WHEN n.change = 'removed' OR n.removed_on IS NOT NULL THEN 'unassigned'
        WHEN n.absent_on IS NOT NULL THEN 'absent_from_list' END AS end_reason
FROM timed AS n
LEFT JOIN client AS c ON c.system = n.system AND c.instance = n.instance AND c.app_key = n.client_key
