-- One mention to decide on. Key: kind, mention. Read by discovery.matching.build.
SELECT mention, kind, nullif(trim(mention_name), '') AS name, mcc, lower(owner_tenant) AS owner_tenant,
       coalesce(has_sign_in, false) AS has_sign_in, coalesce(hosts, []) AS hosts
FROM canonical.mention
WHERE mention IS NOT NULL AND kind IS NOT NULL
ORDER BY kind, mention
