-- Every entry of the ledger follows the one before it; warning
SELECT sequence
FROM (
    SELECT sequence, previous_hash, lag(hash, 1, repeat('0', 64)) OVER (ORDER BY sequence) AS before,
        row_number() OVER (ORDER BY sequence) AS number
    FROM offboarding.ledger_entry)
WHERE previous_hash <> before OR sequence <> number
