-- One row: how many apps (or accesses) remain unseen, at least, by what several sources saw in common. Key: subject.
-- Read by reports; docs/graph.md says what the estimate assumes and why it is a lower bound.
--
-- Chao's estimator for incidence (Chao 1987): with m families of sources, q1 apps found by one of them only, q2 by two,
-- unseen >= (m−1)/m × q1² / 2q2, with its bias-corrected form where q2 = 0; interval of 95 % by the logarithmic
-- transformation. With fewer than two families nothing can be said: NULL, and why. Nor where the formula gives more
-- accesses than persons times apps: then the families have too little in common to tell.
WITH found AS (
    SELECT DISTINCT 'app' AS subject, app_id AS item, family FROM graph.app_source WHERE family IS NOT NULL
    UNION ALL
    SELECT DISTINCT 'access', t.person_id || chr(31) || t.app_id, s.family
    FROM graph.trace AS t JOIN graph.app_source AS s ON s.app_id = t.app_id AND s.source = t.source AND s.system = t.system
    WHERE t.is_proof AND t.person_id IS NOT NULL AND s.family IS NOT NULL
),
counted AS (SELECT subject, item, count(*) AS times FROM found GROUP BY ALL),
total AS (
    SELECT w.subject, coalesce(any_value(f.families), 0) AS m, count(c.item) AS seen,
        count(*) FILTER (c.times = 1) AS q1, count(*) FILTER (c.times = 2) AS q2
    FROM (VALUES ('app'), ('access')) AS w(subject)
    LEFT JOIN counted AS c USING (subject)
    LEFT JOIN (SELECT subject, count(DISTINCT family) AS families FROM found GROUP BY ALL) AS f USING (subject)
    GROUP BY w.subject
),
estimated AS (
    SELECT *, (m - 1) / m AS a,
        CASE WHEN m < 2 THEN NULL WHEN q2 > 0 THEN (m - 1) / m * q1 * q1 / (2 * q2)
            ELSE (m - 1) / m * q1 * (q1 - 1) / 2 END AS unseen
    FROM total
),
spread AS (
    SELECT *,
        CASE WHEN m < 2 THEN NULL
            WHEN q2 > 0 THEN q2 * (a / 2 * (q1 / q2) ** 2 + a * a * (q1 / q2) ** 3 + a * a / 4 * (q1 / q2) ** 4)
            ELSE a * q1 * (q1 - 1) / 2 + a * a * q1 * (2 * q1 - 1) ** 2 / 4 - a * a * q1 ** 4 / (4 * (seen + unseen)) END
            AS variance
    FROM estimated
),
ranged AS (
    SELECT *, m >= 2 AND NOT (subject = 'access' AND unseen > 0 AND seen + unseen > (SELECT count(*) FROM canonical.person)
            * (SELECT seen + coalesce(unseen, 0) FROM estimated WHERE subject = 'app')) AS is_told,
        CASE WHEN unseen > 0 THEN exp(1.96 * sqrt(ln(1 + greatest(variance, 0) / (unseen * unseen)))) END AS k
    FROM spread
)
SELECT subject, CAST(m AS BIGINT) AS family_count, CAST(seen AS BIGINT) AS observed_count, CAST(q1 AS BIGINT) AS once_count,
    CAST(q2 AS BIGINT) AS twice_count,
    CASE WHEN is_told THEN round(CAST(seen + unseen AS DOUBLE), 1) END AS estimate,
    CASE WHEN is_told THEN round(CAST(seen + CASE WHEN unseen > 0 THEN unseen / k ELSE 0 END AS DOUBLE), 1) END AS lower_bound,
    CASE WHEN is_told THEN round(CAST(seen + CASE WHEN unseen > 0 THEN unseen * k ELSE 0 END AS DOUBLE), 1) END AS upper_bound,
    CASE WHEN m < 2 THEN 'not known: it takes two families of sources (identity provider, browser, money); there is '
            || CASE m WHEN 0 THEN 'none' ELSE 'one' END
        WHEN NOT is_told THEN 'not known: the ' || m || ' families of sources have too little in common (the formula gives '
            || 'more than all persons with all apps)'
        WHEN unseen < 0.05 THEN 'no sign of unseen ones in what ' || m || ' families of sources have in common'
        ELSE 'at least ' || CAST(round(unseen) AS BIGINT) || ' more, by what ' || m || ' families of sources have in common'
        END AS reason
FROM ranged
