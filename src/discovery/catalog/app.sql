-- One app of a catalog that Python has put together (relation incoming_app). Key: app_id. Read by every stage after.
SELECT app_id, name, vendor, domain, category, in_catalog, approval, owner_email, scim_support, scim_plan,
       facts_source, facts_as_of
FROM incoming_app
