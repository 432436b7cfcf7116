-- One row: one record that proves a person's access to an app. Key: source, kind, file_id, record.
-- Read by the explanation of one access, the picture of the graph and the dossier.
SELECT e.app_id, coalesce(a.name, e.app_id) AS app_name, e.source, e.kind, e.observed_at, e.summary, f.file_name,
    f.file_sha256, e.record
FROM evidence AS e
LEFT JOIN (SELECT file_id, min(file_name) AS file_name, min(file_sha256) AS file_sha256 FROM source_file GROUP BY file_id) AS f
    ON f.file_id = e.file_id
LEFT JOIN app AS a ON a.app_id = e.app_id
WHERE e.person_id = $person AND ($app IS NULL OR e.app_id = $app)
ORDER BY app_name, e.app_id, e.observed_at, e.source, e.kind, e.record
