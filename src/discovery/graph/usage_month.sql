-- One row: use of one mention by one account in one month through one source, up to as_of.
-- Key: account_id, mention, source, month. Read by access_as_of and reports.
-- Months that are over come rolled up, of the month of as_of the days up to it.
WITH part AS (
    SELECT system, instance, identifier, mention_kind, mention, source, month, event_count, day_bits
    FROM canonical.usage_month
    WHERE month < date_trunc('month', CAST($as_of AS DATE) + 1)
    UNION ALL
    SELECT system, instance, identifier, mention_kind, mention, source, CAST(date_trunc('month', day) AS DATE), event_count,
        CAST(1 << (dayofmonth(day) - 1) AS INTEGER)
    FROM canonical.usage
    WHERE day >= date_trunc('month', CAST($as_of AS DATE) + 1) AND day <= $as_of
)
SELECT a.person_id, a.account_id, max(m.app_id) FILTER (m.decision = 'accept') AS app_id, u.mention, u.source, u.month,
    CAST(sum(u.event_count) AS BIGINT) AS event_count,
    CAST(bit_count(bit_or(u.day_bits)) AS BIGINT) AS active_day_count
FROM part AS u
JOIN canonical.account AS a ON a.system = u.system AND a.instance = coalesce(u.instance, '')
    AND a.identifier = u.identifier
LEFT JOIN matching.match AS m ON m.kind = u.mention_kind AND m.mention = u.mention
GROUP BY a.person_id, a.account_id, u.mention, u.source, u.month
