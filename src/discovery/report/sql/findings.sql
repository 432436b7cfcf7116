-- One row: one thing that is wrong. Key: finding_id. Read by the page of findings.
SELECT f.finding_id, f.severity, f.rule, f.observed_at, f.person_id, coalesce(p.display_name, p.email, f.person_id) AS name,
    f.app_id, a.name AS app_name, f.summary, f.controls
FROM finding AS f
LEFT JOIN person AS p ON p.person_id = f.person_id
LEFT JOIN app AS a ON a.app_id = f.app_id
WHERE ($rule IS NULL OR f.rule = $rule) AND ($severity IS NULL OR f.severity = $severity)
ORDER BY list_position(['high', 'medium', 'low'], f.severity), f.rule, f.observed_at DESC, f.finding_id
