"""Revolut Business: account statement and expenses (Statements, Transactions, CSV; Expenses, Export, CSV).

Shapes, and where their headers come from (BananaAccounting/Universal, extensions/import/revolut/test/testcases, and
a dozen further public parsers with the columns added since: State, Card label, Total amount, MCC …; read 2026-11-24):

- `transactions`: `Date started (UTC),Date completed (UTC),ID,Type,State,Description,…`. Files until 2022 have no
  `State`, some name the day in the zone of the account as well, one names `Description` twice (the first is read).
- `expenses`: `Transaction started (UTC),…,Expense split #,…,Amount (Payment currency)`. A payment that was split
  has a line per part.

Traps: days are 2022-07-03, with or without time, in UTC; files that went through a spreadsheet have 30/09/2025 or
12-30-2025, which is read as the file proves (a part above 12), else as the hint `date_order` says, never guessed. In
`transactions` money out is negative, in `expenses` it is positive: a purchase comes out positive, a refund
negative. `Amount` belongs to `Payment currency` (what the account paid) and is without the fee for exchange. `Payer` is
who holds the card, a name; `Card number` is 516760******9873. Both exports name a payment by the same id: where both
are loaded it counts once, unless it was split.

Ignored: `pending` (also: no state, and not completed), `declined`, `reverted`, `failed`; and what no card paid:
`bank transfer (…)`, `top-up`, `currency exchange`, `fee of the issuer`, `cash withdrawal`, `no card payment`
(any other type).
"""

from __future__ import annotations

from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Shape

_SELECT = Template("""
WITH dated AS (
    SELECT *,
           coalesce(blank_null(started), blank_null(completed)) AS day_text,
           regexp_extract(trim(day_text), '^(\\d{1,2})[-/.](\\d{1,2})[-/.]\\d{2,4}\\b', ['first', 'second']) AS part
    FROM raw
), proof AS (
    SELECT coalesce(max(TRY_CAST(part.first AS INTEGER)), 0) > 12 AS day_first,
           coalesce(max(TRY_CAST(part.second AS INTEGER)), 0) > 12 AS month_first
    FROM dated
), line AS (
    SELECT dated.*,
           day_in(day_text, CASE WHEN hint('date_order') IS NOT NULL THEN hint('date_order')
                                 WHEN day_first AND NOT month_first THEN 'dmy'
                                 WHEN month_first AND NOT day_first THEN 'mdy' END) AS charged_day,
           amount_in(amount_text, hint('decimal')) AS amount_read,
           upper(coalesce(blank_null(currency_text), hint('currency'))) AS code,
           replace(upper(trim(line_type)), ' ', '_') AS kind,
           upper(trim(state)) AS state_word
    FROM dated CROSS JOIN proof
)
SELECT
    blank_null(transaction_id)
        || CASE WHEN TRY_CAST(split AS INTEGER) > 1 THEN '#' || trim(split) ELSE '' END AS event_id,
    _record AS record,
    charged_day AS charged_on,
    email_of(payer) AS account_name,
    CASE WHEN NOT contains(payer, '@') THEN blank_null(payer) END AS cardholder,
    nullif(right(regexp_replace(card_number, '\\D', '', 'g'), 4), '') AS card,
    blank_null(description) AS merchant,
    CASE WHEN TRY_CAST(mcc AS INTEGER) BETWEEN 1 AND 9999
         THEN lpad(CAST(CAST(mcc AS INTEGER) AS VARCHAR), 4, '0') END AS mcc,
    $amount AS amount,
    code AS currency,
    CASE
        WHEN state_word IN ('PENDING', 'CREATED') THEN 'pending'
        WHEN state_word IN ('DECLINED', 'REVERTED', 'FAILED') THEN lower(state_word)
        WHEN starts_with(kind, 'CARD_') AND blank_null(completed) IS NULL AND coalesce(state_word, '') = ''
            THEN 'pending'
        WHEN starts_with(kind, 'CARD_') OR coalesce(kind, '') = '' THEN NULL
        WHEN kind = 'TRANSFER' THEN 'bank transfer (salary or invoice: see the ledger)'
        WHEN starts_with(kind, 'TOPUP') THEN 'top-up'
        WHEN kind = 'EXCHANGE' THEN 'currency exchange'
        WHEN kind = 'FEE' THEN 'fee of the issuer'
        WHEN kind = 'ATM' THEN 'cash withdrawal'
        ELSE 'no card payment'
    END AS _ignored,
    CASE
        WHEN coalesce(kind, '') = '' THEN problem('$type_name', line_type, 'a type as CARD_PAYMENT')
        WHEN state_word NOT IN ('COMPLETED', '') THEN problem('$state_name', state,
            'COMPLETED, PENDING, DECLINED, REVERTED or FAILED')
        WHEN charged_day IS NULL THEN problem('$day_name', day_text,
            'a day as 2022-07-03; an order of day and month that nothing in this file proves: set date_order = "dmy" '
            || 'or "mdy" in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('$amount_name', amount_text,
            'an amount as -1234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN blank_null(description) IS NULL THEN problem('$text_name', description, 'a merchant text')
        WHEN code IS NOT NULL AND NOT regexp_matches(code, '^[A-Z]{3}$$') THEN problem('Payment currency', code,
            'a three-letter currency code')
    END AS _problem
FROM line
""")

FORMAT = Format(
    name="revolut_business",
    system="revolut_business",
    kind="charge",
    title="Revolut Business transactions and expenses (CSV)",
    shapes=(
        Shape(
            name="transactions",
            container="csv",
            requires=(
                "Date started (UTC)",
                ("State", "Date completed (UTC)"),
                "ID",
                "Type",
                "Description",
                "Payment currency",
                "Amount",
            ),
            columns={
                "started": "Date started (UTC)",
                "completed": "Date completed (UTC)",
                "transaction_id": "ID",
                "split": (),
                "line_type": "Type",
                "state": "State",
                "description": "Description",
                "payer": "Payer",
                "card_number": "Card number",
                "currency_text": "Payment currency",
                "amount_text": "Amount",
                "mcc": "MCC",
            },
            select=_SELECT.substitute(
                amount="-amount_read",
                type_name="Type",
                state_name="State",
                day_name="Date started (UTC)",
                amount_name="Amount",
                text_name="Description",
            ),
            numbered=True,
        ),
        Shape(
            name="expenses",
            container="csv",
            requires=(
                "Transaction started (UTC)",
                ("Transaction status", "Transaction completed (UTC)"),
                "Transaction ID",
                "Transaction type",
                "Transaction description",
                "Payment currency",
                "Amount (Payment currency)",
            ),
            columns={
                "started": "Transaction started (UTC)",
                "completed": "Transaction completed (UTC)",
                "transaction_id": "Transaction ID",
                "split": "Expense split #",
                "line_type": "Transaction type",
                "state": "Transaction status",
                "description": "Transaction description",
                "payer": "Payer",
                "card_number": "Card number",
                "currency_text": "Payment currency",
                "amount_text": "Amount (Payment currency)",
                "mcc": "MCC",
            },
            select=_SELECT.substitute(
                amount="CASE WHEN kind = 'CARD_PAYMENT' THEN 1 ELSE -1 END * abs(amount_read)",
                type_name="Transaction type",
                state_name="Transaction status",
                day_name="Transaction started (UTC)",
                amount_name="Amount (Payment currency)",
                text_name="Transaction description",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Revolut Business: Statements, Transaction statement, CSV; or Expenses, Export, CSV",
    proven_by="https://github.com/BananaAccounting/Universal (extensions/import/revolut/test/testcases)",
    proven_on=date(2026, 11, 24),
    cadence_days=31,
    examples=(
        Example(
            shape="transactions",
            text="""\
Date started (UTC),Date completed (UTC),ID,Type,State,Description,Reference,Payer,Card number,Card label,Card state,\
Orig currency,Orig amount,Payment currency,Amount,Total amount,Exchange rate,Fee,Fee currency,Balance,Account,\
International account number,Beneficiary account number,Beneficiary sort code or routing number,Beneficiary IBAN,\
Beneficiary BIC,Beneficiary name,MCC,Related transaction id,Spend program,Sender account,Sender name,Card references
2025-12-30,2025-12-31,aaaa-1111,CARD_PAYMENT,COMPLETED,Miro,,Ada Byron,516760******9873,Virtual,ACTIVE,EUR,113.75,\
USD,-133.75,-134.75,0.85,1.00,USD,13336.25,USD Main,,,,,,,5734,,,,,
2025-12-29,2025-12-29,aaaa-1112,CARD_REFUND,COMPLETED,Miro,,Ada Byron,516760******9873,Virtual,ACTIVE,EUR,10.00,\
EUR,10.00,10.00,,0.00,EUR,99.00,EUR Main,,,,,,,5734,,,,,
2025-12-28,,bbbb-2222,CARD_PAYMENT,PENDING,Miro,,Ada Byron,516760******9873,Virtual,ACTIVE,USD,50,USD,-50.00,-50.00,\
1,0.00,USD,,USD Main,,,,,,,,,,,,
2025-12-28,2025-12-28,bbbb-2223,TRANSFER,COMPLETED,To Jane Doe,,Ada Byron,,,,USD,50,USD,-50.00,-50.00,1,0.00,USD,\
13469.75,USD Main,,,,,,,,,,,,
2025-12-27,2025-12-27,bbbb-2224,TOPUP,COMPLETED,Money added from ACME LTD,,,,,,USD,500,USD,500.00,500.00,1,0.00,USD,\
13519.75,USD Main,,,,,,,,,,,,
2025-12-27,2025-12-27,bbbb-2225,FEE,COMPLETED,Revolut Business Fee,,,,,,USD,25,USD,-25.00,-25.00,1,0.00,USD,\
13019.75,USD Main,,,,,,,,,,,,
""",
            records={
                "charge": (
                    {
                        "event_id": "aaaa-1111",
                        "charged_on": date(2025, 12, 30),
                        "merchant": "Miro",
                        "amount": 133.75,
                        "currency": "USD",
                        "cardholder": "Ada Byron",
                        "card": "9873",
                        "mcc": "5734",
                        "record": 1,
                    },
                    {"event_id": "aaaa-1112", "amount": -10.00, "currency": "EUR"},
                )
            },
            ignored={
                "pending": 1,
                "bank transfer (salary or invoice: see the ledger)": 1,
                "top-up": 1,
                "fee of the issuer": 1,
            },
        ),
        Example(
            shape="transactions",
            # The header of 2022, the days of a spreadsheet: 30/09 proves the order. What is wrong stays out.
            text="""\
Date started (UTC),Date completed (UTC),Date started (Europe/Zurich),Date completed (Europe/Zurich),ID,Type,\
Description,Reference,Payer,Card number,Orig currency,Orig amount,Payment currency,Amount,Fee,Balance,Account
30/09/2025 23:59:58,01/10/2025,01/10/2025,01/10/2025,a,CARD_PAYMENT,FIGMA,,Ada Byron,1234567890,USD,59.00,CHF,-54.25,\
-0.25,2621.00,Bank CHF
03/09/2025,04/09/2025,03/09/2025,04/09/2025,b,CARD_PAYMENT,FIGMA,,Ada Byron,1234567890,CHF,0.00,CHF,0.00,0.00,1.00,\
Bank CHF
03/09/2025,,03/09/2025,,c,CARD_PAYMENT,FIGMA,,Ada Byron,1234567890,CHF,1.00,CHF,-1.00,0.00,1.00,Bank CHF
31/09/2025,04/09/2025,,,d,CARD_PAYMENT,FIGMA,,Ada Byron,1234567890,CHF,1.00,CHF,-1.00,0.00,1.00,Bank CHF
03/09/2025,04/09/2025,,,e,CARD_PAYMENT,FIGMA,,Ada Byron,1234567890,CHF,1.00,CHF,,0.00,1.00,Bank CHF
03/09/2025,04/09/2025,,,f,CARD_PAYMENT,,,Ada Byron,1234567890,CHF,1.00,CHF,-1.00,0.00,1.00,Bank CHF
03/09/2025,04/09/2025,,,g,CARD_PAYMENT,FIGMA,,Ada Byron,1234567890,CHF,1.00,Fr.,-1.00,0.00,1.00,Bank CHF
03/09/2025,04/09/2025,,,i,,FIGMA,,Ada Byron,1234567890,CHF,1.00,CHF,-1.00,0.00,1.00,Bank CHF
03/09/2025,04/09/2025,,,h,ATM,CASH,,Ada Byron,1234567890,CHF,1.00,CHF,-1.00,0.00,1.00,Bank CHF
""",
            records={
                "charge": (
                    {"event_id": "a", "charged_on": date(2025, 9, 30), "amount": 54.25, "card": "7890"},
                    {"event_id": "b", "charged_on": date(2025, 9, 3), "amount": 0.00},
                )
            },
            ignored={"pending": 1, "cash withdrawal": 1},
            quarantined=5,
        ),
        Example(
            shape="transactions",
            # Nothing proves the order: nothing is read until somebody says so. A state that is none.
            text="""\
Date started (UTC),Date completed (UTC),ID,Type,State,Description,Payer,Payment currency,Amount
03/09/2025,04/09/2025,a,CARD_PAYMENT,COMPLETED,FIGMA,Ada Byron,CHF,-1.00
2025-09-03,2025-09-04,b,CARD_PAYMENT,ABGESCHLOSSEN,FIGMA,Ada Byron,CHF,-1.00
""",
            quarantined=2,
        ),
        Example(
            shape="expenses",
            text="""\
Transaction started (UTC),Transaction completed (UTC),Transaction ID,Transaction status,Transaction type,\
Transaction description,Payer,Card number,Expense split #,Orig currency,Orig amount (Orig currency),Payment currency,\
Amount (Payment currency),Fee,Account,Expense ID,Expense status,Expense description,Receipts
2024-01-31,2024-01-31,1111-2,COMPLETED,CARD_PAYMENT,NOTION LABS INC,Ada Byron,555555******5555,1,USD,159.50,EUR,184.75,\
0.00,EUR,h8,APPROVED,notes,1
2024-01-31,2024-01-31,1111-2,COMPLETED,CARD_PAYMENT,NOTION LABS INC,Ada Byron,555555******5555,2,USD,10.00,EUR,9.00,\
0.00,EUR,h9,APPROVED,notes,1
2024-01-31,2024-01-31,1111-3,COMPLETED,CARD_REFUND,NOTION LABS INC,Ada Byron,555555******5555,1,USD,10.00,EUR,9.00,\
0.00,EUR,h9,APPROVED,notes,1
2024-01-31,,1111-4,DECLINED,CARD_PAYMENT,NOTION LABS INC,Ada Byron,555555******5555,1,USD,10.00,EUR,9.00,0.00,EUR,,,,
""",
            records={
                "charge": (
                    {
                        "event_id": "1111-2",
                        "charged_on": date(2024, 1, 31),
                        "amount": 184.75,
                        "currency": "EUR",
                        "card": "5555",
                        "cardholder": "Ada Byron",
                    },
                    {"event_id": "1111-2#2", "amount": 9.00},
                    {"event_id": "1111-3", "amount": -9.00},
                )
            },
            ignored={"declined": 1},
        ),
    ),
)
