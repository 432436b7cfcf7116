-- One row: one person who has an app. Key: person_id. Read by an app's page.
SELECT x.person_id, coalesce(p.display_name, p.email, x.person_id) AS name, p.email, p.status, p.left_on,
    x.survives_idp_disable, x.route, x.sources, x.methods, x.is_admin, x.last_seen_on
FROM access AS x
LEFT JOIN person AS p ON p.person_id = x.person_id
WHERE x.app_id = $app
ORDER BY p.left_on DESC NULLS LAST, x.last_seen_on DESC, x.person_id
