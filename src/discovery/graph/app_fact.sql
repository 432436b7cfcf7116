-- One row: what the company knows of one app in use. Key: app_id. Read by graph.access_fact, graph.access,
-- graph.app_summary and the published table app; not published itself.
--
-- Approval: what the overlay or a person said; else what a registration says (strictest first); else an app that
-- somebody assigned in an identity provider, or a licence of it, is approved (an Okta sign-in needs an assignment), and
-- so is an app of the identity provider's own maker (owner tenant Microsoft's, seen in sign-ins).
WITH registered AS (
    SELECT m.app_id, min(CASE r.approval WHEN 'blocked' THEN 1 WHEN 'needs_review' THEN 2 WHEN 'approved' THEN 3 END) AS said,
        bool_or(is_idp(r.system)) AS is_in_idp,
        bool_or(r.owner_tenant IN ('f8cdef31-a31e-4b4a-93e4-5f571e91255a', '72f988bf-86f1-41af-91ab-2d7cd011db47'))
            AS is_makers
    FROM canonical.app_registration AS r
    JOIN matching.match AS m ON m.kind = r.mention_kind AND m.mention = r.mention AND m.decision = 'accept'
    GROUP BY ALL
),
assigned AS (
    SELECT m.app_id, true AS is_assigned
    FROM canonical.assignment AS s
    JOIN matching.match AS m ON m.kind = s.mention_kind AND m.mention = s.mention AND m.decision = 'accept'
    WHERE s.change IS DISTINCT FROM 'removed' AND s.ended_on IS NULL
    UNION
    SELECT app_id, true FROM canonical.licence WHERE ended_on IS NULL
),
seen AS (
    SELECT app_id,
        bool_or(source IN ('sign_in', 'grant', 'assignment') AND is_idp(system)) AS is_in_idp,
        bool_or(source = 'sign_in' AND system = 'okta') AS is_okta,
        bool_or(source = 'sign_in') AS has_sign_in
    FROM graph.trace
    WHERE is_proof
    GROUP BY ALL
),
idp AS (
    SELECT system, coalesce(instance, '') AS instance FROM canonical.usage_known
    WHERE source = 'sign_in' AND is_idp(system)
    UNION
    SELECT system, instance FROM canonical.directory_account WHERE is_idp(system)
),
whole AS (
    SELECT DISTINCT r.system, r.instance
    FROM canonical.app_registration AS r JOIN sources.source_file AS f USING (file_id)
    WHERE f.is_complete
),
known AS (SELECT count(*) > 0 AND count(*) = count(w.system) AS is_whole
    FROM idp LEFT JOIN whole AS w USING (system, instance)),
judged AS (
    SELECT p.app_id,
        CASE
            WHEN p.approval <> 'discovered' THEN 'said'
            WHEN r.said IS NOT NULL THEN 'registered'
            WHEN a.is_assigned THEN 'assigned'
            WHEN s.is_okta THEN 'okta'
            WHEN r.is_makers AND s.has_sign_in THEN 'makers'
            ELSE 'nobody' END AS why,
        p.approval, r.said, coalesce(s.is_in_idp, false) OR coalesce(r.is_in_idp, false) AS is_known_to_idp
    FROM matching.app AS p
    LEFT JOIN registered AS r USING (app_id)
    LEFT JOIN assigned AS a USING (app_id)
    LEFT JOIN seen AS s USING (app_id)
)
SELECT j.app_id,
    CASE j.why WHEN 'said' THEN j.approval WHEN 'registered' THEN ['blocked', 'needs_review', 'approved'][j.said]
        WHEN 'nobody' THEN 'discovered' ELSE 'approved' END AS approval,
    CASE j.why WHEN 'said' THEN 'decided: ' || j.approval
        WHEN 'registered' THEN 'so registered in its source: ' || ['blocked', 'needs_review', 'approved'][j.said]
        WHEN 'assigned' THEN 'approved: assigned in the identity provider'
        WHEN 'okta' THEN 'approved: Okta lets in only whom somebody assigned'
        WHEN 'makers' THEN 'approved: belongs to the identity provider itself'
        ELSE 'nobody approved it' END AS approval_reason,
    j.is_known_to_idp, k.is_whole AS is_idp_list_whole
FROM judged AS j CROSS JOIN known AS k
