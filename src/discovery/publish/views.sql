-- Views and macros of the published file; a row of each is said in its comment. Run once in the new file.
-- A person may be given by any known identifier (e-mail, alias, employee id, object id, name) or person_id, an app by
-- id, name, domain or alias, case-blind. Parameters hide columns of their name: tables carry other aliases.

CREATE VIEW leaver AS
SELECT p.person_id, p.email, p.display_name, p.status, p.left_on, s.app_count, s.survives_count, s.unknown_count
FROM person AS p
LEFT JOIN person_summary AS s ON s.person_id = p.person_id
WHERE p.left_on <= (SELECT r.as_of FROM run AS r) OR p.status IN ('disabled', 'soft_deleted', 'deleted');
COMMENT ON VIEW leaver IS 'One row: one person whose last day is over as of run.as_of, or whose account is disabled or deleted, with what is left to end.';
COMMENT ON COLUMN leaver.left_on IS 'last day of work';
COMMENT ON COLUMN leaver.app_count IS 'apps with access';
COMMENT ON COLUMN leaver.survives_count IS 'of them surviving the disable';
COMMENT ON COLUMN leaver.unknown_count IS 'of them not known to survive or not';

CREATE VIEW unlinked_account AS
SELECT a.account_id, a.system, a.instance, a.identifier, a.kind, x.app_id, w.name AS app_name, x.sources, x.last_seen_on
FROM account AS a
LEFT JOIN account_access AS x ON x.account_id = a.account_id
LEFT JOIN app AS w ON w.app_id = x.app_id
WHERE a.person_id IS NULL;
COMMENT ON VIEW unlinked_account IS 'One row: one account that belongs to nobody known, and one app it reaches; app_id is NULL if it reaches none.';
COMMENT ON COLUMN unlinked_account.kind IS 'human, shared, service, external, personal or unknown';

-- The rows of the view offboarding_scope. Who is meant is looked up first, so that of the large table only the few blocks
-- are read that can hold the person.
CREATE MACRO scope(person) AS TABLE
WITH who AS MATERIALIZED (
    SELECT q.person_id, q.email, q.display_name
    FROM person AS q
    WHERE q.person_id IN (SELECT i.person_id FROM person_identifier AS i WHERE i.identifier = lower(trim(person))
        UNION ALL SELECT lower(trim(person))))
SELECT a.person_id, p.email, p.display_name, a.priority, coalesce(n.name, a.app_id) AS app_name, a.action,
    a.* EXCLUDE (person_id, priority, action, handover, licence, monthly_amount, monthly_currency), a.handover, a.licence,
    a.monthly_amount, a.monthly_currency
FROM access AS a
JOIN who AS p ON p.person_id = a.person_id
LEFT JOIN app AS n ON n.app_id = a.app_id
WHERE a.priority IS NOT NULL
ORDER BY a.person_id, a.priority;
COMMENT ON MACRO TABLE scope IS 'scope(person): what must be ended for a person, in order of urgency; rows of offboarding_scope.';

CREATE MACRO who_has(app) AS TABLE
WITH what AS (
    SELECT n.app_id FROM app AS n WHERE lower(n.app_id) = lower(trim(app)) OR lower(n.name) = lower(trim(app))
        OR lower(n.domain) = lower(trim(app))
    UNION SELECT l.app_id FROM app_alias AS l WHERE lower(l.alias) = lower(trim(app))),
grouped AS (
    SELECT g.app_id, m.person_id, string_agg(DISTINCT coalesce(g.group_name, g.group_id), ', '
        ORDER BY coalesce(g.group_name, g.group_id)) AS groups
    FROM group_access AS g JOIN group_member AS m ON m.group_id = g.group_id
    WHERE g.app_id IN (SELECT h.app_id FROM what AS h)
    GROUP BY g.app_id, m.person_id)
SELECT x.app_id, w.name AS app_name, x.account_id, a.system, a.identifier, a.kind AS account_kind, x.person_id, p.email,
    p.display_name, p.status, p.left_on, x.first_seen_on, x.last_seen_on, x.sources, x.methods, x.role, x.is_admin,
    x.is_active, CASE WHEN x.person_id IS NULL THEN 'account of nobody known'
        ELSE 'own account' || coalesce(', group ' || r.groups, '') END AS via
FROM account_access AS x
JOIN account AS a ON a.account_id = x.account_id
LEFT JOIN grouped AS r ON r.app_id = x.app_id AND r.person_id = x.person_id
LEFT JOIN person AS p ON p.person_id = x.person_id
LEFT JOIN app AS w ON w.app_id = x.app_id
WHERE x.app_id IN (SELECT h.app_id FROM what AS h)
UNION ALL
SELECT g.app_id, w.name, NULL, g.system, NULL, NULL, m.person_id, p.email, p.display_name, p.status, p.left_on, g.from_on,
    NULL, ['assignment'], [], g.role, NULL, NULL,
    'group ' || coalesce(g.group_name, g.group_id) || CASE WHEN g.is_known THEN '' ELSE ': its members are not known' END
FROM group_access AS g
LEFT JOIN group_member AS m ON m.group_id = g.group_id
LEFT JOIN person AS p ON p.person_id = m.person_id
LEFT JOIN app AS w ON w.app_id = g.app_id
WHERE g.app_id IN (SELECT h.app_id FROM what AS h)
    AND NOT EXISTS (FROM account_access AS y WHERE y.app_id = g.app_id AND y.person_id = m.person_id)
ORDER BY email NULLS LAST, identifier NULLS LAST, app_id, via;
COMMENT ON MACRO TABLE who_has IS 'who_has(app): accounts that reach an app and the persons behind them, and who is in a group that is assigned to it (via says which); person_id is NULL where nobody is known.';

CREATE MACRO explain(person, app) AS TABLE
WITH who AS (
    SELECT i.person_id FROM person_identifier AS i WHERE i.identifier = lower(trim(person))
    UNION SELECT lower(trim(person))),
what AS (
    SELECT n.app_id FROM app AS n WHERE lower(n.app_id) = lower(trim(app)) OR lower(n.name) = lower(trim(app))
        OR lower(n.domain) = lower(trim(app))
    UNION SELECT l.app_id FROM app_alias AS l WHERE lower(l.alias) = lower(trim(app)))
SELECT e.person_id, e.app_id, 'evidence' AS part, e.source, e.kind, e.observed_at, e.summary AS explanation, e.file_id,
    e.record
FROM evidence AS e
WHERE e.person_id IN (SELECT w.person_id FROM who AS w) AND e.app_id IN (SELECT h.app_id FROM what AS h)
UNION ALL
SELECT x.person_id, x.app_id, 'reason', NULL, x.class, NULL, unnest(x.reasons), NULL, NULL
FROM access AS x
WHERE x.person_id IN (SELECT w.person_id FROM who AS w) AND x.app_id IN (SELECT h.app_id FROM what AS h)
UNION ALL
SELECT o.person_id, o.app_id, 'excluded', NULL, NULL, o.decided_at, 'taken out of the scope by ' || o.decided_by
    || coalesce(': ' || o.reason, ''), NULL, NULL
FROM exclusion AS o
WHERE o.person_id IN (SELECT w.person_id FROM who AS w) AND o.app_id IN (SELECT h.app_id FROM what AS h)
UNION ALL
SELECT y.person_id, y.app_id, 'not access', y.source, NULL, CAST(y.last_seen_on AS TIMESTAMP),
    y.mention || ': ' || y.reason || ' (' || y.event_count || ' records)', NULL, NULL
FROM not_access AS y
WHERE y.person_id IN (SELECT w.person_id FROM who AS w)
    AND (y.app_id IN (SELECT h.app_id FROM what AS h) OR lower(y.mention) = lower(trim(app)))
ORDER BY ALL;
COMMENT ON MACRO TABLE explain IS 'explain(person, app): the evidence and the reasons for an access; for what is not access, the mentions and why not.';

CREATE MACRO access_as_of(person, day) AS TABLE
WITH who AS MATERIALIZED (
    SELECT i.person_id FROM person_identifier AS i WHERE i.identifier = lower(trim(person))
    UNION SELECT lower(trim(person))),
stood AS (
    SELECT s.person_id, s.app_id, list_sort(list(DISTINCT s.source)) AS sources, min(s.from_on) AS from_on,
        CASE WHEN bool_or(s.to_on IS NULL) THEN NULL ELSE max(s.to_on) END AS to_on,
        CASE WHEN bool_or(s.to_on IS NULL) THEN NULL ELSE arg_max(s.end_reason, s.to_on) END AS end_reason
    FROM access_span AS s
    WHERE s.person_id IN (SELECT w.person_id FROM who AS w) AND s.from_on <= CAST(day AS DATE)
        AND (s.to_on IS NULL OR s.to_on >= CAST(day AS DATE))
    GROUP BY s.person_id, s.app_id),
known AS (
    SELECT x.person_id, x.app_id, x.class
    FROM access AS x
    WHERE x.person_id IN (SELECT w.person_id FROM who AS w) AND CAST(day AS DATE) = (SELECT r.as_of FROM run AS r)),
used AS (
    SELECT m.person_id, m.app_id, list_sort(list(m.method)) AS methods
    FROM access_method AS m
    WHERE m.person_id IN (SELECT w.person_id FROM who AS w) AND m.first_on <= CAST(day AS DATE)
    GROUP BY m.person_id, m.app_id)
SELECT t.person_id, t.app_id, t.sources, t.from_on, t.to_on, t.end_reason, k.class, coalesce(u.methods, []) AS methods
FROM stood AS t
LEFT JOIN known AS k ON k.person_id = t.person_id AND k.app_id = t.app_id
LEFT JOIN used AS u ON u.person_id = t.person_id AND u.app_id = t.app_id
ORDER BY t.person_id, t.app_id;
COMMENT ON MACRO TABLE access_as_of IS 'access_as_of(person, day): what a person had on a day, by the spans of the sources. methods are those seen up to that day; class is known for run.as_of only, on other days it is NULL, never that of today.';

CREATE MACRO timeline(person) AS TABLE
WITH who AS (
    SELECT i.person_id FROM person_identifier AS i WHERE i.identifier = lower(trim(person))
    UNION SELECT lower(trim(person))),
happened AS (
    SELECT s.person_id, CAST(s.from_on AS TIMESTAMP) AS happened_at, 'access began' AS event, s.app_id, s.source, NULL AS summary
    FROM access_span AS s
    UNION ALL
    SELECT s.person_id, CAST(s.to_on AS TIMESTAMP), 'access ended', s.app_id, s.source, replace(s.end_reason, '_', ' ')
    FROM access_span AS s WHERE s.to_on IS NOT NULL
    UNION ALL
    SELECT e.person_id, e.observed_at, CASE e.kind WHEN 'first' THEN 'first seen' WHEN 'last' THEN 'last seen' ELSE 'listed' END,
        e.app_id, e.source, e.summary
    FROM evidence AS e
    UNION ALL
    SELECT a.person_id, CAST(a.first_seen_on AS TIMESTAMP), 'personal account', NULL, a.system, a.account_name
    FROM account AS a WHERE a.kind = 'personal'
    UNION ALL
    SELECT p.person_id, CAST(p.left_on AS TIMESTAMP), 'last day of work', NULL, NULL, NULL FROM person AS p WHERE p.left_on IS NOT NULL
    UNION ALL
    SELECT f.person_id, f.observed_at, 'finding', f.app_id, f.rule, f.summary FROM finding AS f
    UNION ALL
    SELECT o.person_id, o.decided_at, 'excluded', o.app_id, NULL, o.decided_by || coalesce(': ' || o.reason, '') FROM exclusion AS o
    UNION ALL
    SELECT c.person_id, c.decided_at, 'account ' || c.state, NULL, NULL, c.decided_by || ': ' || c.method
    FROM identity_candidate AS c WHERE c.decided_at IS NOT NULL
    UNION ALL
    SELECT t.person_id, t.verified_at, 'step ' || t.state, t.app_id, t.route, t.action FROM step AS t WHERE t.verified_at IS NOT NULL
)
SELECT h.person_id, h.happened_at, h.event, h.app_id, w.name AS app_name, h.source, h.summary
FROM happened AS h
LEFT JOIN app AS w ON w.app_id = h.app_id
WHERE h.person_id IN (SELECT n.person_id FROM who AS n) AND h.happened_at IS NOT NULL
ORDER BY h.happened_at, h.event, app_name, h.source, h.summary;
COMMENT ON MACRO TABLE timeline IS 'timeline(person): what happened to a person and their access, in order: spans, first and last records, the last day, findings, decisions, verified steps.';
