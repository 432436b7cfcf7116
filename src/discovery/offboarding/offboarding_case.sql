-- One row: one offboarding of one person. Key: case_id. Read by people; its rows come from the ledger.
FROM from_ledger
