-- One row: one entry of the ledger, up to the first that is wrong. Key: sequence. Read by people; it comes from the ledger.
FROM from_ledger
