-- One row: the events of one account with one app mention, host and method on one UTC day through one source.
-- Key: source, system, instance, identifier, mention_kind, mention, method, host, day.
-- Reads the temporary table `event`: the deduplicated events of the touched days (usage.py).
-- Read by canonical.account, canonical.mention, canonical.usage_month and the graph.
-- A tie of two events in the same instant is broken by the hash of their ids, never by load order.
SELECT
    source,
    system,
    instance,
    identifier,
    arg_max(account_name, position) AS account_name,
    max(holder_key) AS holder_key,
    mention_kind,
    mention,
    max(mention_name) AS mention_name,
    host,
    CASE
        WHEN bool_or(page = 'sign_in') THEN 'sign_in'
        WHEN bool_or(page = 'app') THEN 'app'
        ELSE min(page)
    END AS page,
    method,
    day,
    CAST(count(*) AS BIGINT) AS event_count,
    min(observed_at) AS first_at,
    max(observed_at) AS last_at,
    arg_min(event_id, position) AS first_event_id,
    arg_max(event_id, position) AS last_event_id,
    arg_min(file_id, position) AS first_file_id,
    arg_max(file_id, position) AS last_file_id
FROM event
GROUP BY source, system, instance, identifier, mention_kind, mention, method, host, day
