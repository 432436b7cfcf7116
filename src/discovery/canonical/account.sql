-- One row: one account of somebody or nobody in a system. Key: account_id.
-- Read by canonical.unlinked_reason, canonical.mention and the whole graph. Reads the temporary table free_mail.
--
-- A person is found by exact identifiers only; the strongest way that names exactly one person decides:
-- 1 the directory account itself, 2 an address, 3 the card in the settings, 4 the card holder's name (settings,
-- or unique among persons), 5 the browser that also shows a work address of one person (private addresses only).
-- Rosters of the personnel department are no accounts.
WITH seen AS (
    SELECT system, instance, identifier, coalesce(account_name, email) AS account_name,
        least(first_listed_on, $as_of) AS first_on, least(snapshot_on, $as_of) AS last_on, 0 AS rank
    FROM canonical.directory_account WHERE family_of(system) <> 'hr'
    UNION ALL
    SELECT system, coalesce(instance, ''), identifier, arg_max(account_name, last_at), min(day), max(day), 1
    FROM canonical.usage WHERE day <= $as_of AND identifier <> ''
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
),
one AS MATERIALIZED (
    SELECT left(sha256(concat_ws(chr(31), system, instance, identifier)), 32) AS account_id,
        system, instance, identifier,
        coalesce(arg_max(account_name, (last_on, -rank, account_name)), identifier) AS account_name,
        min(first_on) AS first_seen_on, max(last_on) AS last_seen_on
    FROM seen
    GROUP BY system, instance, identifier
),
address AS MATERIALIZED (
    SELECT account_id, address_of(account_name) AS address FROM one WHERE address_of(account_name) IS NOT NULL
    UNION
    SELECT account_id, address_of(identifier) FROM one WHERE address_of(identifier) IS NOT NULL
),
holder AS MATERIALIZED (
    SELECT DISTINCT o.account_id, u.system, u.instance, u.holder_key
    FROM (SELECT DISTINCT system, coalesce(instance, '') AS instance, identifier, holder_key FROM canonical.usage
        WHERE holder_key IS NOT NULL AND day <= $as_of) AS u
    JOIN one AS o USING (system, instance, identifier)
),
link AS MATERIALIZED (SELECT * FROM canonical.identity WHERE is_link),
claim AS (
    SELECT o.account_id, i.person_id, 1 AS level, i.via AS method, 1.0::DOUBLE AS confidence
    FROM one AS o JOIN link AS i ON i.namespace = 'account_key'
        AND (i.system, i.instance, i.identifier) = (o.system, o.instance, o.identifier)
    UNION ALL
    SELECT a.account_id, i.person_id, 2, CASE i.strength WHEN 3 THEN 'alias' WHEN 4 THEN 'former address'
        ELSE 'address' END, CASE i.strength WHEN 4 THEN 0.9 WHEN 3 THEN 0.95 ELSE 0.98 END
    FROM address AS a JOIN link AS i ON i.namespace = 'address' AND i.identifier = a.address
    UNION ALL
    SELECT o.account_id, i.person_id, 3, 'card in the settings', 0.95
    FROM canonical.charge AS c JOIN one AS o USING (system, instance, identifier)
    JOIN link AS i ON i.namespace = 'card' AND i.identifier = right(c.card, 4)
    UNION ALL
    SELECT o.account_id, i.person_id, 4,
        CASE i.strength WHEN 1 THEN 'card holder in the settings' ELSE 'unique card holder name' END,
        CASE i.strength WHEN 1 THEN 0.95 ELSE 0.75 END
    FROM canonical.charge AS c JOIN one AS o USING (system, instance, identifier)
    JOIN link AS i ON i.namespace = 'cardholder' AND i.identifier IN (upper(trim(c.cardholder)), c.holder_form)
),
direct AS MATERIALIZED (
    SELECT account_id, any_value(person_id) AS person_id, min_by(method, -confidence) AS link_method,
        max(confidence) AS link_confidence
    FROM (FROM claim QUALIFY level = min(level) OVER (PARTITION BY account_id))
    GROUP BY account_id
    HAVING count(DISTINCT person_id) = 1
),
domain AS (
    SELECT lower(unnest($domains::VARCHAR[])) AS domain
    UNION
    SELECT split_part(identifier, '@', 2) FROM link
    WHERE namespace = 'address' AND strength <= 2 AND split_part(identifier, '@', 2) NOT IN (SELECT domain FROM free_mail)
),
shown AS MATERIALIZED (
    SELECT a.account_id,
        bool_or(split_part(a.address, '@', 2) IN (SELECT domain FROM free_mail)) AS is_free_mail,
        NOT bool_or(split_part(a.address, '@', 2) IN (SELECT domain FROM domain)) AS is_foreign
    FROM address AS a
    GROUP BY ALL
),
directory AS MATERIALIZED (
    -- Where the directory does not say what an account is, a name that is a role's or a machine's does, if it is nobody's.
    SELECT d.system, d.instance, d.identifier, address_of(coalesce(d.account_name, d.email)) AS login,
        lower(d.email) AS email,
        CASE WHEN d.account_kind IN ('human', 'shared', 'service', 'external') THEN d.account_kind
            WHEN i.person_id IS NOT NULL THEN NULL
            WHEN regexp_matches(login, '^(svc|srv|sa|service|sys|bot|robot|api|app|backup|sync|scan|scanner)[-_.0-9@]')
                THEN 'service'
            WHEN regexp_matches(login, '^(info|office|mail|contact|hello|team|sales|support|help|helpdesk|service-?desk|'
                    || 'accounts?|accounting|billing|invoices?|finance|hr|jobs|careers|marketing|press|legal|it|lab|'
                    || 'reception|orders?|shop|noreply|no-reply|shared)@')
                THEN 'shared' END AS account_kind
    FROM canonical.directory_account AS d
    LEFT JOIN (FROM link WHERE namespace = 'account_key') AS i USING (system, instance, identifier)
    WHERE family_of(d.system) <> 'hr'
),
directory_kind AS (
    SELECT account_id, min(account_kind) FILTER (account_kind <> 'human') AS account_kind, max(account_kind) AS any_kind
    FROM (
        SELECT o.account_id, d.account_kind FROM one AS o JOIN directory AS d USING (system, instance, identifier)
        UNION ALL
        SELECT a.account_id, d.account_kind
        FROM address AS a JOIN directory AS d ON a.address = d.login OR a.address = d.email
        WHERE d.account_kind IN ('shared', 'service', 'external')
    )
    GROUP BY ALL
),
browser AS (
    SELECT system, instance, holder_key, any_value(person_id) AS person_id
    FROM holder JOIN direct USING (account_id)
    GROUP BY ALL
    HAVING count(DISTINCT person_id) = 1
),
by_browser AS (
    SELECT h.account_id, any_value(b.person_id) AS person_id
    FROM holder AS h
    JOIN browser AS b USING (system, instance, holder_key)
    JOIN shown AS s USING (account_id)
    ANTI JOIN direct AS d ON d.account_id = h.account_id
    ANTI JOIN (FROM directory_kind WHERE account_kind IS NOT NULL) AS k ON k.account_id = h.account_id
    WHERE s.is_free_mail OR s.is_foreign
    GROUP BY ALL
    HAVING count(DISTINCT b.person_id) = 1
)
SELECT o.account_id, coalesce(d.person_id, b.person_id) AS person_id, o.system, o.instance, o.identifier, o.account_name,
    CASE
        WHEN k.account_kind IS NOT NULL THEN k.account_kind
        WHEN contains(lower(o.account_name), '#ext#') THEN 'external'
        WHEN s.is_free_mail OR b.person_id IS NOT NULL THEN 'personal'
        WHEN d.person_id IS NOT NULL OR k.any_kind = 'human' THEN 'human'
        WHEN s.is_foreign THEN 'external'
        ELSE 'unknown' END AS kind,
    coalesce(d.link_method, CASE WHEN b.person_id IS NOT NULL THEN 'same browser' END) AS link_method,
    coalesce(d.link_confidence, CASE WHEN b.person_id IS NOT NULL THEN 0.8::DOUBLE END) AS link_confidence,
    o.first_seen_on, o.last_seen_on
FROM one AS o
LEFT JOIN direct AS d USING (account_id)
LEFT JOIN by_browser AS b USING (account_id)
LEFT JOIN shown AS s USING (account_id)
LEFT JOIN directory_kind AS k USING (account_id)
