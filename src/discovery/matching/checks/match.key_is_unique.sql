-- A mention is decided once; blocking
SELECT kind, mention, count(*) AS row_count
FROM matching.match
GROUP BY ALL
HAVING count(*) > 1
