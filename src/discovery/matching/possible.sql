-- One text that an app of the catalog may go by, or that may name one outside it. Key: line_no.
-- Read by discovery.matching.candidates, which reads and compares these texts alone; every text that could score
-- comes through, and few others. Relations: text_line (line_no, text, has_code), alias_key, app_domain; has_code: more
-- than the text is known, so that any web address may count. Binds: patterns of marks and of suffixes.
-- A name may begin at each of the first words, and behind a mark glued to the first. A strong or middling name of
-- four letters and more (is_open) may go on within a word; others end with a word or before a digit. A processor's own
-- name is no name before a star; a name that is cut or misspelled begins the text or stands behind a mark.
WITH folded AS MATERIALIZED (
    SELECT line_no, has_code, lower(text) AS folded, length(text) <> strlen(text) AS is_other_script FROM text_line
),

host AS (
    SELECT line_no, UNNEST(regexp_extract_all(folded, '[a-z0-9-]+(?:\.[a-z0-9-]+)+')) AS host
    FROM folded WHERE contains(folded, '.')
),

addressed AS (
    SELECT line_no, regexp_extract(host, '[a-z0-9-]+\.[a-z0-9-]+$') AS short,
        regexp_extract(host, '[a-z0-9-]+\.[a-z0-9-]+\.[a-z0-9-]+$') AS long
    FROM (
        SELECT line_no, host FROM host
        UNION ALL
        SELECT line_no, regexp_replace(host, $glued_marks, '') FROM host WHERE regexp_matches(host, $glued_marks)
        UNION ALL
        SELECT line_no, regexp_replace(host, $short_marks, '') FROM host WHERE regexp_matches(host, $short_marks)
    )
),

certain AS MATERIALIZED (
    SELECT line_no, folded, is_other_script OR NOT regexp_matches(folded, '[a-z0-9]')
        OR regexp_matches(folded, $own_marks)
        OR contains(folded, '.') AND (has_code AND regexp_matches(folded, '[a-z0-9]\.[a-z]')
            OR regexp_matches(folded, $suffixes)
            OR line_no IN (SELECT line_no FROM addressed JOIN app_domain
                ON left(domain, 4) = left(short, 4) AND starts_with(domain, short))
            OR line_no IN (SELECT line_no FROM addressed JOIN app_domain
                ON left(domain, 4) = left(long, 4) AND starts_with(domain, long)))
        AS is_possible
    FROM folded
),

token AS MATERIALIZED (
    SELECT line_no, contains(folded, '*') AS has_star, regexp_matches(folded, $marks) OR folded ~ '^(www|http).*' AS is_marked,
        regexp_extract_all(folded, '[a-z]+|[0-9]+') AS tokens, array_to_string(tokens, '') AS key
    FROM certain WHERE NOT is_possible
),

placed AS MATERIALIZED (
    SELECT line_no, has_star, is_marked, tokens, UNNEST(range(1, least(len(tokens), 9) + 1)) AS word_no
    FROM token
),

beginning AS MATERIALIZED (
    SELECT line_no, has_star AND word_no = 1 AS has_star, word_no = 1 OR is_marked AND word_no <= 6 AS is_first,
        tokens[word_no:word_no + 4] AS words, array_to_string(tokens[word_no:], '') AS key
    FROM placed
    UNION ALL
    SELECT line_no, false, true, NULL, regexp_replace(key, $glued_marks, '')
    FROM token WHERE regexp_matches(key, $glued_marks)
    UNION ALL
    SELECT line_no, false, true, NULL, regexp_replace(key, $short_marks, '')
    FROM token WHERE regexp_matches(key, $short_marks)
),

ended AS MATERIALIZED (
    SELECT line_no, has_star, words, a.key
    FROM beginning AS b JOIN alias_key AS a ON left(b.key, 3) = a.short_block
    WHERE NOT a.is_open AND NOT (a.is_mark AND b.has_star) AND starts_with(b.key, a.key)
)

SELECT line_no FROM certain WHERE is_possible
UNION
SELECT b.line_no
FROM beginning AS b
JOIN alias_key AS a ON left(b.key, 4) = a.block
WHERE a.is_open AND NOT (a.is_mark AND b.has_star) AND (starts_with(b.key, a.key)
    OR b.is_first AND a.kind = 'name' AND length(a.key) >= 8 AND length(b.key) >= 8
        AND (left(b.key, 8) = left(a.key, 8)
            OR damerau_levenshtein(left(b.key, length(a.key)), a.key) <= CASE WHEN left(b.key, 5) = left(a.key, 5)
                THEN 4 ELSE 2 END))
UNION
SELECT line_no FROM ended
WHERE words IS NULL OR key IN (words[1], array_to_string(words[1:2], ''), array_to_string(words[1:3], ''),
    array_to_string(words[1:4], ''), array_to_string(words[1:5], ''))
ORDER BY 1
