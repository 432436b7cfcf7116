-- One row: one app whose accounts a configured interface can find and end. Key: app_id. Read by graph.access_fact.
SELECT DISTINCT unnest(CAST($apps AS VARCHAR[])) AS app_id
