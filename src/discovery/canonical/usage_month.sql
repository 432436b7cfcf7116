-- One row: the use of one app mention by one account in one month through one source, host and method.
-- Key: source, system, instance, identifier, mention_kind, mention, method, host, month.
-- Rebuilt for touched months only; $months bounds them. Read by the graph and the published file.
SELECT
    source,
    system,
    instance,
    identifier,
    mention_kind,
    mention,
    host,
    method,
    CAST(date_trunc('month', day) AS DATE) AS month,
    CAST(sum(event_count) AS BIGINT) AS event_count,
    CAST(count(*) AS BIGINT) AS active_day_count
FROM canonical.usage
WHERE date_trunc('month', day) IN (SELECT month FROM touched_month)
GROUP BY source, system, instance, identifier, mention_kind, mention, host, method, date_trunc('month', day)
