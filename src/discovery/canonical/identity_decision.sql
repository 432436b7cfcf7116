-- One row: what somebody decided on whose an account is. Key: account_id, person_id. Read by the canonical steps only.
SELECT unnest(CAST($accounts AS VARCHAR[])) AS account_id, unnest(CAST($persons AS VARCHAR[])) AS person_id,
    unnest(CAST($actions AS VARCHAR[])) AS action, unnest(CAST($deciders AS VARCHAR[])) AS decided_by,
    unnest(CAST($moments AS TIMESTAMP[])) AS decided_at
