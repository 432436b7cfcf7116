-- One row: one access to end for a person, in order of urgency. Key: priority. Read by a person's page and the dossier.
-- Both tables are asked for the person, so that neither is read whole.
WITH item AS MATERIALIZED (SELECT * FROM scope_item WHERE person_id = $person),
held AS MATERIALIZED (SELECT * FROM access WHERE person_id = $person)
SELECT s.priority, a.person_id, a.app_id, coalesce(w.name, a.app_id) AS app_name, a.class, a.survives_idp_disable, a.route,
    s.action, a.last_seen_on, a.sources, a.confidence, s.handover, s.licence, s.monthly_amount, s.monthly_currency,
    a.is_admin, a.is_payer, a.is_sole_user, a.amount, a.currency, a.owner_email, a.reasons
FROM item AS s
JOIN held AS a ON a.app_id = s.app_id
LEFT JOIN app AS w ON w.app_id = s.app_id
ORDER BY s.priority
