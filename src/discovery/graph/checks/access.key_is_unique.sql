-- A person has an app once; blocking
SELECT person_id, app_id, count(*) AS row_count
FROM graph.access
GROUP BY ALL
HAVING count(*) > 1
