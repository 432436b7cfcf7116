-- One row: one person and what they have, counted. Key: person_id. Read by the page of people.
SELECT p.person_id, coalesce(p.display_name, p.email, p.person_id) AS name, p.email, p.department, p.status, p.left_on,
    s.app_count, s.shadow_count, s.survives_count, s.unknown_count, s.manual_count
FROM person AS p
LEFT JOIN person_summary AS s USING (person_id)
WHERE $status IS NULL OR p.status = $status
ORDER BY p.email NULLS LAST, p.person_id
