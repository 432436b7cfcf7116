-- One row: one node of the exported graph: a person, an account, an app or a group. Read by graph_file.
SELECT 'person:' || p.person_id AS id, 'Person' AS label, coalesce(p.display_name, p.email, p.person_id) AS name,
    p.email, p.status, p.department, CAST(p.left_on AS VARCHAR) AS left_on, NULL::VARCHAR AS kind, NULL::VARCHAR AS domain,
    NULL::VARCHAR AS category, NULL::VARCHAR AS approval
FROM person AS p
UNION ALL
SELECT 'account:' || a.account_id, 'Account', a.account_name || ' in ' || a.system, NULL, NULL, NULL, NULL, a.kind, NULL, NULL, NULL
FROM account AS a
UNION ALL
SELECT 'app:' || w.app_id, 'App', coalesce(w.name, w.app_id), NULL, NULL, NULL, NULL, NULL, w.domain, w.category, w.approval
FROM app AS w
WHERE w.app_id IN (SELECT app_id FROM account_access) OR w.app_id IN (SELECT app_id FROM group_access)
UNION ALL
SELECT DISTINCT 'group:' || g.group_id, 'Group', coalesce(g.group_name, g.group_id), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (SELECT group_id, max(group_name) AS group_name FROM (
    SELECT group_id, group_name FROM group_access UNION ALL SELECT group_id, group_name FROM group_member) GROUP BY ALL) AS g
ORDER BY id
