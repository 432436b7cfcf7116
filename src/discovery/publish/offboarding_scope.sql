-- One row: one thing to end for a person, in order of urgency: access with person, app and the action to take.
-- The view offboarding_scope of the published file; read by scope, the plans, dossiers.
SELECT a.person_id, p.email, p.display_name, a.priority, coalesce(w.name, a.app_id) AS app_name, a.action,
    a.* EXCLUDE (person_id, priority, action, handover, licence, monthly_amount, monthly_currency), a.handover, a.licence,
    a.monthly_amount, a.monthly_currency
FROM access AS a
JOIN person AS p ON p.person_id = a.person_id
LEFT JOIN app AS w ON w.app_id = a.app_id
WHERE a.priority IS NOT NULL
ORDER BY a.person_id, a.priority
