-- Accounts are matched on what the app keeps; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'matches_on' AND answer = 'fail'
