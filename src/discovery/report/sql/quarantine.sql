-- One row: one record that could not be read. Key: file, record, column. Read by the page of runs.
SELECT file_name, record, column_name, reason, content
FROM quarantine
ORDER BY file_name, file_id, record, column_name
