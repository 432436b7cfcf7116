-- Every record of a loaded file is loaded, duplicate, ignored or quarantined, once; blocking
SELECT file_id, file_name, rows_read, rows_loaded, rows_duplicate, rows_ignored, rows_quarantined
FROM sources.source_file
WHERE state IN ('loaded', 'duplicate')
    AND rows_read <> rows_loaded + rows_duplicate + rows_ignored + rows_quarantined
