-- One row: one record that proves access, now or in the past: first and last of each source, every item of a list.
-- Key: person_id, app_id, source, kind, record, file_id. Read by explain, dossiers, the evidence pack.
-- One record that is both first and last stands once, as first. Ties in time are broken by the record's own id.
WITH proof AS (SELECT * FROM graph.trace WHERE is_proof AND person_id IS NOT NULL),
summed AS (
    SELECT person_id, app_id, source,
        min({'at': first_at, 'id': first_event_id, 'text': first_summary, 'file': first_file_id}) AS head,
        max({'at': last_at, 'id': last_event_id, 'text': last_summary, 'file': last_file_id}) AS tail
    FROM proof
    WHERE source IN ('sign_in', 'web_visit', 'charge')
    GROUP BY ALL
)
SELECT person_id, app_id, source, 'first' AS kind, head.at AS observed_at, head.text AS summary, head.file AS file_id,
    head.id AS record
FROM summed
UNION ALL
SELECT person_id, app_id, source, 'last', tail.at, tail.text, tail.file, tail.id
FROM summed
WHERE tail.id IS DISTINCT FROM head.id OR tail.at <> head.at
UNION ALL
SELECT DISTINCT person_id, app_id, source, 'item', coalesce(CASE WHEN source = 'app_account' THEN last_at ELSE first_at END, last_at),
    first_summary || CASE WHEN ended_on IS NULL THEN '' ELSE '; ended ' || ended_on || ' (' || replace(end_reason, '_', ' ') || ')' END,
    first_file_id, first_event_id
FROM proof
WHERE source IN ('grant', 'assignment', 'app_account')
