-- An account is linked with a method, or says why it is not; blocking
SELECT a.account_id
FROM canonical.account AS a LEFT JOIN canonical.unlinked_reason AS r USING (account_id)
WHERE (a.person_id IS NULL) <> (r.account_id IS NOT NULL)
    OR (a.person_id IS NULL) <> (a.link_method IS NULL)
