"""Navan (formerly TripActions): expense transactions, from the Expense API and from a CSV export.

No public example of a file was found (looked for on 2026-11-24), so that both shapes are unproven:

- `api`: GET /v1/expense/transactions and its siblings, with the keys as a public description of the API names them
  (api-evangelist/navan, openapi/navan-transactions-api-openapi.yml): id, type, status, merchant, amount, currency,
  date, userId, customFieldValues. An account is only an id there.
- `export`: a CSV with a day, a merchant, an amount and a person under usual names. Because any expense tool writes
  those, it is taken for Navan's only if the file says so: a header with Navan or TripActions in it, an address at
  app.navan.com, or a payment method such as Navan card. Another export of Navan's is for a [[mapping]] block.

Traps: days are year first; another order only with the hint `date_order`. Positive is taken for spent, negative for
refunded. An amount is taken with the currency of the same name, Billing Amount with Billing Currency and so on;
without any, the hint `currency`. The words of a status are not known: those that say that nothing was paid are heeded.

Ignored: `declined` (also void, cancelled, rejected), `pending` (also draft), `repayment`, and `no purchase` (fee,
adjustment, rebate, dispute).
"""

from __future__ import annotations

import re
from datetime import date

from discovery.sources.source import Example, Format, Head, Shape, most

_API = """
WITH named AS (
    SELECT _record, id AS transaction_id, date AS date_text, type AS type_text, status AS status_text,
           coalesce(merchant ->> '$.name', CASE WHEN json_type(merchant) = 'VARCHAR' THEN merchant ->> '$' END)
               AS merchant_text,
           amount AS amount_text, currency AS code_text, "userId" AS holder_key,
           CAST(NULL AS VARCHAR) AS email, CAST(NULL AS VARCHAR) AS name, CAST(NULL AS VARCHAR) AS digits
    FROM raw
)"""

_EXPORT = """
WITH named AS (
    SELECT _record, transaction_id, date_text, type_text, status_text, merchant_text,
           coalesce(blank_null(billing_amount), blank_null(amount), blank_null(transaction_amount)) AS amount_text,
           CASE WHEN blank_null(billing_amount) IS NOT NULL THEN billing_currency
                WHEN blank_null(amount) IS NOT NULL THEN currency
                ELSE transaction_currency END AS code_text,
           CAST(NULL AS VARCHAR) AS holder_key, email, name, digits
    FROM raw
)"""

_LINES = """, line AS (
    SELECT *,
           day_in(date_text, hint('date_order')) AS charged_day,
           amount_in(amount_text, hint('decimal')) AS amount_read,
           upper(coalesce(blank_null(code_text), hint('currency'))) AS code,
           fold(status_text) AS state,
           fold(type_text) AS kind
    FROM named
)
SELECT
    blank_null(transaction_id) AS event_id,
    _record AS record,
    charged_day AS charged_on,
    blank_null(holder_key) AS account_key,
    coalesce(email_of(email), email_of(name)) AS account_name,
    CASE WHEN NOT contains(name, '@') THEN blank_null(name) END AS cardholder,
    nullif(right(regexp_replace(digits, '\\D', '', 'g'), 4), '') AS card,
    blank_null(merchant_text) AS merchant,
    amount_read AS amount,
    code AS currency,
    CASE
        WHEN regexp_matches(state, 'declin|denied|reject|void|cancel|fail|revers') THEN 'declined'
        WHEN regexp_matches(state, '^(pending|draft|authori[sz]ed|incomplete|open)') THEN 'pending'
        WHEN starts_with(kind, 'repayment') THEN 'repayment'
        WHEN regexp_matches(kind, '^(fee|adjustment|rebate|dispute)s?$') THEN 'no purchase'
    END AS _ignored,
    CASE
        WHEN charged_day IS NULL THEN problem('date', date_text,
            'a day as 2026-09-13; another order: set date_order = "dmy" or "mdy" in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('amount', amount_text,
            'an amount as 1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN blank_null(merchant_text) IS NULL THEN problem('merchant', merchant_text, 'a merchant text')
        WHEN code IS NOT NULL AND NOT regexp_matches(code, '^[A-Z]{3}$') THEN problem('currency', code,
            'a three-letter currency code')
    END AS _problem
FROM line
"""

_TYPES = frozenset(("card", "connect", "manual", "repayment", "fee", "adjustment", "rebate", "dispute"))
_OWN_NAME = re.compile(r"navan|tripactions", re.IGNORECASE)
_OWN_VALUE = re.compile(
    r"\bapp(-[a-z]+)?\.(navan|tripactions)\.com/|^(navan|tripactions)[ _-](card|connect|liquid|expense)\b",
    re.IGNORECASE,
)
_DAYS = ("Transaction Date", "Expense Date", "Date")
_MERCHANTS = ("Merchant Name", "Merchant", "Vendor Name", "Vendor")
_AMOUNTS = ("Billing Amount", "Amount", "Transaction Amount")
_EMAILS = ("Employee Email", "User Email", "Cardholder Email", "Email")
_NAMES = ("Employee Name", "User Name", "Cardholder Name", "Employee", "User", "Cardholder")


def _has_its_types(head: Head) -> bool:
    """Tell whether the records have the transaction types of the API."""
    return most(str(record.get("type")).casefold() in _TYPES for record in head.records)


def _says_navan(head: Head) -> bool:
    """Tell whether a header or a cell names the product; a merchant of that name does not."""
    cells = (cell.strip() for row in head.rows for cell in row)
    return any(map(_OWN_NAME.search, head.header)) or any(map(_OWN_VALUE.search, cells))


FORMAT = Format(
    name="navan",
    system="navan",
    kind="charge",
    title="Navan expense transactions (API JSON, CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "type", "status", "merchant", "amount", "currency", "date", "userId"),
            columns={
                "id": "VARCHAR",
                "type": "VARCHAR",
                "status": "VARCHAR",
                "merchant": "JSON",
                "amount": "VARCHAR",
                "currency": "VARCHAR",
                "date": "VARCHAR",
                "userId": "VARCHAR",
            },
            select=_API + _LINES,
            numbered=True,
            recognise=_has_its_types,
        ),
        Shape(
            name="export",
            container="csv",
            requires=(_DAYS, _MERCHANTS, _AMOUNTS, (*_EMAILS, *_NAMES)),
            columns={
                "transaction_id": ("Navan Transaction ID", "Transaction ID", "Expense ID"),
                "date_text": _DAYS,
                "type_text": ("Transaction Type", "Type"),
                "status_text": ("Transaction Status", "Expense Status", "Status"),
                "merchant_text": _MERCHANTS,
                "billing_amount": "Billing Amount",
                "billing_currency": "Billing Currency",
                "amount": "Amount",
                "currency": "Currency",
                "transaction_amount": "Transaction Amount",
                "transaction_currency": "Transaction Currency",
                "email": _EMAILS,
                "name": _NAMES,
                "digits": ("Card Last 4", "Card Last Four", "Last 4", "Card Number"),
            },
            select=_EXPORT + _LINES,
            numbered=True,
            recognise=_says_navan,
        ),
    ),
    how_to_get="Navan Expense API: GET /v1/expense/transactions, all pages; or Expense, Transactions, Export, CSV",
    proven_by=None,
    cadence_days=31,
    examples=(
        Example(
            shape="api",
            text="""\
{"data": [
 {"id": "t1", "type": "card", "status": "APPROVED", "merchant": "FIGMA INC", "amount": 45.5, "currency": "USD",
  "date": "2026-08-30T15:54:32.127Z", "userId": "u1", "customFieldValues": {"Department": "Design"}},
 {"id": "t2", "type": "manual", "status": "APPROVED", "merchant": {"name": "Miro"}, "amount": -16, "currency": "eur",
  "date": "2026-08-31", "userId": "u2", "customFieldValues": {}},
 {"id": "t3", "type": "card", "status": "DECLINED", "merchant": "Miro", "amount": 16, "currency": "EUR",
  "date": "2026-08-31T00:00:00Z", "userId": "u2", "customFieldValues": {}},
 {"id": "t4", "type": "repayment", "status": "APPROVED", "merchant": null, "amount": 16, "currency": "EUR",
  "date": "2026-08-31T00:00:00Z", "userId": "u2", "customFieldValues": {}},
 {"id": "t5", "type": "rebate", "status": "APPROVED", "merchant": "Navan", "amount": 1, "currency": "EUR",
  "date": "2026-08-31T00:00:00Z", "userId": "u2", "customFieldValues": {}},
 {"id": "t6", "type": "card", "status": "APPROVED", "merchant": null, "amount": 16, "currency": "EUR",
  "date": "2026-08-31T00:00:00Z", "userId": "u2", "customFieldValues": {}}
], "next_cursor": null}
""",
            records={
                "charge": (
                    {
                        "event_id": "t1",
                        "charged_on": date(2026, 8, 30),
                        "merchant": "FIGMA INC",
                        "amount": 45.50,
                        "currency": "USD",
                        "account_key": "u1",
                    },
                    {
                        "event_id": "t2",
                        "merchant": "Miro",
                        "amount": -16,
                        "currency": "EUR",
                        "account_key": "u2",
                    },
                )
            },
            ignored={"declined": 1, "repayment": 1, "no purchase": 1},
            quarantined=1,
        ),
        Example(
            shape="export",
            text="""\
Transaction ID,Transaction Date,Employee Name,Employee Email,Merchant,Transaction Amount,Transaction Currency,\
Billing Amount,Billing Currency,Transaction Type,Transaction Status,Card Last 4,Receipt
a1,2026-08-30,Ada Byron,Ada@example.com,FIGMA INC,45.50,USD,41.25,EUR,Card,Approved,0042,\
https://app.navan.com/receipt/1
a2,2026-08-30,Ada Byron,ada@example.com,MIRO,16.00,USD,,,Card,Approved,0042,
a3,2026-08-30,Ada Byron,ada@example.com,MIRO,16.00,USD,16.00,EUR,Card,Pending,0042,
a4,30/08/2026,Ada Byron,ada@example.com,MIRO,16.00,USD,16.00,EUR,Card,Approved,0042,
a5,2026-08-30,Ada Byron,ada@example.com,MIRO,16.00,USD,16.00,euro,Card,Approved,0042,
a6,2026-08-30,Ada Byron,ada@example.com,MIRO,tbc,USD,,EUR,Card,Approved,0042,
""",
            records={
                "charge": (
                    {
                        "event_id": "a1",
                        "charged_on": date(2026, 8, 30),
                        "merchant": "FIGMA INC",
                        "amount": 41.25,
                        "currency": "EUR",
                        "account_name": "ada@example.com",
                        "cardholder": "Ada Byron",
                        "card": "0042",
                    },
                    {"event_id": "a2", "amount": 16.00, "currency": "USD"},
                )
            },
            ignored={"pending": 1},
            quarantined=3,
        ),
        Example(
            shape="export",
            # A header that names the product; days in a declared order; no currency column.
            text="""\
Navan Transaction ID;Date;User;Vendor;Amount;Status
b1;03.09.2026;ada@example.com;NOTION LABS INC;1.104,50;Reimbursed
""",
            hints={"date_order": "dmy", "decimal": ",", "currency": "eur"},
            records={
                "charge": (
                    {
                        "event_id": "b1",
                        "charged_on": date(2026, 9, 3),
                        "amount": 1104.50,
                        "currency": "EUR",
                        "account_name": "ada@example.com",
                        "cardholder": None,
                    },
                )
            },
        ),
    ),
)
