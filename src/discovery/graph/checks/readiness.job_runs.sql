-- Every provisioning job runs; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'job_runs' AND answer = 'fail'
