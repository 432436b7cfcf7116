-- One row: one reason for or against a match; they sum to its score. Key: position. Read by the queue.
SELECT position, comparison, value_left, value_right, weight
FROM match_evidence
WHERE mention = $mention AND kind = $kind
ORDER BY position
