-- One row: all use of one app mention by one account through one source up to as_of, as one name, host, page and method.
-- Key: source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
-- method. Read by the steps that ask who used what, until when and how often; those that ask for single days of a whole
-- source read canonical.usage. Months that are over come rolled up, of the month of as_of the days up to it.
WITH part AS (
    SELECT * EXCLUDE (month) FROM canonical.usage_month WHERE month < date_trunc('month', CAST($as_of AS DATE) + 1)
    UNION ALL BY NAME
    SELECT source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
        method, event_count, [day] AS days, first_at, last_at, first_event_id,
        coalesce(last_event_id, first_event_id) AS last_event_id, first_file_id, last_file_id
    FROM canonical.usage
    WHERE day >= date_trunc('month', CAST($as_of AS DATE) + 1) AND day <= $as_of
),
grouped AS (
    SELECT source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
        method, CAST(sum(event_count) AS BIGINT) AS event_count, list_sort(flatten(list(days))) AS days,
        min({'at': first_at, 'id': first_event_id, 'file': first_file_id}) AS head,
        max({'at': last_at, 'id': last_event_id, 'file': last_file_id}) AS tail
    FROM part
    GROUP BY ALL
)
SELECT * EXCLUDE (head, tail), head.at AS first_at, tail.at AS last_at, head.id AS first_event_id, tail.id AS last_event_id,
    head.file AS first_file_id, tail.file AS last_file_id
FROM grouped
