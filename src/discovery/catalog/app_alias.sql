-- One further name, host or id of an app (relation incoming_alias). Key: kind, alias. Read by matching and publish.
SELECT app_id, alias, kind
FROM incoming_alias
