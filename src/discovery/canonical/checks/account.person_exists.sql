-- The person of an account is a known one; blocking
SELECT a.account_id, a.person_id
FROM canonical.account AS a ANTI JOIN canonical.person AS p USING (person_id)
WHERE a.person_id IS NOT NULL
