-- One row: the events of one account with one app mention, host and method on one UTC day through one source.
-- Key: source, system, instance, identifier, mention_kind, mention, method, host, day.
-- Reads what usage.py prepares: `numbered_event` (deduplicated events of the touched days; numbers stand for texts while
-- grouping), `account_number` and `mention_number` (the texts again), `account_name_of` and `mention_name_of` (by day).
-- Read by canonical.usage_month, canonical.usage_known and graph.usage_month.
-- `position` orders events by time, then by bits of their ids, never by load order, and knows the file: usage_forms.py.
-- $files is a list and no table: a join on bits is estimated as one row, and every later join is then built on the
-- millions of usage rows instead of on the few names.
WITH grouped AS (
    SELECT
        source, account_number, mention_number, method, host, day,
        count(*) AS event_count,
        min(position) AS first_position,
        max(position) AS last_position,
        first_id(event_key, position) AS first_event_id,
        CASE WHEN count(*) > 1 THEN last_id(event_key, position) END AS last_event_id,
        max(holder_key) AS holder_key,
        max(page_rank) AS page_rank
    FROM numbered_event
    GROUP BY source, account_number, mention_number, method, host, day
)

SELECT
    g.source, account.system, account.instance, account.identifier,
    a.account_name,
    g.holder_key,
    app.mention_kind, app.mention,
    m.mention_name,
    g.host,
    CASE g.page_rank WHEN 4 THEN 'sign_in' WHEN 3 THEN 'app' WHEN 2 THEN 'other' WHEN 1 THEN 'public' END AS page,
    g.method, g.day,
    CAST(g.event_count AS BIGINT) AS event_count,
    instant_of(g.first_position) AS first_at,
    instant_of(g.last_position) AS last_at,
    CAST(g.first_event_id AS VARCHAR) AS first_event_id,
    CAST(g.last_event_id AS VARCHAR) AS last_event_id,
    file_of(g.first_position, $files) AS first_file_id,
    file_of(g.last_position, $files) AS last_file_id
FROM grouped AS g
JOIN account_number AS account ON account.account_number = g.account_number
JOIN mention_number AS app ON app.mention_number = g.mention_number
LEFT JOIN account_name_of AS a ON a.account_number = g.account_number AND a.day = g.day
LEFT JOIN mention_name_of AS m ON m.mention_number = g.mention_number AND m.day = g.day
