-- One row: one account that belongs to nobody known and reaches an app. Key: account_id. Read by an app's page.
SELECT u.account_id, u.system, u.instance, u.identifier, u.kind, u.sources, u.last_seen_on
FROM unlinked_account AS u
WHERE u.app_id = $app
ORDER BY u.last_seen_on DESC NULLS LAST, u.account_id
