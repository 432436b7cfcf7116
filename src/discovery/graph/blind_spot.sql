-- One row: a time in which a source tells nothing. Key: person_id, source, from_at. Read by scope and dossiers.
-- Times are those of the events, never of the files, so that how an export was cut does not show here.
WITH log AS (
    SELECT source || ' ' || system || CASE WHEN coalesce(instance, '') = '' THEN '' ELSE ' (' || instance || ')' END AS source,
        min(first_at) AS first_at, max(last_at) AS last_at
    FROM canonical.usage WHERE day <= $as_of
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
    SELECT system, coalesce(instance, '') AS instance FROM canonical.usage
    WHERE source = 'sign_in' AND is_idp(system) AND day <= $as_of
    UNION
    SELECT system, instance FROM canonical.directory_account WHERE is_idp(system)
),
list AS (
    SELECT DISTINCT 'directory_account' AS kind, system, instance FROM canonical.directory_account
    UNION ALL SELECT DISTINCT 'grant', system, instance FROM canonical.grant
    UNION ALL SELECT DISTINCT 'assignment', system, instance FROM canonical.assignment
    UNION ALL SELECT DISTINCT 'app_registration', system, instance FROM canonical.app_registration
),
wanted(kind, meaning) AS (VALUES
    ('directory_account', 'its roster of users'), ('grant', 'its list of consents to apps'),
    ('assignment', 'its list of who is assigned to which app'), ('app_registration', 'its list of apps')
),
browsing AS (
    SELECT DISTINCT a.person_id
    FROM canonical.usage AS u JOIN canonical.account AS a ON a.system = u.system
        AND a.instance = coalesce(u.instance, '') AND a.identifier = u.identifier
    WHERE u.source = 'web_visit' AND u.day <= $as_of AND a.person_id IS NOT NULL
)
SELECT NULL::VARCHAR AS person_id, source, NULL::TIMESTAMP AS from_at, first_at AS to_at,
    'nothing is known of the time before the first record' AS reason
FROM log
UNION ALL
SELECT NULL, source, last_at, NULL, 'nothing was recorded after the last record'
FROM log
WHERE CAST(last_at AS DATE) < $as_of
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
WHERE NOT EXISTS (FROM canonical.usage WHERE source = 'web_visit' AND day <= $as_of)
UNION ALL
SELECT p.person_id, 'web_visit', NULL, NULL, 'no browser of this person was recorded'
FROM canonical.person AS p ANTI JOIN browsing AS b USING (person_id)
WHERE EXISTS (FROM canonical.usage WHERE source = 'web_visit' AND day <= $as_of)
UNION ALL
SELECT NULL, 'charge', NULL, NULL, 'no card or expense lines were read'
WHERE NOT EXISTS (FROM canonical.charge)
UNION ALL
SELECT NULL, 'app_account', NULL, NULL,
    'no user list was read of ' || count(*) FILTER (l.app_id IS NULL) || ' of ' || count(*) || ' apps in use'
FROM (SELECT DISTINCT app_id FROM graph.access) AS x
LEFT JOIN (SELECT DISTINCT app_id FROM graph.trace WHERE source = 'app_account' AND is_proof) AS l USING (app_id)
HAVING count(*) FILTER (l.app_id IS NULL) > 0
