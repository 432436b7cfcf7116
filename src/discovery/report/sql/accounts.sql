-- One row: one account of a person. Key: account_id. Read by a person's page and the dossier.
SELECT account_id, system, instance, coalesce(account_name, identifier) AS name, identifier, kind, link_method,
    link_confidence, first_seen_on, last_seen_on
FROM account
WHERE person_id = $person
ORDER BY system, instance, name, account_id
