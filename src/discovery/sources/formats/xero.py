"""Xero: account transactions, bills and spend money.

- `account_transactions`: the report as CSV, `Date,Source,Description,Reference,…,Debit,Credit,Running Balance,…` below
  titles, with a heading per account and totals (seen in public parsers, 2026-11-24, but in no file that could be
  linked to: unproven). The rows come through `unpack.ledger_report`. Days are 31 Dec 2026. Who was paid is `Contact`
  where that column was chosen, else `Description`.
- `bills`: Bills to pay, Export: one record per line item, `ContactName,…,InvoiceNumber,…,InvoiceAmountPaid,…,
  LineAmount,…,Currency,Type,Sent,Status` (the same in five unrelated public files; the words of Type are unproven). Tax
  that LineAmount leaves out is not counted.
- `spend_money`: the API, GET /BankTransactions. The proof is for this shape: the keys and the words of Type.

Spent: Spend Money, Payable Invoice, Expense Claim; back: Payable Credit Note. In the report a purchase is a debit of
what was bought and a credit of the account that paid: credits are left out (`payment side`) as soon as the report has
debits of purchases; a report of bank accounts alone has only credits, which then count. Ignored besides: `heading`,
`total`, `payment of a bill`, `no purchase`, `declined` (voided, deleted), `pending` (draft). Nothing names who bought.
"""

from __future__ import annotations

import json
from datetime import date

from discovery.sources.charge_lines import by_state, charges
from discovery.sources.source import Example, Format, Shape

_BOUGHT = "'spendmoney', 'payableinvoice', 'expenseclaim', 'bill'"
_BACK = "'payablecreditnote', 'billcreditnote'"
_LEDGER = f"""(
    SELECT *, CASE WHEN kind IN ({_BACK}) THEN debit_text ELSE credit_text END IS NOT NULL
              AND CASE WHEN kind IN ({_BACK}) THEN credit_text ELSE debit_text END IS NULL
              AND has_bought AS is_payment
    FROM (
        SELECT *, coalesce(bool_or(kind IN ({_BOUGHT}) AND debit_text IS NOT NULL
                       OR kind IN ({_BACK}) AND credit_text IS NOT NULL) OVER (), false) AS has_bought
        FROM (
            SELECT *, fold(coalesce(source_text, '')) AS kind, nullif(blank_null(debit), '0.00') AS debit_text,
                   nullif(blank_null(credit), '0.00') AS credit_text
            FROM raw
        )
    )
)"""  # noqa: S608 - constants of this module
_BILLS = """(
    SELECT *, fold(coalesce(type_text, '')) AS kind FROM raw
)"""
_SPENT = """(
    SELECT _record, "BankTransactionID" AS id, "Contact" ->> '$.Name' AS contact, "Total" AS total,
           "CurrencyCode" AS code, "Status" AS state, upper("Type") AS kind,
           coalesce(blank_null("DateString"), CASE WHEN starts_with("Date", '/Date(')
               THEN CAST(CAST(make_timestamp(TRY_CAST(regexp_extract("Date", '\\((-?\\d+)', 1) AS BIGINT) * 1000)
                         AS DATE) AS VARCHAR) ELSE "Date" END) AS day_text
    FROM raw
)"""


def _transaction(number: int, **changes: object) -> dict[str, object]:
    return {
        "BankTransactionID": f"bt-{number}", "Type": "SPEND", "Contact": {"Name": "Figma"}, "Status": "AUTHORISED",
        "DateString": "2026-08-30T00:00:00", "Date": "/Date(1788048000000+0000)/", "Total": 104.5,
        "CurrencyCode": "EUR", "BankAccount": {"Name": "Current"}, **changes,
    }  # fmt: skip


FORMAT = Format(
    name="xero",
    system="xero",
    kind="charge",
    title="Xero account transactions and bills (CSV), spend money (API JSON)",
    shapes=(
        Shape(
            name="account_transactions", container="csv", numbered=True,
            requires=("Ledger row", "Ledger group", "Date", "Source", "Description", "Debit", "Credit"),
            columns={
                "row_kind": "Ledger row", "date_text": "Date", "source_text": "Source", "description": "Description",
                "contact": ("Contact", "Contact Name"), "debit": "Debit", "credit": "Credit", "code": "Currency",
            },
            select=charges(
                day="date_text", merchant="coalesce(blank_null(contact), description)",
                amount=f"CASE WHEN kind IN ({_BACK}) THEN coalesce(credit_text, debit_text, credit) "
                       "ELSE coalesce(debit_text, credit_text, debit) END",
                sign=f"CASE WHEN kind IN ({_BACK}) THEN -1 ELSE 1 END", currency="code", source=_LEDGER,
                ignored=(
                    ("row_kind = 'heading'", "heading"), ("row_kind = 'total'", "total"),
                    ("kind IN ('payablepayment', 'billpayment')", "payment of a bill"),
                    (f"kind <> '' AND kind NOT IN ({_BOUGHT}, {_BACK})", "no purchase"),
                    ("is_payment", "payment side"),
                ),
                further=(("kind = ''", "problem('Source', source_text, 'a source such as Spend Money')"),),
                day_column="Date", merchant_column="Description", amount_column="Debit",
            ),
        ),
        Shape(
            name="bills", container="csv", numbered=True,
            requires=("ContactName", "InvoiceNumber",
                      "InvoiceDate", "LineAmount", "InvoiceAmountDue", "Type", "Status"),
            columns={
                "contact": "ContactName", "date_text": "InvoiceDate", "amount_text": "LineAmount", "code": "Currency",
                "type_text": "Type", "state": "Status",
            },
            select=charges(
                day="date_text", merchant="contact", amount="amount_text", currency="code", source=_BILLS,
                sign="CASE WHEN contains(kind, 'credit') AND amount_read > 0 THEN -1 ELSE 1 END",
                ignored=(("kind <> '' AND NOT regexp_matches(kind, 'bill|payable|accpay')", "no purchase"),
                         by_state("state")[0],
                         ("fold(state) IN ('draft', 'submitted', 'awaitingapproval')", "pending")),
                further=(("kind = ''", "problem('Type', type_text, 'Bill or Bill credit note')"),),
                day_column="InvoiceDate", merchant_column="ContactName", amount_column="LineAmount",
            ),
        ),
        Shape(
            name="spend_money", container="json", numbered=True,
            requires=("BankTransactionID", "Type", "Total", ("Date", "DateString")),
            columns={"BankTransactionID": "VARCHAR", "Type": "VARCHAR", "Contact": "JSON", "Date": "VARCHAR",
                     "DateString": "VARCHAR", "Total": "VARCHAR", "CurrencyCode": "VARCHAR", "Status": "VARCHAR"},
            select=charges(
                day="day_text", merchant="contact", amount="total", event_id="id", currency="code", source=_SPENT,
                ignored=(("kind <> '' AND kind NOT IN ('SPEND', 'SPEND-OVERPAYMENT', 'SPEND-PREPAYMENT')",
                          "no purchase"),
                         *((said, why) for said, why in by_state("state") if why == "declined")),
                further=(("coalesce(kind, '') = ''", "problem('Type', kind, 'SPEND')"),),
                day_column="Date", merchant_column="Contact.Name", amount_column="Total",
                currency_column="CurrencyCode",
            ),
        ),
    ),
    how_to_get="Xero: Accounting, Reports, Account Transactions, Export (save as CSV); or Bills to pay, Export; or "
    "GET /api.xro/2.0/BankTransactions, all pages",
    proven_by="https://github.com/api-evangelist/xero/blob/main/json-schema/xero-banktransaction-schema.json",
    proven_on=date(2026, 11, 24),
    cadence_days=31,
    examples=(
        Example(
            shape="account_transactions",
            text="""\
Account Transactions
Acme Ltd
For the period 1 August 2026 to 31 August 2026

Date,Source,Description,Reference,Currency,Debit,Credit,Running Balance,Gross,Tax
Business Account,,,,,,,,,
Opening Balance,,,,,"9,000.00",,"9,000.00",,
30 Aug 2026,Spend Money,Figma,R1,EUR,,104.50,"8,895.50",104.50,0.00
31 Aug 2026,Payable Payment,Miro,R2,EUR,,16.00,"8,879.50",16.00,0.00
Total Business Account,,,,,,120.50,,,
Closing Balance,,,,,"8,879.50",,,,
Subscriptions,,,,,,,,,
30 Aug 2026,Spend Money,Figma - seats,R1,EUR,104.50,,104.50,104.50,0.00
31 Aug 2026,Payable Invoice,Miro - board,R2,EUR,16.00,,120.50,16.00,0.00
31 Aug 2026,Payable Credit Note,Zoom,R3,EUR,,5.00,115.50,-5.00,0.00
31 Aug 2026,Manual Journal,accrual,R4,EUR,5.00,,120.50,5.00,0.00
31 Foo 2026,Spend Money,Zoom,R5,EUR,5.00,,120.50,5.00,0.00
31 Aug 2026,Spend Money,Zoom,R5,EUR,tbc,,120.50,5.00,0.00
Total Subscriptions,,,,,125.50,5.00,,,
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "Figma - seats", "amount": 104.50, "currency": "EUR"},
                {"merchant": "Miro - board", "amount": 16.00}, {"merchant": "Zoom", "amount": -5.00},
            )},
            ignored={"heading": 2, "total": 4, "payment side": 1, "payment of a bill": 1, "no purchase": 1},
            quarantined=2,
        ),
        Example(
            shape="account_transactions",
            # The bank account alone.
            text="""\
Account Transactions
Acme Ltd

Date,Source,Contact,Description,Reference,Debit,Credit,Running Balance
Business Account,,,,,,,
30 Aug 2026,Spend Money,Figma,seats,R1,,104.50,8895.50
31 Aug 2026,Receive Money,Customer,,R2,16.00,,8879.50
Total Business Account,,,,,16.00,104.50,
""",
            records={"charge": ({"merchant": "Figma", "amount": 104.50, "currency": None},)},
            ignored={"heading": 1, "total": 1, "no purchase": 1},
        ),
        Example(
            shape="bills",
            text="""\
ContactName,EmailAddress,POAddressLine1,InvoiceNumber,Reference,InvoiceDate,DueDate,PlannedDate,Total,TaxTotal,\
InvoiceAmountPaid,InvoiceAmountDue,InventoryItemCode,Description,Quantity,UnitAmount,Discount,LineAmount,AccountCode,\
TaxType,TaxAmount,Currency,Type,Sent,Status
Figma,,,F-1,,30/08/2026,30/09/2026,,"1,104.50",0.00,0.00,"1,104.50",,seats,1,1104.50,,"1,104.50",404,No VAT,0.00,EUR,\
Bill,,Paid
Figma,,,F-2,,01/09/2026,30/09/2026,,5.00,0.00,0.00,5.00,,seats,1,5.00,,5.00,404,No VAT,0.00,EUR,Bill credit note,,Paid
Miro,,,M-1,,01/09/2026,30/09/2026,,5.00,0.00,0.00,5.00,,,1,5.00,,5.00,404,No VAT,0.00,EUR,Bill,,Draft
Miro,,,M-2,,01/09/2026,30/09/2026,,5.00,0.00,0.00,5.00,,,1,5.00,,5.00,404,No VAT,0.00,EUR,Bill,,Voided
Customer,,,C-1,,01/09/2026,30/09/2026,,5.00,0.00,0.00,5.00,,,1,5.00,,5.00,200,No VAT,0.00,EUR,Sales invoice,Sent,Paid
,,,M-3,,01/09/2026,30/09/2026,,5.00,0.00,0.00,5.00,,,1,5.00,,5.00,404,No VAT,0.00,EUR,Bill,,Paid
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "Figma", "amount": 1104.50, "currency": "EUR"},
                {"charged_on": date(2026, 9, 1), "merchant": "Figma", "amount": -5.00},
            )},
            ignored={"no purchase": 1, "declined": 1, "pending": 1},
            quarantined=1,
        ),
        Example(
            shape="spend_money",
            text=json.dumps({"Id": "x", "Status": "OK", "BankTransactions": [
                _transaction(1), _transaction(2, DateString=None, Contact={"Name": "Miro"}, Total="16.00"),
                _transaction(3, Type="RECEIVE"), _transaction(4, Type="SPEND-TRANSFER"),
                _transaction(5, Status="DELETED"), _transaction(6, Total=None), _transaction(7, Contact=None),
            ]}),
            records={"charge": (
                {"event_id": "bt-1", "charged_on": date(2026, 8, 30), "merchant": "Figma", "amount": 104.50,
                 "currency": "EUR"},
                {"event_id": "bt-2", "charged_on": date(2026, 8, 30), "merchant": "Miro", "amount": 16.00},
            )},
            ignored={"no purchase": 2, "declined": 1},
            quarantined=2,
        ),
    ),
)  # fmt: skip
