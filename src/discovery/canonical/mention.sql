-- One row: one distinct way in which an app is named, up to as_of. Key: kind, mention.
-- Read by the stage matching, which decides on each.
WITH record AS (
    SELECT mention_kind AS kind, mention, mention_name, NULL::VARCHAR AS mcc,
        source = 'sign_in' OR method IN ('password', 'oidc', 'saml', 'social') AS is_sign_in,
        concat_ws(chr(31), system, instance, identifier) AS account, event_count AS records, NULL::DECIMAL(18,2) AS amount
    FROM canonical.usage_known
    UNION ALL
    SELECT 'merchant', merchant, merchant_clean, mcc, false, concat_ws(chr(31), system, instance, identifier), 1, amount
    FROM canonical.charge
    UNION ALL
    SELECT mention_kind, mention, mention_name, NULL, false, concat_ws(chr(31), system, instance, identifier), 1, NULL
    FROM canonical.grant
    UNION ALL
    SELECT mention_kind, mention, mention_name, NULL, false, concat_ws(chr(31), system, instance, identifier), 1, NULL
    FROM canonical.assignment
    UNION ALL
    SELECT mention_kind, mention, mention_name, NULL, false, concat_ws(chr(31), system, instance, identifier), 1, NULL
    FROM canonical.app_account
    UNION ALL
    SELECT mention_kind, mention, mention_name, NULL, false, concat_ws(chr(31), system, instance, identifier), count(*), NULL
    FROM canonical.provisioning_event
    GROUP BY ALL
    UNION ALL
    SELECT r.mention_kind, r.mention, r.mention_name, NULL, false, NULL, 1, NULL
    FROM canonical.provisioning_job AS j
    JOIN canonical.app_registration AS r ON r.system = j.system AND r.instance = j.instance AND r.app_key = j.client_key
),
counted AS (
    SELECT kind, mention, bool_or(is_sign_in) AS has_sign_in, count(DISTINCT account) AS account_count,
        sum(records) AS record_count, sum(amount) AS amount
    FROM record
    WHERE kind IS NOT NULL AND mention IS NOT NULL
    GROUP BY ALL
),
named AS (
    SELECT DISTINCT ON (kind, mention) kind, mention, mention_name
    FROM (SELECT kind, mention, mention_name, sum(records) AS records FROM record
        WHERE mention_name IS NOT NULL GROUP BY ALL)
    ORDER BY kind, mention, records DESC, mention_name DESC
),
categorised AS (
    SELECT DISTINCT ON (kind, mention) kind, mention, mcc
    FROM (SELECT kind, mention, mcc, sum(records) AS records FROM record WHERE mcc IS NOT NULL GROUP BY ALL)
    ORDER BY kind, mention, records DESC, mcc DESC
),
registered AS (
    SELECT mention_kind AS kind, mention, min(owner_tenant) AS owner_tenant, max(mention_name) AS mention_name,
        nullif(list_sort(list_distinct(flatten(list(hosts) FILTER (hosts IS NOT NULL)))), []) AS hosts
    FROM canonical.app_registration
    GROUP BY ALL
)
SELECT c.kind, c.mention, coalesce(n.mention_name, r.mention_name) AS mention_name, m.mcc, r.owner_tenant, r.hosts, c.has_sign_in,
    c.account_count, CAST(c.record_count AS BIGINT) AS record_count, CAST(c.amount AS DECIMAL(18,2)) AS amount
FROM counted AS c
LEFT JOIN named AS n USING (kind, mention)
LEFT JOIN categorised AS m USING (kind, mention)
LEFT JOIN registered AS r USING (kind, mention)
