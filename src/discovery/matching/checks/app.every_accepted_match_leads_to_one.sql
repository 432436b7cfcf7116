-- An accepted mention leads to a known app; blocking
SELECT m.kind, m.mention, m.app_id
FROM matching.match AS m LEFT JOIN matching.app AS a USING (app_id)
WHERE m.decision = 'accept' AND a.app_id IS NULL
