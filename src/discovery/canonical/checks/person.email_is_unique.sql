-- No two persons have one primary address: it would link to neither; warning
SELECT email, count(*) AS row_count
FROM canonical.person
WHERE email IS NOT NULL
GROUP BY email
HAVING count(*) > 1
