-- Every provisioning job disables leavers; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'update_ticked' AND answer = 'fail'
