-- One row: one person, counted. Key: person_id. Read by reports and the web pages.
SELECT p.person_id, any_value(p.email) AS email, any_value(p.status) AS status, any_value(p.left_on) AS left_on,
    count(a.app_id) AS app_count, count(*) FILTER (a.class = 'shadow') AS shadow_count,
    count(*) FILTER (a.survives_idp_disable) AS survives_count,
    count(a.app_id) FILTER (a.survives_idp_disable IS NULL) AS unknown_count,
    count(*) FILTER (a.route = 'manual') AS manual_count
FROM canonical.person AS p LEFT JOIN graph.access AS a USING (person_id)
GROUP BY p.person_id
