-- At least 97 of 100 accepted labelled merchants are right, and 85 of 100 that name an app are accepted; blocking
WITH judged AS (
    SELECT *, decision = 'accept' AND app_id IS DISTINCT FROM expected_app_id AS is_wrong,
        decision = 'accept' AND app_id = expected_app_id AS is_right
    FROM matching.labelled_match
),

total AS (
    SELECT count(*) FILTER (WHERE is_wrong) AS wrong, count(*) FILTER (WHERE is_right) AS hits,
        count(expected_app_id) AS positives
    FROM judged
)

SELECT j.text, j.expected_app_id, j.app_id, j.decision
FROM judged AS j, total
WHERE (is_wrong AND wrong > 0.03 * (wrong + hits))
    OR (expected_app_id IS NOT NULL AND NOT is_right AND hits < 0.85 * positives)
ORDER BY j.text
