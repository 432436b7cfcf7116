-- One row: one source of one app, and whether it alone found it. Key: app_id, source, system.
-- Read by graph.coverage, graph.source_coverage and people who ask what a source is worth.
--
-- family: sources that find apps together, as one occasion of the estimate: what the identity provider knows, what
-- browsers show, what money pays for. An app's own list is delivered because the app is known: it finds nothing.
WITH proof AS (
    SELECT app_id, source, system, holder, CASE WHEN holder <> account_id THEN holder END AS person_id, first_at
    FROM graph.trace
    WHERE is_proof
),
browser AS (
    -- What shows visits, or logins to several apps without being an identity provider: an extension or a proxy.
    SELECT system
    FROM proof
    WHERE source IN ('sign_in', 'web_visit') AND NOT is_idp(system)
    GROUP BY system
    HAVING bool_or(source = 'web_visit') OR count(DISTINCT app_id) >= 2
),
grouped AS (
    SELECT app_id, source, system, count(DISTINCT person_id) AS person_count, min(CAST(first_at AS DATE)) AS first_seen_on,
        CASE WHEN source = 'charge' THEN 'money'
            WHEN source IN ('sign_in', 'grant', 'assignment') AND is_idp(system) THEN 'identity provider'
            WHEN source = 'web_visit' OR source IN ('sign_in', 'app_account') AND system IN (SELECT system FROM browser)
                THEN 'browser' END AS family
    FROM proof
    GROUP BY ALL
)
SELECT app_id, source, system, family, person_count, first_seen_on,
    count(*) OVER (PARTITION BY app_id) = 1 AS is_alone,
    family IS NOT NULL AND min(family) OVER (PARTITION BY app_id) = max(family) OVER (PARTITION BY app_id) AS is_family_alone
FROM grouped
