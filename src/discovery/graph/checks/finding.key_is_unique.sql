-- A finding stands once; blocking
SELECT finding_id, count(*) AS row_count
FROM graph.finding
GROUP BY finding_id
HAVING count(*) > 1
