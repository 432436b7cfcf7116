-- One row: one member of one group in the newest list of its system, or in the last that had it.
-- Key: system, instance, group_key, member. Read by graph.group_member, graph.deprovisioning_fact, graph.trace.
--
-- ended_on: the day of the audit log's removal, else the day before the first whole and believed list that lacks it.
-- A member that is a group is a row of its own (member_group_key): its own members are not members here.
WITH file AS (
    SELECT file_id, min(snapshot_on) AS snapshot_on, min(CAST(loaded_at AS DATE)) AS loaded_on
    FROM sources.source_file
    GROUP BY file_id
),
loaded AS (
    SELECT l.* EXCLUDE (instance, snapshot_on), coalesce(l.instance, '') AS instance,
        coalesce(l.snapshot_on, f.snapshot_on, f.loaded_on, $as_of) AS snapshot_on,
        coalesce(l.account_key, lower(l.account_name), l.member_group_key) AS member,
        CAST(struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.membership AS l LEFT JOIN file AS f USING (file_id)
),
used AS (
    SELECT *
    FROM loaded
    WHERE member IS NOT NULL
    QUALIFY snapshot_on <= $as_of OR snapshot_on = min(snapshot_on) OVER (PARTITION BY system, instance)
),
listed AS (
    SELECT *, min(snapshot_on) OVER (PARTITION BY system, instance, group_key, member) AS first_listed_on
    FROM used
    QUALIFY row_number() OVER (PARTITION BY system, instance, group_key, member
        ORDER BY snapshot_on DESC, len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
),
absent AS (
    SELECT l.system, l.instance, l.group_key, l.member, min(d.day) AS absent_on
    FROM listed AS l
    JOIN canonical.list_day AS d ON d.kind = 'membership' AND d.system = l.system AND d.instance = l.instance
        AND d.is_complete AND d.is_believed AND d.day > l.snapshot_on
    GROUP BY ALL
),
left_at AS (
    SELECT l.system, l.instance, l.group_key, l.member, min(e.observed_at) AS observed_at
    FROM listed AS l
    JOIN canonical.directory_event AS e ON e.change = 'left_group' AND e.system = l.system AND e.instance = l.instance
        AND e.group_key = l.group_key AND e.identifier = l.member AND e.observed_at >= CAST(l.snapshot_on AS TIMESTAMP)
    GROUP BY ALL
)
SELECT n.file_id, n.system, n.instance, n.event_id, n.record, n.account_key, n.account_name, n.group_key, n.group_name,
    n.member_group_key, n.principal_kind, n.snapshot_on, n.member AS identifier,
    least(n.first_listed_on, $as_of) AS from_on,
    coalesce(CAST(g.observed_at AS DATE),
        CASE WHEN a.absent_on IS NOT NULL THEN greatest(a.absent_on - 1, n.first_listed_on) END) AS ended_on,
    CASE WHEN g.observed_at IS NOT NULL THEN 'left_group' WHEN a.absent_on IS NOT NULL THEN 'absent_from_list' END
        AS end_reason
FROM listed AS n
LEFT JOIN absent AS a USING (system, instance, group_key, member)
LEFT JOIN left_at AS g USING (system, instance, group_key, member)
