-- One row: a time in which one source shows one person's access to one app. Key: person_id, app_id, source, from_on.
-- Read by access_as_of. Overlapping and adjoining times are one. Use proves presence, never its end: sign-ins, visits
-- and charges leave to_on NULL; lists and grants end by revocation, removal, absence or the app's own word.
WITH shown AS (
    SELECT person_id, app_id, source, from_on, coalesce(ended_on, DATE '9999-12-31') AS to_on, end_reason
    FROM graph.trace
    WHERE is_proof AND person_id IS NOT NULL AND from_on IS NOT NULL AND coalesce(ended_on >= from_on, true)
),
marked AS (
    SELECT *,
        coalesce(from_on > 1 + max(to_on) OVER (PARTITION BY person_id, app_id, source ORDER BY from_on, to_on
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS is_new
    FROM (SELECT * REPLACE (least(to_on, DATE '9999-12-30') AS to_on) FROM shown)
),
numbered AS (
    SELECT *, count(*) FILTER (is_new) OVER (PARTITION BY person_id, app_id, source ORDER BY from_on, to_on
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number
    FROM marked
)
SELECT person_id, app_id, source, min(from_on) AS from_on, nullif(max(to_on), DATE '9999-12-30') AS to_on,
    CASE WHEN max(to_on) < DATE '9999-12-30' THEN arg_max(end_reason, (to_on, end_reason)) END AS end_reason
FROM numbered
GROUP BY person_id, app_id, source, number
