-- Every provisioning job had a cycle that went well; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'cycles_succeed' AND answer = 'fail'
