"""Ramp: card transactions as the dashboard exports them (Transactions, Export, CSV).

Shape `transactions`; header after usevenice/venice, format-ramp.ts, which holds a real row. Older exports
have `Cardholder Name` in place of `User`; the columns of the accounting system (QuickBooks …) come and go.

Traps: `Transaction Date` is 05/11/22, month first; the hint `date_order` overrides that. `Merchant
Description` is the raw text of the line, `Merchant Name` Ramp's cleaned one. There is no currency column: USD
unless the hint `currency` says otherwise. `External ID` (RAMP.<uuid>) identifies the line over re-exports.
`User` is a name; where it is an address it is taken as the account. Nothing is ignored.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
WITH line AS (
    SELECT *,
           day_in(transaction_date, coalesce(hint('date_order'), 'mdy')) AS charged_day,
           amount_in(amount_text, hint('decimal')) AS amount_read,
           coalesce(blank_null(merchant_raw), blank_null(merchant_name)) AS merchant_text
    FROM raw
)
SELECT
    blank_null(external_id) AS event_id,
    _record AS record,
    charged_day AS charged_on,
    email_of(user_name) AS account_name,
    CASE WHEN NOT contains(user_name, '@') THEN blank_null(user_name) END AS cardholder,
    nullif(right(regexp_replace(card_last_4, '\\D', '', 'g'), 4), '') AS card,
    merchant_text AS merchant,
    blank_null(merchant_name) AS merchant_clean,
    amount_read AS amount,
    upper(coalesce(hint('currency'), 'USD')) AS currency,
    CASE
        WHEN charged_day IS NULL THEN problem('Transaction Date', transaction_date,
            'a day as 05/11/22, month first; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Amount', amount_text,
            'an amount as 1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN merchant_text IS NULL THEN problem('Merchant Description', merchant_raw, 'a merchant text')
    END AS _problem
FROM line
"""

FORMAT = Format(
    name="ramp",
    system="ramp",
    kind="charge",
    title="Ramp card transactions (CSV)",
    shapes=(
        Shape(
            name="transactions",
            container="csv",
            requires=(
                "Transaction Date",
                "Amount",
                ("User", "Cardholder Name"),
                "Merchant Description",
                "Merchant Name",
                ("Ramp Category", "External ID", "Transaction Link"),
            ),
            columns={
                "transaction_date": "Transaction Date",
                "amount_text": "Amount",
                "user_name": ("User", "Cardholder Name"),
                "merchant_raw": "Merchant Description",
                "merchant_name": "Merchant Name",
                "card_last_4": "Card Last 4",
                "external_id": "External ID",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="Ramp: Expenses, Card transactions, Export, CSV",
    proven_by="https://github.com/usevenice/venice (format-ramp.ts)",
    proven_on=date(2026, 11, 23),
    cadence_days=31,
    examples=(
        Example(
            shape="transactions",
            text="""\
Transaction Date,Transaction Time,Clearing Date,Clearing Time,Amount,User,Merchant Description,Merchant Name,\
Merchant City,Merchant State,Ramp Category,Ramp Department,Ramp Location,Card Last 4,Card Display Name,\
Card Present,Memo,External ID
05/11/22,2022-05-11 22:18:02,05/12/22,2022-05-12 22:18:02,30.00,Ada Byron,SUPERHUMAN,Superhuman,\
SAN FRANCISCO,CA,\
SaaS / Software,Engineering,London,2001,Virtual card,No,,RAMP.6b1a25b8-5bcd-431a-9190-73f32f91acc3
05/14/22,2022-05-14 08:00:00,05/15/22,2022-05-15 08:00:00,"-1,030.50",Ada Byron,AWS EMEA,\
Amazon Web Services,,,\
Cloud,Engineering,London,2001,Virtual card,No,refund,RAMP.0cd1d34f-4413-43c3-ad06-6ce8c9ae659f
""",
            records={
                "charge": (
                    {
                        "event_id": "RAMP.6b1a25b8-5bcd-431a-9190-73f32f91acc3",
                        "charged_on": date(2022, 5, 11),
                        "merchant": "SUPERHUMAN",
                        "merchant_clean": "Superhuman",
                        "amount": 30.00,
                        "currency": "USD",
                        "cardholder": "Ada Byron",
                        "account_name": None,
                        "card": "2001",
                        "record": 1,
                    },
                    {
                        "charged_on": date(2022, 5, 14),
                        "amount": -1030.50,
                        "merchant": "AWS EMEA",
                        "record": 2,
                    },
                )
            },
        ),
        Example(
            shape="transactions",
            # The older header; an address for a name; a day that is none, an amount that is none,
            # no merchant.
            text="""\
Transaction Date,Amount,Cardholder Name,Merchant Description,Merchant Name,Ramp Category,Card Last 4,\
External ID
05/11/22,12.00,Ada@Example.com,,Figma,SaaS / Software,7,
31/12/22,12.00,Ada Byron,FIGMA INC,Figma,SaaS / Software,2001,RAMP.a
05/11/22,pending,Ada Byron,FIGMA INC,Figma,SaaS / Software,2001,RAMP.b
05/11/22,12.00,Ada Byron,,,SaaS / Software,2001,RAMP.c
""",
            hints={"currency": "gbp"},
            records={
                "charge": (
                    {
                        "merchant": "Figma",
                        "merchant_clean": "Figma",
                        "account_name": "ada@example.com",
                        "cardholder": None,
                        "currency": "GBP",
                        "card": "7",
                    },
                )
            },
            quarantined=3,
        ),
    ),
)
