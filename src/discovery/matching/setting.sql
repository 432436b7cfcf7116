-- What is known of one merchant beside its text: the same amount every month on one card, and the apps that persons
-- charged by it use by other evidence. Key: merchant. Read by discovery.matching.setting.
-- Relations: possible_merchant (merchant), used_app (kind, mention, app_id).
-- Monthly: three charges or more of one amount on one account, one a month, in months that follow each other.
WITH charged AS (
    SELECT c.*, a.person_id
    FROM canonical.charge AS c
    JOIN possible_merchant USING (merchant)
    LEFT JOIN canonical.account AS a USING (system, instance, identifier)
),

repeated AS (
    SELECT merchant, count(*) AS charge_count, count(DISTINCT date_trunc('month', charged_on)) AS month_count,
        date_diff('month', min(charged_on), max(charged_on)) + 1 AS span
    FROM charged WHERE amount > 0
    GROUP BY merchant, system, instance, identifier, currency, amount
),

monthly AS (
    SELECT merchant, bool_or(charge_count >= 3 AND month_count = charge_count AND span = charge_count) AS is_monthly
    FROM repeated GROUP BY merchant
),

holder AS (
    SELECT DISTINCT merchant, person_id FROM charged WHERE person_id IS NOT NULL
),

used AS (
    SELECT system, instance, identifier, mention_kind, mention FROM canonical.usage_known
    UNION
    SELECT system, instance, identifier, mention_kind, mention FROM canonical.grant
    UNION
    SELECT system, instance, identifier, mention_kind, mention FROM canonical.app_account
),

seen AS (
    SELECT h.merchant, list(DISTINCT u.app_id ORDER BY u.app_id) AS apps
    FROM used
    JOIN used_app AS u ON u.kind = used.mention_kind AND u.mention = used.mention
    JOIN canonical.account AS a USING (system, instance, identifier)
    JOIN holder AS h USING (person_id)
    GROUP BY h.merchant
)

SELECT merchant, coalesce(m.is_monthly, false) AS is_monthly, coalesce(s.apps, []) AS apps
FROM possible_merchant
LEFT JOIN monthly AS m USING (merchant)
LEFT JOIN seen AS s USING (merchant)
WHERE m.is_monthly OR s.apps IS NOT NULL
ORDER BY merchant
