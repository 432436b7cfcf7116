-- The app of an access is a known one; blocking
SELECT x.person_id, x.app_id
FROM graph.access AS x ANTI JOIN matching.app AS a USING (app_id)
