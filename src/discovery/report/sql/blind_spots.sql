-- One row: one time in which a source tells nothing of anybody. Key: source, from_at, reason. Read by overview and dossier.
SELECT source, from_at, to_at, reason
FROM blind_spot
WHERE person_id IS NULL
ORDER BY source, from_at NULLS FIRST, reason
