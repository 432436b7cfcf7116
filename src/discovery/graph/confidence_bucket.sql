-- One row: one bucket of confidence, and what share of it was right where the truth is known. Key: bucket.
-- Read by people who ask what a confidence is worth. Relation `measured`: confidence_bucket.csv of this folder, all of it texts,
-- which benchmarks/graph_truth.py writes from generated companies.
SELECT m.bucket, CAST(m.from_confidence AS DOUBLE) AS from_confidence,
    CAST(nullif(m.precision_measured, '') AS DOUBLE) AS precision_measured,
    CAST(m.edges_measured AS BIGINT) AS edges_measured, CAST(m.measured_on AS DATE) AS measured_on, m.measured_with,
    coalesce(a.accesses, 0) AS access_count
FROM measured AS m
LEFT JOIN (SELECT confidence_bucket AS bucket, count(*) AS accesses FROM graph.access GROUP BY ALL) AS a USING (bucket)
