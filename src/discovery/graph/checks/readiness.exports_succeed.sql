-- What was to be disabled or deleted arrived; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'exports_succeed' AND answer = 'fail'
