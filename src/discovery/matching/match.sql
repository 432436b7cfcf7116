-- The decision on one mention (relation incoming_match). Key: kind, mention. Read by graph, publish and review.
SELECT mention, kind, app_id, decision, score, method, runner_up, decided_by, decided_at, explanation
FROM incoming_match
