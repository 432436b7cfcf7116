-- A person has at most one open case; warning
SELECT person_id, count(*) AS case_count
FROM offboarding.offboarding_case
WHERE state NOT IN ('closed', 'undone') AND person_id IS NOT NULL
GROUP BY person_id HAVING count(*) > 1
