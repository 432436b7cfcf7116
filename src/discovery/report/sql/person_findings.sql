-- One row: one finding about a person. Key: finding_id. Read by a person's page and the dossier.
SELECT f.severity, f.rule, f.observed_at, f.app_id, a.name AS app_name, f.summary, f.controls
FROM finding AS f
LEFT JOIN app AS a ON a.app_id = f.app_id
WHERE f.person_id = $person
ORDER BY list_position(['high', 'medium', 'low'], f.severity), f.observed_at DESC, f.finding_id
