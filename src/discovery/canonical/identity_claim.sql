-- One row: one way in which one account may be one person's, and how sure it is. Key: account_id, person_id, method.
-- Read by canonical.account (which links by the strongest level that names exactly one person) and
-- canonical.identity_candidate. Reads the temporary tables free_mail and identity_decision.
--
-- Levels, strongest first: 0 somebody decided so; 1 the directory account itself; 2 an address of the person; 3 the same
-- address with a tag, or a card of the settings or seen beside an address; 4 the card holder's name, only where one
-- person has it; 5 the browser that also shows a work address of one person (private addresses only); 6 the name before
-- the at sign in another of our domains; 7 a login, a device or a display name that spells one person's name.
-- Each is said with its confidence; below the threshold of the settings it is a candidate for the review queue and links nothing.
WITH one AS MATERIALIZED (FROM canonical.account_seen),
address AS MATERIALIZED (
    SELECT account_id, address_of(account_name) AS address FROM one WHERE address_of(account_name) IS NOT NULL
    UNION
    SELECT account_id, address_of(identifier) FROM one WHERE address_of(identifier) IS NOT NULL
),
link AS MATERIALIZED (SELECT * FROM canonical.identity WHERE is_link),
domain AS MATERIALIZED (
    SELECT lower(unnest($domains::VARCHAR[])) AS domain
    UNION
    SELECT split_part(identifier, '@', 2) FROM link
    WHERE namespace = 'address' AND strength <= 2 AND split_part(identifier, '@', 2) NOT IN (SELECT domain FROM free_mail)
),
impersonal AS MATERIALIZED (
    -- Addresses of mailboxes and machines that the directory knows: never somebody's by their name.
    SELECT DISTINCT unnest([address_of(account_name), lower(email)]) AS address
    FROM canonical.directory_account WHERE account_kind IN ('shared', 'service', 'external')
),
paid AS MATERIALIZED (
    SELECT o.account_id, c.cardholder, c.card, c.holder_form, c.account_name
    FROM canonical.charge AS c JOIN one AS o USING (system, instance, identifier)
    GROUP BY ALL
),
strong AS MATERIALIZED (
    SELECT o.account_id, i.person_id, 1 AS level, i.via AS method, 1.0::DOUBLE AS confidence
    FROM one AS o JOIN link AS i ON i.namespace = 'account_key'
        AND (i.system, i.instance, i.identifier) = (o.system, o.instance, o.identifier)
    UNION ALL
    SELECT a.account_id, i.person_id, 2,
        CASE WHEN i.from_on IS NOT NULL OR i.to_on IS NOT NULL THEN 'address, whose it was at that time'
            ELSE CASE i.strength WHEN 3 THEN 'alias' WHEN 4 THEN 'former address' ELSE 'address' END END,
        CASE WHEN i.from_on IS NOT NULL OR i.to_on IS NOT NULL THEN 0.9
            ELSE CASE i.strength WHEN 4 THEN 0.9 WHEN 3 THEN 0.95 ELSE 0.98 END END
    FROM address AS a JOIN one AS o USING (account_id)
    JOIN link AS i ON i.namespace = 'address' AND i.identifier = a.address
        AND coalesce(o.first_seen_on >= i.from_on, true) AND coalesce(o.last_seen_on <= i.to_on, true)
    UNION ALL
    SELECT a.account_id, i.person_id, 3, 'address with a tag', 0.93
    FROM address AS a JOIN link AS i ON contains(a.address, '+') AND i.namespace = 'address' AND i.to_on IS NULL
        AND i.from_on IS NULL AND i.identifier = regexp_replace(a.address, '\+[^@]*@', '@')
    UNION ALL
    SELECT p.account_id, i.person_id, 3, 'card in the settings', 0.95
    FROM paid AS p JOIN link AS i ON i.namespace = 'card' AND i.identifier = right(p.card, 4)
),
-- A card that other lines show beside an address, with the same holder's name where both have one.
carried AS (
    SELECT p.card, any_value(s.person_id) AS person_id, list(DISTINCT p.holder_form) AS forms
    FROM paid AS p JOIN strong AS s USING (account_id)
    WHERE p.card IS NOT NULL AND s.level <= 2
    GROUP BY p.card
    HAVING count(DISTINCT s.person_id) = 1
),
direct AS MATERIALIZED (
    FROM strong
    UNION ALL
    SELECT p.account_id, c.person_id, 3, 'card seen beside an address', 0.85
    FROM paid AS p JOIN carried AS c USING (card)
    WHERE p.account_name IS NULL AND p.holder_form IS NOT NULL AND list_contains(c.forms, p.holder_form)
    UNION ALL
    SELECT p.account_id, i.person_id, 4,
        CASE WHEN i.strength = 1 THEN 'card holder in the settings' WHEN i.kind = 'former_name' THEN 'unique former name'
            WHEN regexp_matches(i.identifier, '^\S ') THEN 'unique card holder initials'
            ELSE 'unique card holder name' END,
        CASE WHEN i.strength = 1 THEN 0.95 WHEN i.kind = 'former_name' OR regexp_matches(i.identifier, '^\S ') THEN 0.7
            ELSE 0.8 END
    FROM (SELECT account_id, unnest(list_distinct([upper(trim(cardholder)), holder_form])) AS form FROM paid) AS p
    JOIN link AS i ON i.namespace = 'cardholder' AND i.identifier = p.form
),
holder AS MATERIALIZED (
    SELECT DISTINCT o.account_id, u.system, u.instance, u.holder_key
    FROM (SELECT DISTINCT system, coalesce(instance, '') AS instance, identifier, holder_key FROM canonical.usage_known
        WHERE holder_key IS NOT NULL) AS u
    JOIN one AS o USING (system, instance, identifier)
),
browser AS (
    SELECT h.system, h.instance, h.holder_key, any_value(d.person_id) AS person_id
    FROM holder AS h JOIN (FROM direct WHERE level <= 2) AS d USING (account_id)
    GROUP BY ALL
    HAVING count(DISTINCT d.person_id) = 1
),
outside AS MATERIALIZED (
    SELECT account_id
    FROM address
    GROUP BY ALL
    HAVING NOT bool_or(split_part(address, '@', 2) IN (SELECT domain FROM domain))
        AND NOT bool_or(address IN (SELECT address FROM impersonal WHERE address IS NOT NULL))
),
own_name AS MATERIALIZED (
    -- How a person's own work addresses begin; only what is one person's.
    SELECT split_part(identifier, '@', 1) AS name, any_value(person_id) AS person_id
    FROM link
    WHERE namespace = 'address' AND strength <= 2 AND to_on IS NULL
        AND split_part(identifier, '@', 2) IN (SELECT domain FROM domain)
    GROUP BY ALL
    HAVING count(DISTINCT person_id) = 1
),
named AS MATERIALIZED (
    SELECT person_id, lower(form) AS form
    FROM (SELECT person_id, name_form(identifier) AS form FROM link WHERE namespace = 'name')
    WHERE form IS NOT NULL
),
spelled AS MATERIALIZED (
    -- First and last name in one word, in both orders, as private addresses, logins and devices spell them.
    SELECT word, any_value(person_id) AS person_id
    FROM (
        SELECT person_id, unnest([first || last, last || first, first[1] || last]) AS word
        FROM (SELECT person_id, split_part(form, ' ', 1) AS first, split_part(form, ' ', 2) AS last FROM named)
    )
    WHERE length(word) >= 5
    GROUP BY word
    HAVING count(DISTINCT person_id) = 1
),
login AS MATERIALIZED (
    SELECT account_id, lower(regexp_replace(account_name, '^[^\\]*\\', '')) AS login,
        contains(account_name, '\') AS has_domain
    FROM one
    WHERE NOT contains(account_name, '@') AND account_id NOT IN (SELECT account_id FROM paid)
),
login_word AS (
    SELECT DISTINCT account_id, unnest(string_split(regexp_replace(login, '[^a-z]+', ' ', 'g'), ' ')
        || [regexp_replace(login, '[^a-z]+', '', 'g')]) AS word
    FROM login
),
listed AS (
    SELECT o.account_id, lower(name_form(u.display_name)) AS form
    FROM canonical.app_account AS u JOIN one AS o USING (system, instance, identifier)
    WHERE (address_of(u.account_name) IS NULL OR o.account_id IN (SELECT account_id FROM outside))
),
found AS (
    FROM direct
    UNION ALL
    SELECT h.account_id, b.person_id, 5, 'same browser', 0.8
    FROM holder AS h JOIN browser AS b USING (system, instance, holder_key)
    SEMI JOIN outside AS s USING (account_id)
    UNION ALL
    SELECT a.account_id, n.person_id, 6, 'same name in another of our domains',
        CASE WHEN regexp_matches(n.name, '[._-]') THEN 0.8 ELSE 0.6 END
    FROM address AS a JOIN own_name AS n ON n.name = regexp_replace(split_part(a.address, '@', 1), '\+.*$', '')
    WHERE split_part(a.address, '@', 2) IN (SELECT domain FROM domain)
        AND a.address NOT IN (SELECT address FROM impersonal WHERE address IS NOT NULL)
    UNION ALL
    SELECT l.account_id, n.person_id, 7, 'login of that name', CASE WHEN l.has_domain THEN 0.75 ELSE 0.6 END
    FROM login AS l JOIN own_name AS n ON n.name = l.login
    UNION ALL
    SELECT l.account_id, s.person_id, 7, 'device or login that spells the name', 0.5
    FROM login_word AS l JOIN spelled AS s USING (word)
    UNION ALL
    SELECT a.account_id, s.person_id, 7, 'private address that spells the name', 0.5
    FROM address AS a SEMI JOIN outside AS o USING (account_id)
    JOIN spelled AS s ON s.word = regexp_replace(split_part(a.address, '@', 1), '[^a-z]+', '', 'g')
    UNION ALL
    SELECT l.account_id, any_value(n.person_id), 7, 'name on the app''s own list', 0.6
    FROM listed AS l JOIN named AS n USING (form)
    GROUP BY l.account_id
    HAVING count(DISTINCT n.person_id) = 1
    UNION ALL
    SELECT d.account_id, d.person_id, 0, 'decided by ' || d.decided_by, 1.0
    FROM identity_decision AS d SEMI JOIN one AS o USING (account_id)
    WHERE d.action = 'accept'
)
SELECT f.account_id, f.person_id, CAST(min(f.level) AS BIGINT) AS level, f.method, max(f.confidence) AS confidence,
    bool_or(r.account_id IS NOT NULL) AS is_rejected
FROM found AS f LEFT JOIN (FROM identity_decision WHERE action = 'reject') AS r USING (account_id, person_id)
GROUP BY f.account_id, f.person_id, f.method
