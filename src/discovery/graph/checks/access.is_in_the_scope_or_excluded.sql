-- Every access is in the scope or excluded by somebody; blocking
SELECT a.person_id, a.app_id
FROM graph.access AS a
ANTI JOIN graph.exclusion AS x ON x.person_id = a.person_id AND x.app_id = a.app_id
WHERE a.priority IS NULL
