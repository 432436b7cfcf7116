-- One row: one rule and how often it was found broken. Key: severity, rule. Read by the page of findings.
SELECT severity, rule, count(*) AS finding_count, count(DISTINCT person_id) AS person_count
FROM finding
GROUP BY severity, rule
ORDER BY list_position(['high', 'medium', 'low'], severity), finding_count DESC, rule
