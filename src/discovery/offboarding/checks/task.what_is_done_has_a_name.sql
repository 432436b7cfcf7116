-- A completed task has the name of who said so, unless the leaver was forgotten; warning
SELECT task_id
FROM offboarding.task
WHERE state = 'completed' AND person_id IS NOT NULL AND (completed_by IS NULL OR NOT is_attested)
