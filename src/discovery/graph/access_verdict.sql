-- One row: class, survival and route of one access. Key: person_id, app_id. Read by graph.access; not published.
--
-- THE decision table of the program. Each column takes the first line that holds, so lines cannot overlap, and the
-- last line always holds, so none is missing; tests/graph/test_decision_table.py runs it over every combination.
-- `survives` follows docs/decisions and DESIGN 6: NULL (unknown) rather than a guess; a guess begins with `assumed:`.
WITH rule AS (
    SELECT *,
        CASE
            WHEN is_provisioned THEN 'c1'
            WHEN NOT is_approved THEN 'c2'
            WHEN is_enforced THEN 'c3'
            WHEN has_idp_login AND NOT (has_own_login OR has_personal OR has_shared OR has_token) THEN 'c4'
            WHEN has_own_login OR has_personal OR has_shared OR has_token THEN 'c5'
            WHEN has_idp_grant OR has_foreign_grant THEN 'c6'
            WHEN has_app_account THEN 'c7'
            WHEN has_assignment THEN 'c8'
            WHEN has_visit THEN 'c9'
            WHEN has_charge THEN 'c10'
            ELSE 'c11' END AS class_rule,
        CASE
            WHEN has_token THEN 's1'
            WHEN has_personal THEN 's2'
            WHEN has_own_login AND NOT is_enforced THEN 's3'
            WHEN has_shared THEN 's4'
            WHEN has_foreign_grant THEN 's5'
            WHEN is_enforced THEN 's6'
            WHEN has_idp_login THEN 's7'
            WHEN has_idp_grant THEN 's8'
            WHEN has_app_account AND is_unknown_to_idp AND NOT has_assignment THEN 's9'
            WHEN has_app_account THEN 's10'
            WHEN has_assignment THEN 's11'
            WHEN has_visit THEN 's12'
            WHEN has_charge THEN 's13'
            ELSE 's14' END AS survives_rule
    FROM graph.access_fact
),
class_text(class_rule, class, class_reason) AS (VALUES
    ('c1', 'scim_managed', 'a healthy provisioning job has this person in scope'),
    ('c2', 'shadow', 'the app is not approved'),
    ('c3', 'sso', 'single sign-on is enforced'),
    ('c4', 'sso', 'seen to sign in through the identity provider only'),
    ('c5', 'unmanaged', 'a login beside the identity provider was seen'),
    ('c6', 'unmanaged', 'granted access to data, no sign-in seen'),
    ('c7', 'unmanaged', 'on the app''s own list, no sign-in through the identity provider seen'),
    ('c8', 'unmanaged', 'assigned, never seen to sign in'),
    ('c9', 'unmanaged', 'seen in use, way of signing in unknown'),
    ('c10', 'unmanaged', 'pays for it, no use seen'),
    ('c11', 'unmanaged', 'nothing else is known')
),
survives_text(survives_rule, survives, survives_reason) AS (VALUES
    ('s1', true, 'a token or key of the app was seen: the directory is not asked'),
    ('s2', true, 'uses a personal account: another identity'),
    ('s3', true, 'signs in with a password or a social account: the directory is not asked'),
    ('s4', true, 'uses a login that several share: it outlives the person''s account'),
    ('s5', true, 'granted access whose tokens the disabled directory does not control'),
    ('s6', false, 'single sign-on is enforced'),
    ('s7', false, 'only sign-ins through the identity provider were seen'),
    ('s8', false, 'consented in the identity provider: refresh is refused once the account is disabled'),
    ('s9', true, 'assumed: the app''s own list has the account and no identity provider knows the app'),
    ('s10', NULL, 'not known: the app''s own list has the account, how it signs in was not seen; likely yes'),
    ('s11', NULL, 'not known: assigned, but never seen to sign in'),
    ('s12', NULL, 'not known: seen in use, the way of signing in was not seen'),
    ('s13', NULL, 'not known: a charge says who pays, not who can get in; the subscription goes on being charged'),
    ('s14', NULL, 'not known')
),
routed AS (
    SELECT r.person_id, r.app_id, c.class, c.class_reason, s.survives, s.survives_reason,
        CASE WHEN c.class = 'scim_managed' THEN 'scim'
            WHEN r.has_recipe THEN 'api'
            WHEN c.class = 'sso' AND s.survives IS NOT DISTINCT FROM false THEN 'idp'
            ELSE 'manual' END AS route
    FROM rule AS r
    JOIN class_text AS c USING (class_rule)
    JOIN survives_text AS s USING (survives_rule)
)
SELECT person_id, app_id, class, class_reason, survives AS survives_idp_disable, survives_reason, route,
    CASE route WHEN 'scim' THEN 'ended by provisioning'
        WHEN 'api' THEN 'ended through the app''s own interface'
        WHEN 'idp' THEN 'ended by disabling the directory account'
        ELSE 'to be ended by hand in the app' END AS route_reason
FROM routed
