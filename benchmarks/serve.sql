-- A large graph, made by SQL: one SELECT per published table, after a line with its name. Read by serve.py.

-- table person
SELECT md5(p::VARCHAR) AS person_id, 'person' || p || '@example.com' AS email, 'Person ' || p AS display_name,
    CASE WHEN p % 50 = 0 THEN 'disabled' ELSE 'active' END AS status, 'Unit ' || p % 200 AS department, 'person'
    || p // 10 || '@example.com' AS manager_email, CASE WHEN p % 50 = 0 THEN DATE '2026-09-01' END AS left_on
FROM range($people) AS t(p);

-- table person_identifier
SELECT md5(p::VARCHAR) AS person_id, 'person' || p || '@example.com' AS identifier, 'email' AS kind
FROM range($people) AS t(p);

-- table account
SELECT md5(p || '/' || s) AS account_id, md5(p::VARCHAR) AS person_id, ['entra', 'push', 'okta'][s] AS system,
    'default' AS instance, 'id-' || p AS identifier, 'human' AS kind, 'address' AS link_method, 0.98 AS
    link_confidence, DATE '2026-01-01' AS first_seen_on, DATE '2026-09-30' AS last_seen_on, 'person' || p ||
    '@example.com' AS account_name
FROM range($people) AS t(p), range(1, 4) AS r(s)
UNION ALL BY NAME
SELECT md5('nobody/' || p) AS account_id, 'push' AS system, 'default' AS instance, 'nobody-' || p AS identifier,
    'external' AS kind, DATE '2026-09-30' AS last_seen_on
FROM range($people // 50) AS t(p);

-- table app
SELECT 'app-' || a AS app_id, 'App ' || a AS name, 'app' || a || '.example' AS domain, a % 3 = 0 AS in_catalog,
    'discovered' AS approval
FROM range($apps) AS t(a);

-- table access
SELECT w AS person_id, 'app-' || a AS app_id, DATE '2026-01-01' AS first_seen_on, DATE
    '2026-09-30' - CAST(a % 90 AS INTEGER) AS last_seen_on, [['sign_in', 'web_visit', 'charge', 'grant',
    'assignment', 'app_account'][a % 6 + 1]] AS sources, a % 500 AS event_count, a % 80 AS active_day_count,
    ['password'] AS methods, [md5(p || '/' || (a % 3 + 1))] AS accounts, []::VARCHAR[] AS grant_scopes, 0.9 AS
    confidence, CASE WHEN a % 4 = 0 THEN 'sso' ELSE 'shadow' END AS class, a % 3 = 0 AS survives_idp_disable,
    'manual' AS route, FALSE AS is_sole_user, FALSE AS is_payer, ['the app is not approved', 'signs in with a
    password'] AS reasons, a + 1 AS priority, 'Remove the account by hand.' AS action, []::VARCHAR[] AS handover
FROM edge;

-- table account_access
SELECT md5(p || '/' || (a % 3 + 1)) AS account_id, 'app-' || a AS app_id, w AS person_id, DATE
    '2026-09-30' AS last_seen_on, ['sign_in'] AS sources
FROM edge
UNION ALL BY NAME
SELECT md5('nobody/' || p) AS account_id, 'app-' || p % ($apps // 8) AS app_id, DATE '2026-09-30' AS last_seen_on,
    ['sign_in'] AS sources
FROM range($people // 50) AS t(p);

-- table deprovisioning
SELECT w AS person_id, 'app-' || a AS app_id, 'patch_inactive' AS event, 'yes' AS expected, TIMESTAMP
    '2026-09-01 09:00:00' AS observed_at, 'delivered' AS observed, 'delivered' AS state, 'the log shows it' AS reason
FROM edge
WHERE p % 50 = 0 AND a % 4 = 0;

-- table access_span
SELECT w AS person_id, 'app-' || a AS app_id, 'sign_in' AS source, DATE '2026-01-01' + CAST(a %
    200 AS INTEGER) AS from_on
FROM edge;

-- table evidence
SELECT w AS person_id, 'app-' || a AS app_id, ['sign_in', 'web_visit', 'charge', 'grant',
    'assignment', 'app_account'][a % 6 + 1] AS source, k AS kind, TIMESTAMP '2026-09-30 08:00:00' AS
    observed_at, 'signed in to App ' || a AS summary, 'file-1' AS file_id, md5(p || a || k) AS record
FROM edge, (VALUES ('last')) AS kinds(k);

-- table usage_month
SELECT w AS person_id, md5(p || '/' || (a % 3 + 1)) AS account_id, 'app-' || a AS app_id, 'NAME '
    || a AS mention, 'sign_in' AS source, DATE '2026-09-01' AS month, a % 500 AS event_count, a % 30 AS
    active_day_count
FROM edge;

-- table match
SELECT 'NAME ' || a AS mention, 'label' AS kind, 'app-' || a AS app_id, CASE WHEN a % 40 = 39 THEN 'review' ELSE
    'accept' END AS decision, 60.0 AS score, 'fuzzy name' AS method, 'machine' AS decided_by, 'alike' AS
    explanation
FROM range($apps) AS t(a);

-- table match_evidence
SELECT 'NAME ' || a AS mention, 'label' AS kind, 1 AS position, 'name' AS comparison, 'NAME' AS value_left,
    'App' AS value_right, 60.0 AS weight
FROM range($apps) AS t(a);

-- table not_access
SELECT md5((p % $people)::VARCHAR) AS person_id, 'SHOP ' || p % 5000 AS mention, 'charge' AS source, 3 AS
    event_count, DATE '2026-09-01' AS last_seen_on, 'no app of the company' AS reason
FROM range(3 * $people) AS t(p);

-- table finding
SELECT md5('f' || p) AS finding_id, ['activity_after_leaving', 'unlinked_account'][p % 2 + 1] AS rule, ['high',
    'medium', 'low'][p % 3 + 1] AS severity, md5(p::VARCHAR) AS person_id, 'app-' || p % $apps AS app_id,
    TIMESTAMP '2026-09-30 08:00:00' AS observed_at, 'was seen after leaving' AS summary, ['SOC 2 CC6.2'] AS
    controls
FROM range($people) AS t(p);

-- table blind_spot
SELECT CASE WHEN p < $people THEN md5(p::VARCHAR) END AS person_id, 'web_visit' AS source, 'no browser of this
    person was recorded' AS reason
FROM range($people + 20) AS t(p);

-- table source_file
SELECT 'file-' || f AS file_id, md5(f::VARCHAR) AS file_sha256, 'entra/signIns_' || f || '.json' AS file_name,
    'default' AS instance, ['sign_in'] AS kinds, 'entra_sign_in' AS format, 'loaded' AS state, 1000 AS
    rows_read, 1000 AS rows_loaded, 0 AS rows_duplicate, 0 AS rows_ignored, 0 AS rows_quarantined, TIMESTAMP
    '2026-09-30 08:00:00' AS window_to, 'entra' AS system
FROM range(10000) AS t(f);

-- table app_summary
SELECT x.app_id, any_value(w.name) AS name, mode(x.class) AS class, 'discovered' AS approval, count(*) AS
    person_count, count(*) AS active_person_count, count(*) // 50 AS leaver_count, any_value(x.sources) AS
    sources, min(x.first_seen_on) AS first_seen_on, max(x.last_seen_on) AS last_seen_on
FROM access AS x
JOIN app AS w USING (app_id)
GROUP BY x.app_id;

-- table person_summary
SELECT p.person_id, p.email, p.status, p.left_on, count(*) AS app_count, count(*) FILTER (x.class = 'shadow') AS
    shadow_count, count(*) FILTER (x.survives_idp_disable) AS survives_count, 0 AS unknown_count, count(*) AS
    manual_count
FROM access AS x
JOIN person AS p USING (person_id)
GROUP BY ALL;

-- table run
SELECT 'large' AS run_id, DATE '2026-09-30' AS as_of, TIMESTAMP '2026-09-30 02:30:00' AS started_at, 1 AS
    schema_version, repeat('c', 64) AS content_hash, repeat('d', 64) AS provenance_hash;
