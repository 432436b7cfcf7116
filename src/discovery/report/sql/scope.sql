-- One row: one access to end for a person, in order of urgency. Key: priority. Read by a person's page and the dossier.
SELECT priority, person_id, app_id, app_name, class, survives_idp_disable, route, action, last_seen_on, sources, confidence,
    handover, licence, monthly_amount, monthly_currency, is_admin, is_payer, is_sole_user, amount, currency, owner_email,
    reasons
FROM offboarding_scope
WHERE person_id = $person
ORDER BY priority
