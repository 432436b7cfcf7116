-- One row: one person who has left and still has something to end. Key: person_id. Read by the overview.
SELECT person_id, coalesce(display_name, email, person_id) AS name, email, status, left_on, app_count, survives_count, unknown_count
FROM leaver
WHERE app_count > 0
ORDER BY survives_count DESC, unknown_count DESC, left_on DESC NULLS LAST, email, person_id
