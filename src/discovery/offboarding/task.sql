-- One row: one manual step and who has to do it. Key: task_id. Read by people; its rows come from the ledger.
FROM from_ledger
