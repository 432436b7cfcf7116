-- One row: one thing to end for a person, in order of urgency: access with person, app and the action to take.
-- The view offboarding_scope of the published file; read by scope, the plans, dossiers.
SELECT s.person_id, p.email, p.display_name, s.priority, coalesce(w.name, s.app_id) AS app_name, s.action,
    a.* EXCLUDE (person_id), s.handover, s.licence, s.monthly_amount, s.monthly_currency
FROM scope_item AS s
JOIN access AS a ON a.person_id = s.person_id AND a.app_id = s.app_id
JOIN person AS p ON p.person_id = s.person_id
LEFT JOIN app AS w ON w.app_id = s.app_id
ORDER BY s.person_id, s.priority
