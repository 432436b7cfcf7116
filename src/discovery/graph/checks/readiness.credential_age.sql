-- No token of a provisioning job ends within 30 days; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'credential_age' AND answer = 'fail'
