-- One row: one app or mention that a person was seen with and that is not access. Key: person_id, app_id, mention.
-- Read by explain, which says why an app is not in a person's scope.
--
-- What was rejected or ignored names no app. Public pages, refunds and ended evidence of an app to which the person
-- has access by other evidence are not listed; what awaits a decision is, without the app.
WITH weak AS (
    SELECT person_id, CASE WHEN coalesce(decision, 'none') IN ('accept', 'review') THEN app_id END AS app_id,
        coalesce(decision, 'none') = 'accept' AS is_app, mention, source, event_count, CAST(last_at AS DATE) AS seen_on, reason
    FROM graph.trace
    WHERE NOT is_proof AND person_id IS NOT NULL
    UNION ALL
    SELECT person_id, app_id, true, mention, source, event_count, least(ended_on, $as_of),
        'ended ' || ended_on || ': ' || CASE end_reason WHEN 'disabled_in_app'
            THEN 'the app''s own list says ' || coalesce(status, 'disabled') WHEN 'unassigned' THEN 'unassigned'
            WHEN 'revoked' THEN 'revoked' ELSE 'a later whole list has it no more' END
    FROM graph.trace
    WHERE is_proof AND ended_on IS NOT NULL AND person_id IS NOT NULL
),
told AS (
    SELECT w.* REPLACE (CASE WHEN a.app_id IS NULL THEN w.app_id END AS app_id)
    FROM weak AS w LEFT JOIN graph.access AS a ON a.person_id = w.person_id AND a.app_id = w.app_id
    WHERE a.app_id IS NULL OR NOT w.is_app
)
SELECT person_id, app_id, mention, arg_max(source, (seen_on, source)) AS source,
    CAST(sum(event_count) AS BIGINT) AS event_count, max(seen_on) AS last_seen_on,
    arg_max(reason, (seen_on, reason)) AS reason
FROM told
GROUP BY person_id, app_id, mention
