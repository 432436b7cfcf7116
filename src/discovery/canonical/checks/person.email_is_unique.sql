-- No two persons have one primary address: it would link to neither; warning
SELECT person_id, email, count(*) OVER (PARTITION BY email) AS row_count
FROM canonical.person
WHERE email IS NOT NULL
QUALIFY row_count > 1
ORDER BY email, person_id
