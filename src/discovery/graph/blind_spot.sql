-- One row: a time in which a source tells nothing. Key: person_id, source, from_at. Read by scope and dossiers.
-- Times are those of the events, never of the files, so that how an export was cut does not show here.
--
-- A gap is five days or more without a single record of a log that otherwise tells on most days: exports that were not
-- taken in time. A lag is the time in which the newest records may still come.
WITH log AS (
    SELECT source || ' ' || system || CASE WHEN coalesce(instance, '') = '' THEN '' ELSE ' (' || instance || ')' END AS source,
        min(first_at) AS first_at, max(last_at) AS last_at
    FROM canonical.usage_known
    GROUP BY ALL
    UNION ALL
    SELECT 'charge ' || system || CASE WHEN instance = '' THEN '' ELSE ' (' || instance || ')' END,
        CAST(min(charged_on) AS TIMESTAMP), CAST(max(charged_on) AS TIMESTAMP)
    FROM canonical.charge
    GROUP BY ALL
    UNION ALL
    SELECT 'provisioning_event ' || system || CASE WHEN instance = '' THEN '' ELSE ' (' || instance || ')' END,
        min(observed_at), max(observed_at)
    FROM canonical.provisioning_event
    GROUP BY ALL
),
provisioning AS (
    SELECT DISTINCT 'provisioning_job' AS kind, system, instance FROM canonical.provisioning_job
    UNION ALL
    SELECT DISTINCT 'provisioning_event', system, instance FROM canonical.provisioning_event
),
idp AS (
    SELECT system, coalesce(instance, '') AS instance FROM canonical.usage_known
    WHERE source = 'sign_in' AND is_idp(system)
    UNION
    SELECT system, instance FROM canonical.directory_account WHERE is_idp(system)
),
list AS (
    SELECT DISTINCT 'directory_account' AS kind, system, instance FROM canonical.directory_account
    UNION ALL SELECT DISTINCT 'grant', system, instance FROM canonical.grant
    UNION ALL SELECT DISTINCT 'assignment', system, instance FROM canonical.assignment
    UNION ALL SELECT DISTINCT 'app_registration', system, instance FROM canonical.app_registration
),
aged AS (
    SELECT u.source, u.system, coalesce(u.instance, '') AS instance, u.first_at, k.whole_from
    FROM canonical.usage_month AS u
    JOIN (SELECT max(whole_from) AS whole_from FROM sources.retention WHERE what = 'events') AS k ON u.month < k.whole_from
),
day AS (
    SELECT m.source, m.system, m.instance, m.month + CAST(d.n AS INTEGER) AS day
    FROM (
        SELECT source, system, instance, active.month, bit_or(active.day_bits) AS day_bits
        FROM (
            SELECT source, system, coalesce(instance, '') AS instance, unnest(active_months) AS active
            FROM canonical.usage_known
        )
        GROUP BY ALL
    ) AS m
    JOIN range(31) AS d(n) ON m.day_bits & (1 << CAST(d.n AS INTEGER)) <> 0
),
gap AS (
    SELECT d.source, d.system, d.instance, d.day AS from_on, d.next_on AS to_on, f.retention_days,
        CAST($as_of AS DATE) - CAST(f.retention_days AS INTEGER) AS kept_from
    FROM (
        SELECT *, lead(day) OVER (PARTITION BY source, system, instance ORDER BY day) AS next_on,
            count(*) OVER (PARTITION BY source, system, instance) AS days,
            max(day) OVER (PARTITION BY source, system, instance) - min(day) OVER (PARTITION BY source, system, instance) AS length
        FROM day
    ) AS d
    LEFT JOIN graph.source_freshness AS f USING (source, system, instance)
    WHERE d.next_on - d.day > 5 AND d.days >= 10 AND d.days * 2 >= d.length - (d.next_on - d.day)
),
maybe AS (
    SELECT c.person_id, count(*) AS accounts,
        array_to_string(list_sort(list(a.account_name || ' in ' || a.system || ' (' || c.method || ')'))[:5], ', ') AS named
    FROM canonical.identity_candidate AS c JOIN canonical.account AS a USING (account_id)
    WHERE c.state = 'open'
    GROUP BY c.person_id
),
wanted(kind, meaning) AS (VALUES
    ('directory_account', 'its roster of users'), ('grant', 'its list of consents to apps'),
    ('assignment', 'its list of who is assigned to which app'), ('app_registration', 'its list of apps')
),
browsing AS (
    SELECT DISTINCT a.person_id
    FROM canonical.usage_known AS u JOIN canonical.account AS a ON a.system = u.system
        AND a.instance = coalesce(u.instance, '') AND a.identifier = u.identifier
    WHERE u.source = 'web_visit' AND a.person_id IS NOT NULL
)
SELECT NULL::VARCHAR AS person_id, source, NULL::TIMESTAMP AS from_at, first_at AS to_at,
    'nothing is known of the time before the first record' AS reason
FROM log
UNION ALL
SELECT NULL, source, last_at, NULL, 'nothing was recorded after the last record'
FROM log
WHERE CAST(last_at AS DATE) < $as_of
UNION ALL
SELECT NULL, source || ' ' || system || CASE WHEN instance = '' THEN '' ELSE ' (' || instance || ')' END,
    min(first_at), CAST(whole_from AS TIMESTAMP),
    'known by month: single records are kept from ' || whole_from || ' on, and older ones that come late are not read'
FROM aged
GROUP BY source, system, instance, whole_from
UNION ALL
SELECT NULL, w.kind || ' ' || i.system || CASE WHEN i.instance = '' THEN '' ELSE ' (' || i.instance || ')' END,
    NULL, NULL, i.system || ' delivered no record of ' || w.meaning
FROM idp AS i CROSS JOIN wanted AS w
ANTI JOIN list AS l ON l.kind = w.kind AND l.system = i.system AND l.instance = i.instance
UNION ALL
SELECT NULL, kind || ' ' || system || CASE WHEN instance = '' THEN '' ELSE ' (' || instance || ')' END
        || CASE WHEN mention = '' THEN '' ELSE ' ' || mention END,
    CAST(day AS TIMESTAMP), NULL,
    vanished_count || ' entries vanished at once from a list of ' || item_count || ': not believed, nothing was taken as gone'
FROM canonical.list_day
WHERE is_complete AND NOT is_believed AND day <= $as_of
UNION ALL
SELECT NULL, 'group_member ' || system || CASE WHEN instance = '' THEN '' ELSE ' (' || instance || ')' END, NULL, NULL,
    count(DISTINCT group_key) || ' groups are assigned to apps; who is in them is not known'
FROM canonical.assignment ANTI JOIN canonical.membership USING (system, instance, group_key)
WHERE principal_kind = 'group' AND ended_on IS NULL
GROUP BY system, instance
UNION ALL
SELECT NULL, w.kind || ' ' || p.system || CASE WHEN p.instance = '' THEN '' ELSE ' (' || p.instance || ')' END, NULL, NULL,
    w.meaning
FROM (SELECT DISTINCT system, instance FROM provisioning) AS p
CROSS JOIN (VALUES
    ('provisioning_job', 'its provisioning jobs were not read: whether they run and what they send is not known'),
    ('provisioning_event', 'its provisioning log was not read: what was sent downstream is not known')) AS w(kind, meaning)
ANTI JOIN provisioning AS l ON l.kind = w.kind AND l.system = p.system AND l.instance = p.instance
UNION ALL
SELECT NULL, 'web_visit', NULL, NULL, 'no browser data was read'
WHERE NOT EXISTS (FROM canonical.usage_known WHERE source = 'web_visit')
UNION ALL
SELECT p.person_id, 'web_visit', NULL, NULL, 'browsing of this person is switched off: ' || any_value(o.why)
FROM canonical.person AS p JOIN sources.browsing_off AS o USING (person_id)
GROUP BY p.person_id
UNION ALL
SELECT p.person_id, 'web_visit', NULL, NULL, 'no browser of this person was recorded'
FROM canonical.person AS p ANTI JOIN browsing AS b USING (person_id) ANTI JOIN sources.browsing_off AS o USING (person_id)
WHERE EXISTS (FROM canonical.usage_known WHERE source = 'web_visit')
UNION ALL
SELECT NULL, 'charge', NULL, NULL, 'no card or expense lines were read'
WHERE NOT EXISTS (FROM canonical.charge)
UNION ALL
SELECT NULL, 'app_account', NULL, NULL,
    'no user list was read of ' || count(*) FILTER (l.app_id IS NULL) || ' of ' || count(*) || ' apps in use'
FROM (SELECT DISTINCT app_id FROM graph.access) AS x
LEFT JOIN (SELECT DISTINCT app_id FROM graph.trace WHERE source = 'app_account' AND is_proof) AS l USING (app_id)
HAVING count(*) FILTER (l.app_id IS NULL) > 0
UNION ALL
SELECT NULL, source || ' ' || system || CASE WHEN instance = '' THEN '' ELSE ' (' || instance || ')' END,
    CAST(from_on + 1 AS TIMESTAMP), CAST(to_on AS TIMESTAMP),
    'no record in ' || (to_on - from_on - 1) || ' days, as if nothing had been exported'
        || CASE WHEN retention_days IS NULL THEN ''
            WHEN kept_from >= to_on THEN '; the system keeps ' || retention_days || ' days: they are lost'
            WHEN kept_from > from_on + 1 THEN '; the system keeps ' || retention_days || ' days: what is older than '
                || kept_from || ' is lost, the rest can still be exported'
            ELSE '; the system keeps ' || retention_days || ' days: they can still be exported' END
FROM gap
UNION ALL
SELECT NULL, source || ' ' || system || CASE WHEN instance = '' THEN '' ELSE ' (' || instance || ')' END,
    CAST(CAST($as_of AS DATE) + 1 AS TIMESTAMP) - to_hours(lag_hours), NULL,
    'records come up to ' || lag_hours || CASE lag_hours WHEN 1 THEN ' hour' ELSE ' hours' END || ' late: the newest may be missing'
FROM graph.source_freshness
WHERE lag_hours IS NOT NULL AND CAST(last_at AS DATE) >= CAST($as_of AS DATE) - 1
UNION ALL
SELECT m.person_id, 'account', NULL, NULL,
    m.accounts || ' account' || CASE WHEN m.accounts = 1 THEN ' that is linked to nobody may be this person''s: '
        ELSE 's that are linked to nobody may be this person''s: ' END || m.named
        || CASE WHEN m.accounts > 5 THEN ', …' ELSE '' END
FROM maybe AS m SEMI JOIN canonical.person AS p USING (person_id)
UNION ALL
SELECT p.person_id, 'directory_account', NULL, NULL, 'no account of this person in any identity provider is known'
FROM canonical.person AS p
ANTI JOIN (
    SELECT a.person_id FROM canonical.account AS a WHERE is_idp(a.system) AND a.person_id IS NOT NULL
) AS i USING (person_id)
WHERE EXISTS (FROM idp)
