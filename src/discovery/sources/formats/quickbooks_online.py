"""QuickBooks Online: reports saved as CSV (Transaction List by Vendor, Journal, General Ledger and the like).

The headers `Date,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit` and
`,Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance`, the title lines, headings and totals were seen
in several public parsers and their tests (read 2026-11-24), but in no file that could be linked to: unproven. The
newer reports call them `Transaction date`, `Item split account`, `Distribution account`. The rows come through
`unpack.ledger_report`. Shapes:

- `journal`: with Debit and Credit. A purchase's debits are what was bought; its credits are the account it was paid
  from, left out as `payment side` (and with them a discount that was booked as a line of its own). Of a vendor credit
  the credits are what came back. A report of paying accounts alone has credits only, which then count.
- `amount`: with Amount and a name. In a list a transaction has one line; in a ledger one under each account, and the
  line under the account that paid (bank, card, payable: by its name, or because bill payments, card payments or
  transfers stand there) is left out where another line of the transaction is there. Two lines that name each other's
  account, neither of which can be told, are quarantined.
- `by_vendor`: with Amount and without a name; the heading is the vendor.

Purchases are Expense, Check, Bill, Credit Card Expense, Cash Expense; refunds Vendor Credit and Credit Card Credit.
They count positive and negative whatever the sign of the account. Ignored: `heading`, `total`, `payment of a bill`,
`journal entry` (it names no purchase), `no purchase`, `payment side`. No column says who bought: `Name` is the vendor.
A report in another currency than the company's has no column for it: set the hint `currency`.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import charges
from discovery.sources.source import Example, Format, Shape

_BOUGHT = ("'expense', 'check', 'cheque', 'bill', 'creditcardexpense', 'creditcardcharge', 'cashexpense', "
           "'cashpurchase', 'purchase', 'expenditure', 'cashexpenditure', 'creditcardexpenditure'")  # fmt: skip
_BACK = "'vendorcredit', 'suppliercredit', 'creditcardcredit', 'billcredit'"
_PAID_FROM = (
    "(^|[^a-z])(bank|checking|chequing|current account|savings|cash|credit ?card|visa|mastercard|amex|"
    "american express|payable|payables|a/p|clearing)([^a-z]|$)"
)
_IGNORED = (
    ("row_kind = 'heading'", "heading"),
    ("row_kind = 'total'", "total"),
    ("starts_with(kind, 'billpayment')", "payment of a bill"),
    ("kind IN ('journalentry', 'journal')", "journal entry"),
    (f"kind <> '' AND kind NOT IN ({_BOUGHT}, {_BACK})", "no purchase"),
    ("is_payment", "payment side"),
)

_KNOWN = "SELECT *, fold(coalesce(kind_text, '')) AS kind FROM raw"
_JOURNAL = f"""(
    SELECT *, has_bought AND NOT is_bought AS is_payment
    FROM (
        SELECT *, coalesce(bool_or(is_bought AND kind IN ({_BOUGHT}, {_BACK})) OVER (), false) AS has_bought
        FROM (
            SELECT *, coalesce(amount_in(CASE WHEN kind IN ({_BACK}) THEN credit ELSE debit END,
                                         hint('decimal')), 0) <> 0
                      OR blank_null(CASE WHEN kind IN ({_BACK}) THEN debit ELSE credit END) IS NULL AS is_bought
            FROM ({_KNOWN})
        )
    )
)"""  # noqa: S608 - constants of this module
_AMOUNT = f"""(
    WITH known AS (
        SELECT *, coalesce(blank_null(account), blank_null(row_group), '') AS own,
               concat_ws('|', date_text, kind, num, name) AS transaction_key,
               amount_in(amount_text, hint('decimal')) AS sum_read
        FROM ({_KNOWN})
    ), told AS (
        SELECT *, regexp_matches(lower(own), '{_PAID_FROM}') OR coalesce(bool_or(
                   starts_with(kind, 'billpayment') OR kind IN ('transfer', 'creditcardpayment'))
                   OVER (PARTITION BY own), false) AND own <> '' AS pays
        FROM known
    ), sided AS (
        SELECT *, row_kind = 'line' AND pays AND coalesce(bool_or(NOT pays AND row_kind = 'line')
                      OVER (PARTITION BY transaction_key), false) AS is_payment
        FROM told
    )
    SELECT *,
           max(sum_read) FILTER (NOT is_payment AND row_kind = 'line') OVER (PARTITION BY transaction_key) AS most,
           min(sum_read) FILTER (NOT is_payment AND row_kind = 'line') OVER (PARTITION BY transaction_key) AS least,
           coalesce(list_contains(list(own) FILTER (NOT is_payment AND row_kind = 'line')
                        OVER (PARTITION BY transaction_key, abs(sum_read)), blank_null(split)), false)
               AND NOT is_payment AS is_unclear
    FROM sided
)"""  # noqa: S608 - constants of this module
_TURNED = f"CASE WHEN kind IN ({_BACK}) THEN CASE WHEN least >= 0 THEN -1 ELSE 1 END WHEN most <= 0 THEN -1 ELSE 1 END"
_UNCLEAR = (
    "is_unclear",
    "problem('Account', own, 'one line per purchase: this one stands under two accounts, and neither is known as the "
    "one that paid; export Transaction List by Vendor')",
)
_LISTED = f"(SELECT *, false AS is_payment FROM ({_KNOWN}))"  # noqa: S608 - constants of this module
_NO_TYPE = ("kind = ''", "problem('Transaction Type', kind_text, 'a type such as Expense or Bill')")
_NAMES = {"day_column": "Date", "merchant_column": "Name", "amount_column": "Amount"}

_TYPE = ("Transaction Type",)
_DATES = ("Date", "Transaction date")
_OWN = ("Ledger row", "Ledger group", _DATES, "Transaction Type")
_COLUMNS: dict[str, str | tuple[str, ...]] = {
    "row_kind": "Ledger row", "row_group": "Ledger group", "date_text": _DATES, "kind_text": _TYPE,
    "num": ("Num", "No."), "name": ("Name", "Vendor", "Supplier", "Payee"),
    "memo": ("Memo/Description", "Memo", "Description"), "account": ("Account", "Account name", "Distribution account"),
    "split": ("Split", "Item split account"), "amount_text": "Amount", "debit": "Debit", "credit": "Credit",
    "currency_text": "Currency",
}  # fmt: skip

FORMAT = Format(
    name="quickbooks_online",
    system="quickbooks_online",
    kind="charge",
    title="QuickBooks Online reports (CSV: transaction lists, journal, general ledger)",
    shapes=(
        Shape(
            name="journal", container="csv", requires=(*_OWN, "Debit", "Credit"), columns=_COLUMNS, numbered=True,
            select=charges(
                day="date_text", merchant="coalesce(blank_null(name), memo)",
                amount=f"CASE WHEN kind IN ({_BACK}) AND is_bought THEN coalesce(blank_null(credit), debit) "
                       f"WHEN kind IN ({_BACK}) THEN debit WHEN is_bought THEN coalesce(blank_null(debit), credit) "
                       "ELSE credit END",
                sign=f"CASE WHEN kind IN ({_BACK}) THEN -1 ELSE 1 END", currency="currency_text", source=_JOURNAL,
                ignored=_IGNORED, further=(_NO_TYPE,), day_column="Date", merchant_column="Name",
                amount_column="Debit",
            ),
        ),
        Shape(
            name="amount", container="csv", requires=(*_OWN, "Amount", ("Name", "Vendor", "Supplier", "Payee")),
            forbids=("Debit",), columns=_COLUMNS, numbered=True,
            select=charges(day="date_text", merchant="coalesce(blank_null(name), memo)", amount="amount_text",
                           sign=_TURNED, currency="currency_text", source=_AMOUNT, ignored=_IGNORED,
                           further=(_NO_TYPE, _UNCLEAR), **_NAMES),
        ),
        Shape(
            name="by_vendor", container="csv", requires=(*_OWN, "Amount"),
            forbids=("Debit", "Name", "Vendor", "Supplier", "Payee"), columns=_COLUMNS, numbered=True,
            select=charges(
                day="date_text", merchant="row_group", amount="amount_text", sign="CASE WHEN kind IN "
                f"({_BACK}) AND amount_read > 0 OR kind NOT IN ({_BACK}) AND amount_read < 0 THEN -1 ELSE 1 END",
                currency="currency_text", source=_LISTED,
                ignored=_IGNORED, further=(_NO_TYPE,), **_NAMES,
            ),
        ),
    ),
    how_to_get="QuickBooks Online: Reports, Transaction List by Vendor (or Journal), all columns, Export to CSV",
    proven_by=None,
    cadence_days=31,
    examples=(
        Example(
            shape="journal",
            text="""\
Acme Ltd
Journal
"August 1 - 31, 2026"

Date,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit
08/30/2026,Expense,,Figma,seats,Software,"1,104.50",
,,,,seats,Company card,,"1,104.50"
,,,,,,"1,104.50","1,104.50"

08/31/2026,Vendor Credit,C-1,Miro,,Accounts Payable (A/P),16.00,
,,,Miro,board,Software,,16.00
08/31/2026,Bill Payment (Check),7,Miro,,Accounts Payable (A/P),16.00,
08/31/2026,Journal Entry,8,,accrual,Software,10.00,
08/32/2026,Bill,9,Zoom,,Software,10.00,
08/31/2026,Bill,10,Zoom,,Software,tbc,
08/31/2026,Deposit,11,Customer,,Checking,10.00,
TOTAL,,,,,,"1,140.50","1,120.50"
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "Figma", "amount": 1104.50, "record": 1},
                {"merchant": "Miro", "amount": -16.00},
            )},
            ignored={"payment side": 2, "total": 2, "payment of a bill": 1, "journal entry": 1, "no purchase": 1},
            quarantined=2,
        ),
        Example(
            shape="amount",
            text="""\
"Acme, Ltd"
General Ledger
"August, 2026"

,Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance
Checking,,,,,,,,
,Beginning Balance,,,,,,,"9,000.00"
,30/08/2026,Expense,,Figma,seats,Software,-104.50,"8,895.50"
,31/08/2026,Transfer,,,,Corporate spending,-500.00,"8,395.50"
Total for Checking,,,,,,,"$-604.50",
Corporate spending,,,,,,,,
,31/08/2026,Transfer,,,,Checking,500.00,500.00
,31/08/2026,Expense,,Miro,board,Software,16.00,516.00
Total for Corporate spending,,,,,,,$516.00,
Software,,,,,,,,
,30/08/2026,Expense,,Figma,seats,Checking,104.50,104.50
,31/08/2026,Expense,,Miro,board,Corporate spending,16.00,120.50
,31/08/2026,Vendor Credit,,Zoom,,Accounts Payable (A/P),-5.00,115.50
,30/08/2026,Expense,,Notion,,Pool,8.00,123.50
Total for Software,,,,,,,$120.50,
Pool,,,,,,,,
,30/08/2026,Expense,,Notion,,Software,8.00,8.00
TOTAL,,,,,,,,
"Monday, Sep 14, 2026 08:00:00 AM GMT+2 - Accrual Basis",,,,,,,,
""",
            hints={"currency": "NOK"},
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "Figma", "amount": 104.50, "currency": "NOK"},
                {"merchant": "Miro", "amount": 16.00},
                {"merchant": "Zoom", "amount": -5.00},
            )},
            ignored={"heading": 5, "total": 5, "payment side": 2, "no purchase": 2},
            quarantined=2,
        ),
        Example(
            shape="amount",
            # A list: one line per transaction, with the sign of the account that paid.
            text="""\
Transaction List by Date
Acme Ltd

Transaction date,Transaction type,Num,Name,Memo/Description,Account,Item split account,Amount
08/30/2026,Expense,,Figma,seats,Checking,Software,-104.50
08/30/2026,Bill,B1,Miro,,Accounts Payable (A/P),Software,16.00
08/30/2026,Credit Card Credit,,Figma,,Visa,Software,4.50
08/30/2026,Check,12,,ZOOM.US,Checking,Software,-15.00
08/30/2026,Payment,12,Customer,,Checking,,15.00
""",
            records={"charge": (
                {"merchant": "Figma", "amount": 104.50, "charged_on": date(2026, 8, 30)},
                {"merchant": "Miro", "amount": 16.00}, {"merchant": "Figma", "amount": -4.50},
                {"merchant": "ZOOM.US", "amount": 15.00},
            )},
            ignored={"no purchase": 1},
        ),
        Example(
            shape="by_vendor",
            text="""\
Acme Ltd
Transaction List by Vendor

,Date,Transaction Type,Num,Posting,Memo/Description,Account,Amount
Figma,,,,,,,
,08/30/2026,Expense,,Yes,seats,Checking,-104.50
,08/30/2026,Bill Payment (Check),,Yes,,Checking,-7.00
Total for Figma,,,,,,,-111.50
Miro,,,,,,,
,08/30/2026,Bill,B1,Yes,,Accounts Payable (A/P),16.00
,08/30/2026,,B1,Yes,,Accounts Payable (A/P),16.00
""",
            records={"charge": ({"merchant": "Figma", "amount": 104.50}, {"merchant": "Miro", "amount": 16.00})},
            ignored={"heading": 2, "total": 1, "payment of a bill": 1},
            quarantined=1,
        ),
    ),
)  # fmt: skip
