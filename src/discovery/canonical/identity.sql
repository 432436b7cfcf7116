-- One row: one identifier that one person may go by, and how strong the claim is.
-- Key: namespace, system, instance, identifier, person_id, kind. Read by canonical.person, canonical.account,
-- canonical.person_identifier. Reads the temporary table cardholder_map (settings: name or last four → e-mail).
--
-- Persons come from the source of truth. An account of another directory belongs to a person by employee id,
-- else by an address; what it is known by then is the person's too, in two rounds, so that an alias known to one
-- directory links the account of another. An identifier that two persons claim equally strongly links to none, unless
-- it was handed on: where each of its holders had left before the next was hired, from_on and to_on say whose it was.
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
registered AS MATERIALIZED (
    SELECT d.*, left(sha256(concat_ws(chr(31), d.system, d.instance, lower(trim(
        CASE WHEN d.family = 'hr' THEN coalesce(nullif(d.employee_id, ''), d.identifier) ELSE d.identifier END)))), 32)
        AS registered_id
    FROM directory AS d JOIN truth USING (family)
    -- HR lists people alone. In a directory an account for emergencies is nobody, and a machine's or a role's name is one
    -- unless the directory says otherwise.
    WHERE d.shown_kind IN ('human', 'unknown') AND (d.family = 'hr' OR NOT (
        is_break_glass(coalesce(d.account_name, d.email, d.display_name))
        OR d.shown_kind = 'unknown' AND coalesce(is_machine_name(address_of(coalesce(d.account_name, d.email)))
            OR is_role_name(address_of(coalesce(d.account_name, d.email))), false)))
),
-- Who came back under a new number: one address and name, each employment over before the next began, the last of
-- which has begun. They are one person, under the first number.
rehired AS MATERIALIZED (
    SELECT registered_id, person_id
    FROM (
        SELECT registered_id, first_value(registered_id) OVER in_turn AS person_id,
            coalesce(hired_on <= $as_of, false) AND coalesce(left_on < lead(hired_on) OVER in_turn,
                lead(hired_on) OVER in_turn IS NULL) AS is_in_turn
        FROM (
            SELECT registered_id, system, instance, min(lower(coalesce(email, account_name))) AS address,
                min(name_form(display_name)) AS form, min(hired_on) AS hired_on,
                CASE WHEN bool_and(left_on IS NOT NULL) THEN max(left_on) END AS left_on
            FROM registered
            GROUP BY ALL
        )
        WHERE address IS NOT NULL AND form IS NOT NULL
        WINDOW in_turn AS (PARTITION BY system, instance, address, form ORDER BY hired_on, registered_id)
    )
    QUALIFY bool_and(is_in_turn) OVER (PARTITION BY person_id)
),
person AS MATERIALIZED (
    SELECT d.* EXCLUDE (registered_id), coalesce(r.person_id, d.registered_id) AS person_id
    FROM registered AS d LEFT JOIN rehired AS r USING (registered_id)
),
other AS MATERIALIZED (
    SELECT d.* FROM directory AS d ANTI JOIN truth USING (family)
    WHERE d.shown_kind NOT IN ('shared', 'service')
),
employment AS MATERIALIZED (
    SELECT person_id, min(hired_on) AS hired_on, CASE WHEN bool_and(left_on IS NOT NULL) THEN max(left_on) END AS left_on
    FROM person
    GROUP BY ALL
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
            FROM canonical.usage_known WHERE contains(account_name, '@')) AS u
        SEMI JOIN directory USING (system, instance, identifier)
    )
    WHERE address_of(value) IS NOT NULL
),
former_name AS MATERIALIZED (
    SELECT DISTINCT system, coalesce(instance, '') AS instance, coalesce(account_key, lower(account_name)) AS identifier,
        display_name
    FROM lake.directory_account
    WHERE display_name IS NOT NULL AND coalesce(snapshot_on <= $as_of, true)
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
-- Addresses that were handed on: own addresses of several persons, each gone before the next came.
handed AS MATERIALIZED (
    SELECT value, person_id, CASE WHEN number > 1 THEN hired_on END AS from_on, next_on - 1 AS to_on
    FROM (
        SELECT s.value, s.person_id, e.hired_on,
            row_number() OVER in_turn AS number, lead(e.hired_on) OVER in_turn AS next_on,
            count(*) OVER of_one AS holders,
            bool_and(e.hired_on IS NOT NULL) OVER of_one AS is_dated,
            coalesce(e.left_on < lead(e.hired_on) OVER in_turn, lead(e.hired_on) OVER in_turn IS NULL) AS is_gone_before
        FROM (SELECT DISTINCT value, person_id FROM said_0 WHERE namespace = 'address' AND strength = 1) AS s
        JOIN employment AS e USING (person_id)
        WINDOW in_turn AS (PARTITION BY s.value ORDER BY e.hired_on, s.person_id), of_one AS (PARTITION BY s.value)
    )
    QUALIFY holders > 1 AND is_dated AND bool_and(is_gone_before) OVER (PARTITION BY value)
),
-- What the source of truth says of today: without former holders.
now_0 AS MATERIALIZED (
    FROM said_0 AS s ANTI JOIN (FROM handed WHERE to_on IS NOT NULL) AS h
        ON s.namespace = 'address' AND h.value = s.value AND h.person_id = s.person_id
),
owner_0 AS MATERIALIZED (
    SELECT namespace, value, any_value(person_id) AS person_id
    FROM (FROM now_0 QUALIFY strength = min(strength) OVER (PARTITION BY namespace, value))
    GROUP BY ALL
    HAVING count(DISTINCT person_id) = 1
),
-- Round 1: accounts of other directories by employee id, else by an address.
hit_1 AS (
    SELECT o.system, o.instance, o.identifier, w.person_id, 'employee id' AS via, 1 AS level
    FROM other AS o JOIN owner_0 AS w ON w.namespace = 'employee_id' AND w.value = lower(trim(o.employee_id))
    UNION ALL
    SELECT o.system, o.instance, o.identifier, coalesce(h.person_id, w.person_id), 'address', 2
    FROM other AS o JOIN address AS a USING (system, instance, identifier)
    JOIN owner_0 AS w ON w.namespace = 'address' AND w.value = a.address
    LEFT JOIN handed AS h ON h.value = a.address AND CAST(o.deleted_at AS DATE) <= h.to_on
        AND coalesce(CAST(o.deleted_at AS DATE) >= h.from_on, true)
),
link_1 AS MATERIALIZED (
    SELECT system, instance, identifier, any_value(person_id) AS person_id, any_value(via) AS via
    FROM (FROM hit_1 QUALIFY level = min(level) OVER (PARTITION BY system, instance, identifier))
    GROUP BY ALL
    HAVING count(DISTINCT person_id) = 1
),
said_1 AS MATERIALIZED (
    FROM now_0
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
former_form AS MATERIALIZED (
    SELECT DISTINCT person_id, form
    FROM (
        SELECT l.person_id, name_form(n.display_name) AS form
        FROM former_name AS n
        JOIN (FROM claim_0 UNION ALL BY NAME FROM link_1 UNION ALL BY NAME FROM link_2) AS l
            USING (system, instance, identifier)
        UNION
        SELECT person_id, name_form(regexp_extract(value, '^([a-z]+\.[a-z]+)\d*@', 1))
        FROM said_1 WHERE namespace = 'address' AND strength >= 3
    )
    WHERE form IS NOT NULL
),
said AS MATERIALIZED (
    SELECT namespace, '' AS system, '' AS instance, value AS identifier, person_id, kind, via, strength FROM said_1
    UNION ALL
    SELECT 'address', '', '', s.value, s.person_id, s.kind, s.via, s.strength
    FROM said_0 AS s JOIN handed AS h USING (value, person_id)
    WHERE s.namespace = 'address' AND h.to_on IS NOT NULL
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
    SELECT 'cardholder', '', '', form, person_id, 'card_name', 'name in the source of truth', 2
    FROM (SELECT person_id, name_form(display_name) AS form FROM person)
    UNION ALL
    -- Initials are unique only if they are nobody's by a former name either.
    SELECT 'cardholder', '', '', form[1] || ' ' || split_part(form, ' ', 2), person_id,
        CASE WHEN is_former THEN 'former_name' ELSE 'card_name' END, 'initial and name', 3
    FROM (SELECT person_id, name_form(display_name) AS form, false AS is_former FROM person
        UNION ALL SELECT person_id, form, true FROM former_form)
    UNION ALL
    -- Names that somebody went by before: of older lists, and as former addresses spell them.
    SELECT 'cardholder', '', '', form, person_id, 'former_name', 'former name', 4 FROM former_form
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
dated AS (
    SELECT b.*, h.from_on, h.to_on
    FROM best AS b LEFT JOIN handed AS h
        ON b.namespace = 'address' AND h.value = b.identifier AND h.person_id = b.person_id
),
ranked AS (
    SELECT *, strength = min(strength) FILTER (to_on IS NULL) OVER same AS is_strongest
    FROM dated
    WINDOW same AS (PARTITION BY namespace, system, instance, identifier)
)
SELECT namespace, system, instance, identifier, person_id, kind, via, CAST(strength AS BIGINT) AS strength,
    to_on IS NOT NULL OR is_strongest AND min(person_id) FILTER (is_strongest AND to_on IS NULL) OVER same
        = max(person_id) FILTER (is_strongest AND to_on IS NULL) OVER same AS is_link,
    from_on, to_on
FROM ranked
WINDOW same AS (PARTITION BY namespace, system, instance, identifier)
