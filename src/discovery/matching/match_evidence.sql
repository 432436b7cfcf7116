-- One reason for or against a match (relation incoming_evidence). Key: kind, mention, position; the weights of a
-- mention sum to the score of its match. Read by publish and review.
SELECT mention, kind, position, comparison, value_left, value_right, weight
FROM incoming_evidence
