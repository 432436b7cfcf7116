-- One row: one event by which an app is told that a person leaves. Key: person_id, event. Read by person, app and dossier.
SELECT d.person_id, coalesce(p.display_name, p.email, d.person_id) AS name, d.app_id, coalesce(a.name, d.app_id) AS app_name, d.event,
    d.expected, d.expected_at, d.observed, d.observed_at, d.state, d.reason, d.hard_delete_due_at, d.app_purge_due_at,
    d.purge_source, d.grade
FROM deprovisioning AS d
LEFT JOIN person AS p ON p.person_id = d.person_id
LEFT JOIN app AS a ON a.app_id = d.app_id
WHERE ($person IS NULL OR d.person_id = $person) AND ($app IS NULL OR d.app_id = $app)
ORDER BY app_name, name, d.app_id, d.person_id, d.event DESC
