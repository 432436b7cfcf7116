-- One row: one reason for which records of a format were left out. Key: format, reason. Read by the page of runs.
SELECT f.format, i.reason, count(DISTINCT i.file_id) AS file_count, CAST(sum(i.row_count) AS BIGINT) AS row_count
FROM ignored AS i
LEFT JOIN source_file AS f ON f.file_id = i.file_id
GROUP BY ALL
ORDER BY row_count DESC, f.format, i.reason
