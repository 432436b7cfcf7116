-- One row: one card or expense line, once. Key: system, instance, event_id.
-- Read by canonical.account, canonical.mention, graph.trace, graph.spend, graph.finding.
--
-- Another content under the same id: the fuller row stands, else the greater row hash; never load order.
-- holder_form: SMITH/JOHN A, Smith, John and MR JOHN A SMITH are JOHN SMITH; J SMITH stays J SMITH.
WITH loaded AS (
    SELECT * EXCLUDE (instance), coalesce(instance, '') AS instance,
        CAST(struct_pack(*COLUMNS(* EXCLUDE (file_id, record))) AS VARCHAR) AS content
    FROM lake.charge
    WHERE charged_on <= $as_of
),
once AS (
    SELECT *
    FROM loaded
    QUALIFY row_number() OVER (PARTITION BY system, instance, event_id
        ORDER BY len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
)
SELECT file_id, system, instance, event_id, record, charged_on, account_key, account_name, cardholder, card,
    merchant, merchant_clean, mcc, amount, currency,
    coalesce(account_key, lower(account_name), nullif(concat_ws(' ', lower(trim(cardholder)), card), '')) AS identifier,
    name_form(cardholder) AS holder_form
FROM once
