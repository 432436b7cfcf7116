-- An account without a person says why, and no other does; blocking
SELECT coalesce(a.account_id, r.account_id) AS account_id
FROM (FROM canonical.account WHERE person_id IS NULL) AS a FULL JOIN canonical.unlinked_reason AS r USING (account_id)
WHERE a.account_id IS NULL OR r.account_id IS NULL
