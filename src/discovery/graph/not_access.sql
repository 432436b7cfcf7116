-- One row: one app or mention that a person was seen with and that is not access. Key: person_id, app_id, mention.
-- Read by explain, which says why an app is not in a person's scope. An app to which the person has access by other
-- evidence is not listed.
WITH weak AS (
    SELECT person_id, app_id, mention, source, event_count, CAST(last_at AS DATE) AS seen_on, reason
    FROM graph.trace
    WHERE NOT is_proof AND person_id IS NOT NULL
    UNION ALL
    SELECT person_id, app_id, mention, source, event_count, least(ended_on, $as_of),
        'ended ' || ended_on || ': ' || CASE end_reason WHEN 'disabled_in_app'
            THEN 'the app''s own list says ' || coalesce(status, 'disabled') WHEN 'unassigned' THEN 'unassigned'
            WHEN 'revoked' THEN 'revoked' ELSE 'a later whole list has it no more' END
    FROM graph.trace
    WHERE is_proof AND ended_on IS NOT NULL AND person_id IS NOT NULL
)
SELECT w.person_id, w.app_id, w.mention, arg_max(w.source, (w.seen_on, w.source)) AS source,
    CAST(sum(w.event_count) AS BIGINT) AS event_count, max(w.seen_on) AS last_seen_on,
    arg_max(w.reason, (w.seen_on, w.reason)) AS reason
FROM weak AS w
ANTI JOIN graph.access AS a ON a.person_id = w.person_id AND a.app_id = w.app_id
GROUP BY w.person_id, w.app_id, w.mention
