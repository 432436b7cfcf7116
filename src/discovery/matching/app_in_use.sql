-- One mention that was accepted as an app, the most frequent of each app first. Key: kind, mention.
-- Read by discovery.matching.build to name the apps that the catalog does not know.
SELECT m.app_id, m.kind, m.mention, n.mention_name
FROM matching.match m
JOIN canonical.mention n ON n.kind = m.kind AND n.mention = m.mention
WHERE m.decision = 'accept' AND m.app_id IS NOT NULL
ORDER BY m.app_id, n.record_count DESC NULLS LAST, m.kind, m.mention
