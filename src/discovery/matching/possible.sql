-- One text that an app of the catalog may go by, or that may name one outside it. Key: line_no.
-- Read by discovery.matching.candidates, which reads and compares these texts alone; every text that could score
-- comes through, and few others. Relations: text_line (line_no, text, has_code), alias_key, app_domain; has_code: more
-- than the text is known, so that any web address may count. Binds: patterns of marks and of suffixes.
-- Behind the first words only a strong name of five letters and more may begin (is_inner), unless a star, an article or
-- a code stands in front (is_any). A name may begin at each of the first words, and behind a mark or its own short form glued to the first; so may a
-- word of makers of software stand anywhere. A strong or middling name of
-- four letters and more (is_open) may go on within a word; others end with a word or before a digit. A processor's own
-- name is no name before a star; a name that is cut or misspelled begins the text or stands behind a mark. CASE stands
-- where AND would: of a condition in a projection the engine works out all parts, for each row.
WITH folded AS MATERIALIZED (
    SELECT line_no, has_code, length(text) <> strlen(text) AS is_other_script,
        if(contains(lower(text), 'www'), regexp_replace(lower(text), 'www([a-z0-9])', '\1', 'g'), lower(text)) AS folded
    FROM text_line
),

host AS (
    SELECT line_no, UNNEST(regexp_extract_all(folded, '[a-z0-9-]+(?:\.[a-z0-9-]+)+')) AS host
    FROM folded WHERE contains(folded, '.')
),

addressed AS MATERIALIZED (
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
        OR regexp_matches(folded, $certain)
        OR CASE WHEN contains(folded, '.')
            THEN regexp_matches(folded, $suffixes) OR has_code AND regexp_matches(folded, '[a-z0-9]\.[a-z]')
            ELSE false END AS is_possible
    FROM folded
),

token AS MATERIALIZED (
    SELECT line_no, contains(folded, '*') AS has_star,
        contains(folded, '*') OR regexp_matches(folded, '^the |^[^ ]*[0-9]') AS is_loose,
        CASE WHEN mark <> '' THEN regexp_matches(folded, $stars) ELSE false END AS is_starred,
        CASE WHEN mark = '' THEN if(folded ~ '^(www|http).*', 3, 1) WHEN regexp_matches(folded, $rails) THEN 6
            ELSE len(regexp_extract_all(mark, '[a-z]+|[0-9]+')) + 1 END AS first_words,
        regexp_extract_all(folded, '[a-z]+|[0-9]+') AS tokens, array_to_string(tokens, '') AS key
    FROM (SELECT line_no, folded, regexp_extract(folded, $marks) AS mark FROM certain WHERE NOT is_possible)
),

placed AS MATERIALIZED (
    SELECT line_no, has_star, is_loose, is_starred, first_words, tokens, UNNEST(range(1, least(len(tokens), 9) + 1)) AS word_no
    FROM token
),

beginning AS MATERIALIZED (
    SELECT line_no, has_star AND word_no = 1 AS has_star, word_no <= first_words AND NOT (word_no = 1 AND is_starred) AS is_first,
        is_loose OR word_no <= first_words AS is_any, word_no, array_to_string(tokens[word_no:], '') AS key
    FROM placed
    UNION ALL
    SELECT line_no, false, true, true, NULL, regexp_replace(key, $glued_marks, '')
    FROM token WHERE regexp_matches(key, $glued_marks)
    UNION ALL
    SELECT line_no, false, true, true, NULL, regexp_replace(key, $short_marks, '')
    FROM token WHERE regexp_matches(key, $short_marks)
    UNION ALL
    SELECT line_no, false, true, true, NULL, substr(key, 4) FROM token WHERE left(key, 1) = substr(key, 4, 1) AND length(key) >= 8
),

begun AS MATERIALIZED (
    SELECT line_no, word_no, a.key
    FROM beginning AS b JOIN alias_key AS a ON left(b.key, 3) = a.short_block
    WHERE b.is_any AND NOT a.is_open AND NOT (a.is_mark AND b.has_star) AND starts_with(b.key, a.key)
),

ended AS (
    SELECT line_no, begun.key, tokens[word_no:word_no + 4] AS words
    FROM token JOIN begun USING (line_no) WHERE word_no IS NOT NULL
),

long_name AS (
    SELECT key AS name, length(key) AS size, long_block, block, substr(key, 5, 1) AS fifth, substr(key, 6, 1) AS sixth,
        substr(key, 6, 3) AS sixth_on, substr(key, 5, 3) AS fifth_on
    FROM alias_key WHERE is_open AND long_block IS NOT NULL
),

long_beginning AS (
    SELECT line_no, key, left(key, 8) AS long_block, left(key, 4) AS block, substr(key, 5, 1) AS fifth,
        substr(key, 6, 1) AS sixth, substr(key, 6, 3) AS sixth_on, substr(key, 5, 3) AS fifth_on
    FROM beginning WHERE is_first AND length(key) >= 8
),

near AS MATERIALIZED (
    SELECT b.line_no, b.key, name, size, b.long_block = n.long_block AS is_near
    FROM long_beginning AS b
    JOIN long_name AS n ON b.block = n.block
    WHERE b.fifth = n.fifth OR b.sixth_on = n.sixth_on OR b.sixth_on = n.fifth_on OR b.fifth_on = n.sixth_on
        OR b.fifth = n.sixth AND b.sixth = n.fifth
)

SELECT line_no FROM certain WHERE is_possible
UNION
SELECT line_no FROM addressed JOIN app_domain ON left(domain, 4) = left(short, 4) AND starts_with(domain, short)
UNION
SELECT line_no FROM addressed JOIN app_domain ON left(domain, 4) = left(long, 4) AND starts_with(domain, long)
UNION
SELECT line_no
FROM beginning AS b JOIN alias_key AS a ON left(b.key, 4) = a.block
WHERE b.is_any AND a.is_open AND NOT (a.is_mark AND b.has_star) AND starts_with(b.key, a.key)
UNION
SELECT line_no
FROM beginning AS b JOIN alias_key AS a ON left(b.key, 4) = a.block
WHERE NOT b.is_any AND a.is_inner AND starts_with(b.key, a.key)
UNION
SELECT line_no FROM near WHERE is_near OR jaro_winkler_similarity(left(key, size), name) >= 0.88
    AND damerau_levenshtein(left(key, size), name) <= 4
UNION
SELECT line_no FROM begun WHERE word_no IS NULL
UNION
SELECT line_no FROM ended
WHERE key IN (words[1], array_to_string(words[1:2], ''), array_to_string(words[1:3], ''),
    array_to_string(words[1:4], ''), array_to_string(words[1:5], ''))
ORDER BY 1
