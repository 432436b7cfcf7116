-- One row: one access that somebody took out of the scope. Key: person_id, app_id. Read by graph.access.
SELECT unnest(CAST($persons AS VARCHAR[])) AS person_id, unnest(CAST($apps AS VARCHAR[])) AS app_id,
    unnest(CAST($reasons AS VARCHAR[])) AS reason, unnest(CAST($deciders AS VARCHAR[])) AS decided_by,
    unnest(CAST($moments AS TIMESTAMP[])) AS decided_at
