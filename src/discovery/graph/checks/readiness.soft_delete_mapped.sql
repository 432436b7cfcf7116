-- Every provisioning job tells the app who is inactive; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'soft_delete_mapped' AND answer = 'fail'
