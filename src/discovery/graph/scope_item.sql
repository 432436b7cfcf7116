-- One row: one thing to end for a person, in order of urgency. Key: person_id, app_id.
-- Read by offboarding_scope of the published file, which puts it beside graph.access.
-- Order: what the person administers, what survives the disable (known before not known), what they own or alone use,
-- what they pay for, what a grant reaches, what was used last. Accesses that somebody excluded (graph.exclusion) are
-- left out.
WITH kept AS (
    SELECT a.*, coalesce(w.name, a.app_id) AS name
    FROM graph.access AS a LEFT JOIN matching.app AS w USING (app_id) ANTI JOIN graph.exclusion AS x USING (person_id, app_id)
),
held AS (
    SELECT t.person_id, t.app_id, bool_or(c.kind = 'shared') AS is_shared, bool_or(c.kind = 'personal') AS is_personal,
        max(t.role) FILTER (t.source = 'app_account') AS role, bool_or(t.source = 'app_account') AS has_seat,
        bool_or(t.source = 'assignment') AS is_assigned
    FROM graph.trace AS t JOIN canonical.account AS c USING (account_id)
    WHERE t.is_proof AND t.ended_on IS NULL AND t.person_id IS NOT NULL
    GROUP BY ALL
),
administered AS (
    SELECT app_id, count(DISTINCT holder) AS admins
    FROM graph.trace
    WHERE is_proof AND is_admin AND ended_on IS NULL
    GROUP BY ALL
),
monthly AS (
    SELECT person_id, app_id, CAST(round(sum(amount) / 3, 2) AS DECIMAL(18,2)) AS amount, any_value(currency) AS currency
    FROM graph.spend
    WHERE month > CAST(date_trunc('month', CAST($as_of AS DATE)) - INTERVAL 3 MONTH AS DATE)
    GROUP BY ALL
    HAVING count(DISTINCT coalesce(currency, '')) = 1 AND sum(amount) > 0
)
SELECT a.person_id, a.app_id,
    row_number() OVER (PARTITION BY a.person_id ORDER BY coalesce(a.is_admin, false) DESC,
        CASE WHEN a.survives_idp_disable THEN 1 WHEN a.survives_idp_disable IS NULL THEN 2 ELSE 3 END,
        a.is_owner DESC, a.is_sole_user AND a.sources <> ['charge'] DESC, a.is_payer DESC,
        CASE a.scope_risk WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END,
        a.last_seen_on DESC NULLS LAST, a.app_id) AS priority,
    CASE WHEN a.is_admin THEN 'Hand over the administration. ' ELSE '' END
    || CASE a.route
        WHEN 'scim' THEN 'Provisioning deactivates the account in ' || a.name || '; verify that it arrived.'
        WHEN 'api' THEN 'Deactivate the account in ' || a.name || ' through its API and read it back.'
        WHEN 'idp' THEN 'Disable the directory account and end its sessions: only sign-ins through it were seen in '
            || a.name || '.'
        ELSE CASE
            WHEN a.sources = ['charge'] THEN 'Find out what is paid for in ' || a.name || ' and cancel or hand over the subscription.'
            WHEN s.is_shared THEN 'Change the password of the shared login in ' || a.name || '.'
            WHEN s.is_personal THEN 'Remove the personal account from the company''s data in ' || a.name
                || ' and have the data handed over.'
            WHEN a.sources = ['grant'] THEN 'Revoke the consent of ' || a.name || ' in the identity provider.'
            WHEN a.sources = ['assignment'] THEN 'Remove the assignment of ' || a.name || ' in the identity provider.'
            ELSE 'Remove the account in ' || a.name || ' by hand' || coalesce(' (owner: ' || a.owner_email || ')', '')
                || CASE WHEN len(a.grant_scopes) > 0 THEN ', and revoke its consent' ELSE '' END || '.' END END
    || CASE WHEN a.is_payer AND a.sources <> ['charge'] THEN ' Cancel or hand over the subscription.' ELSE '' END AS action,
    list_filter([
        CASE WHEN a.is_admin AND d.admins = 1 THEN 'administration: no other administrator is known'
            WHEN a.is_admin THEN 'administration: others have it too' END,
        CASE WHEN a.is_owner THEN 'ownership of the app in the company' END,
        CASE WHEN a.is_payer THEN 'billing: the subscription is on the person''s card or claims' END,
        CASE WHEN a.is_sole_user AND a.sources <> ['charge'] THEN 'files and data: nobody else is known to have an account' END,
        CASE WHEN s.is_personal THEN 'files and data in the private account' END,
        CASE WHEN list_contains(a.sources, 'grant') THEN 'OAuth clients: what runs on the consent stops' END,
        CASE WHEN list_contains(a.methods, 'token') THEN 'tokens and keys: what runs on them stops' END
    ], lambda h: h IS NOT NULL) AS handover,
    CASE WHEN s.has_seat THEN 'seat on the app''s own list' || coalesce(': ' || s.role, '')
        WHEN s.is_assigned THEN 'assigned in the identity provider' END AS licence,
    m.amount AS monthly_amount, m.currency AS monthly_currency
FROM kept AS a
LEFT JOIN held AS s USING (person_id, app_id)
LEFT JOIN administered AS d USING (app_id)
LEFT JOIN monthly AS m USING (person_id, app_id)
