-- One row: one bucket of confidence, and what share of it was right where the truth is known. Key: bucket.
-- Read by people who ask what a confidence is worth. $measured: confidence_bucket.csv of this folder, which
-- benchmarks/graph_truth.py writes from generated companies.
SELECT m.bucket, m.from_confidence, m.precision_measured, m.edges_measured, m.measured_on, m.measured_with,
    coalesce(a.accesses, 0) AS access_count
FROM read_csv($measured, header = true, columns = {'bucket': 'VARCHAR', 'from_confidence': 'DOUBLE',
    'precision_measured': 'DOUBLE', 'edges_measured': 'BIGINT', 'measured_on': 'DATE', 'measured_with': 'VARCHAR'}) AS m
LEFT JOIN (SELECT confidence_bucket AS bucket, count(*) AS accesses FROM graph.access GROUP BY ALL) AS a USING (bucket)
