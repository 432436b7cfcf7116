"""Capital One: credit card transactions as capitalone.com exports them (Download Transactions, CSV).

The header `Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit` after mtlynch/beancount-capitalone
(beancount_capitalone/credit_test.py, with a row), the same in ten further public parsers; read 2026-11-24.

Traps: what was spent stands in `Debit` and what came back in `Credit`, both positive; a line has one of them. Days are
2023-02-21; a spreadsheet makes them month first, which is understood, too, another order only with the hint
`date_order`. There is no currency column: USD unless the hint `currency` says otherwise. `Card No.` is the last four
digits and the account: no column names the holder. No line has an id.

Ignored: `payment of the card bill` and `statement credit` (both of the category Payment/Credit), `fee of the issuer`
(Fee/Interest Charge), `pending` (no posted date).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
WITH line AS (
    SELECT *,
           day_in(transaction_date, coalesce(hint('date_order'), 'mdy')) AS charged_day,
           abs(amount_in(debit, hint('decimal'))) AS spent,
           abs(amount_in(credit, hint('decimal'))) AS returned,
           fold(category) AS category_word
    FROM raw
), priced AS (
    SELECT *, CASE
        WHEN blank_null(debit) IS NOT NULL AND spent IS NULL THEN NULL
        WHEN blank_null(credit) IS NOT NULL AND returned IS NULL THEN NULL
        WHEN spent IS NULL AND returned IS NULL THEN NULL
        ELSE coalesce(spent, 0) - coalesce(returned, 0)
    END AS amount_read
    FROM line
)
SELECT
    _record AS record,
    charged_day AS charged_on,
    nullif(right(regexp_replace(card_number, '\\D', '', 'g'), 4), '') AS card,
    blank_null(description) AS merchant,
    amount_read AS amount,
    upper(coalesce(hint('currency'), 'USD')) AS currency,
    CASE
        WHEN category_word = 'paymentcredit' AND amount_read <= 0
            THEN CASE WHEN regexp_matches(description, 'pymt|payment|autopay', 'i') THEN 'payment of the card bill'
                      ELSE 'statement credit' END
        WHEN category_word = 'feeinterestcharge' THEN 'fee of the issuer'
        WHEN blank_null(posted_date) IS NULL OR lower(trim(posted_date)) = 'pending' THEN 'pending'
    END AS _ignored,
    CASE
        WHEN charged_day IS NULL THEN problem('Transaction Date', transaction_date,
            'a day as 2023-02-21 or 02/21/2023, month first; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Debit', concat_ws(' / ', blank_null(debit), blank_null(credit)),
            'an amount as 1,234.50 in Debit or Credit; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN blank_null(description) IS NULL THEN problem('Description', description, 'a merchant text')
    END AS _problem
FROM priced
"""

FORMAT = Format(
    name="capital_one",
    system="capital_one",
    kind="charge",
    title="Capital One card transactions (CSV)",
    shapes=(
        Shape(
            name="transactions",
            container="csv",
            requires=(
                "Transaction Date",
                ("Posted Date", "Post Date"),
                ("Card No.", "Card Number"),
                "Description",
                "Category",
                "Debit",
                "Credit",
            ),
            columns={
                "transaction_date": "Transaction Date",
                "posted_date": ("Posted Date", "Post Date"),
                "card_number": ("Card No.", "Card Number"),
                "description": "Description",
                "category": "Category",
                "debit": "Debit",
                "credit": "Credit",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="capitalone.com: the card account, Download Transactions, CSV",
    proven_by="https://github.com/mtlynch/beancount-capitalone (beancount_capitalone/credit_test.py)",
    proven_on=date(2026, 11, 24),
    cadence_days=31,
    examples=(
        Example(
            shape="transactions",
            text="""\
Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit
2023-02-21,2023-02-22,1234,SHOPIFY* 169483256,Merchandise,528.50,
2023-02-21,2023-02-22,1234,"FIGMA, INC.",Merchandise,"1,180.00",
2023-03-02,2023-03-03,0042,"FIGMA, INC.",Merchandise,,38.75
2023-04-13,2023-04-13,1234,CAPITAL ONE ONLINE PYMT,Payment/Credit,,100.00
2023-04-13,2023-04-13,1234,CREDIT-CASH BACK REWARD,Payment/Credit,,25.00
2023-04-03,2023-04-03,1234,INTEREST CHARGE:PURCHASES,Fee/Interest Charge,11.29,
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2023, 2, 21),
                        "merchant": "SHOPIFY* 169483256",
                        "amount": 528.50,
                        "currency": "USD",
                        "card": "1234",
                        "cardholder": None,
                        "record": 1,
                    },
                    {"charged_on": date(2023, 2, 21), "amount": 1180.00, "merchant": "FIGMA, INC."},
                    {"charged_on": date(2023, 3, 2), "amount": -38.75, "card": "0042"},
                )
            },
            ignored={"payment of the card bill": 1, "statement credit": 1, "fee of the issuer": 1},
        ),
        Example(
            shape="transactions",
            # As a spreadsheet saves it, with a blank line; not posted; no amount, half of one, no day, no merchant.
            text="""\
Transaction Date,Posted Date,Card No.,Description,Category,Debit,Credit
02/28/2026,03/01/2026,1234,MIRO,Merchandise,$16.00,

02/28/2026,,1234,MIRO,Merchandise,16.00,
02/28/2026,03/01/2026,1234,MIRO,Merchandise,,
02/28/2026,03/01/2026,1234,MIRO,Merchandise,n/a,2.00
28/02/2026,03/01/2026,1234,MIRO,Merchandise,16.00,
02/28/2026,03/01/2026,1234,,Merchandise,16.00,
""",
            hints={"currency": "cad"},
            records={"charge": ({"charged_on": date(2026, 2, 28), "amount": 16.00, "currency": "CAD"},)},
            ignored={"pending": 1},
            quarantined=4,
        ),
    ),
)
