-- One row: one source, from when to when it tells, and how old its newest record is. Key: source, system, instance.
-- Read by scope, dossiers and graph.blind_spot. Times are those of the records, never of the files.
--
-- retention_days: how long the system keeps what was not exported; lag_hours: how late its records may still come.
-- Both are facts of the makers, said in docs/graph.md with source and day; NULL where none is known.
WITH known_use AS (
    SELECT source, system, coalesce(instance, '') AS instance, first_at, last_at, event_count, active_months
    FROM canonical.usage_known
),
active AS (
    SELECT source, system, instance, active.month, bit_or(active.day_bits) AS day_bits
    FROM (SELECT source, system, instance, unnest(active_months) AS active FROM known_use)
    GROUP BY ALL
),
part AS (
    SELECT u.*, d.day_count
    FROM (
        SELECT source, system, instance, min(first_at) AS first_at, max(last_at) AS last_at,
            CAST(sum(event_count) AS BIGINT) AS record_count
        FROM known_use
        GROUP BY ALL
    ) AS u
    JOIN (SELECT source, system, instance, sum(bit_count(day_bits)) AS day_count FROM active GROUP BY ALL) AS d
        USING (source, system, instance)
    UNION ALL
    SELECT 'charge', system, instance, CAST(min(charged_on) AS TIMESTAMP), CAST(max(charged_on) AS TIMESTAMP), count(*),
        count(DISTINCT charged_on)
    FROM canonical.charge
    GROUP BY ALL
    UNION ALL
    SELECT kind, system, instance, CAST(min(day) AS TIMESTAMP), CAST(max(day) AS TIMESTAMP), CAST(sum(item_count) AS BIGINT),
        count(DISTINCT day)
    FROM canonical.list_day
    WHERE day <= $as_of
    GROUP BY ALL
),
seen AS (
    SELECT source, system, instance, min(first_at) AS first_at, max(last_at) AS last_at,
        CAST(sum(record_count) AS BIGINT) AS record_count, CAST(sum(day_count) AS BIGINT) AS day_count
    FROM part
    GROUP BY ALL
),
known(source, system, retention_days, lag_hours) AS (VALUES
    ('sign_in', 'entra', 30, 1), ('sign_in', 'okta', 90, 1), ('sign_in', 'google', 180, 72),
    ('web_visit', 'browserexport', 90, NULL), ('web_visit', 'edge_history', 90, NULL), ('charge', NULL, NULL, 120)
)
SELECT s.source, s.system, s.instance, s.first_at, s.last_at,
    CAST(date_diff('day', CAST(s.last_at AS DATE), CAST($as_of AS DATE)) AS BIGINT) AS age_days,
    s.record_count, s.day_count, CAST(k.retention_days AS BIGINT) AS retention_days, CAST(k.lag_hours AS BIGINT) AS lag_hours
FROM seen AS s
LEFT JOIN known AS k ON k.source = s.source AND coalesce(k.system = s.system, k.system IS NULL)
