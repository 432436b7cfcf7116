-- A span that ended says why, and use never ends one; blocking
SELECT person_id, app_id, source, from_on, to_on, end_reason
FROM graph.access_span
WHERE (to_on IS NULL) <> (end_reason IS NULL)
    OR to_on < from_on
    OR to_on IS NOT NULL AND source IN ('sign_in', 'web_visit', 'charge')
