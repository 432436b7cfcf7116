-- canonical.charge: one card or expense line, once. Key: system, instance, event_id.
-- Read by canonical.account, canonical.mention, graph.trace, graph.spend, graph.finding.
--
-- Another content under the same id: the fuller row stands, else the greater row hash; never load order.
WITH loaded AS (
    SELECT l.* EXCLUDE (event_id, instance), coalesce(l.instance, '') AS instance,
        struct_pack(*COLUMNS(l.* EXCLUDE (file_id, record)))::VARCHAR AS content,
        coalesce(l.event_id, 'h:' || md5(content)) AS event_id
    FROM lake.charge AS l
    WHERE l.charged_on <= $as_of
),
once AS (
    SELECT *,
        -- SMITH/JOHN A → JOHN A SMITH, without titles, accents and punctuation
        string_split(trim(regexp_replace(regexp_replace(
            replace(replace(replace(replace(replace(
                CASE WHEN contains(cardholder, '/')
                    THEN split_part(cardholder, '/', 2) || ' ' || split_part(cardholder, '/', 1)
                    WHEN contains(cardholder, ',')
                    THEN split_part(cardholder, ',', 2) || ' ' || split_part(cardholder, ',', 1)
                    ELSE cardholder END
                .strip_accents().upper(), 'Ø', 'O'), 'Ł', 'L'), 'ß', 'SS'), '''', ''), '’', ''),
            '[^\p{L}]+', ' ', 'g'), '\b(MR|MRS|MS|MISS|DR|PROF|HERR|FRAU)\b', ' ', 'g').trim(), ' +', 'r') AS words
    FROM loaded
    QUALIFY row_number() OVER (PARTITION BY system, instance, event_id
        ORDER BY len(string_split(content, 'NULL')), md5(content) DESC, file_id, record) = 1
)
SELECT file_id, system, instance, event_id, record, charged_on, account_key, account_name, cardholder, card,
    merchant, merchant_clean, mcc, amount, currency,
    lower(coalesce(account_key, account_name, nullif(concat_ws(' ', trim(cardholder), card), ''))) AS identifier,
    words AS holder_form
FROM once
