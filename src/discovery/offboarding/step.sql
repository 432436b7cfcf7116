-- One row: one step of a case. Key: case_id, step_id. Read by people; its rows come from the ledger.
FROM from_ledger
