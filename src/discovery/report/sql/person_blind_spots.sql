-- One row: one time in which a source tells nothing of a person, or of anybody. Key: source, from_at, reason.
-- Read by a person's page and the dossier.
SELECT person_id IS NOT NULL AS is_personal, source, from_at, to_at, reason
FROM blind_spot
WHERE person_id = $person OR person_id IS NULL
ORDER BY is_personal DESC, source, from_at NULLS FIRST, reason
