-- One row: one account as the sources show it, whoever it belongs to. Key: account_id.
-- Read by canonical.identity_claim, canonical.account. Rosters of the personnel department are no accounts.
WITH seen AS (
    SELECT system, instance, identifier, coalesce(account_name, email) AS account_name,
        least(first_listed_on, $as_of) AS first_on, least(snapshot_on, $as_of) AS last_on, 0 AS rank
    FROM canonical.directory_account WHERE family_of(system) <> 'hr'
    UNION ALL
    SELECT system, coalesce(instance, ''), identifier, arg_max(account_name, (last_at, account_name)),
        CAST(min(first_at) AS DATE), CAST(max(last_at) AS DATE), 1
    FROM canonical.usage_known WHERE identifier <> ''
    GROUP BY ALL
    UNION ALL
    SELECT system, instance, identifier, account_name, from_on, least(snapshot_on, $as_of), 2
    FROM canonical.grant WHERE identifier IS NOT NULL
    UNION ALL
    SELECT system, instance, identifier, account_name, from_on, least(snapshot_on, $as_of), 2
    FROM canonical.assignment WHERE identifier IS NOT NULL
    UNION ALL
    SELECT system, instance, identifier, account_name, from_on,
        greatest(least(snapshot_on, $as_of), CAST(last_active_at AS DATE)), 0
    FROM canonical.app_account
    UNION ALL
    SELECT system, instance, identifier, coalesce(account_name, cardholder, card), charged_on, charged_on, 3
    FROM canonical.charge WHERE identifier IS NOT NULL
)
SELECT left(sha256(concat_ws(chr(31), system, instance, identifier)), 32) AS account_id,
    system, instance, identifier,
    coalesce(arg_max(account_name, (last_on, -rank, account_name)), identifier) AS account_name,
    min(first_on) AS first_seen_on, max(last_on) AS last_seen_on
FROM seen
GROUP BY system, instance, identifier
