"""SAP Concur: expense entries of the API (`GET /api/v3.0/expense/entries`, pages of `Items`).

The keys are those of public schemas of the v3 API: ID, ReportID, ReportOwnerID, ExpenseTypeName, TransactionDate,
TransactionAmount, TransactionCurrencyCode, PostedAmount, VendorDescription, VendorListItemName, PaymentTypeName; no
public answer was found, so that the format counts as unproven. The Standard Accounting Extract is positional and is
not read; a report saved as CSV is read by `expense_export` where its headers say what they are.

ReportOwnerID is the login of who spent. The amount is that of the purchase, in its own currency. Who was paid is
VendorDescription, else VendorListItemName. Ignored: `no purchase` (mileage, allowances: by the type's name).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from discovery.sources.charge_lines import charges
from discovery.sources.source import Example, Format, Shape

_TEXTS = ("ID", "ReportID", "ReportOwnerID", "ExpenseTypeName", "TransactionDate", "TransactionAmount",
          "TransactionCurrencyCode", "VendorDescription", "VendorListItemName")  # fmt: skip


def _entry(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "ID": f"gW{number}", "ReportID": "R1", "ReportOwnerID": "Ada@example.com", "ExpenseTypeCode": "SOFTW",
        "ExpenseTypeName": "Software", "TransactionDate": "2026-08-30T00:00:00", "TransactionAmount": 104.5,
        "TransactionCurrencyCode": "USD", "PostedAmount": 97.1, "VendorDescription": "FIGMA INC",
        "VendorListItemName": None, "PaymentTypeName": "Company card", **changes,
    }  # fmt: skip


FORMAT = Format(
    name="concur_entries",
    system="concur",
    kind="charge",
    title="SAP Concur expense entries (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("ReportID", "TransactionDate", "TransactionAmount", "TransactionCurrencyCode",
                      ("VendorDescription", "VendorListItemName")),
            columns=dict.fromkeys(_TEXTS, "VARCHAR"),
            select=charges(
                day='"TransactionDate"', merchant='coalesce(blank_null("VendorDescription"), "VendorListItemName")',
                amount='"TransactionAmount"', event_id='"ID"', account='"ReportOwnerID"',
                currency='"TransactionCurrencyCode"',
                ignored=(("""regexp_matches(fold(coalesce("ExpenseTypeName", '')), 'mileage|allowance|perdiem')""",
                          "no purchase"),),
                day_column="TransactionDate", merchant_column="VendorDescription", amount_column="TransactionAmount",
                currency_column="TransactionCurrencyCode",
            ),
            numbered=True,
        ),
    ),
    how_to_get="SAP Concur API: GET /api/v3.0/expense/entries?user=ALL, all pages",
    proven_by=None,
    cadence_days=31,
    examples=(
        Example(
            shape="api",
            text=json.dumps({"Items": [_entry(1), _entry(2, VendorDescription="", VendorListItemName="Miro",
                                                         TransactionAmount="-16.00")], "NextPage": None}),
            records={"charge": (
                {"event_id": "gW1", "charged_on": date(2026, 8, 30), "merchant": "FIGMA INC", "amount": 104.50,
                 "currency": "USD", "account_name": "ada@example.com"},
                {"event_id": "gW2", "merchant": "Miro", "amount": -16.00},
            )},
        ),
        Example(
            shape="api",
            text="".join(json.dumps(r) + "\n" for r in (
                _entry(1, ReportOwnerID="ada"), _entry(2, ExpenseTypeName="Car Mileage", VendorDescription=None),
                _entry(3, VendorDescription=None), _entry(4, TransactionDate="August"),
                _entry(5, TransactionAmount=None), _entry(6, TransactionCurrencyCode="dollars"))) + "{\n",
            records={"charge": ({"event_id": "gW1", "account_name": None},)},
            ignored={"no purchase": 1},
            quarantined=5,
        ),
    ),
)  # fmt: skip
