-- One account, mention, method and host have one row a day; blocking
SELECT source, system, instance, identifier, mention_kind, mention, method, host, day, count(*) AS row_count
FROM canonical.usage
GROUP BY ALL
HAVING count(*) > 1
