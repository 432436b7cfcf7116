-- One row: one way in which sources name an app. Key: kind, mention. Read by an app's page.
SELECT m.kind, m.mention, m.decision, m.score, m.method, m.decided_by, m.explanation
FROM match AS m
WHERE m.app_id = $app
ORDER BY m.decision, m.score DESC, m.kind, m.mention
