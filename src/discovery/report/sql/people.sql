-- One row: one person and what they have, counted. Key: person_id. Read by the page of people.
-- Which persons a page shows is found by the columns of the order alone; all others are read of these few.
WITH shown AS (
    SELECT person_id
    FROM person
    WHERE $status IS NULL OR status = $status
    ORDER BY email NULLS LAST, person_id
    LIMIT $most OFFSET $first
)
SELECT p.person_id, coalesce(p.display_name, p.email, p.person_id) AS name, p.email, p.department, p.status, p.left_on,
    s.app_count, s.shadow_count, s.survives_count, s.unknown_count, s.manual_count
FROM shown
JOIN person AS p USING (person_id)
LEFT JOIN person_summary AS s USING (person_id)
ORDER BY p.email NULLS LAST, p.person_id
