-- One row: charges of one person for one app in one month and currency, refunds subtracted.
-- Key: person_id, app_id, month, currency. Read by graph.access and reports on cost.
SELECT a.person_id, m.app_id, CAST(date_trunc('month', c.charged_on) AS DATE) AS month,
    coalesce(c.currency, '') AS currency, CAST(sum(c.amount) AS DECIMAL(18,2)) AS amount
FROM canonical.charge AS c
JOIN canonical.account AS a USING (system, instance, identifier)
JOIN matching.match AS m ON m.kind = 'merchant' AND m.mention = c.merchant AND m.decision = 'accept'
WHERE a.person_id IS NOT NULL AND m.app_id IS NOT NULL
GROUP BY ALL
