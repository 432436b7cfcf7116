-- One row: one edge of the exported graph: who reaches what, whose an account is, what it reaches, who is in a group.
-- Read by graph_file.
SELECT 'person:' || x.person_id AS source, 'app:' || x.app_id AS target, 'HAS_ACCESS' AS type,
    CAST(x.first_seen_on AS VARCHAR) AS first_seen_on, CAST(x.last_seen_on AS VARCHAR) AS last_seen_on,
    array_to_string(x.sources, ' ') AS sources, x.event_count, x.confidence, x.class, x.route,
    CASE WHEN x.survives_idp_disable THEN 'true' WHEN NOT x.survives_idp_disable THEN 'false' ELSE 'unknown' END
        AS survives_idp_disable, coalesce(x.is_admin, false) AS is_admin
FROM access AS x
UNION ALL
SELECT 'person:' || a.person_id, 'account:' || a.account_id, 'OWNS', CAST(a.first_seen_on AS VARCHAR),
    CAST(a.last_seen_on AS VARCHAR), a.link_method, NULL, a.link_confidence, NULL, NULL, NULL, NULL
FROM account AS a WHERE a.person_id IS NOT NULL
UNION ALL
SELECT 'account:' || x.account_id, 'app:' || x.app_id, 'REACHES', CAST(x.first_seen_on AS VARCHAR),
    CAST(x.last_seen_on AS VARCHAR), array_to_string(x.sources, ' '), x.event_count, NULL, NULL, NULL, NULL,
    coalesce(x.is_admin, false)
FROM account_access AS x
UNION ALL
SELECT 'person:' || m.person_id, 'group:' || m.group_id, 'MEMBER_OF', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM group_member AS m
UNION ALL
SELECT DISTINCT 'group:' || g.group_id, 'app:' || g.app_id, 'ASSIGNED_TO', CAST(g.from_on AS VARCHAR), NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL
FROM group_access AS g
ORDER BY type, source, target
