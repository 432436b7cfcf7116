-- One row: one account that belongs to nobody known and reaches an app. Key: account_id. Read by an app's page.
-- The rows of the view unlinked_account of one app; without a person in account_access, few of millions are read.
SELECT a.account_id, a.system, a.instance, a.identifier, a.kind, x.sources, x.last_seen_on
FROM account_access AS x
JOIN account AS a ON a.account_id = x.account_id
WHERE x.app_id = $app AND x.person_id IS NULL AND a.person_id IS NULL
ORDER BY x.last_seen_on DESC NULLS LAST, a.account_id
