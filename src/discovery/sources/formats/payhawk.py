"""Payhawk: expenses of its API (JSON) and its export of expenses (CSV or workbook).

No example was found in public (looked for on 2026-11-25). Of the API (`GET /api/v3/accounts/{id}/expenses`, a list in
`items`) public callers read `id`, `createdAt`, `settledAt` and `document.documentDate`; the other keys are taken under
the names that such APIs use, and a record without them is quarantined. A table is taken for Payhawk's only if a header
or a link in it says so; others of its exports are read by `expense_export`.

- Days: of the document, else of settlement, else of creation.
- Amounts: what was paid, with its currency; positive is spent.
- Whose: the address of who created it, else the name.

Ignored: `declined`, `pending` (no settlement yet, draft), `no purchase` (mileage, per diem).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import by_state, charges, names_itself
from discovery.sources.source import Example, Format, Shape

_API = """(
    SELECT *,
           coalesce(document ->> '$.documentDate', document ->> '$.date', "settledAt", "createdAt") AS date_text,
           coalesce(supplier ->> '$.name', CASE WHEN json_type(supplier) = 'VARCHAR' THEN supplier ->> '$' END,
                    document ->> '$.supplierName', document ->> '$.supplier.name', title) AS merchant_text,
           coalesce("paidAmount", reconciliation ->> '$.paidAmount', reconciliation ->> '$.expenseTotalAmount',
                    document ->> '$.totalAmount', amount ->> '$.amount',
                    CASE WHEN json_type(amount) IN ('VARCHAR', 'DOUBLE', 'BIGINT', 'UBIGINT') THEN amount ->> '$' END)
               AS amount_text,
           coalesce("paidCurrency", reconciliation ->> '$.paidCurrency', reconciliation ->> '$.expenseCurrency',
                    document ->> '$.currency', amount ->> '$.currency', currency) AS code,
           coalesce("createdBy" ->> '$.email', owner ->> '$.email', employee ->> '$.email') AS email,
           coalesce("createdBy" ->> '$.name', owner ->> '$.name', employee ->> '$.name',
                    CASE WHEN json_type("createdBy") = 'VARCHAR' THEN "createdBy" ->> '$' END) AS person
    FROM raw
)"""
_DAYS = ("Document Date", "Settlement Date", "Expense Date", "Payment Date", "Date")
_MERCHANTS = ("Supplier Name", "Supplier", "Merchant", "Vendor")
_AMOUNTS = ("Paid Amount", "Total Amount", "Amount", "Expense Amount")
_NAMES = ("Employee", "Employee Name", "Created By", "Owner", "Spender", "Card Holder")
_EMAILS = ("Employee Email", "Created By Email", "Owner Email", "Spender Email", "Email")

FORMAT = Format(
    name="payhawk",
    system="payhawk",
    kind="charge",
    title="Payhawk expenses (API JSON, CSV, workbook)",
    shapes=(
        Shape(
            name="api", container="json", numbered=True,
            requires=("id", "createdAt", "document.documentDate"),
            forbids=("family", "report_id"),
            columns={
                "id": "VARCHAR", "createdAt": "VARCHAR", "settledAt": "VARCHAR", "title": "VARCHAR",
                "status": "VARCHAR",
                "type": "VARCHAR", "document": "JSON", "supplier": "JSON", "amount": "JSON", "paidAmount": "VARCHAR",
                "paidCurrency": "VARCHAR", "currency": "VARCHAR", "reconciliation": "JSON", "createdBy": "JSON",
                "owner": "JSON", "employee": "JSON",
            },
            select=charges(
                source=_API, event_id="id", day="date_text", merchant="merchant_text", amount="amount_text",
                currency="code", account="email", holder="person",
                ignored=(
                    *by_state("status"),
                    ("regexp_matches(fold(coalesce(type, '')), 'mileage|perdiem')", "no purchase"),
                ),
                day_column="document.documentDate", merchant_column="supplier.name", amount_column="paidAmount",
                currency_column="paidCurrency",
            ),
        ),
        Shape(
            name="export", container="csv", numbered=True,
            requires=(_DAYS, _MERCHANTS, _AMOUNTS, (*_NAMES, *_EMAILS)),
            recognise=names_itself("payhawk", "payhawk.com", "payhawk.io"),
            columns={
                "date_text": _DAYS, "merchant_text": _MERCHANTS, "amount": _AMOUNTS,
                "currency": ("Paid Currency", "Currency", "Expense Currency"), "person": _NAMES, "email": _EMAILS,
                "state": ("Status", "Expense Status"), "kind_text": ("Expense Type", "Type"),
                "expense_id": ("Expense ID", "Payhawk ID", "ID"), "digits": ("Card", "Card Number", "Card Last 4"),
            },
            select=charges(
                day="date_text", merchant="merchant_text", amount="amount", currency="currency", account="email",
                holder="person", event_id="expense_id", card="digits",
                ignored=(
                    *by_state("state"),
                    ("regexp_matches(fold(coalesce(kind_text, '')), 'mileage|perdiem')", "no purchase"),
                ),
                day_column="Document Date", merchant_column="Supplier", amount_column="Paid Amount",
            ),
        ),
    ),
    how_to_get="Payhawk: Expenses, Export, CSV or Excel; or the API: GET /api/v3/accounts/{id}/expenses, all pages",
    proven_by=None,
    cadence_days=31,
    examples=(
        Example(
            shape="api",
            text="""\
{"items": [
{"id": "1", "createdAt": "2026-08-30T10:00:00Z", "settledAt": "2026-09-01T00:00:00Z", "status": "settled",
 "type": "card", "document": {"documentDate": "2026-08-30", "totalAmount": 1104.5, "currency": "EUR"},
 "supplier": {"name": "Figma Inc"}, "createdBy": {"name": "Ada Byron", "email": "Ada@example.com"}},
{"id": "2", "createdAt": "2026-08-31T10:00:00Z", "status": "draft", "document": {"documentDate": null}},
{"id": "3", "createdAt": "2026-08-31T10:00:00Z", "status": "settled", "document": {"documentDate": "2026-08-31"},
 "supplier": {"name": "Miro"}}
]}
""",
            records={"charge": (
                {"event_id": "1", "charged_on": date(2026, 8, 30), "merchant": "Figma Inc", "amount": 1104.50,
                 "currency": "EUR", "account_name": "ada@example.com"},
            )},
            ignored={"pending": 1},
            quarantined=1,
        ),
        Example(
            shape="export",
            text="""\
Expense ID,Document Date,Supplier,Created By,Created By Email,Paid Amount,Paid Currency,Expense Type,Status,Link
1,2026-08-30,Figma Inc,Ada Byron,Ada@example.com,"1,104.50",EUR,Card,Settled,https://portal.payhawk.com/e/1
2,2026-08-30,,Ada Byron,ada@example.com,10.00,EUR,Mileage,Settled,
3,2026-08-30,Miro,Ada Byron,ada@example.com,16.00,EUR,Card,Rejected,
4,30-31/08/2026,Miro,Ada Byron,ada@example.com,16.00,EUR,Card,Settled,
""",
            records={"charge": (
                {"event_id": "1", "merchant": "Figma Inc", "amount": 1104.50, "account_name": "ada@example.com"},
            )},
            ignored={"no purchase": 1, "declined": 1},
            quarantined=1,
        ),
    ),
)  # fmt: skip
