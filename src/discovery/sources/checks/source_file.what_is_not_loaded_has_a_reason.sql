-- A refused or unrecognised file says why; blocking
SELECT file_id, file_name, state
FROM sources.source_file
WHERE state IN ('refused', 'unrecognised') AND coalesce(reason, '') = ''
