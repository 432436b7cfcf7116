-- An account stands once; blocking
SELECT account_id, count(*) AS row_count
FROM canonical.account
GROUP BY account_id
HAVING count(*) > 1
