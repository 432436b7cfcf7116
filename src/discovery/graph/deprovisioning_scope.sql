-- One row: how one account comes to be in the scope of one app's provisioning, as of as_of.
-- Key: system, instance, identifier, client_key. Read by graph.deprovisioning_fact and graph.access_fact; not published.
--
-- coverage is the strongest way in: assigned in person, by a group that it is a direct member of, everybody (the job
-- syncs all users), logged (the log shows the service acting on it). Default Access (no role) and membership of a group
-- inside an assigned group are no way in: Entra excludes them, unless the log shows otherwise.
-- What the deletion of an account takes away is not an unassignment: only what ended on a day before it counts.
WITH RECURSIVE gone AS (
    SELECT system, instance, identifier, coalesce(deleted_at, hard_deleted_at) AS deleted_at
    FROM graph.departure
    WHERE coalesce(deleted_at, hard_deleted_at) IS NOT NULL
),
inner_group AS (
    SELECT system, instance, group_key, member_group_key
    FROM canonical.membership
    WHERE member_group_key IS NOT NULL AND ended_on IS NULL
    UNION
    SELECT i.system, i.instance, i.group_key, m.member_group_key
    FROM inner_group AS i JOIN canonical.membership AS m ON m.system = i.system AND m.instance = i.instance
        AND m.group_key = i.member_group_key AND m.member_group_key IS NOT NULL AND m.ended_on IS NULL
),
assigned AS (
    SELECT system, instance, identifier, group_key, group_name, client_key, role, end_reason, snapshot_on,
        CASE WHEN ended_on IS NOT NULL THEN CAST(ended_on + 1 AS TIMESTAMP) END AS ended_at
    FROM canonical.assignment
    WHERE change IS DISTINCT FROM 'removed' AND client_key IS NOT NULL
),
removed AS (
    SELECT system, instance, identifier, group_key, client_key, change, observed_at
    FROM canonical.directory_event
    WHERE change IN ('unassigned', 'group_unassigned', 'left_group')
),
path AS (
    SELECT a.system, a.instance, a.identifier, a.client_key,
        CASE WHEN a.role IS NULL THEN 'default_access' ELSE 'assigned' END AS coverage, NULL::VARCHAR AS via,
        least(a.ended_at, (SELECT min(r.observed_at) FROM removed AS r WHERE r.change = 'unassigned'
            AND r.system = a.system AND r.instance = a.instance AND r.identifier = a.identifier
            AND r.client_key = a.client_key AND r.observed_at >= CAST(a.snapshot_on AS TIMESTAMP))) AS ended_at
    FROM assigned AS a
    WHERE a.group_key IS NULL AND a.identifier IS NOT NULL
    UNION ALL
    SELECT a.system, a.instance, m.identifier, a.client_key,
        CASE WHEN a.role IS NULL THEN 'default_access' ELSE 'by_group' END, coalesce(a.group_name, m.group_name, a.group_key),
        least(a.ended_at, CAST(m.ended_on + 1 AS TIMESTAMP),
            (SELECT min(r.observed_at) FROM removed AS r WHERE r.change = 'left_group' AND r.system = a.system
                AND r.instance = a.instance AND r.identifier = m.identifier AND r.group_key = a.group_key
                AND r.observed_at >= CAST(m.snapshot_on AS TIMESTAMP)),
            (SELECT min(r.observed_at) FROM removed AS r WHERE r.change = 'group_unassigned' AND r.system = a.system
                AND r.instance = a.instance AND r.group_key = a.group_key AND r.client_key = a.client_key
                AND r.observed_at >= CAST(a.snapshot_on AS TIMESTAMP)))
    FROM assigned AS a
    JOIN canonical.membership AS m ON m.system = a.system AND m.instance = a.instance AND m.group_key = a.group_key
        AND m.member_group_key IS NULL
    UNION ALL
    SELECT a.system, a.instance, m.identifier, a.client_key, 'nested', coalesce(a.group_name, a.group_key),
        least(a.ended_at, CAST(m.ended_on + 1 AS TIMESTAMP))
    FROM assigned AS a
    JOIN inner_group AS i ON i.system = a.system AND i.instance = a.instance AND i.group_key = a.group_key
    JOIN canonical.membership AS m ON m.system = i.system AND m.instance = i.instance
        AND m.group_key = i.member_group_key AND m.member_group_key IS NULL
    UNION ALL
    SELECT j.system, j.instance, d.identifier, j.client_key, 'everybody', NULL, NULL
    FROM canonical.provisioning_job AS j
    JOIN canonical.directory_account AS d ON d.system = j.system AND d.instance = j.instance
    WHERE j.syncs_all
    UNION ALL
    -- Who was assigned or unassigned according to the audit log alone.
    SELECT e.system, e.instance, e.identifier, e.client_key, 'assigned', NULL,
        CASE WHEN arg_max(e.change, e.observed_at) = 'unassigned' THEN max(e.observed_at) END
    FROM canonical.directory_event AS e
    ANTI JOIN assigned AS a ON a.system = e.system AND a.instance = e.instance AND a.identifier = e.identifier
        AND a.client_key = e.client_key
    WHERE e.change IN ('assigned', 'unassigned') AND e.identifier IS NOT NULL AND e.client_key IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT e.system, e.instance, e.identifier, e.client_key, 'logged', NULL, NULL
    FROM canonical.provisioning_event AS e
    WHERE e.principal_kind = 'user' AND e.identifier IS NOT NULL AND e.client_key IS NOT NULL
        AND (e.action IN ('create', 'update', 'disable', 'delete') AND e.status IN ('success', 'failure', 'warning')
            OR e.action = 'staged_delete')
    GROUP BY ALL
),
judged AS (
    SELECT p.system, p.instance, p.identifier, p.client_key, p.coverage, p.via,
        CASE WHEN p.ended_at < CAST(CAST(g.deleted_at AS DATE) AS TIMESTAMP) OR g.deleted_at IS NULL
            OR p.ended_at < g.deleted_at AND p.ended_at <> date_trunc('day', p.ended_at) THEN p.ended_at END AS ended_at
    FROM path AS p LEFT JOIN gone AS g USING (system, instance, identifier)
),
way AS (
    SELECT *, CASE coverage WHEN 'assigned' THEN 1 WHEN 'by_group' THEN 2 WHEN 'everybody' THEN 3 WHEN 'logged' THEN 4
        WHEN 'default_access' THEN 5 ELSE 6 END AS rank
    FROM judged
),
summed AS (
    SELECT system, instance, identifier, client_key,
        -- The log shows that somebody was in scope once; it does not say that they still are.
        bool_or(rank IN (1, 2, 3)) AS is_listed,
        bool_or(rank = 5 AND ended_at IS NULL) AS has_default,
        bool_or(rank = 4) AS is_logged,
        bool_or(rank IN (1, 2, 3) AND ended_at IS NULL) AS is_open,
        max(ended_at) FILTER (rank IN (1, 2, 3)) AS listed_until,
        max(ended_at) FILTER (rank = 5) AS default_until
    FROM way
    GROUP BY ALL
)
SELECT s.system, s.instance, s.identifier, s.client_key,
    w.coverage, w.via,
    CASE WHEN s.is_listed AND NOT s.is_open AND NOT (s.has_default AND s.is_logged) THEN s.listed_until
        WHEN NOT s.is_listed AND s.is_logged AND NOT s.has_default THEN s.default_until END AS unassigned_at
FROM summed AS s
JOIN way AS w USING (system, instance, identifier, client_key)
QUALIFY row_number() OVER (PARTITION BY s.system, s.instance, s.identifier, s.client_key
    ORDER BY CASE WHEN w.rank IN (1, 2, 3) AND s.is_open AND w.ended_at IS NOT NULL THEN 7 ELSE w.rank END,
        w.via NULLS FIRST, w.ended_at NULLS FIRST) = 1
