-- One row: what was seen of one person's access to one app: the input of the decision table.
-- Key: person_id, app_id. Read by graph.access_verdict; not published.
--
-- Provisioned is who the list of assignments has in the scope of a job that runs: directly, by a group, or everybody. A
-- job in quarantine, a nested group and Default Access are no such thing.
-- A sign-in whose way is not told (a log read through a mapping without a method) shows use, and no more.
-- A grant is foreign where its system is no identity provider: disabling the directory account does not end its tokens.
WITH seen AS (
    SELECT t.person_id, t.app_id,
        bool_or(t.method IN ('idp_interactive', 'idp_non_interactive', 'legacy_authentication') OR t.method IN ('oidc', 'saml')
            AND (t.source = 'sign_in' OR t.way = 'login')) FILTER (a.kind <> 'personal') AS has_idp_login,
        bool_or(t.source IN ('sign_in', 'web_visit') AND t.method IN ('password', 'social')) AS has_own_login,
        bool_or(a.kind = 'personal') AS has_personal,
        bool_or(a.kind = 'shared') AS has_shared,
        bool_or(t.method = 'token') AS has_token,
        bool_or(t.source = 'grant' AND NOT is_idp(t.system)) AS has_foreign_grant,
        bool_or(t.source = 'grant' AND is_idp(t.system)) AS has_idp_grant,
        bool_or(t.source = 'assignment') AS has_assignment,
        bool_or(t.source = 'app_account') AS has_app_account,
        bool_or(t.way IN ('visit', 'redirect') OR t.source = 'sign_in' AND t.method IN ('', 'other')) AS has_visit,
        bool_or(t.source = 'charge') AS has_charge
    FROM graph.trace AS t JOIN canonical.account AS a USING (account_id)
    WHERE t.is_proof AND t.ended_on IS NULL AND t.person_id IS NOT NULL
    GROUP BY ALL
)
SELECT s.person_id, s.app_id,
    coalesce(d.job_state = 'running' AND d.coverage IN ('assigned', 'by_group', 'everybody') AND NOT d.is_unassigned, false)
        AS is_provisioned,
    coalesce(f.approval = 'approved', false) AS is_approved,
    coalesce(s.has_idp_login, false) AS has_idp_login, s.has_own_login, s.has_personal, s.has_shared, s.has_token,
    s.has_foreign_grant, s.has_idp_grant, s.has_assignment, s.has_app_account, s.has_visit, s.has_charge,
    false AS is_enforced, -- until a source tells that an app accepts nothing but single sign-on
    coalesce(f.is_idp_list_whole AND NOT f.is_known_to_idp, false) AS is_unknown_to_idp,
    s.app_id IN (SELECT app_id FROM graph.app_interface) AS has_recipe
FROM seen AS s
LEFT JOIN graph.app_fact AS f USING (app_id)
LEFT JOIN graph.deprovisioning_fact AS d USING (person_id, app_id)
