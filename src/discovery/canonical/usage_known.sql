-- One row: all use of one app mention by one account through one source up to as_of, as one name, host, page and method.
-- Key: source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
-- method. Read by the steps that ask who used what, until when and how often, and on
-- which days a source told anything. Of months there are those of canonical.usage_month; only where the month of as_of has later
-- days, it is made of the days up to as_of. Of a key there is one row a month, so that the first record is that of the first
-- month, and the months in active_months are different ones.
WITH whole AS (
    SELECT CASE WHEN EXISTS (FROM canonical.usage
            WHERE day > $as_of AND day <= last_day(CAST($as_of AS DATE))) THEN date_trunc('month', CAST($as_of AS DATE))
        ELSE CAST($as_of AS DATE) + 1 END AS before
),
part AS (
    SELECT * FROM canonical.usage_month WHERE month < (SELECT before FROM whole)
    UNION ALL BY NAME
    SELECT source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
        method, CAST(date_trunc('month', CAST($as_of AS DATE)) AS DATE) AS month,
        CAST(sum(event_count) AS BIGINT) AS event_count, CAST(bit_or(1 << (dayofmonth(day) - 1)) AS INTEGER) AS day_bits,
        min(first_at) AS first_at, max(last_at) AS last_at, arg_min_null(first_event_id, day) AS first_event_id,
        arg_max_null(coalesce(last_event_id, first_event_id), day) AS last_event_id,
        arg_min_null(first_file_id, day) AS first_file_id, arg_max_null(last_file_id, day) AS last_file_id
    FROM canonical.usage
    WHERE day >= (SELECT before FROM whole) AND day <= $as_of
    GROUP BY source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
        method
),
grouped AS (
    SELECT source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
        method, CAST(sum(event_count) AS BIGINT) AS event_count,
        list({'month': month, 'day_bits': day_bits}) AS active_months,
        arg_min({'at': first_at, 'id': first_event_id, 'file': first_file_id}, month) AS head,
        arg_max({'at': last_at, 'id': last_event_id, 'file': last_file_id}, month) AS tail
    FROM part
    GROUP BY ALL
)
SELECT * EXCLUDE (head, tail), head.at AS first_at, tail.at AS last_at, head.id AS first_event_id, tail.id AS last_event_id,
    head.file AS first_file_id, tail.file AS last_file_id
FROM grouped
