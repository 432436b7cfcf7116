-- Each source of each access leads back to a record; blocking
SELECT a.person_id, a.app_id, s.source
FROM graph.access AS a, unnest(a.sources) AS s(source)
ANTI JOIN graph.evidence AS e ON e.person_id = a.person_id AND e.app_id = a.app_id AND e.source = s.source
