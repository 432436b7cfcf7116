-- One row: use of one mention by one account in one month through one source, up to as_of.
-- Key: account_id, mention, source, month. Read by access_as_of and reports.
SELECT a.person_id, a.account_id, max(m.app_id) FILTER (m.decision = 'accept') AS app_id, u.mention, u.source,
    CAST(date_trunc('month', u.day) AS DATE) AS month, CAST(sum(u.event_count) AS BIGINT) AS event_count,
    count(DISTINCT u.day) AS active_day_count
FROM canonical.usage AS u
JOIN canonical.account AS a ON a.system = u.system AND a.instance = coalesce(u.instance, '')
    AND a.identifier = u.identifier
LEFT JOIN matching.match AS m ON m.kind = u.mention_kind AND m.mention = u.mention
WHERE u.day <= $as_of
GROUP BY a.person_id, a.account_id, u.mention, u.source, date_trunc('month', u.day)
