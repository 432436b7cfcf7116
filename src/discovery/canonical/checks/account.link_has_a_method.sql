-- A linked account says how it was linked; blocking
SELECT account_id, person_id, link_method
FROM canonical.account
WHERE (person_id IS NULL) <> (link_method IS NULL) OR (person_id IS NULL) <> (link_confidence IS NULL)
