-- One row: one person who has an app. Key: person_id. Read by an app's page.
-- Which persons a page shows is found in account_access, where all rows of an app lie together and which has the
-- persons and days of access; all other columns are read of these few.
WITH shown AS (
    SELECT x.person_id
    FROM (
        SELECT person_id, max(last_seen_on) AS last_seen_on
        FROM account_access
        WHERE app_id = $app AND person_id IS NOT NULL
        GROUP BY person_id
    ) AS x
    LEFT JOIN person AS p ON p.person_id = x.person_id
    ORDER BY p.left_on DESC NULLS LAST, x.last_seen_on DESC, x.person_id
    LIMIT $most OFFSET $first
)
SELECT x.person_id, coalesce(p.display_name, p.email, x.person_id) AS name, p.email, p.status, p.left_on,
    x.survives_idp_disable, x.route, x.sources, x.methods, x.is_admin, x.last_seen_on
FROM shown
JOIN access AS x ON x.person_id = shown.person_id AND x.app_id = $app
LEFT JOIN person AS p ON p.person_id = x.person_id
ORDER BY p.left_on DESC NULLS LAST, x.last_seen_on DESC, x.person_id
