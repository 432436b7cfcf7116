-- One row: an estimate of what no source shows. Key: subject. Read by the overview; docs/graph.md says what it assumes.
SELECT subject, observed_count, once_count, twice_count, estimate, lower_bound, upper_bound, reason
FROM coverage
ORDER BY subject DESC
