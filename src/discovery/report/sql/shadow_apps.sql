-- One row: one app in use that nobody approved. Key: app_id. Read by the overview; $by: reach or money.
SELECT app_id, name, approval, person_count, active_person_count, leaver_count, sources, last_seen_on, amount, currency
FROM app_summary
WHERE class = 'shadow' AND ($by = 'reach' OR amount IS NOT NULL)
ORDER BY CASE WHEN $by = 'money' THEN amount END DESC NULLS LAST, person_count DESC, name, app_id
