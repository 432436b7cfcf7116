-- Everybody assigned is in the scope of provisioning; warning
SELECT app_id, job_id, reason, next_step FROM graph.readiness WHERE point = 'everybody_in_scope' AND answer = 'fail'
