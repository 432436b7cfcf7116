-- One row: the use of one app mention by one account in one month through one source, as one name, host, page and method.
-- Key: source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
-- method, month. Rebuilt for the months in the temporary table touched_month only; $from_on and $to_on bound them, so that of
-- the days before them nothing is read. Read by canonical.usage_known and
-- graph.usage_month, so that a night reads no day of a month that is over. Whatever is asked of days follows from it: texts
-- are part of the key, each day has a bit (the first of the month the lowest), first and last are whole records. Of a key
-- there is one row a day, so that the first record is that of the first day: days compare ten times as fast as records do.
WITH grouped AS (
    SELECT source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
        method, CAST(date_trunc('month', day) AS DATE) AS month,
        CAST(sum(event_count) AS BIGINT) AS event_count, CAST(bit_or(1 << (dayofmonth(day) - 1)) AS INTEGER) AS day_bits,
        arg_min({'at': first_at, 'id': first_event_id, 'file': first_file_id}, day) AS head,
        arg_max({'at': last_at, 'id': coalesce(last_event_id, first_event_id), 'file': last_file_id}, day) AS tail
    FROM canonical.usage
    WHERE day BETWEEN $from_on AND $to_on AND date_trunc('month', day) IN (SELECT month FROM touched_month)
    GROUP BY source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
        method, CAST(date_trunc('month', day) AS DATE)
)
SELECT source, system, instance, identifier, account_name, holder_key, mention_kind, mention, mention_name, host, page,
    method, month, event_count, day_bits, head.at AS first_at, tail.at AS last_at, head.id AS first_event_id,
    tail.id AS last_event_id, head.file AS first_file_id, tail.file AS last_file_id
FROM grouped
