-- What is not access is no access by other evidence; blocking
SELECT n.person_id, n.app_id, n.mention
FROM graph.not_access AS n JOIN graph.access AS a ON a.person_id = n.person_id AND a.app_id = n.app_id
