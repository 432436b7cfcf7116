-- One row: one identifier that one person may go by, and how strong the claim is.
-- Key: namespace, system, instance, identifier, person_id, kind. Read by canonical.person, canonical.account,
-- canonical.person_identifier. Reads the temporary table cardholder_map (settings: name or last four → e-mail).
--
-- Persons come from the source of truth. An account of another directory belongs to a person by employee id,
-- else by an address; what it is known by then is the person's too, in two rounds, so that an alias known to one
-- directory links the account of another. An identifier that two persons claim equally strongly links to none.
WITH directory AS MATERIALIZED (
    SELECT *, family_of(system) AS family,
        CASE WHEN contains(lower(account_name), '#ext#') THEN 'external'
            ELSE coalesce(account_kind, 'unknown') END AS shown_kind
    FROM canonical.directory_account
),
truth AS (
    SELECT coalesce(CAST($source_of_truth AS VARCHAR), CASE
        WHEN bool_or(family = 'hr') THEN 'hr'
        WHEN bool_or(family = 'entra') THEN 'entra'
        WHEN bool_or(family = 'okta') THEN 'okta'
        WHEN bool_or(family = 'google') THEN 'google'
        ELSE min(family) END) AS family
    FROM directory
),
person AS MATERIALIZED (
    SELECT d.*, left(sha256(concat_ws(chr(31), d.system, d.instance, lower(trim(
        CASE WHEN d.family = 'hr' THEN coalesce(nullif(d.employee_id, ''), d.identifier) ELSE d.identifier END)))), 32)
        AS person_id
    FROM directory AS d JOIN truth USING (family)
    WHERE d.shown_kind IN ('human', 'unknown')
),
other AS MATERIALIZED (
    SELECT d.* FROM directory AS d ANTI JOIN truth USING (family)
    WHERE d.shown_kind NOT IN ('shared', 'service')
),
address AS MATERIALIZED (
    SELECT DISTINCT system, instance, identifier, address_of(value) AS address, kind, strength
    FROM (
        SELECT system, instance, identifier, email AS value, 'email' AS kind, 2 AS strength FROM directory
        UNION ALL SELECT system, instance, identifier, lower(account_name), 'upn', 2 FROM directory
        UNION ALL SELECT system, instance, identifier, unnest(aliases), 'alias', 3 FROM directory
        UNION ALL SELECT system, instance, identifier, unnest(known_names), 'alias', 4 FROM directory
        UNION ALL SELECT u.system, u.instance, u.identifier, u.account_name, 'alias', 4
        FROM (SELECT DISTINCT system, coalesce(instance, '') AS instance, identifier, lower(account_name) AS account_name
            FROM canonical.usage WHERE contains(account_name, '@') AND day <= $as_of) AS u
        SEMI JOIN directory USING (system, instance, identifier)
    )
    WHERE address_of(value) IS NOT NULL
),
-- Round 0: what the source of truth says.
claim_0 AS MATERIALIZED (
    SELECT person_id, system, instance, identifier, 'source of truth' AS via FROM person
),
said_0 AS MATERIALIZED (
    SELECT 'address' AS namespace, address AS value, c.person_id, kind,
        CASE WHEN strength = 2 THEN 1 ELSE strength END AS strength, c.via
    FROM claim_0 AS c JOIN address USING (system, instance, identifier)
    UNION ALL
    SELECT 'employee_id', lower(trim(employee_id)), person_id, 'employee_id', 1, 'source of truth'
    FROM person WHERE nullif(trim(employee_id), '') IS NOT NULL
),
owner_0 AS MATERIALIZED (
    SELECT namespace, value, any_value(person_id) AS person_id
    FROM (FROM said_0 QUALIFY strength = min(strength) OVER (PARTITION BY namespace, value))
    GROUP BY ALL
    HAVING count(DISTINCT person_id) = 1
),
-- Round 1: accounts of other directories by employee id, else by an address.
hit_1 AS (
    SELECT o.system, o.instance, o.identifier, w.person_id, 'employee id' AS via, 1 AS level
    FROM other AS o JOIN owner_0 AS w ON w.namespace = 'employee_id' AND w.value = lower(trim(o.employee_id))
    UNION ALL
    SELECT o.system, o.instance, o.identifier, w.person_id, 'address', 2
    FROM other AS o JOIN address AS a USING (system, instance, identifier)
    JOIN owner_0 AS w ON w.namespace = 'address' AND w.value = a.address
),
link_1 AS MATERIALIZED (
    SELECT system, instance, identifier, any_value(person_id) AS person_id, any_value(via) AS via
    FROM (FROM hit_1 QUALIFY level = min(level) OVER (PARTITION BY system, instance, identifier))
    GROUP BY ALL
    HAVING count(DISTINCT person_id) = 1
),
said_1 AS MATERIALIZED (
    FROM said_0
    UNION ALL
    SELECT 'address', a.address, l.person_id, a.kind, a.strength, 'directory account by ' || l.via
    FROM link_1 AS l JOIN address AS a USING (system, instance, identifier)
),
owner_1 AS MATERIALIZED (
    SELECT namespace, value, any_value(person_id) AS person_id
    FROM (FROM said_1 QUALIFY strength = min(strength) OVER (PARTITION BY namespace, value))
    GROUP BY ALL
    HAVING count(DISTINCT person_id) = 1
),
-- Round 2: what is left, by addresses that only round 1 made known.
link_2 AS MATERIALIZED (
    SELECT o.system, o.instance, o.identifier, any_value(w.person_id) AS person_id, 'address' AS via
    FROM (FROM other ANTI JOIN link_1 USING (system, instance, identifier)) AS o
    JOIN address AS a USING (system, instance, identifier)
    JOIN owner_1 AS w ON w.namespace = 'address' AND w.value = a.address
    GROUP BY ALL
    HAVING count(DISTINCT w.person_id) = 1
),
said AS MATERIALIZED (
    SELECT namespace, '' AS system, '' AS instance, value AS identifier, person_id, kind, via, strength FROM said_1
    UNION ALL
    SELECT 'address', '', '', a.address, l.person_id, a.kind, 'directory account by ' || l.via, a.strength
    FROM link_2 AS l JOIN address AS a USING (system, instance, identifier)
    UNION ALL
    SELECT 'account_key', system, instance, identifier, person_id, 'account_key', via, 1
    FROM (FROM claim_0 UNION ALL BY NAME FROM link_1 UNION ALL BY NAME FROM link_2)
    UNION ALL
    SELECT 'name', '', '', lower(display_name), person_id, 'name', 'source of truth', 2
    FROM person WHERE display_name IS NOT NULL
    UNION ALL
    SELECT 'cardholder', '', '', unnest([name_form(display_name), name_words(display_name)[1][1] || ' '
        || name_words(display_name)[-1]]), person_id, 'card_name', 'name in the source of truth', 2
    FROM person WHERE name_form(display_name) IS NOT NULL
    UNION ALL
    SELECT 'cardholder', '', '', unnest(list_distinct([upper(m.holder), coalesce(name_form(m.holder), upper(m.holder))])),
        w.person_id, 'cardholder', 'cardholders in the settings', 1
    FROM cardholder_map AS m JOIN owner_1 AS w ON w.namespace = 'address' AND w.value = m.email
    WHERE NOT regexp_full_match(m.holder, '\d{4}')
    UNION ALL
    SELECT 'card', '', '', m.holder, w.person_id, 'cardholder', 'cardholders in the settings', 1
    FROM cardholder_map AS m JOIN owner_1 AS w ON w.namespace = 'address' AND w.value = m.email
    WHERE regexp_full_match(m.holder, '\d{4}')
),
best AS (
    SELECT namespace, system, instance, identifier, person_id, kind, min(strength) AS strength, min(via) AS via
    FROM said
    WHERE identifier IS NOT NULL AND identifier <> ''
    GROUP BY ALL
),
ranked AS (
    SELECT *, strength = min(strength) OVER same AS is_strongest
    FROM best
    WINDOW same AS (PARTITION BY namespace, system, instance, identifier)
)
SELECT namespace, system, instance, identifier, person_id, kind, via, CAST(strength AS BIGINT) AS strength,
    is_strongest AND min(person_id) FILTER (is_strongest) OVER same = max(person_id) FILTER (is_strongest) OVER same
        AS is_link
FROM ranked
WINDOW same AS (PARTITION BY namespace, system, instance, identifier)
