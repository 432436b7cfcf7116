-- One row: one account of somebody or nobody in a system. Key: account_id.
-- Read by canonical.unlinked_reason, canonical.mention and the whole graph. Reads the temporary table free_mail.
--
-- The strongest level of canonical.identity_claim whose claims reach the threshold decides, if it names exactly one
-- person. A login that the directory calls shared, a machine's or a guest's links by the directory or a decision only.
WITH one AS MATERIALIZED (FROM canonical.account_seen),
address AS MATERIALIZED (
    SELECT account_id, address_of(account_name) AS address FROM one WHERE address_of(account_name) IS NOT NULL
    UNION
    SELECT account_id, address_of(identifier) FROM one WHERE address_of(identifier) IS NOT NULL
),
link AS MATERIALIZED (SELECT * FROM canonical.identity WHERE is_link),
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
        CASE WHEN is_break_glass(coalesce(d.account_name, d.email, d.display_name)) AND i.person_id IS NULL THEN 'service'
            WHEN d.account_kind IN ('human', 'shared', 'service', 'external') THEN d.account_kind
            WHEN i.person_id IS NOT NULL THEN NULL
            WHEN is_machine_name(login) THEN 'service'
            WHEN is_role_name(login) THEN 'shared' END AS account_kind,
        CASE WHEN is_break_glass(coalesce(d.account_name, d.email, d.display_name)) AND i.person_id IS NULL
                THEN 'break-glass account: for emergencies, nobody''s own'
            WHEN d.account_kind IN ('human', 'shared', 'service', 'external') THEN 'so said by ' || d.system
            WHEN i.person_id IS NOT NULL THEN NULL
            WHEN is_machine_name(login) THEN 'the name is a machine''s'
            WHEN is_role_name(login) THEN 'the name is a role''s' END AS kind_reason
    FROM canonical.directory_account AS d
    LEFT JOIN (FROM link WHERE namespace = 'account_key') AS i USING (system, instance, identifier)
    WHERE family_of(d.system) <> 'hr'
),
directory_kind AS MATERIALIZED (
    SELECT account_id, min(account_kind) FILTER (account_kind <> 'human') AS account_kind, max(account_kind) AS any_kind,
        min(kind_reason) FILTER (account_kind <> 'human') AS kind_reason
    FROM (
        SELECT o.account_id, d.account_kind, d.kind_reason FROM one AS o JOIN directory AS d USING (system, instance, identifier)
        UNION ALL
        SELECT a.account_id, d.account_kind, d.kind_reason
        FROM address AS a JOIN directory AS d ON a.address = d.login OR a.address = d.email
        WHERE d.account_kind IN ('shared', 'service') OR d.account_kind = 'external'
            -- A guest in one directory may be at home in another: there the address is no guest's.
            AND a.address NOT IN (SELECT login FROM directory WHERE login IS NOT NULL AND account_kind IS DISTINCT FROM 'external')
    )
    GROUP BY ALL
),
claim AS (
    SELECT c.*
    FROM canonical.identity_claim AS c LEFT JOIN directory_kind AS k USING (account_id)
    WHERE NOT c.is_rejected AND c.confidence >= $link_threshold AND (k.account_kind IS NULL OR c.level <= 4)
),
chosen AS (
    SELECT account_id, any_value(person_id) AS person_id, any_value(level) AS level,
        min_by(method, (-confidence, method)) AS link_method, max(confidence) AS link_confidence
    FROM (FROM claim QUALIFY level = min(level) OVER (PARTITION BY account_id))
    GROUP BY account_id
    HAVING count(DISTINCT person_id) = 1
)
SELECT o.account_id, c.person_id, o.system, o.instance, o.identifier, o.account_name,
    CASE
        WHEN k.account_kind IS NOT NULL THEN k.account_kind
        WHEN contains(lower(o.account_name), '#ext#') THEN 'external'
        WHEN s.is_free_mail OR c.level = 5 THEN 'personal'
        WHEN is_break_glass(o.account_name) AND c.person_id IS NULL THEN 'service'
        WHEN c.person_id IS NOT NULL OR k.any_kind = 'human' THEN 'human'
        WHEN s.is_foreign THEN 'external'
        ELSE 'unknown' END AS kind,
    CASE
        WHEN k.account_kind IS NOT NULL THEN k.kind_reason
        WHEN contains(lower(o.account_name), '#ext#') THEN 'a guest''s user name'
        WHEN s.is_free_mail THEN 'address of a free mail provider'
        WHEN c.level = 5 THEN 'address of none of our domains, in a person''s browser'
        WHEN is_break_glass(o.account_name) AND c.person_id IS NULL THEN 'break-glass account: for emergencies, nobody''s own'
        WHEN c.person_id IS NOT NULL THEN 'a person''s'
        WHEN k.any_kind = 'human' THEN 'so said by the directory'
        WHEN s.is_foreign THEN 'address of none of our domains'
        ELSE 'nothing tells' END AS kind_reason,
    c.link_method, c.link_confidence, o.first_seen_on, o.last_seen_on
FROM one AS o
LEFT JOIN chosen AS c USING (account_id)
LEFT JOIN shown AS s USING (account_id)
LEFT JOIN directory_kind AS k USING (account_id)
