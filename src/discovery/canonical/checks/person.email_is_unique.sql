-- No two persons have one primary address at a time: it would link to neither; warning
SELECT person_id, email, count(*) OVER (PARTITION BY email) AS row_count
FROM canonical.person
-- An address that was handed on is each one's in their time.
ANTI JOIN (SELECT person_id, identifier AS email FROM canonical.identity WHERE namespace = 'address' AND to_on IS NOT NULL)
    USING (person_id, email)
WHERE email IS NOT NULL
QUALIFY row_count > 1
ORDER BY email, person_id
