-- One row: one time in which a source shows a person's access to an app. Key: app_id, source, from_on. Read by the timeline.
SELECT s.app_id, coalesce(a.name, s.app_id) AS app_name, s.source, s.from_on, s.to_on, s.end_reason, x.last_seen_on
FROM access_span AS s
LEFT JOIN access AS x ON x.person_id = s.person_id AND x.app_id = s.app_id
LEFT JOIN app AS a ON a.app_id = s.app_id
WHERE s.person_id = $person AND ($app IS NULL OR s.app_id = $app)
ORDER BY app_name, s.app_id, s.from_on, s.source
