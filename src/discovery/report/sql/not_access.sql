-- One row: one app that a person was seen with and that is no access. Key: mention, source. Read by a person's page.
SELECT n.person_id, n.mention, n.app_id, a.name AS app_name, n.source, n.event_count, n.last_seen_on, n.reason
FROM not_access AS n
LEFT JOIN app AS a ON a.app_id = n.app_id
WHERE n.person_id = $person AND ($app IS NULL OR n.app_id = $app)
ORDER BY n.event_count DESC, n.mention, n.source
