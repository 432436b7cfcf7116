-- Every provisioning job deletes leavers; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'delete_ticked' AND answer = 'fail'
