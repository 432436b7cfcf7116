-- One row: one access of a person that somebody took out of the scope. Key: app_id. Read by a person's page.
SELECT e.person_id, e.app_id, coalesce(a.name, e.app_id) AS app_name, e.reason, e.decided_by, e.decided_at
FROM exclusion AS e
LEFT JOIN app AS a ON a.app_id = e.app_id
WHERE e.person_id = $person
ORDER BY app_name, e.app_id
