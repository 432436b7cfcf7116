-- No access was seen after the day asked for; blocking
SELECT person_id, app_id, last_seen_on
FROM graph.access
WHERE last_seen_on > $as_of
