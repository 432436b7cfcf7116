-- One row: one app in use, counted. Key: app_id. Read by the page of apps.
SELECT s.app_id, s.name, a.vendor, a.category, s.class, s.approval, s.person_count, s.active_person_count, s.leaver_count,
    s.sources, a.owner_email, s.last_seen_on, s.amount, s.currency
FROM app_summary AS s
JOIN app AS a USING (app_id)
WHERE $class IS NULL OR s.class = $class
ORDER BY s.person_count DESC, s.name, s.app_id
