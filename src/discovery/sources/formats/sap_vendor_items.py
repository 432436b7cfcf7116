"""SAP: line items of vendors (FBL1N, Fiori "Manage Supplier Line Items"; the tables BSIK and BSAK).

Columns as SAP labels them in English and German, and as its tables call them (LIFNR, NAME1, BELNR, BLART, BLDAT, BUDAT,
DMBTR, WRBTR, WAERS, SHKZG); from descriptions of the tables and scripts that export the report, without a public
example of the file. The layout must show the vendor's name, which the standard one does not. As a workbook, a CSV, or
"unconverted" (a drawn table, `unpack.sap_list`).

- Days: of the document, else of posting; `31.08.2026` is day first; else the hint, else what the file proves.
- Amounts: in the document's currency with it, else in local currency. An invoice stands on the vendor's account with a
  minus (`104,50-`): the sign is turned. Tables have none and say H (credit: bought) or S.
- Decimal comma: set `decimal = ","` for files; cells of a workbook need nothing.

Ignored: `payment of a bill` (KZ, ZP, ZV, KA and what clears), `total` (lines of `*`, or without a document).
Nobody is named who bought.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import charges
from discovery.sources.source import Example, Format, Shape

_NUMBERS = ("Document Number", "DocumentNo", "Document No.", "DocumentNr", "Journal Entry", "Belegnummer", "BELNR",
            "Belegnr", "Doc. No.")  # fmt: skip
_NAMES = ("Name 1", "NAME1", "Vendor Name", "Supplier Name", "Name of Supplier", "Lieferantenname", "Name",
          "Kreditorenname", "Account Name", "Vendor: Name 1")  # fmt: skip
_DOCUMENT_DAYS = (
    "Document Date",
    "Doc. Date",
    "Doc.Date",
    "Journal Entry Date",
    "Belegdatum",
    "Belegdat.",
    "BLDAT",
)
_POSTING_DAYS = (
    "Posting Date",
    "Pstng Date",
    "Posting Dt",
    "Buchungsdatum",
    "Buch.dat.",
    "Buch.Datum",
    "BUDAT",
)
_AMOUNTS = ("Amount in doc. curr.", "Amount in Document Currency", "Amount in Transaction Currency", "Document Amount",
            "Betrag in Belegwährung", "Betr. in Belegwähr.", "WRBTR")  # fmt: skip
_LOCAL = ("Amount in local currency", "Amount in LC", "Amount in Local Crcy", "Amount (CCCrcy)",
          "Amount in Company Code Currency", "LC amnt", "Betrag in Hauswährung", "Betr. in Hauswähr.",
          "DMBTR")  # fmt: skip
_TYPES = ("Document Type", "Doc. Type", "Type", "Journal Entry Type", "Belegart", "BLART", "Art")

FORMAT = Format(
    name="sap_vendor_items",
    system="sap",
    kind="charge",
    title="SAP vendor line items (FBL1N; workbook, CSV, list)",
    shapes=(
        Shape(
            name="items", container="csv", numbered=True, preamble=8,
            requires=(_NUMBERS, _NAMES, (*_DOCUMENT_DAYS, *_POSTING_DAYS), (*_AMOUNTS, *_LOCAL), _TYPES),
            forbids=("Customer", "Debitor", "KUNNR"),
            columns={
                "document": _NUMBERS, "vendor_name": _NAMES, "document_day": _DOCUMENT_DAYS,
                "posting_day": _POSTING_DAYS,
                "amount": _AMOUNTS, "local": _LOCAL, "type_text": _TYPES, "side": ("SHKZG", "Debit/Credit Ind.",
                "D/C", "S/H"),
                "code": ("Document currency", "Curr.", "Crcy", "Currency", "Belegwährung", "Währg", "WAERS",
                         "Transaction Currency"),
                "local_code": ("Local Currency", "LCurr", "Hauswährung", "HWähr", "Company Code Currency", "HWAER"),
            },
            select=charges(
                source="""(
                    SELECT *,
                           blank_null(amount) IS NULL AS is_local,
                           coalesce(blank_null(amount), local) AS amount_text,
                           CASE WHEN NOT is_local THEN blank_null(code) END AS own_code,
                           coalesce(own_code, local_code) AS currency,
                           upper(trim(coalesce(type_text, ''))) AS kind,
                           coalesce(blank_null(document_day), posting_day) AS day_text
                    FROM raw
                )""",
                day="day_text", merchant="vendor_name", amount="amount_text", currency="currency",
                dotted_day="dmy",
                sign="CASE WHEN upper(trim(side)) IN ('H', 'C', 'CREDIT') THEN 1 "
                "WHEN upper(trim(side)) IN ('S', 'D', 'DEBIT') THEN -1 ELSE -1 END",
                ignored=(
                    ("blank_null(document) IS NULL OR contains(document, '*')", "total"),
                    ("kind IN ('KZ', 'ZP', 'ZV', 'KA', 'ZR', 'AB', 'EZ', 'ZA') OR regexp_matches(kind, "
                     "'PAYMENT|ZAHLUNG|CLEARING|AUSGLEICH')", "payment of a bill"),
                ),
                day_column="Document Date", merchant_column="Name 1", amount_column="Amount in doc. curr.",
                currency_column="Document currency",
            ),
        ),
    ),
    how_to_get="SAP: FBL1N (all items, with the vendor's name in the layout), List, Export, Spreadsheet or Local file; "
    "or Fiori: Manage Supplier Line Items, Export to Spreadsheet",
    proven_by=None,
    cadence_days=31,
    examples=(
        Example(
            shape="items",
            text="""\
Belegnummer;Belegart;Belegdatum;Buchungsdatum;Kreditor;Name 1;Betrag in Belegwährung;Belegwährung;Text
5100000001;RE;30.08.2026;01.09.2026;70001;Figma, Inc.;1.104,50-;EUR;Lizenzen
5100000002;KG;31.08.2026;01.09.2026;70001;Figma, Inc.;104,50;EUR;Gutschrift
1500000001;KZ;01.09.2026;01.09.2026;70001;Figma, Inc.;1.000,00;EUR;
5100000003;RE;31.09.2026;01.09.2026;70002;Miro;16,00-;EUR;
;;;;;;1.000,00-;EUR;
""",
            hints={"decimal": ","},
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "Figma, Inc.", "amount": 1104.50, "currency": "EUR"},
                {"amount": -104.50},
            )},
            ignored={"payment of a bill": 1, "total": 1},
            quarantined=1,
        ),
        Example(
            shape="items",
            text="""\
Vendor line items                                                    Page 1
----------------------------------------------------------------------------
|DocumentNo|Type|Doc. Date |Vendor|Name 1      |Amount in LC|LCurr|S/H|
----------------------------------------------------------------------------
|1900000001|KR  |02.09.2026|70001 |Notion Labs |      104.50|USD  |H  |
|1900000002|KR  |03.09.2026|70001 |Notion Labs |        4.50|USD  |S  |
|1900000003|KR  |03.09.2026|70001 |            |        4.50|USD  |H  |
----------------------------------------------------------------------------
|DocumentNo|Type|Doc. Date |Vendor|Name 1      |Amount in LC|LCurr|S/H|
----------------------------------------------------------------------------
|*         |    |          |      |            |      104.50|USD  |   |
----------------------------------------------------------------------------
""",
            records={"charge": (
                {"charged_on": date(2026, 9, 2), "merchant": "Notion Labs", "amount": 104.50, "currency": "USD",
                 "record": 5},
                {"amount": -4.50},
            )},
            ignored={"total": 1},
            quarantined=1,
        ),
    ),
)  # fmt: skip
