-- One pair of a text's key and an alias key that may be the same name. Key: line_no, form, alias_no.
-- Blocked on the first three characters; read by discovery.matching.candidates.
-- relation: full (equal), prefix (the text goes on), cut (the text stops within the name), near (similar length).
-- A name that does not begin the text must be a strong one. Of near keys the distance is measured afterwards; most are
-- far and are seen here: an edit of one of eight letters and more, the first four being equal, leaves the fifth or the
-- last two as they are, and the last or the first six.
SELECT l.line_no, l.form, a.alias_no,
       CASE WHEN l.key = a.key THEN 'full'
            WHEN starts_with(l.key, a.key) THEN 'prefix'
            WHEN starts_with(a.key, l.key) THEN 'cut'
            ELSE 'near' END AS relation,
       l.key AS line_key, a.key AS alias_key
FROM line_key l
JOIN alias_key a ON l.block = a.block
WHERE (l.form <> 'name' AND starts_with(l.key, a.key)
       AND (NOT starts_with(l.form, 'inner') OR a.kind = 'name' AND a.strength = 's' AND length(a.key) >= 5))
   OR (l.form = 'name' AND a.kind = 'name' AND a.strength <> 'c' AND length(l.key) >= 8
       AND (starts_with(a.key, l.key) AND length(l.key) >= 0.6 * length(a.key) AND l.key <> a.key
            OR left(l.key, 4) = left(a.key, 4) AND abs(length(l.key) - length(a.key)) <= 2 AND length(a.key) >= 8
               AND NOT starts_with(l.key, a.key)
               AND (substr(l.key, 5, 1) = substr(a.key, 5, 1) OR right(l.key, 2) = right(a.key, 2))
               AND (right(l.key, 1) = right(a.key, 1) OR left(l.key, 6) = left(a.key, 6))))
ORDER BY l.line_no, l.form, a.alias_no
