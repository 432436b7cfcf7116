-- One row: one group of an identity provider that is assigned to one app. Key: system, instance, group_id, app_id.
-- Read by who_has: who reaches an app through groups. is_known: members of the group are known (graph.group_member).
SELECT s.system, s.instance, s.group_key AS group_id, max(s.group_name) AS group_name, m.app_id, min(s.from_on) AS from_on,
    max(s.role) AS role, s.group_key IN (SELECT group_id FROM graph.group_member) AS is_known
FROM canonical.assignment AS s
JOIN matching.match AS m ON m.kind = s.mention_kind AND m.mention = s.mention AND m.decision = 'accept'
WHERE s.principal_kind = 'group' AND s.group_key IS NOT NULL AND s.change IS DISTINCT FROM 'removed' AND s.ended_on IS NULL AND m.app_id IS NOT NULL
GROUP BY ALL
