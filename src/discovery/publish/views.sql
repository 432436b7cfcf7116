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

CREATE MACRO scope(person) AS TABLE
SELECT s.*
FROM offboarding_scope AS s
WHERE s.person_id IN (
    SELECT i.person_id FROM person_identifier AS i WHERE i.identifier = lower(trim(person))
    UNION ALL SELECT lower(trim(person)))
ORDER BY s.person_id, s.priority;
COMMENT ON MACRO TABLE scope IS 'scope(person): what must be ended for a person, in order of urgency; rows of offboarding_scope.';

CREATE MACRO who_has(app) AS TABLE
SELECT x.app_id, w.name AS app_name, x.account_id, a.system, a.identifier, a.kind AS account_kind, x.person_id, p.email,
    p.display_name, p.status, p.left_on, x.first_seen_on, x.last_seen_on, x.sources, x.methods, x.role, x.is_admin,
    x.is_active
FROM account_access AS x
JOIN account AS a ON a.account_id = x.account_id
LEFT JOIN person AS p ON p.person_id = x.person_id
LEFT JOIN app AS w ON w.app_id = x.app_id
WHERE x.app_id IN (
    SELECT n.app_id FROM app AS n WHERE lower(n.app_id) = lower(trim(app)) OR lower(n.name) = lower(trim(app))
        OR lower(n.domain) = lower(trim(app))
    UNION ALL SELECT l.app_id FROM app_alias AS l WHERE lower(l.alias) = lower(trim(app)))
ORDER BY p.email NULLS LAST, a.identifier, x.app_id;
COMMENT ON MACRO TABLE who_has IS 'who_has(app): accounts that reach an app and the persons behind them; person_id is NULL where nobody is known.';

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
SELECT s.person_id, s.app_id, list_sort(list(DISTINCT s.source)) AS sources, min(s.from_on) AS from_on,
    CASE WHEN bool_or(s.to_on IS NULL) THEN NULL ELSE max(s.to_on) END AS to_on,
    CASE WHEN bool_or(s.to_on IS NULL) THEN NULL ELSE arg_max(s.end_reason, s.to_on) END AS end_reason,
    max(CASE WHEN CAST(day AS DATE) = r.as_of THEN x.class END) AS class,
    any_value(CASE WHEN CAST(day AS DATE) = r.as_of THEN x.methods END) AS methods
FROM access_span AS s
CROSS JOIN run AS r
LEFT JOIN access AS x ON x.person_id = s.person_id AND x.app_id = s.app_id
WHERE s.from_on <= CAST(day AS DATE) AND (s.to_on IS NULL OR s.to_on >= CAST(day AS DATE))
    AND s.person_id IN (
        SELECT i.person_id FROM person_identifier AS i WHERE i.identifier = lower(trim(person))
        UNION ALL SELECT lower(trim(person)))
GROUP BY s.person_id, s.app_id
ORDER BY s.person_id, s.app_id;
COMMENT ON MACRO TABLE access_as_of IS 'access_as_of(person, day): what a person had on a day, by the spans of the sources. class and methods are known for run.as_of only; on other days they are NULL, never those of today.';
