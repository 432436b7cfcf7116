-- An app stands once; blocking
SELECT app_id, count(*) AS row_count
FROM matching.app
GROUP BY app_id
HAVING count(*) > 1
