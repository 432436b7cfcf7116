-- One row: one person of the company, from the source of truth. Key: person_id.
-- Read by canonical.account, the graph and everybody.
--
-- status: what the person can do, by the most alive account in an identity provider (active before disabled before
-- soft_deleted before deleted; absent from a whole roster = deleted); a guest's account in somebody else's directory
-- tells only where there is no other; without any such account, what HR says.
-- left_on: HR's day, else the directory's. HR says left and the account is active = status active with left_on set.
WITH roster AS (
    SELECT d.*, i.person_id, i.via = 'source of truth' AS is_truth, family_of(d.system) = 'hr' AS is_hr,
        coalesce(d.account_kind = 'external' OR contains(lower(d.account_name), '#ext#'), false) AS is_guest,
        CASE WHEN d.absent_on IS NOT NULL AND d.status <> 'soft_deleted' THEN 'deleted' ELSE d.status END AS now_status
    FROM canonical.directory_account AS d
    JOIN canonical.identity AS i ON i.namespace = 'account_key' AND i.system = d.system AND i.instance = d.instance
        AND i.identifier = d.identifier AND i.is_link
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY person_id
        ORDER BY is_truth DESC, (now_status = 'active') DESC, snapshot_on DESC, left_on DESC NULLS FIRST,
            system, instance, identifier) AS position
    FROM roster
)
SELECT person_id,
    coalesce(min_by(email, position) FILTER (email IS NOT NULL AND is_truth),
        min_by(lower(account_name), position) FILTER (contains(account_name, '@') AND is_truth),
        min_by(email, position) FILTER (email IS NOT NULL),
        min_by(lower(account_name), position) FILTER (contains(account_name, '@'))) AS email,
    min_by(display_name, position) FILTER (display_name IS NOT NULL) AS display_name,
    coalesce(
        min_by(now_status, CASE now_status WHEN 'active' THEN 1 WHEN 'disabled' THEN 2 WHEN 'soft_deleted' THEN 3
            ELSE 4 END + CASE WHEN is_guest THEN 4 ELSE 0 END) FILTER (NOT is_hr AND now_status <> 'unknown'),
        min_by(now_status, position) FILTER (is_hr), 'unknown') AS status,
    min_by(department, position) FILTER (department IS NOT NULL) AS department,
    min_by(lower(manager_email), position) FILTER (manager_email IS NOT NULL) AS manager_email,
    coalesce(max(left_on) FILTER (position = 1), max(left_on) FILTER (NOT is_truth)) AS left_on
FROM ranked
GROUP BY person_id
HAVING bool_or(is_truth)
