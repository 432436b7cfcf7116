-- One row: which app one client of an identity provider is. Key: system, instance, client_key. Read by the tables of
-- deprovisioning; not published. The provider's list of apps says it, else assignments, else logs.
SELECT system, instance, client_key, min(app_id) AS app_id
FROM (
    SELECT r.system, r.instance, r.app_key AS client_key, r.mention_kind, r.mention, 1 AS rank
    FROM canonical.app_registration AS r
    UNION ALL
    SELECT s.system, s.instance, s.client_key, s.mention_kind, s.mention, 2 FROM canonical.assignment AS s
    UNION ALL
    SELECT e.system, e.instance, e.client_key, e.mention_kind, e.mention, 3 FROM canonical.provisioning_event AS e
    UNION ALL
    SELECT e.system, e.instance, e.client_key, e.mention_kind, e.mention, 3 FROM canonical.directory_event AS e
) AS n
JOIN matching.match AS m ON m.kind = n.mention_kind AND m.mention = n.mention AND m.decision = 'accept'
WHERE n.client_key IS NOT NULL AND m.app_id IS NOT NULL
GROUP BY system, instance, client_key, rank
QUALIFY rank = min(rank) OVER (PARTITION BY system, instance, client_key)
