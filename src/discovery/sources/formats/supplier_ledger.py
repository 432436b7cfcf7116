"""Purchase or supplier ledger of any bookkeeping system: a CSV of invoices or payments, recognised by meaning.

Asked for are a supplier, a day and an amount under usual names, and an invoice, voucher or document number, which
tells a ledger from other statements. No vendor's header is claimed. The format is weak: it gives way to every other
that fits, and keeps away from sales (a customer), expenses (an employee), stock and logs.

- Positive is bought. Where a ledger has Debit and Credit in place of an amount, a purchase is what a supplier's
  account is credited with; a debit is a payment of it (`payment of a bill`), unless the document type says credit
  note.
- Days: the hint `date_order`, else what the file proves. Amount with its `Currency`, else the hint.

Ignored: `payment of a bill`, `declined` (void, cancelled), `pending` (draft), `total`. Nobody is named who bought.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import by_state, charges
from discovery.sources.source import Example, Format, Head, Shape, fold

_SUPPLIERS = ("Supplier Name", "Supplier", "Vendor Name", "Vendor", "Creditor Name", "Creditor", "Beneficiary",
              "Payee")  # fmt: skip
_DAYS = ("Invoice Date", "Posting Date", "Voucher Date", "Document Date", "Bill Date", "Payment Date",
         "Transaction Date", "Date")  # fmt: skip
_DOCUMENTS = ("Invoice Number", "Invoice No", "Invoice No.", "Invoice ID", "Invoice #", "Voucher Number", "Voucher No",
              "Voucher No.", "Voucher", "Document Number", "Document No", "Document No.", "Bill Number", "Bill No",
              "Bill #")  # fmt: skip
_AMOUNTS = ("Gross Amount", "Invoice Amount", "Total Amount", "Amount", "Total", "Bill Amount", "Net Amount")
_NOT_A_LEDGER = {fold(n) for n in ("Customer", "Customer Name", "Debtor", "Quantity", "SKU", "IP address", "Event",
                                   "Stock", "ContactName", "Employee", "Employee Name", "Employee Email", "Spender",
                                   "Card Holder", "Cardholder", "Cardholder Name", "Submitter",
                                   "Expensed By")}  # fmt: skip
_LINES = """(
    SELECT *, fold(coalesce(type_text, '')) AS kind,
           coalesce(blank_null(amount), blank_null(credit), debit) AS amount_text,
           blank_null(amount) IS NULL AND coalesce(nullif(amount_in(credit, hint('decimal')), 0), 0) = 0
               AND blank_null(debit) IS NOT NULL AS is_debit
    FROM raw
)"""
_CREDIT_NOTE = "regexp_matches(kind, 'creditnote|creditmemo|refund|gutschrift')"


def _is_ledger(head: Head) -> bool:
    """Tell what was bought from what was sold."""
    return not head.folded & _NOT_A_LEDGER


FORMAT = Format(
    name="supplier_ledger",
    system="supplier_ledger",
    kind="charge",
    title="Supplier ledger of any bookkeeping system (CSV)",
    shapes=(
        Shape(
            name="invoices", container="csv", numbered=True, recognise=_is_ledger,
            requires=(_SUPPLIERS, _DAYS, _DOCUMENTS, (*_AMOUNTS, "Credit")),
            columns={
                "supplier": _SUPPLIERS, "date_text": _DAYS, "amount": _AMOUNTS, "debit": "Debit", "credit": "Credit",
                "code": ("Currency", "Currency Code", "Invoice Currency"), "state": ("Status", "Invoice Status"),
                "type_text": ("Type", "Document Type", "Transaction Type", "Voucher Type"),
            },
            select=charges(
                day="date_text", merchant="supplier",
                amount="CASE WHEN is_debit THEN debit ELSE amount_text END",
                sign=f"CASE WHEN {_CREDIT_NOTE} AND amount_read > 0 THEN -1 ELSE 1 END", currency="code",
                source=_LINES,
                ignored=(
                    ("blank_null(date_text) IS NULL AND regexp_matches(lower(trim(coalesce(supplier, ''))), "
                     "'^((sub|grand) ?)?total')", "total"),
                    ("regexp_matches(kind, 'payment|remittance|zahlung')", "payment of a bill"),
                    (f"is_debit AND NOT {_CREDIT_NOTE}", "payment of a bill"),
                    *by_state("state")[:1],
                    ("fold(state) = 'draft'", "pending"),
                ),
                day_column="Invoice Date", merchant_column="Supplier", amount_column="Amount",
            ),
        ),
    ),
    how_to_get="the bookkeeping system's list of supplier invoices as CSV: supplier, date, number, amount, currency",
    proven_by=None,
    cadence_days=31,
    weak=True,
    examples=(
        Example(
            shape="invoices",
            text="""\
Supplier No;Supplier Name;Invoice No.;Invoice Date;Due Date;Gross Amount;Currency;Status;Document Type
70001;Figma, Inc.;F-1;30.08.2026;30.09.2026;1.104,50;EUR;Paid;Invoice
70001;Figma, Inc.;F-2;31.08.2026;30.09.2026;104,50;EUR;Paid;Credit note
70002;Miro;M-1;31.08.2026;30.09.2026;16,00;EUR;Cancelled;Invoice
70002;Miro;M-1;31.08.2026;30.09.2026;16,00;EUR;Paid;Payment
70002;Miro;M-2;31.09.2026;30.09.2026;16,00;EUR;Paid;Invoice
;Total;;;;1.000,00;EUR;;
""",
            hints={"decimal": ","},
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "Figma, Inc.", "amount": 1104.50, "currency": "EUR"},
                {"charged_on": date(2026, 8, 31), "amount": -104.50},
            )},
            ignored={"declined": 1, "payment of a bill": 1, "total": 1},
            quarantined=1,
        ),
        Example(
            shape="invoices",
            text="""\
Date,Voucher No,Vendor,Document Type,Debit,Credit
2026-08-30,1,Figma,Invoice,,104.50
2026-08-31,2,Figma,Invoice,104.50,
2026-08-31,3,Figma,Credit memo,4.50,
2026-08-31,4,,Invoice,,4.50
""",
            hints={"currency": "GBP"},
            records={"charge": (
                {"merchant": "Figma", "amount": 104.50, "currency": "GBP"}, {"merchant": "Figma", "amount": -4.50},
            )},
            ignored={"payment of a bill": 1},
            quarantined=1,
        ),
    ),
)  # fmt: skip
