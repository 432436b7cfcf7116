-- One row: one month's charges of a person for an app. Key: month, currency. Read by the explanation of one access.
SELECT month, amount, currency
FROM spend
WHERE person_id = $person AND app_id = $app
ORDER BY month, currency
