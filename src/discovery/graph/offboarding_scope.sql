-- One row: one thing to end for a person, in order of urgency. Key: person_id, priority. Read by scope and the plans.
-- Order: what the person administers, what survives the disable (known before not known), what is paid for, what a
-- grant reaches, what was used last. Accesses that somebody excluded (graph.exclusion) are left out.
WITH kept AS (
    SELECT a.*
    FROM graph.access AS a ANTI JOIN graph.exclusion AS x USING (person_id, app_id)
),
shared AS (
    SELECT t.person_id, t.app_id, bool_or(c.kind = 'shared') AS is_shared, bool_or(c.kind = 'personal') AS is_personal
    FROM graph.trace AS t JOIN canonical.account AS c USING (account_id)
    WHERE t.is_proof AND t.ended_on IS NULL AND t.person_id IS NOT NULL
    GROUP BY ALL
)
SELECT a.person_id, p.email, p.display_name,
    row_number() OVER (PARTITION BY a.person_id ORDER BY coalesce(a.is_admin, false) DESC,
        CASE WHEN a.survives_idp_disable THEN 1 WHEN a.survives_idp_disable IS NULL THEN 2 ELSE 3 END,
        a.is_payer DESC, len(a.grant_scopes) > 0 DESC, a.last_seen_on DESC NULLS LAST, a.app_id) AS priority,
    coalesce(w.name, a.app_id) AS app_name,
    CASE WHEN a.is_admin THEN 'Hand over the administration. ' ELSE '' END
    || CASE a.route
        WHEN 'scim' THEN 'Provisioning deactivates the account in ' || app_name || '; verify that it arrived.'
        WHEN 'api' THEN 'Deactivate the account in ' || app_name || ' through its API and read it back.'
        WHEN 'idp' THEN 'Disable the directory account and end its sessions: only sign-ins through it were seen in '
            || app_name || '.'
        ELSE CASE
            WHEN a.sources = ['charge'] THEN 'Find out what is paid for in ' || app_name || ' and cancel or hand over the subscription.'
            WHEN s.is_shared THEN 'Change the password of the shared login in ' || app_name || '.'
            WHEN s.is_personal THEN 'Remove the personal account from the company''s data in ' || app_name
                || ' and have the data handed over.'
            WHEN a.sources = ['grant'] THEN 'Revoke the consent of ' || app_name || ' in the identity provider.'
            WHEN a.sources = ['assignment'] THEN 'Remove the assignment of ' || app_name || ' in the identity provider.'
            ELSE 'Remove the account in ' || app_name || ' by hand' || coalesce(' (owner: ' || a.owner_email || ')', '')
                || CASE WHEN len(a.grant_scopes) > 0 THEN ', and revoke its consent' ELSE '' END || '.' END END
    || CASE WHEN a.is_payer AND a.sources <> ['charge'] THEN ' Cancel or hand over the subscription.' ELSE '' END AS action,
    a.* EXCLUDE (person_id)
FROM kept AS a
JOIN canonical.person AS p USING (person_id)
LEFT JOIN matching.app AS w USING (app_id)
LEFT JOIN shared AS s USING (person_id, app_id)
