"""Expense tools without a format of their own: a CSV of expenses whose headers are recognised by their meaning.

Asked for are a day, a merchant (or supplier), an amount and who spent, under the names that such tools use (Rydoo, Zoho
Expense, SAP Concur reports, and what Pleo, Spendesk and Payhawk write without their name in it). No vendor's exact
header is claimed: none was found in public (looked for on 2026-11-24). A column that only such a tool has (employee,
receipt, cost center
…) must be there too, so that card statements stay what they are. The format is weak: it gives way to every other
that fits, and keeps away from bank statements (a balance), sales (a customer) and logs.

- An amount is taken with the currency of the same pair: billed or converted, else plain, else the original one;
  without any currency, the hint `currency`.
- Positive is spent; but where more than half of a file's amounts (three at least) are negative, negative is: some
  tools write money that leaves so.
- Who spent is an address where there is one, else a name (card holder).
- Days: the hint `date_order`, else what the file proves; never guessed.

Ignored: `declined` (also rejected, void), `pending` (also draft, authorised), `no purchase` (mileage, per diem,
repayment, top-up, transfer), `total`.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import MOSTLY_NEGATIVE, by_state, charges
from discovery.sources.source import Example, Format, Head, Shape, fold

_DAYS = ("Transaction Date", "Expense Date", "Date of expense", "Purchase Date", "Payment Date", "Document Date",
         "Date of purchase", "Settlement Date", "Expense-Date", "Date")  # fmt: skip
_MERCHANTS = ("Merchant Name", "Merchant", "Vendor Name", "Vendor", "Supplier Name", "Supplier", "Vendor Description",
              "Payee", "Store")  # fmt: skip
_BILLED = ("Billing Amount", "Billed Amount", "Converted Amount", "Amount in base currency", "Home Amount",
           "Posted Amount", "Approved Amount")  # fmt: skip
_BILLED_IN = ("Billing Currency", "Billed Currency", "Converted Currency", "Base Currency", "Home Currency",
              "Posted Currency", "Reimbursement Currency")  # fmt: skip
_AMOUNTS = ("Amount", "Total Amount", "Expense Amount", "Amount incl. VAT", "Amount (incl. VAT)", "Gross Amount",
            "Total", "Amount Paid")  # fmt: skip
_CURRENCIES = ("Currency", "Currency Code", "Expense Currency")
_ORIGINALS = ("Transaction Amount", "Original Amount", "Local Amount", "Foreign Amount")
_ORIGINALS_IN = ("Transaction Currency", "Transaction Currency Code", "Original Currency", "Local Currency",
                 "Foreign Currency")  # fmt: skip
_EMAILS = ("Employee Email", "User Email", "Employee Email Address", "Submitter Email", "Submitted By Email",
           "Spender Email", "Payer Email", "Card Holder Email", "Cardholder Email", "Owner Email",
           "Requester Email", "Email")  # fmt: skip
_NAMES = ("Employee", "Employee Name", "User", "User Name", "Submitter", "Submitted By", "Spender", "Payer",
          "Card Holder", "Cardholder", "Cardholder Name", "Owner", "Requester", "Expensed By", "Paid By")  # fmt: skip
_OF_EXPENSES = {fold(n) for n in (
    "Expense ID", "Expense Date", "Expense-Date", "Date of expense", "Expense Amount", "Expense Category",
    "Expense Type", "Expense Account", "Expense Report", "Report ID", "Report Name", "Receipt",
    "Receipts", "Receipt URL", "Has Receipt", "Reimbursable", "Is Reimbursable", "Employee", "Employee Name",
    "Employee Email", "Employee Email Address", "Spender", "Spender Email", "Submitter", "Submitter Email",
    "Submitted By", "Expensed By", "Cost Center", "Cost Centre", "Approver", "Approved By",
)}  # fmt: skip
_NOT_EXPENSES = {fold(n) for n in (
    "Balance", "Running Balance", "Customer", "Customer ID", "Invoice Status", "URL", "IP address", "Event",
    "Debit", "Credit", "Quantity Sold", "Order ID",
)}  # fmt: skip

_LINES = """(
    SELECT *,
           CASE WHEN amount_in(billed, hint('decimal')) IS NOT NULL THEN billed
                WHEN blank_null(amount) IS NOT NULL THEN amount
                ELSE coalesce(blank_null(original), billed) END AS amount_text,
           CASE WHEN amount_in(billed, hint('decimal')) IS NOT NULL
                    THEN coalesce(blank_null(billed_in), CASE WHEN blank_null(original_in) IS NULL THEN currency END)
                WHEN blank_null(amount) IS NOT NULL THEN currency
                ELSE coalesce(blank_null(original_in), currency) END AS code
    FROM raw
)"""
_NO_PURCHASE = "mileage|kilomet|perdiem|dailyallowance|repayment|topup|walletload|transfer|cashback"


def _is_expense_export(head: Head) -> bool:
    """Tell expenses from card statements, sales and logs: a column that only an expense tool has is asked for."""
    return not head.folded & _NOT_EXPENSES and bool(head.folded & _OF_EXPENSES)


FORMAT = Format(
    name="expense_export",
    system="expenses",
    kind="charge",
    title="Expenses of any expense tool (CSV)",
    shapes=(
        Shape(
            name="expenses", container="csv", numbered=True, recognise=_is_expense_export,
            requires=(_DAYS, _MERCHANTS, (*_BILLED, *_AMOUNTS, *_ORIGINALS), (*_EMAILS, *_NAMES)),
            columns={
                "date_text": _DAYS, "merchant_text": _MERCHANTS, "billed": _BILLED, "billed_in": _BILLED_IN,
                "amount": _AMOUNTS, "currency": _CURRENCIES, "original": _ORIGINALS, "original_in": _ORIGINALS_IN,
                "email": _EMAILS, "holder_name": _NAMES,
                "state": ("Status", "Expense Status", "Transaction Status", "Approval Status", "State"),
                "type_text": ("Expense Type", "Type", "Transaction Type", "Payment Type"),
                "mcc": ("MCC", "MCC Code", "Merchant Category Code"),
                "digits": ("Card Last 4", "Last 4", "Card Number", "Card"),
                "expense_id": ("Expense ID", "Transaction ID", "Entry ID"),
            },
            select=charges(
                day="date_text", merchant="merchant_text", amount="amount_text", currency="code", account="email",
                holder="holder_name", card="digits", mcc="mcc", source=_LINES, sign=MOSTLY_NEGATIVE,
                # Splits of one expense share its id, so that the id alone does not identify a line.
                event_id="CASE WHEN blank_null(expense_id) IS NOT NULL THEN concat_ws('|', expense_id, the_sum, "
                "the_currency, the_merchant, row_number() OVER (PARTITION BY expense_id, the_sum, the_currency, "
                "the_merchant ORDER BY _record)) END",
                ignored=(
                    ("blank_null(merchant_text) IS NULL AND regexp_matches(lower(trim(coalesce(date_text, ''))), "
                     "'^((sub|grand) ?)?total')", "total"),
                    *by_state("state"),
                    (f"regexp_matches(fold(coalesce(type_text, '')), '{_NO_PURCHASE}')", "no purchase"),
                ),
                day_column="Date", merchant_column="Merchant", amount_column="Amount",
            ),
        ),
    ),
    how_to_get="the expense tool's export of expenses (not reports) as CSV, with date, merchant or supplier, amount, "
    "currency and the employee's address",
    proven_by=None,
    cadence_days=31,
    weak=True,
    examples=(
        Example(
            shape="expenses",
            text="""\
Expense ID,Date,Supplier,Payer,Payer Email,Payment Type,Amount,Currency,Original Amount,Original Currency,Status,\
Cost Center
e1,2026-08-30,FIGMA INC,Ada Byron,Ada@example.com,Card,"1,104.50",EUR,"1,190.00",USD,Approved,Design
e2,2026-08-31,Miro,Ada Byron,,Card,-16.00,eur,,,Paid,Design
e3,2026-08-31,Miro,Ada Byron,ada@example.com,Card,16.00,EUR,,,Rejected,Design
e4,2026-08-31,Miro,Ada Byron,ada@example.com,Card,16.00,EUR,,,Draft,Design
e5,2026-08-31,,Ada Byron,ada@example.com,Mileage,16.00,EUR,,,Approved,Design
Total,,,,,,,,,,,
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "FIGMA INC", "amount": 1104.50, "currency": "EUR",
                 "account_name": "ada@example.com", "cardholder": "Ada Byron", "record": 1},
                {"merchant": "Miro", "amount": -16.00, "currency": "EUR", "account_name": None,
                 "cardholder": "Ada Byron"},
            )},
            ignored={"declined": 1, "pending": 1, "no purchase": 1},
            quarantined=1,
        ),
        Example(
            shape="expenses",
            # A semicolon, days that prove their order, a decimal comma, no currency but the setting's.
            text="""\
Expense Date;Merchant;Employee;Total Amount;Card Last 4
30/08/2026;Zoom;Ada Byron;1.104,50;*2001
01/09/2026;Zoom;ada@example.com;5,00;
31/09/2026;Zoom;Ada Byron;5,00;
01/09/2026;;Ada Byron;5,00;
01/09/2026;Zoom;Ada Byron;tbc;
""",
            hints={"decimal": ",", "currency": "nok"},
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "Zoom", "amount": 1104.50, "currency": "NOK",
                 "card": "2001"},
                {"charged_on": date(2026, 9, 1), "account_name": "ada@example.com", "cardholder": None},
            )},
            quarantined=3,
        ),
    ),
)  # fmt: skip
