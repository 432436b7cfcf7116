"""Purchase cards of public bodies: monthly workbooks and CSVs whose headers drift from one month to the next.

Headers as they stand in files of such bodies, read 2026-11-23: Birmingham City Council (39 variants in seven
years: `TRANS DATE`, `MERCHANT NAME`, `BILLING GROSS AMT`, `ORIGINAL GROSS AMT` …), Oxford City Council
(`FIN.TRANSACTION
DATE`, `MCH.MERCHANT NAME` …), City of Toronto (`Batch Transaction ID`, `Transaction Amt.` …), the states of Delaware
and
Oklahoma and the District of Columbia. Each is a shape; a column may stand anywhere, be missing or be spelt otherwise,
as
long as day, merchant and amount are there. A month without a merchant column is not recognised, and said to be so.

- Days: year first (a day's cell of a workbook is that), a day number of a sheet, words; else the hint `date_order`,
  else
  what the file proves.
- Amounts: what the card was billed, with its currency; else the original amount with its own; else the hint `currency`.
  Positive is spent, negative is refunded.
- A card's number is its last four digits. Oklahoma names the card holder.

Ignored: `header again` (months put together in one sheet), `total`, `subtotal` (Toronto: no batch id), `blank line`.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import charges
from discovery.sources.source import Example, Format, Shape

_DAYS = ("TRANS DATE", "Transaction Date", "TRANSACTION_DATE", "FIN.TRANSACTION DATE", "TRANS_DT", "Trans Dt",
         "Date of transaction", "Purchase Date", "Date")  # fmt: skip
_MERCHANTS = ("MERCHANT NAME", "MCH.MERCHANT NAME", "VENDOR_NAME", "Vendor Name", "Merchant", "Vendor", "Supplier",
              "Supplier Name")  # fmt: skip
_BILLED = ("BILLING GROSS AMT", "BILLING GROSS AMOUNT", "Billing Amount", "Transaction Amt.", "Transaction Amount",
           "FIN.TRANSACTION AMOUNT", "TRANSACTION_AMOUNT", "MERCHANDISE_AMT", "Amount", "Value")  # fmt: skip
_BILLED_IN = (
    "BILLING CUR CODE",
    "BILLING CURRENCY",
    "BILLING CUR",
    "Trx Currency",
    "Currency",
    "Currency Code",
)
_COLUMNS: dict[str, str | tuple[str, ...]] = {
    "date_text": _DAYS, "merchant_text": _MERCHANTS, "billed": _BILLED, "billed_in": _BILLED_IN,
    "original": ("ORIGINAL GROSS AMT", "ORIGINAL GROSS AMOUNT", "Original Amount"),
    "original_in": ("ORIGINAL CUR", "ORIGINAL CURRENCY", "Original Cur Code"),
    "digits": ("CARD NUMBER", "Card No", "Card No."), "batch": ("Batch Transaction ID", "Batch-Transaction ID"),
    "mcc": ("MCC CODE", "MCC", "Merchant Category Code (MCC)", "Merchant Type (MCC)", "Merchant Category Code"),
    "first_name": ("Cardholder First Initial", "Cardholder First Name"), "last_name": "Cardholder Last Name",
    "holder_name": ("Cardholder", "Cardholder Name", "Card Holder"),
}  # fmt: skip

_LINES = """(
    SELECT *,
           amount_in(billed, hint('decimal')) IS NULL AND blank_null(original) IS NOT NULL AS is_original,
           CASE WHEN is_original THEN original ELSE billed END AS amount_text,
           CASE WHEN is_original THEN original_in ELSE billed_in END AS code,
           coalesce(blank_null(holder_name), blank_null(concat_ws(' ', first_name, last_name))) AS holder
    FROM raw
)"""
_HEADS = ", ".join(f"'{word}'" for word in (
    "transdate", "transactiondate", "fintransactiondate", "transdt", "date", "dateoftransaction",
    "purchasedate"))  # fmt: skip


def _shape(name: str, requires: tuple[str | tuple[str, ...], ...], *more: tuple[str, str]) -> Shape:
    return Shape(
        name=name, container="csv", numbered=True, preamble=8, requires=requires, columns=_COLUMNS,
        forbids=("Balance", "Running Balance", "Report ID", "Expense ID"),
        select=charges(
            source=_LINES, day="date_text", merchant="merchant_text", amount="amount_text", currency="code",
            card="digits", mcc="mcc", holder="holder",
            ignored=(
                (f"fold(date_text) IN ({_HEADS})", "header again"),
                ("coalesce(blank_null(date_text), blank_null(merchant_text), blank_null(amount_text)) IS NULL",
                 "blank line"),
                ("regexp_matches(lower(concat_ws(' ', date_text, merchant_text)), '^\\s*(sub|grand)? ?-?total') OR "
                 "coalesce(blank_null(date_text), blank_null(merchant_text)) IS NULL", "total"),
                *more,
            ),
            day_column="TRANS DATE", merchant_column="MERCHANT NAME", amount_column="BILLING GROSS AMT",
            currency_column="BILLING CUR CODE",
        ),
    )  # fmt: skip


FORMAT = Format(
    name="purchase_card",
    system="purchase_card",
    kind="charge",
    title="Purchase cards of public bodies (workbook, CSV)",
    shapes=(
        _shape("billing", ("TRANS DATE", "MERCHANT NAME", (
            "BILLING GROSS AMT", "ORIGINAL GROSS AMT", "BILLING GROSS AMOUNT", "ORIGINAL GROSS AMOUNT"))),
        _shape("fin_mch", (("FIN.TRANSACTION DATE", "TRANSACTION DATE"), "MCH.MERCHANT NAME",
        "FIN.TRANSACTION AMOUNT")),
        _shape(
            "batch", (("Batch Transaction ID", "Batch-Transaction ID"), "Transaction Date", "Merchant Name",
                      ("Transaction Amt.", "Original Amount")),
            ("blank_null(batch) IS NULL", "subtotal"),
        ),
        _shape("open_data", (
            ("TRANS_DT", "TRANSACTION_DATE", "Transaction Date"), ("MERCHANT", "VENDOR_NAME", "Vendor"),
            ("MERCHANDISE_AMT", "TRANSACTION_AMOUNT", "Amount"),
            ("CAT_DESCR", "MCC_DESCRIPTION", "Merchant Category Code (MCC)"),
            ("DEPT_NAME", "AGENCY", "Agency Name"))),
    ),
    how_to_get="the card programme's or the body's own publication, a workbook or CSV per month, into the inbox",
    proven_by="https://github.com/rodrigo121998/purchase_card_trans",
    proven_on=date(2026, 11, 23),
    cadence_days=31,
    examples=(
        Example(
            shape="billing",
            text="""\
TRANS DATE,TRANS VAT DESC,ORIGINAL GROSS AMT,ORIGINAL CUR,BILLING GROSS AMT,BILLING CUR CODE,MERCHANT NAME,CARD NUMBER,\
TRANS CAC CODE 1,TRANS CAC DESC 1,Direcorate
03/09/2026,VR,104.50,USD,87.25,GBP,NOTION LABS INC,************6208,RC3,Software,Adults
14/09/2026,VR,-16.00,GBP,-16.00,GBP,MIRO.COM,************6208,RC3,Software,Adults
15/09/2026,VR,16.00,USD,,,FIGMA,************6208,RC3,Software,Adults
TRANS DATE,TRANS VAT DESC,ORIGINAL GROSS AMT,ORIGINAL CUR,BILLING GROSS AMT,BILLING CUR CODE,MERCHANT NAME,CARD NUMBER,\
TRANS CAC CODE 1,TRANS CAC DESC 1,Directorate
31/09/2026,VR,1.00,GBP,1.00,GBP,ZOOM,************6208,RC3,Software,Adults
15/09/2026,VR,1.00,GBP,1.00,GBP,,************6208,RC3,Software,Adults
,,,,71.25,,,,,,
""",
            records={"charge": (
                {"charged_on": date(2026, 9, 3), "merchant": "NOTION LABS INC", "amount": 87.25, "currency": "GBP",
                 "card": "6208"},
                {"merchant": "MIRO.COM", "amount": -16.00},
                {"merchant": "FIGMA", "amount": 16.00, "currency": "USD"},
            )},
            ignored={"header again": 1, "total": 1},
            quarantined=2,
        ),
        Example(
            shape="billing",
            # Another month: no billed amount, another order, a tax column under another name.
            text="""\
Directorates,CARD NUMBER,MERCHANT NAME,ORIGINAL GROSS AMT,TRANS TAX DESC,TRANS DATE,MCC CODE
Adults,************6208,FIGMA,1\u00a0234.50,VR,2026-09-03,5734
Adults,************6208,FIGMA,tbc,VR,2026-09-03,5734
""",
            hints={"currency": "GBP"},
            records={"charge": ({"merchant": "FIGMA", "amount": 1234.50, "currency": "GBP", "mcc": "5734"},)},
            quarantined=1,
        ),
        Example(
            shape="fin_mch",
            text="""\
FIN.TRANSACTION DATE,MCH.MERCHANT NAME,FIN.TRANSACTION AMOUNT
03 Sep 2026,ZOOM.US 888-799-9666,11.99
03 Sep 2026,,11.99
""",
            hints={"currency": "GBP"},
            records={"charge": ({"charged_on": date(2026, 9, 3), "merchant": "ZOOM.US 888-799-9666"},)},
            quarantined=1,
        ),
        Example(
            shape="batch",
            text="""\
PCard Expenditures August 2026
Division,Batch-Transaction ID,Transaction Date,Card Posting Dt,Merchant Name,Transaction Amt.,Trx Currency,\
Original Amount,Original Currency,G/L Account,Merchant Type,Purpose
Parks,1234-001,8/30/2026,8/31/2026,ATLASSIAN,61.50,CAD,45.00,USD,4995,Computer software,Licence
Parks,,8/30/2026,,,61.50,,,,,,
Parks,1234-002,8/31/2026,8/31/2026,ZOOM.US,much,CAD,,,4995,Computer software,Licence
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "ATLASSIAN", "amount": 61.50, "currency": "CAD"},
            )},
            ignored={"subtotal": 1},
            quarantined=1,
        ),
        Example(
            shape="open_data",
            text="""\
Year-Month,Agency Number,Agency Name,Cardholder Last Name,Cardholder First Initial,Description,Amount,Vendor,\
Transaction Date,Posted Date,Merchant Category Code (MCC)
202608,1000,LIBRARY,Byron,A,GENERAL PURCHASE,45.5,FIGMA INC,08/30/2026 12:00:00 AM,08/31/2026 12:00:00 AM,\
COMPUTER SOFTWARE STORES
202608,1000,LIBRARY,Byron,A,GENERAL PURCHASE,45.5,FIGMA INC,soon,08/31/2026 12:00:00 AM,COMPUTER SOFTWARE STORES
""",
            hints={"currency": "USD", "date_order": "mdy"},
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "FIGMA INC", "amount": 45.50, "cardholder": "A Byron"},
            )},
            quarantined=1,
        ),
    ),
)  # fmt: skip
