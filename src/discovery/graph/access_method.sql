-- One row: one way in which a person was seen to sign in to one app, and since when. Key: person_id, app_id, method.
-- Read by access_as_of, which tells of any day what had been seen by then.
SELECT person_id, app_id, method, min(CAST(first_at AS DATE)) AS first_on, max(CAST(last_at AS DATE)) AS last_on
FROM graph.trace
WHERE is_proof AND person_id IS NOT NULL AND method NOT IN ('', 'visit')
GROUP BY ALL
