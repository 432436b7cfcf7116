-- One row: one person's access to one app as of as_of, with what is to be done when the person leaves.
-- Key: person_id, app_id. The table that people ask first; offboarding_scope of the published file is made of it.
--
-- priority orders what one person has: what they administer, what survives the disable (known before not known), what
-- they own or alone use, what they pay for, what a grant reaches, what was used last. It is NULL, and the access is in
-- no scope, where somebody excluded it (graph.exclusion).
--
-- confidence = link × (1 − Π(1 − weight)), over the kinds of evidence seen: the app's own list 0.95, sign-in 0.9,
-- grant 0.85, browser login 0.8, assignment 0.6, charges in several months 0.5, visits 0.35, one charge 0.3; link =
-- how sure it is that the surest account is this person's. It orders edges; it is not a probability: what share of
-- each bucket (high from 0.85, medium from 0.5, low) was right in companies whose truth is known is measured
-- (graph.confidence_bucket).
WITH open AS (
    SELECT t.*, a.link_confidence, a.link_method, a.kind AS account_kind
    FROM graph.trace AS t JOIN canonical.account AS a USING (account_id)
    WHERE t.is_proof AND t.ended_on IS NULL
),
edge AS (
    SELECT person_id, app_id, min(from_on) AS first_seen_on, max(CAST(last_at AS DATE)) AS last_seen_on,
        list_sort(list(DISTINCT source)) AS sources,
        CAST(coalesce(sum(event_count) FILTER (source IN ('sign_in', 'web_visit')), 0) AS BIGINT) AS event_count,
        sum(day_count(active_months)) AS day_count,
        list_sort(coalesce(list(DISTINCT method) FILTER (method NOT IN ('', 'visit')), [])) AS methods,
        list_sort(list(DISTINCT account_id)) AS accounts,
        list_sort(list_distinct(coalesce(flatten(list(scopes) FILTER (scopes IS NOT NULL)), []))) AS grant_scopes,
        bool_or(source = 'charge') AS is_payer, bool_or(is_admin) AS is_admin,
        bool_or(account_kind = 'shared') AS is_shared, bool_or(account_kind = 'personal') AS is_personal,
        max(role) FILTER (source = 'app_account') AS role, bool_or(source = 'app_account') AS has_seat,
        bool_or(source = 'assignment' AND mention_kind <> 'licence') AS is_assigned,
        list_sort(list(DISTINCT mention) FILTER (mention_kind = 'licence')) AS licences,
        max(link_confidence) AS link, max(link_method) FILTER (link_confidence < 0.9) AS weak_method,
        max(CAST(last_at AS DATE)) FILTER (way IN ('sign_in', 'login', 'redirect', 'visit')) AS used_on,
        min(from_on) FILTER (source = 'grant') AS granted_on,
        coalesce(bool_or(method = 'legacy_authentication'), false) AS has_legacy_auth,
        1 - (1 - CASE WHEN bool_or(source = 'app_account') THEN 0.95 ELSE 0 END)
            * (1 - CASE WHEN bool_or(source = 'sign_in') THEN 0.9 ELSE 0 END)
            * (1 - CASE WHEN bool_or(source = 'grant') THEN 0.85 ELSE 0 END)
            * (1 - CASE WHEN bool_or(way IN ('login', 'redirect')) THEN 0.8 ELSE 0 END)
            * (1 - CASE WHEN bool_or(source = 'assignment') THEN 0.6 ELSE 0 END)
            * (1 - CASE WHEN count(DISTINCT date_trunc('month', last_at)) FILTER (source = 'charge')
                    + count(DISTINCT date_trunc('month', first_at)) FILTER (source = 'charge') > 2
                    OR bool_or(source = 'charge' AND date_trunc('month', last_at) > date_trunc('month', first_at)) THEN 0.5
                WHEN bool_or(source = 'charge') THEN 0.3 ELSE 0 END)
            * (1 - CASE WHEN bool_or(way = 'visit') THEN 0.35 ELSE 0 END) AS strength
    FROM open
    WHERE person_id IS NOT NULL
    GROUP BY ALL
),
repeated AS (
    SELECT person_id, app_id FROM open WHERE active_months IS NOT NULL GROUP BY ALL HAVING count(*) > 1
),
several AS (
    -- Days are added up, except where several traces have some: there they may be the same ones.
    SELECT person_id, app_id, sum(bit_count(day_bits)) AS day_count
    FROM (
        SELECT person_id, app_id, active.month, bit_or(active.day_bits) AS day_bits
        FROM (SELECT person_id, app_id, unnest(active_months) AS active FROM open SEMI JOIN repeated USING (person_id, app_id))
        GROUP BY ALL
    )
    GROUP BY ALL
),
tiered AS (
    SELECT person_id, app_id, max(scope_tier(scope)) AS tier
    FROM (SELECT person_id, app_id, unnest(grant_scopes) AS scope FROM edge WHERE len(grant_scopes) > 0)
    GROUP BY ALL
),
users AS (
    SELECT app_id, count(DISTINCT holder) AS holders, count(DISTINCT holder) FILTER (is_admin) AS admins
    FROM open
    GROUP BY ALL
),
monthly AS (
    SELECT person_id, app_id, CAST(round(sum(amount) / 3, 2) AS DECIMAL(18,2)) AS amount, any_value(currency) AS currency
    FROM graph.spend
    WHERE month > CAST(date_trunc('month', CAST($as_of AS DATE)) - INTERVAL 3 MONTH AS DATE)
    GROUP BY ALL
    HAVING count(DISTINCT coalesce(currency, '')) = 1 AND sum(amount) > 0
),
year AS (
    SELECT a.person_id, m.app_id, count(DISTINCT coalesce(c.currency, '')) AS currencies, sum(c.amount) AS amount,
        any_value(c.currency) AS currency
    FROM canonical.charge AS c
    JOIN canonical.account AS a USING (system, instance, identifier)
    JOIN matching.match AS m ON m.kind = 'merchant' AND m.mention = c.merchant AND m.decision = 'accept'
    WHERE a.person_id IS NOT NULL AND c.charged_on > CAST($as_of - INTERVAL 12 MONTH AS DATE)
    GROUP BY ALL
),
ended AS (
    SELECT person_id, app_id, max(ended_on) AS ended_on, max_by(CASE end_reason
        -- Where the first list that was read shows it off, that day is the last one, too.
        WHEN 'disabled_in_app' THEN 'says ' || coalesce(status, 'disabled') || ' since '
            || CASE WHEN from_on = ended_on THEN ended_on ELSE ended_on + 1 END
        ELSE 'lacks the account since ' || (ended_on + 1) END, ended_on) AS said
    FROM graph.trace
    WHERE is_proof AND source = 'app_account' AND ended_on IS NOT NULL AND person_id IS NOT NULL
    GROUP BY ALL
),
owner AS (
    -- The owner of an app as a person: by any address, if it is one person's.
    SELECT w.app_id, any_value(i.person_id) AS person_id,
        bool_or(p.left_on <= $as_of + 30 OR p.status IN ('disabled', 'soft_deleted', 'deleted')) AS is_leaving
    FROM matching.app AS w
    JOIN canonical.person_identifier AS i ON i.identifier = lower(w.owner_email) AND i.kind IN ('email', 'upn', 'alias')
    JOIN canonical.person AS p USING (person_id)
    GROUP BY w.app_id
    HAVING count(DISTINCT i.person_id) = 1
),
sign_in_log AS (
    -- Whether the use of a consent would have been seen: sign-ins were recorded for 60 days and up to last week.
    SELECT coalesce(CAST(min(first_at) AS DATE) <= $as_of - 60 AND CAST(max(last_at) AS DATE) >= $as_of - 7, false) AS is_seen
    FROM canonical.usage_known WHERE source = 'sign_in' AND is_idp(system)
),
judged AS (
    SELECT e.*, CASE WHEN list_contains(e.sources, 'grant') AND l.is_seen THEN
        e.granted_on <= $as_of - 60 AND coalesce(e.used_on <= $as_of - 60, true) END AS has_dormant_grant
    FROM edge AS e CROSS JOIN sign_in_log AS l
),
whole AS (
    SELECT e.person_id, e.app_id, e.first_seen_on, e.last_seen_on, e.sources, e.event_count,
        CAST(coalesce(s.day_count, e.day_count, 0) AS BIGINT) AS active_day_count, e.methods,
        e.accounts, e.grant_scopes,
        CASE WHEN y.currencies = 1 THEN CAST(y.amount AS DECIMAL(18,2)) END AS amount,
        CASE WHEN y.currencies = 1 THEN y.currency END AS currency,
        round(e.link * e.strength, 6) AS confidence,
        v.class, v.survives_idp_disable, v.route, lower(p.owner_email) AS owner_email, u.holders = 1 AS is_sole_user,
        e.is_payer, e.is_admin,
        list_filter([
            v.class_reason, v.survives_reason, v.route_reason, f.approval_reason,
            CASE WHEN u.holders = 1 THEN 'nobody else is known to use it' END,
            CASE WHEN e.is_payer THEN 'pays for it: the charge goes on until it is cancelled' END,
            CASE WHEN o.person_id = e.person_id THEN 'owns the app in the company' END,
            CASE WHEN o.is_leaving AND o.person_id <> e.person_id THEN 'its owner leaves or is gone' END,
            CASE r.tier WHEN 3 THEN 'consented to scopes of high risk' WHEN 2 THEN 'consented to sensitive scopes' END,
            CASE WHEN e.has_legacy_auth THEN 'signs in by legacy authentication, which asks for no second factor' END,
            CASE WHEN e.has_dormant_grant THEN 'the consent stands, though it was not used for 60 days' END,
            'the app''s own list ' || d.said || '; other evidence has not ended',
            CASE WHEN e.link < 0.9 THEN 'linked to the person by ' || e.weak_method END
        ], lambda r: r IS NOT NULL) AS reasons,
        CASE WHEN round(e.link * e.strength, 6) >= 0.85 THEN 'high' WHEN round(e.link * e.strength, 6) >= 0.5 THEN 'medium'
            ELSE 'low' END AS confidence_bucket,
        ['low', 'medium', 'high'][r.tier] AS scope_risk,
        coalesce(o.person_id = e.person_id, false) AS is_owner, o.is_leaving AS is_owner_leaving,
        e.has_legacy_auth,
        e.has_dormant_grant,
        coalesce(p.name, e.app_id) AS app_name, e.is_shared, e.is_personal, e.role, e.has_seat, e.is_assigned, e.licences,
        u.admins,
        x.app_id IS NOT NULL AS is_excluded, m.amount AS monthly_amount, m.currency AS monthly_currency,
        q.status IN ('disabled', 'soft_deleted', 'deleted') AS is_disabled
    FROM judged AS e
    LEFT JOIN canonical.person AS q USING (person_id)
    JOIN graph.access_verdict AS v USING (person_id, app_id)
    LEFT JOIN several AS s USING (person_id, app_id)
    LEFT JOIN tiered AS r USING (person_id, app_id)
    LEFT JOIN graph.app_fact AS f USING (app_id)
    LEFT JOIN matching.app AS p USING (app_id)
    LEFT JOIN owner AS o ON o.app_id = e.app_id
    LEFT JOIN users AS u USING (app_id)
    LEFT JOIN year AS y USING (person_id, app_id)
    LEFT JOIN ended AS d USING (person_id, app_id)
    LEFT JOIN monthly AS m USING (person_id, app_id)
    LEFT JOIN graph.exclusion AS x USING (person_id, app_id)
)
SELECT a.* EXCLUDE (app_name, is_shared, is_personal, role, has_seat, is_assigned, licences, admins, is_excluded, is_disabled,
        monthly_amount, monthly_currency),
    CASE WHEN NOT a.is_excluded THEN
        row_number() OVER (PARTITION BY a.person_id ORDER BY a.is_excluded, coalesce(a.is_admin, false) DESC,
            CASE WHEN a.survives_idp_disable THEN 1 WHEN a.survives_idp_disable IS NULL THEN 2 ELSE 3 END,
            a.is_owner DESC, a.is_sole_user AND a.sources <> ['charge'] DESC, a.is_payer DESC,
            CASE a.scope_risk WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END,
            a.last_seen_on DESC NULLS LAST, a.app_id) END AS priority,
    CASE WHEN a.is_admin THEN 'Hand over the administration. ' ELSE '' END
    || CASE a.route
        WHEN 'scim' THEN 'Provisioning deactivates the account in ' || a.app_name || '; verify that it arrived.'
        WHEN 'api' THEN 'Deactivate the account in ' || a.app_name || ' through its API and read it back.'
        WHEN 'idp' THEN CASE WHEN a.is_disabled THEN 'See that the directory account is disabled and its sessions have ended'
            ELSE 'Disable the directory account and end its sessions' END
            || ': only sign-ins through it were seen in ' || a.app_name || '.'
        ELSE CASE
            WHEN a.sources = ['charge'] THEN 'Find out what is paid for in ' || a.app_name || ' and cancel or hand over the subscription.'
            WHEN a.is_shared THEN 'Change the password of the shared login in ' || a.app_name || '.'
            WHEN a.is_personal THEN 'Remove the personal account from the company''s data in ' || a.app_name
                || ' and have the data handed over.'
            WHEN a.sources = ['grant'] THEN 'Revoke the consent of ' || a.app_name || ' in the identity provider.'
            WHEN a.sources = ['assignment'] AND NOT a.is_assigned
                THEN 'Take back the licence of ' || a.app_name || ' in the identity provider.'
            WHEN a.sources = ['assignment'] THEN 'Remove the assignment of ' || a.app_name || ' in the identity provider.'
            ELSE 'Remove the account in ' || a.app_name || ' by hand' || coalesce(' (owner: ' || a.owner_email || ')', '')
                || CASE WHEN len(a.grant_scopes) > 0 THEN ', and revoke its consent' ELSE '' END || '.' END END
    || CASE WHEN a.is_payer AND a.sources <> ['charge'] THEN ' Cancel or hand over the subscription.' ELSE '' END AS action,
    list_filter([
        CASE WHEN a.is_admin AND a.admins = 1 THEN 'administration: no other administrator is known'
            WHEN a.is_admin THEN 'administration: others have it too' END,
        CASE WHEN a.is_owner THEN 'ownership of the app in the company' END,
        CASE WHEN a.is_payer THEN 'billing: the subscription is on the person''s card or claims' END,
        CASE WHEN a.is_sole_user AND a.sources <> ['charge'] THEN 'files and data: nobody else is known to have an account' END,
        CASE WHEN a.is_personal THEN 'files and data in the private account' END,
        CASE WHEN list_contains(a.sources, 'grant') THEN 'OAuth clients: what runs on the consent stops' END,
        CASE WHEN list_contains(a.methods, 'token') THEN 'tokens and keys: what runs on them stops' END
    ], lambda h: h IS NOT NULL) AS handover,
    CASE WHEN a.has_seat OR len(a.licences) > 0 THEN concat_ws('; ', array_to_string(a.licences, ', '),
            CASE WHEN a.has_seat THEN 'seat on the app''s own list' || coalesce(': ' || a.role, '') END)
        WHEN a.is_assigned THEN 'assigned in the identity provider' END AS licence,
    a.monthly_amount, a.monthly_currency
FROM whole AS a
