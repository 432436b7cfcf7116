"""Spendesk: its export of payments (CSV or workbook).

No header was found in public (looked for on 2026-11-25: its API has settlements, payables, suppliers and users, whose
fields are not shown either), so that a table is taken for Spendesk's only if a header or a link in it says so. Others
of its exports are read by `expense_export`.

- Days: the hint `date_order`, else what the file proves; year first always.
- Amounts: what was debited from the wallet with its currency; else the amount in the supplier's. Positive is spent, but
  where most are negative, negative is.
- Whose: the payer's address, else the name.

Ignored: `declined`, `pending` (also what a request still waits for), `no purchase` (wallet loads, transfers, mileage).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import MOSTLY_NEGATIVE, by_state, charges, names_itself
from discovery.sources.source import Example, Format, Shape

_DAYS = ("Payment date", "Settlement date", "Date", "Purchase date", "Date de paiement", "Zahlungsdatum")
_MERCHANTS = ("Supplier", "Supplier name", "Merchant", "Fournisseur", "Lieferant")
_DEBITED = ("Amount debited", "Debited amount", "Settled amount", "Amount (EUR)", "Amount", "Total amount",
            "Montant débité", "Montant", "Betrag")  # fmt: skip
_NAMES = ("Payer", "Requester", "User", "Payeur", "Demandeur", "Zahler")
_EMAILS = ("Payer email", "Requester email", "User email", "Email")

FORMAT = Format(
    name="spendesk",
    system="spendesk",
    kind="charge",
    title="Spendesk payments (CSV, workbook)",
    shapes=(
        Shape(
            name="payments", container="csv", numbered=True,
            requires=(_DAYS, _MERCHANTS, _DEBITED, (*_NAMES, *_EMAILS)),
            recognise=names_itself("spendesk", "spendesk.com"),
            columns={
                "date_text": _DAYS, "merchant_text": _MERCHANTS, "amount": _DEBITED,
                "currency": ("Currency debited", "Debited currency", "Currency", "Devise", "Währung"),
                "person": _NAMES, "email": _EMAILS, "state": ("Status", "State", "Statut"),
                "kind_text": ("Type", "Payment type", "Payment method", "Moyen de paiement"),
                "payment_id": ("Payment ID", "Spendesk ID", "ID"), "digits": ("Card", "Card number", "Last 4 digits"),
            },
            select=charges(
                day="date_text", merchant="merchant_text", amount="amount", sign=MOSTLY_NEGATIVE, currency="currency",
                account="email", holder="person", event_id="payment_id", card="digits",
                ignored=(
                    *by_state("state"),
                    ("regexp_matches(fold(coalesce(kind_text, '')), 'walletload|load|topup|transfer|mileage|perdiem')",
                     "no purchase"),
                ),
                day_column="Payment date", merchant_column="Supplier", amount_column="Amount",
            ),
        ),
    ),
    how_to_get="Spendesk: Bookkeep, Export (or Payments, Export), CSV or Excel",
    proven_by=None,
    cadence_days=31,
    examples=(
        Example(
            shape="payments",
            text="""\
Spendesk ID,Payment date,Supplier,Payer,Payer email,Payment method,Amount debited,Currency debited,Status
p1,2026-08-30,FIGMA INC,Ada Byron,Ada@example.com,Virtual card,"1,104.50",EUR,Settled
p2,2026-08-31,Miro,Ada Byron,ada@example.com,Plastic card,-16.00,EUR,Settled
p3,2026-08-31,Miro,Ada Byron,ada@example.com,Plastic card,16.00,EUR,Pending
p4,2026-08-31,,,,Wallet load,5000.00,EUR,Settled
p5,2026-08-31,Zoom,Ada Byron,ada@example.com,Plastic card,16.00,euro,Settled
""",
            records={"charge": (
                {"event_id": "p1", "charged_on": date(2026, 8, 30), "merchant": "FIGMA INC", "amount": 1104.50,
                 "currency": "EUR", "account_name": "ada@example.com", "cardholder": "Ada Byron"},
                {"event_id": "p2", "amount": -16.00},
            )},
            ignored={"pending": 1, "no purchase": 1},
            quarantined=1,
        ),
        Example(
            shape="payments",
            # In French, with a link that says whose it is.
            text="""\
Date de paiement;Fournisseur;Payeur;Montant;Devise;Statut;Justificatif
30/08/2026;NOTION LABS;Ada Byron;1 104,50;EUR;Payé;https://app.spendesk.com/p/1
31/08/2026;NOTION LABS;Ada Byron;cent;EUR;Payé;
""",
            hints={"decimal": ","},
            records={"charge": ({"charged_on": date(2026, 8, 30), "amount": 1104.50, "cardholder": "Ada Byron"},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
