-- One row: one name by which a person is known. Key: kind, identifier. Read by a person's page.
SELECT kind, identifier
FROM person_identifier
WHERE person_id = $person
ORDER BY kind, identifier
