"""Pleo: accounting entries of the Accounting Entries API (JSON), and its export of expenses (CSV).

Shape `entries`: the keys after the example in api-evangelist/pleo (examples/pleo-accounting-entry-example.json), read
2026-11-25: `family`, `subFamily`, `bookkeepingDate`, `amount` as {value, currency, decimalDigits}, `description`,
`employeeId`. Only the description says who was paid, with what the employee wrote: what follows a dash is the merchant.
Shape `export`: no header was found in public; a CSV is taken for Pleo's if a header or a link in it says so. Others of
its exports are read by `expense_export`.

- Days: `bookkeepingDate`, year first; in a CSV another order only by the hint, or as the file proves.
- Amounts: whole minor units with their number of decimals; positive is spent. In a CSV what leaves the wallet is
  negative if most amounts are.
- Whose: `employeeId`, an account key that the address book of Pleo resolves; in a CSV the employee's address or name.

Ignored: `no purchase` (families other than PURCHASE, REIMBURSEMENT, INVOICE and the like: wallet loads, transfers,
cashback, fees), `pending`, `declined`.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import MOSTLY_NEGATIVE, by_state, charges, names_itself
from discovery.sources.source import Example, Format, Shape

_ENTRIES = """(
    SELECT *,
           amount ->> '$.value' AS minor,
           coalesce(TRY_CAST(amount ->> '$.decimalDigits' AS INTEGER), 2) AS digits,
           CAST(CAST(TRY_CAST(amount ->> '$.value' AS DECIMAL(18, 0)) AS DOUBLE)
                / power(10, coalesce(TRY_CAST(amount ->> '$.decimalDigits' AS INTEGER), 2)) AS DECIMAL(18, 2)) AS major,
           amount ->> '$.currency' AS code,
           coalesce(nullif(trim(regexp_extract(description, '\\s[—–-]\\s+(.+)$', 1)), ''), description) AS payee
    FROM raw
)"""
_DAYS = ("Date", "Expense Date", "Purchase Date", "Transaction Date", "Settled Date", "Bookkeeping Date")
_MERCHANTS = ("Merchant", "Merchant Name", "Supplier", "Supplier Name", "Vendor", "Text", "Description")
_AMOUNTS = (
    "Amount",
    "Total Amount",
    "Amount (DKK)",
    "Amount (EUR)",
    "Amount (GBP)",
    "Amount (SEK)",
    "Settled Amount",
)
_NAMES = ("Employee", "Employee Name", "Team Member", "Member", "User", "Owner")
_EMAILS = ("Employee Email", "Email", "User Email", "Member Email")

FORMAT = Format(
    name="pleo",
    system="pleo",
    kind="charge",
    title="Pleo accounting entries (API JSON), expenses (CSV)",
    shapes=(
        Shape(
            name="entries", container="json", numbered=True,
            requires=("id", "family", "subFamily", "bookkeepingDate", "amount.value", "amount.currency"),
            columns={
                "id": "VARCHAR", "employeeId": "VARCHAR", "bookkeepingDate": "VARCHAR", "family": "VARCHAR",
                "subFamily": "VARCHAR", "amount": "JSON", "description": "VARCHAR",
            },
            select=charges(
                source=_ENTRIES, event_id="id", account_key='"employeeId"', day='"bookkeepingDate"', merchant="payee",
                amount="coalesce(CAST(major AS VARCHAR), minor)", currency="code",
                ignored=(
                    ("NOT regexp_matches(upper(coalesce(family, '')), 'PURCHASE|EXPENSE|REIMBURSE|INVOICE|REFUND|CARD|"
                     "POCKET')", "no purchase"),
                ),
                day_column="bookkeepingDate", merchant_column="description", amount_column="amount.value",
                currency_column="amount.currency",
            ),
        ),
        Shape(
            name="export", container="csv", numbered=True,
            requires=(_DAYS, _MERCHANTS, _AMOUNTS, (*_NAMES, *_EMAILS)),
            recognise=names_itself("pleo", "pleo.io"),
            columns={
                "date_text": _DAYS, "merchant_text": _MERCHANTS, "amount": _AMOUNTS, "currency": ("Currency",
                "Currency Code"),
                "person": _NAMES, "email": _EMAILS, "state": ("Status", "State"), "kind_text": ("Type", "Expense Type"),
                "expense_id": ("Expense ID", "Pleo ID", "ID"),
            },
            select=charges(
                day="date_text", merchant="merchant_text", amount="amount", sign=MOSTLY_NEGATIVE, currency="currency",
                account="email", holder="person", event_id="expense_id",
                ignored=(
                    *by_state("state"),
                    ("regexp_matches(fold(coalesce(kind_text, '')), 'walletload|topup|transfer|cashback|payout|mileage|"
                     "perdiem')", "no purchase"),
                ),
                day_column="Date", merchant_column="Merchant", amount_column="Amount",
            ),
        ),
    ),
    how_to_get="Pleo: Export, CSV; or the Accounting Entries API: POST /v1/accounting-entries:search, all pages in one "
    "file",
    proven_by="https://github.com/api-evangelist/pleo/blob/main/examples/pleo-accounting-entry-example.json",
    proven_on=date(2026, 11, 25),
    cadence_days=31,
    examples=(
        Example(
            shape="entries",
            text="""\
{"data": [
{"id": "ae-1", "companyId": "c1", "employeeId": "emp-1", "bookkeepingDate": "2026-08-30", "family": "PURCHASE",
 "subFamily": "CARD", "amount": {"value": 12550, "currency": "EUR", "decimalDigits": 2},
 "description": "Design tool — Figma Inc"},
{"id": "ae-2", "employeeId": "emp-1", "bookkeepingDate": "2026-08-31", "family": "PURCHASE", "subFamily": "CARD",
 "amount": {"value": -1600, "currency": "JPY", "decimalDigits": 0}, "description": "Miro"},
{"id": "ae-3", "bookkeepingDate": "2026-08-31", "family": "WALLET", "subFamily": "LOAD",
 "amount": {"value": 100000, "currency": "EUR", "decimalDigits": 2}, "description": "Top-up"},
{"id": "ae-4", "employeeId": "emp-1", "bookkeepingDate": "2026-08-31", "family": "PURCHASE", "subFamily": "CARD",
 "amount": {"value": "much", "currency": "EUR"}, "description": "Zoom"}
]}
""",
            records={"charge": (
                {"event_id": "ae-1", "charged_on": date(2026, 8, 30), "merchant": "Figma Inc", "amount": 125.50,
                 "currency": "EUR", "account_key": "emp-1"},
                {"event_id": "ae-2", "amount": -1600, "currency": "JPY"},
            )},
            ignored={"no purchase": 1},
            quarantined=1,
        ),
        Example(
            shape="export",
            text="""\
Pleo ID;Date;Text;Amount;Currency;Employee;Employee Email;Type;Status;Receipt
1;30.08.2026;FIGMA INC;-1.104,50;EUR;Ada Byron;Ada@example.com;Card purchase;Reviewed;https://app.pleo.io/r/1
2;31.08.2026;MIRO;-16,00;EUR;Ada Byron;ada@example.com;Card purchase;Reviewed;
3;31.08.2026;MIRO;6,00;EUR;Ada Byron;ada@example.com;Card refund;Reviewed;
4;31.08.2026;Wallet;1000,00;EUR;;;Wallet load;Reviewed;
5;31.08.2026;ZOOM;-5,00;EUR;Ada Byron;ada@example.com;Card purchase;Declined;
6;31.09.2026;ZOOM;-5,00;EUR;Ada Byron;ada@example.com;Card purchase;Reviewed;
""",
            hints={"decimal": ","},
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "FIGMA INC", "amount": 1104.50,
                 "account_name": "ada@example.com", "cardholder": "Ada Byron"},
                {"merchant": "MIRO", "amount": 16.00}, {"merchant": "MIRO", "amount": -6.00},
            )},
            ignored={"no purchase": 1, "declined": 1},
            quarantined=1,
        ),
    ),
)  # fmt: skip
