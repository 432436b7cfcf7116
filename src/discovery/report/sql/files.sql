-- One row: one input and what became of it. Key: file_id. Read by the page of runs; $state: one state, or all.
SELECT file_name, member, format, system, instance, state, reason, rows_read, rows_loaded, rows_duplicate, rows_ignored,
    rows_quarantined, window_from, window_to, loaded_at, file_sha256
FROM source_file
WHERE $state IS NULL OR state = $state
ORDER BY list_position(['refused', 'unrecognised', 'loaded', 'duplicate'], state), file_name, member, file_id
