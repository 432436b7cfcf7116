-- One row: one account in the newest roster of its system, or in the last that had it.
-- Key: system, instance, identifier. Read by canonical.identity, canonical.person, canonical.account, graph.finding.
--
-- Of one day's rows the one collected last stands; of those whose hour is not known the one that says most about the end (deleted before active; with HR, where a second row
-- is a second contract, active before the others), then the fuller. A row that tells only of a removal (a change feed's)
-- keeps who it was from the row before it; a row of changes keeps the manager, whom change feeds do not tell.
-- absent_on: the first whole and believed roster that lacks the account (the bin of deleted users is no roster,
-- but an account found in it is not absent).
WITH file AS (
    SELECT file_id, min(snapshot_on) AS snapshot_on, min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
loaded AS (
    SELECT l.* EXCLUDE (instance, snapshot_on), coalesce(l.instance, '') AS instance,
        coalesce(l.snapshot_on, f.snapshot_on, f.loaded_on, $as_of) AS snapshot_on,
        coalesce(l.account_key, lower(l.account_name)) AS identifier,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content,
        o.collected_at, coalesce(NOT o.is_complete, false) AS is_change, coalesce(l.account_name, l.email) IS NULL AND l.status IN ('deleted', 'soft_deleted') AS is_removal
    FROM lake.directory_account AS l LEFT JOIN file AS f USING (file_id)
    LEFT JOIN sources.collected AS o USING (file_id)
),
used AS (
    SELECT *
    FROM loaded
    WHERE identifier IS NOT NULL
    QUALIFY snapshot_on <= $as_of OR snapshot_on = min(snapshot_on) OVER (PARTITION BY system, instance)
),
named AS (
    SELECT system, instance, identifier, min(snapshot_on) AS first_listed_on,
        list_sort(list_distinct(list_filter(flatten(list([lower(account_name), lower(email)] || coalesce(aliases, []))),
            lambda n: n IS NOT NULL))) AS known_names
    FROM used
    GROUP BY ALL
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY system, instance, identifier
        ORDER BY snapshot_on DESC, collected_at DESC NULLS LAST, CASE WHEN collected_at IS NOT NULL THEN record END DESC,
            CASE status WHEN 'deleted' THEN 1 WHEN 'soft_deleted' THEN 2 WHEN 'disabled' THEN 3
                WHEN 'active' THEN CASE WHEN family_of(system) = 'hr' THEN 0 ELSE 4 END ELSE 5 END,
            len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) AS rank
    FROM used
),
who AS (
    SELECT *
    FROM ranked
    WHERE NOT is_removal
    QUALIFY row_number() OVER (PARTITION BY system, instance, identifier ORDER BY rank) = 1
),
managed AS (
    SELECT system, instance, identifier, arg_min(manager_email, rank) AS manager_email
    FROM ranked
    WHERE manager_email IS NOT NULL AND NOT is_change
    GROUP BY ALL
),
newest AS (
    SELECT n.* REPLACE (coalesce(n.account_name, w.account_name) AS account_name,
        coalesce(n.email, w.email) AS email, coalesce(n.aliases, w.aliases) AS aliases,
        coalesce(n.employee_id, w.employee_id) AS employee_id,
        coalesce(n.display_name, w.display_name) AS display_name,
        coalesce(n.account_kind, w.account_kind) AS account_kind,
        coalesce(n.department, w.department) AS department,
        coalesce(n.manager_email, w.manager_email, m.manager_email) AS manager_email,
        coalesce(n.hired_on, w.hired_on) AS hired_on, coalesce(n.left_on, w.left_on) AS left_on,
        coalesce(n.deleted_at, w.deleted_at) AS deleted_at)
    FROM ranked AS n LEFT JOIN who AS w ON n.is_removal AND w.system = n.system AND w.instance = n.instance
        AND w.identifier = n.identifier
    LEFT JOIN managed AS m ON n.is_change AND m.system = n.system AND m.instance = n.instance
        AND m.identifier = n.identifier
    WHERE n.rank = 1
),
absent AS (
    SELECT n.system, n.instance, n.identifier, min(d.day) AS absent_on
    FROM newest AS n
    JOIN canonical.list_day AS d ON d.kind = 'directory_account' AND d.system = n.system
        AND d.instance = n.instance AND d.is_complete AND d.is_believed AND d.day > n.snapshot_on
    WHERE coalesce(n.status, '') NOT IN ('soft_deleted', 'deleted')
    GROUP BY ALL
)
SELECT n.file_id, n.system, n.instance, n.event_id, n.record, n.account_key, n.account_name, lower(n.email) AS email,
    list_sort(n.aliases) AS aliases, n.employee_id, n.display_name, coalesce(n.status, 'unknown') AS status,
    n.account_kind, n.department, n.manager_email, n.hired_on, n.left_on, n.deleted_at, n.was_enabled, n.snapshot_on, n.identifier,
    k.known_names, k.first_listed_on, a.absent_on
FROM newest AS n
JOIN named AS k USING (system, instance, identifier)
LEFT JOIN absent AS a USING (system, instance, identifier)
