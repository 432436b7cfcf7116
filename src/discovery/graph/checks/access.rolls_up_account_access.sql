-- Accesses are those of the linked accounts, no more and no less; blocking
SELECT coalesce(a.person_id, c.person_id) AS person_id, coalesce(a.app_id, c.app_id) AS app_id
FROM graph.access AS a
FULL JOIN (SELECT DISTINCT person_id, app_id FROM graph.account_access WHERE person_id IS NOT NULL) AS c
    ON c.person_id = a.person_id AND c.app_id = a.app_id
WHERE a.person_id IS NULL OR c.person_id IS NULL
