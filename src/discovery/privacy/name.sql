-- One row: one way to say who one person is, in words, and how it was written, lower case. Key: form.
-- Read by privacy.forget, for looking through files and their names. Identifiers, names of today and of before, what stands
-- before the at sign; only what is nobody else's, and not what is so short that it stands in everything.
WITH said AS (
    SELECT person_id, unnest([identifier, account_name]) AS said FROM canonical.account WHERE person_id IS NOT NULL
    UNION ALL
    SELECT person_id, identifier FROM canonical.identity
    UNION ALL
    SELECT person_id, unnest([identifier, CASE WHEN contains(identifier, '@') THEN split_part(identifier, '@', 1) END])
    FROM canonical.person_identifier
    UNION ALL
    SELECT person_id, unnest([email, display_name]) FROM canonical.person
),
name AS (
    SELECT DISTINCT person_id, split_part(form, ' ', 1) AS first, split_part(form, ' ', 2) AS last
    FROM (
        SELECT person_id, lower(name_form(identifier)) AS form FROM canonical.identity
        WHERE namespace = 'name' OR kind = 'former_name'
    )
    WHERE regexp_matches(form, '^\S\S+ \S')
),
form AS (
    SELECT person_id, lower(trim(said)) AS said, trim(regexp_replace(lower(said), '[^\pL\pN]+', ' ', 'g')) AS form
    FROM said
    UNION ALL
    -- The other way round and in one word, as files, logins and devices have names.
    SELECT person_id, form, form
    FROM (
        SELECT person_id, unnest([last || ' ' || first, first || last, last || first, first[1] || last]) AS form FROM name
    )
)
SELECT form, list(DISTINCT said ORDER BY said) AS said
FROM form
GROUP BY form
HAVING count(DISTINCT person_id) = 1 AND any_value(person_id) = $person AND (
    length(form) >= $shortest
    OR (length(form) >= 5 AND contains(form, ' '))
    OR regexp_matches(form, '^(\pL+\pN|\pN+\pL)[\pL\pN]{3,}$')
)
ORDER BY form
