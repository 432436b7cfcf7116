-- A person stands once; blocking
SELECT person_id, count(*) AS row_count
FROM canonical.person
GROUP BY person_id
HAVING count(*) > 1
