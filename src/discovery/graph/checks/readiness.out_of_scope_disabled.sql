-- Every provisioning job disables who is unassigned; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'out_of_scope_disabled' AND answer = 'fail'
