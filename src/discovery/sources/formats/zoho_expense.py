"""Zoho Expense: expenses of the API (`GET /expense/v1/expenses` and reports, lists under `expenses`).

The attributes are those of https://www.zoho.com/expense/api/v1/expenses/ (read 2026-11-24): expense_id, date, total,
bcy_total, currency_code, merchant_name, mileage_type, report_id, status … Who spent is read from user_email or
user_name where the answer has them, which that page was not seen to promise; without them a charge has no person.
The CSV that Zoho Expense exports has no header in public; `expense_export` reads it where its headers say
what they are.

`total` is in the currency of the expense, positive for spent. `status` is that of the report: an expense that is not
reported yet was spent all the same. Ignored: `declined` (rejected), `no purchase` (mileage).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from discovery.sources.charge_lines import by_state, charges
from discovery.sources.source import Example, Format, Shape


def _expense(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "expense_id": f"9000{number}", "date": "2026-08-30", "user_name": "Ada Byron", "user_email": "Ada@example.com",
        "merchant_id": "1", "merchant_name": "FIGMA INC", "total": 104.5, "bcy_total": 97.1, "currency_code": "USD",
        "status": "approved", "mileage_type": "non_mileage", "is_reimbursable": True, "report_id": "7", **changes,
    }  # fmt: skip


FORMAT = Format(
    name="zoho_expense",
    system="zoho_expense",
    kind="charge",
    title="Zoho Expense expenses (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("expense_id", "date", "total", "currency_code", "merchant_name"),
            columns=dict.fromkeys(("expense_id", "date", "total", "currency_code", "merchant_name", "mileage_type",
                                   "status", "user_email", "user_name"), "VARCHAR"),
            select=charges(
                day='"date"', merchant="merchant_name", amount="total", event_id="expense_id", currency="currency_code",
                account="user_email", holder="user_name",
                ignored=(by_state("status")[0],
                         ("coalesce(blank_null(mileage_type), 'non_mileage') <> 'non_mileage'", "no purchase")),
                day_column="date", merchant_column="merchant_name", amount_column="total",
                currency_column="currency_code",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Zoho Expense API: GET /expense/v1/expenses, all pages in one file",
    proven_by="https://www.zoho.com/expense/api/v1/expenses/",
    proven_on=date(2026, 11, 24),
    cadence_days=31,
    examples=(
        Example(
            shape="api",
            text=json.dumps({"code": 0, "message": "success", "expenses": [
                _expense(1), _expense(2, status="unreported", total="-16", merchant_name="Miro", user_email="")],
                "page_context": {"page": 1, "has_more_page": False}}),
            records={"charge": (
                {"event_id": "90001", "charged_on": date(2026, 8, 30), "merchant": "FIGMA INC", "amount": 104.50,
                 "currency": "USD", "account_name": "ada@example.com", "cardholder": "Ada Byron"},
                {"event_id": "90002", "merchant": "Miro", "amount": -16.00, "account_name": None,
                 "cardholder": "Ada Byron"},
            )},
        ),
        Example(
            shape="api",
            text="".join(json.dumps(r) + "\n" for r in (
                _expense(1, user_email=None, user_name=None), _expense(2, status="rejected"),
                _expense(3, mileage_type="manual", merchant_name=""), _expense(4, merchant_name=""),
                _expense(5, date="30 or so"), _expense(6, total=None), _expense(7, currency_code="$"))) + "{\n",
            records={"charge": ({"event_id": "90001", "account_name": None, "cardholder": None},)},
            ignored={"declined": 1, "no purchase": 1},
            quarantined=5,
        ),
    ),
)  # fmt: skip
