-- One labelled merchant and how it is matched with this night's catalog (relation incoming_labelled). Key: text.
-- Read by the check that blocks the graph when matching is no longer precise.
SELECT text, mcc, expected_app_id, app_id, decision, CAST($stands_on AS VARCHAR) AS stands_on
FROM incoming_labelled
