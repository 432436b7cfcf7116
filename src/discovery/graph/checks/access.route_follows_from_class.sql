-- A route fits class and survival; blocking
SELECT person_id, app_id, class, survives_idp_disable, route
FROM graph.access
WHERE route = 'scim' AND class <> 'scim_managed'
    OR route = 'idp' AND NOT (class = 'sso' AND survives_idp_disable IS NOT DISTINCT FROM false)
    OR class IS NULL OR route IS NULL
