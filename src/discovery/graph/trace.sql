-- One row: what one source tells of one account and one mention, by way of use, up to as_of.
-- Key: account_id, source, mention_kind, mention, way, method, item. The base of all tables of the graph; not published.
--
-- is_proof: shows access, at least in the past (ended_on then says that it has ended). Only accepted matches count.
-- A visit counts on pages behind a login (or on a domain that is nothing but the app) and on $min_visit_days days;
-- a login counts always. A redirect is a provider's page that sent the browser on to the app: a login, but which
-- account signed in is not told. Charges count where more was paid than refunded. What does not count has a reason.
WITH repeated AS (
    -- Most use goes by one name, host and page; only the rest has to be grouped, which costs the more the more is carried.
    SELECT source, system, instance, identifier, mention_kind, mention, method
    FROM (SELECT * REPLACE (coalesce(instance, '') AS instance) FROM canonical.usage_known)
    GROUP BY ALL
    HAVING count(*) > 1
),
named AS (
    SELECT a.account_id, coalesce(a.person_id, a.account_id) AS holder, u.source, u.system, u.mention_kind, u.mention,
        m.app_id, m.decision,
        CASE
            WHEN u.source = 'sign_in' THEN 'sign_in'
            WHEN u.method IN ('oidc', 'saml') AND u.host <> '' THEN 'redirect'
            WHEN u.method IN ('password', 'oidc', 'saml', 'social') THEN 'login'
            WHEN u.page IN ('sign_in', 'app') OR (m.method IN ('app domain', 'login domain') AND u.page <> 'public') THEN 'visit'
            ELSE 'reading' END AS way,
        u.method, u.first_at, u.last_at, u.event_count, u.active_months,
        {'at': u.first_at, 'id': u.first_event_id, 'host': u.host, 'name': coalesce(u.mention_name, ''),
            'who': coalesce(u.account_name, ''), 'file': u.first_file_id} AS head,
        {'at': u.last_at, 'id': u.last_event_id, 'host': u.host, 'name': coalesce(u.mention_name, ''),
            'who': coalesce(u.account_name, ''), 'file': u.last_file_id} AS tail,
        r.source IS NOT NULL AS is_repeated
    FROM canonical.usage_known AS u
    JOIN canonical.account AS a ON a.system = u.system AND a.instance = coalesce(u.instance, '')
        AND a.identifier = u.identifier
    LEFT JOIN matching.match AS m ON m.kind = u.mention_kind AND m.mention = u.mention
    LEFT JOIN repeated AS r ON r.source = u.source AND r.system = u.system AND r.instance = coalesce(u.instance, '')
        AND r.identifier = u.identifier AND r.mention_kind = u.mention_kind
        AND r.mention IS NOT DISTINCT FROM u.mention AND r.method IS NOT DISTINCT FROM u.method
),
used AS (
    SELECT * EXCLUDE (is_repeated) FROM named WHERE NOT is_repeated
    UNION ALL BY NAME
    SELECT account_id, holder, source, system, mention_kind, mention, app_id, decision, way, method,
        min(first_at) AS first_at, max(last_at) AS last_at, CAST(sum(event_count) AS BIGINT) AS event_count,
        merged_months(flatten(list(active_months))) AS active_months, min(head) AS head, max(tail) AS tail
    FROM named
    WHERE is_repeated
    GROUP BY ALL
),
visited AS (
    SELECT holder, app_id, sum(bit_count(day_bits)) AS days
    FROM (
        SELECT holder, app_id, active.month, bit_or(active.day_bits) AS day_bits
        FROM (SELECT holder, app_id, unnest(active_months) AS active FROM used WHERE way = 'visit' AND decision = 'accept')
        GROUP BY ALL
    )
    GROUP BY ALL
),
bought AS (
    SELECT a.account_id, coalesce(a.person_id, a.account_id) AS holder, c.system, c.merchant, m.app_id, m.decision,
        c.currency, c.charged_on, c.amount, c.event_id, c.file_id
    FROM canonical.charge AS c
    JOIN canonical.account AS a USING (system, instance, identifier)
    LEFT JOIN matching.match AS m ON m.kind = 'merchant' AND m.mention = c.merchant
),
net AS (
    SELECT holder, app_id, max(total) > 0 AS is_paid
    FROM (SELECT holder, app_id, currency, sum(amount) AS total FROM bought GROUP BY ALL)
    GROUP BY ALL
),
paid AS (
    SELECT account_id, holder, system, merchant, app_id, decision, amount > 0 AS is_spent,
        min({'day': charged_on, 'id': event_id, 'amount': amount, 'currency': currency, 'file': file_id}) AS head,
        max({'day': charged_on, 'id': event_id, 'amount': amount, 'currency': currency, 'file': file_id}) AS tail,
        count(*) AS event_count
    FROM bought
    GROUP BY ALL
),
listed AS (
    SELECT 'grant' AS source, system, instance, identifier, mention_kind, mention, event_id, file_id, from_on,
        ended_on, end_reason, CAST(coalesce(least(snapshot_on, $as_of), $as_of) AS TIMESTAMP) AS listed_at,
        coalesce(granted_at, CAST(from_on AS TIMESTAMP)) AS first_at,
        'consented to ' || coalesce(mention_name, mention) || ': ' || coalesce(array_to_string(scopes, ' '), 'no scopes given')
            AS summary,
        scopes, NULL::VARCHAR AS role, NULL::BOOLEAN AS is_admin, NULL::VARCHAR AS status, NULL::VARCHAR AS app_id
    FROM canonical.grant
    UNION ALL
    SELECT 'assignment', system, instance, identifier, mention_kind, mention, event_id, file_id, from_on,
        ended_on, end_reason,
        CASE WHEN change IS NULL THEN CAST(coalesce(least(snapshot_on, $as_of), $as_of) AS TIMESTAMP)
            ELSE coalesce(assigned_at, CAST(from_on AS TIMESTAMP)) END,
        coalesce(assigned_at, CAST(from_on AS TIMESTAMP)),
        'assigned to ' || coalesce(mention_name, mention) || coalesce(' as ' || role, ''), NULL, NULL, NULL, NULL, NULL
    FROM canonical.assignment
    WHERE change IS DISTINCT FROM 'removed'
    UNION ALL
    -- Who is a direct member of an assigned group has what it is assigned to; members of a group inside it have not.
    SELECT 'assignment', m.system, m.instance, m.identifier, s.mention_kind, s.mention, s.event_id, s.file_id,
        greatest(s.from_on, m.from_on), least(s.ended_on, m.ended_on),
        CASE WHEN coalesce(s.ended_on <= m.ended_on, m.ended_on IS NULL) THEN s.end_reason ELSE m.end_reason END,
        CAST(coalesce(least(m.snapshot_on, $as_of), $as_of) AS TIMESTAMP),
        CAST(greatest(s.from_on, m.from_on) AS TIMESTAMP),
        'assigned to ' || coalesce(s.mention_name, s.mention) || ' through the group '
            || coalesce(s.group_name, m.group_name, s.group_key) || coalesce(' as ' || s.role, ''), NULL, NULL, NULL, NULL, NULL
    FROM canonical.assignment AS s
    JOIN canonical.membership AS m ON m.system = s.system AND m.instance = s.instance AND m.group_key = s.group_key
        AND m.member_group_key IS NULL
    WHERE s.change IS DISTINCT FROM 'removed' AND s.principal_kind = 'group'
    UNION ALL
    -- What a licence is a licence of is known by its id: there is nothing to match.
    SELECT 'assignment', system, instance, identifier, 'licence', product, event_id, file_id, from_on, ended_on, end_reason,
        CAST(least(snapshot_on, $as_of) AS TIMESTAMP), CAST(from_on AS TIMESTAMP), 'has the licence ' || product,
        NULL, NULL, NULL, NULL, app_id
    FROM canonical.licence
    WHERE app_id IS NOT NULL
    UNION ALL
    SELECT 'app_account', system, instance, identifier, mention_kind, mention, event_id, file_id, from_on,
        ended_on, end_reason,
        greatest(CAST(coalesce(least(snapshot_on, $as_of), $as_of) AS TIMESTAMP), last_active_at),
        least(CAST(from_on AS TIMESTAMP), last_active_at),
        'on the user list of ' || coalesce(mention_name, mention) || ' of ' || coalesce(CAST(snapshot_on AS VARCHAR), '?')
            || ' as ' || coalesce(account_name, identifier) || ': ' || status || coalesce(', ' || role, '')
            || coalesce(', last active ' || CAST(CAST(last_active_at AS DATE) AS VARCHAR), ''),
        NULL, role, is_admin, status, NULL
    FROM canonical.app_account
),
every AS (
    SELECT u.account_id, u.holder, u.source, u.system, u.mention_kind, u.mention, u.app_id, u.decision, u.way,
        coalesce(u.method, '') AS method, '' AS item, u.first_at, u.last_at, u.event_count, u.active_months,
        u.head.id AS first_event_id, u.tail.id AS last_event_id, u.head.file AS first_file_id,
        u.tail.file AS last_file_id,
        CASE u.way WHEN 'reading' THEN 'read ' WHEN 'visit' THEN 'used '
            ELSE 'signed in to ' END || coalesce(nullif(u.head.name, ''), u.mention)
            || CASE WHEN u.head.host <> '' THEN ' at ' || u.head.host ELSE '' END
            || CASE WHEN u.method IN ('', 'visit') THEN '' ELSE ' by ' || u.method END
            || CASE WHEN u.head.who <> '' THEN ' as ' || u.head.who ELSE '' END AS first_summary,
        CASE u.way WHEN 'reading' THEN 'read ' WHEN 'visit' THEN 'used '
            ELSE 'signed in to ' END || coalesce(nullif(u.tail.name, ''), u.mention)
            || CASE WHEN u.tail.host <> '' THEN ' at ' || u.tail.host ELSE '' END
            || CASE WHEN u.method IN ('', 'visit') THEN '' ELSE ' by ' || u.method END
            || CASE WHEN u.tail.who <> '' THEN ' as ' || u.tail.who ELSE '' END AS last_summary,
        NULL::VARCHAR[] AS scopes, NULL::VARCHAR AS role, NULL::BOOLEAN AS is_admin, NULL::VARCHAR AS status,
        CAST(u.first_at AS DATE) AS from_on, NULL::DATE AS ended_on, NULL::VARCHAR AS end_reason,
        CASE u.way
            WHEN 'reading' THEN 'read public pages only; no login and no page behind one was seen'
            WHEN 'visit' THEN CASE WHEN v.days < $min_visit_days THEN 'visited on ' || v.days || ' day'
                || CASE WHEN v.days = 1 THEN '' ELSE 's' END || ' only; ' || $min_visit_days || ' are needed' END END AS weak
    FROM used AS u LEFT JOIN visited AS v USING (holder, app_id)
    UNION ALL
    SELECT p.account_id, p.holder, 'charge', p.system, 'merchant', p.merchant, p.app_id, p.decision,
        CASE WHEN p.is_spent THEN 'charge' ELSE 'refund' END, '', '', CAST(p.head.day AS TIMESTAMP),
        CAST(p.tail.day AS TIMESTAMP), p.event_count, NULL, p.head.id, p.tail.id, p.head.file, p.tail.file,
        CASE WHEN p.is_spent THEN 'paid ' ELSE 'refunded ' END || abs(p.head.amount) || ' ' || coalesce(p.head.currency, '')
            || ' to ' || p.merchant,
        CASE WHEN p.is_spent THEN 'paid ' ELSE 'refunded ' END || abs(p.tail.amount) || ' ' || coalesce(p.tail.currency, '')
            || ' to ' || p.merchant,
        NULL, NULL, NULL, NULL, p.head.day, NULL, NULL,
        CASE WHEN NOT p.is_spent THEN 'a refund' WHEN NOT n.is_paid THEN 'refunded in full' END
    FROM paid AS p LEFT JOIN net AS n ON n.holder = p.holder AND n.app_id IS NOT DISTINCT FROM p.app_id
    UNION ALL
    SELECT a.account_id, coalesce(a.person_id, a.account_id), l.source, l.system, l.mention_kind, l.mention,
        coalesce(l.app_id, m.app_id), CASE WHEN l.app_id IS NULL THEN m.decision ELSE 'accept' END, l.source, '', l.event_id, l.first_at, l.listed_at, 1, NULL, l.event_id, l.event_id, l.file_id,
        l.file_id, l.summary, l.summary, l.scopes, l.role, l.is_admin, l.status, l.from_on, l.ended_on, l.end_reason, NULL
    FROM listed AS l
    JOIN canonical.account AS a USING (system, instance, identifier)
    LEFT JOIN matching.match AS m ON m.kind = l.mention_kind AND m.mention = l.mention
    WHERE l.mention IS NOT NULL
)
SELECT e.account_id, a.person_id, e.holder, e.source, e.system,
    e.mention_kind, e.mention, e.app_id, e.decision, e.way, e.method, e.item, e.first_at, e.last_at,
    CAST(e.event_count AS BIGINT) AS event_count, e.active_months, e.first_event_id, e.last_event_id, e.first_file_id,
    e.last_file_id, e.first_summary, e.last_summary, e.scopes, e.role, e.is_admin, e.status, e.from_on, e.ended_on,
    e.end_reason,
    coalesce(e.decision = 'accept' AND e.app_id IS NOT NULL AND e.weak IS NULL, false) AS is_proof,
    CASE
        WHEN e.decision IS NULL THEN 'not matched to an app'
        WHEN e.decision = 'review' THEN 'which app this is awaits a decision'
        WHEN e.decision = 'reject' THEN 'no app of the company: the match was rejected'
        WHEN e.decision = 'ignore' THEN 'ignored by decision'
        WHEN e.app_id IS NULL THEN 'not matched to an app'
        ELSE e.weak END AS reason
FROM every AS e
JOIN canonical.account AS a USING (account_id)
