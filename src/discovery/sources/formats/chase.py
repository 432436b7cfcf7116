"""Chase: credit card activity as chase.com exports it (account activity, Download, CSV).

Shapes, and where their headers come from:

- `activity`: `Transaction Date,Post Date,Description,Category,Type,Amount,Memo` (LaunchPlatform/beanhub-extract,
  tests/extractors/fixtures/chase_credit_card.csv; BananaAccounting/Universal, extensions/import/chase, with days
  as 12/8/2023; both read 2026-11-24). Without `Memo` in older files, and until about 2018 as `Type,Trans Date,
  Post Date,Description,Amount`. No column names card or person: the file is of one card, so that the person is
  an address in the file or folder name, or the setting `person`.
- `card`: the same with `Card` (the last four digits) in front, where the download holds several cards (header in
  several public parsers, read 2026-11-24). The card is the account.

Left out on purpose: the checking account (`Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #`).

Traps: days are month first. A purchase (`Sale`) is negative, a refund (`Return`) positive: the sign is turned. There
is no currency column: USD unless the hint `currency` says otherwise. No line has an id: identical lines of one file
are told apart by their number.

Ignored: `payment of the card bill` (`Payment`), `fee of the issuer` (`Fee`), `adjustment` (statement credits),
`pending` (no day of posting).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
WITH line AS (
    SELECT *,
           day_in(transaction_date, coalesce(hint('date_order'), 'mdy')) AS charged_day,
           -amount_in(amount_text, hint('decimal')) AS amount_read,
           lower(trim(line_type)) AS line_kind
    FROM raw
)
SELECT
    _record AS record,
    charged_day AS charged_on,
    lower(hint('person')) AS account_name,
    nullif(right(regexp_replace(card_number, '\\D', '', 'g'), 4), '') AS card,
    blank_null(description) AS merchant,
    amount_read AS amount,
    upper(coalesce(hint('currency'), 'USD')) AS currency,
    CASE
        WHEN line_kind = 'payment' THEN 'payment of the card bill'
        WHEN line_kind = 'fee' THEN 'fee of the issuer'
        WHEN line_kind = 'adjustment' THEN 'adjustment'
        WHEN blank_null(post_date) IS NULL OR lower(trim(post_date)) = 'pending' THEN 'pending'
    END AS _ignored,
    CASE
        WHEN charged_day IS NULL THEN problem('Transaction Date', transaction_date,
            'a day as 12/08/2023, month first; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Amount', amount_text,
            'an amount as -1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN blank_null(description) IS NULL THEN problem('Description', description, 'a merchant text')
    END AS _problem
FROM line
"""

_REQUIRES = (("Transaction Date", "Trans Date"), "Post Date", "Description", "Type", "Amount")
_COLUMNS: dict[str, str | tuple[str, ...]] = {
    "transaction_date": ("Transaction Date", "Trans Date"),
    "post_date": "Post Date",
    "description": "Description",
    "line_type": "Type",
    "amount_text": "Amount",
    "card_number": "Card",
}

FORMAT = Format(
    name="chase",
    system="chase",
    kind="charge",
    title="Chase card activity (CSV)",
    shapes=(
        Shape(
            name="card",
            container="csv",
            requires=("Card", *_REQUIRES),
            columns=_COLUMNS,
            select=_SELECT,
            numbered=True,
            has_person=True,
        ),
        Shape(
            name="activity",
            container="csv",
            requires=_REQUIRES,
            forbids=("Card",),
            columns=_COLUMNS,
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="chase.com: the card account, Account activity, Download, CSV, all cards",
    proven_by="https://github.com/LaunchPlatform/beanhub-extract (tests/extractors/fixtures/chase_credit_card.csv)",
    proven_on=date(2026, 11, 24),
    person_from_path=True,
    cadence_days=31,
    examples=(
        Example(
            shape="activity",
            text="""\
Transaction Date,Post Date,Description,Category,Type,Amount,Memo
04/09/2024,04/09/2024,AUTOMATIC PAYMENT - THANK,,Payment,123.45,
04/03/2024,04/05/2024,APPLE.COM/BILL,Shopping,Sale,-1.25,
04/02/2024,04/03/2024,Amazon web services,Personal,Sale,"-1,006.50",
04/02/2024,04/03/2024,Amazon web services,Personal,Sale,"-1,006.50",
04/01/2024,04/02/2024,GITHUB  INC.,Professional Services,Return,4.00,
04/01/2024,04/02/2024,FOREIGN TRANSACTION FEE,Fees & Adjustments,Fee,-0.40,
""",
            hints={"person": "Ada@example.com"},
            records={
                "charge": (
                    {
                        "charged_on": date(2024, 4, 3),
                        "merchant": "APPLE.COM/BILL",
                        "amount": 1.25,
                        "currency": "USD",
                        "account_name": "ada@example.com",
                        "card": None,
                        "record": 2,
                    },
                    {"charged_on": date(2024, 4, 2), "amount": 1006.50, "record": 3},
                    {"charged_on": date(2024, 4, 2), "amount": 1006.50, "record": 4},
                    {"charged_on": date(2024, 4, 1), "amount": -4.00, "merchant": "GITHUB  INC."},
                )
            },
            ignored={"payment of the card bill": 1, "fee of the issuer": 1},
        ),
        Example(
            shape="activity",
            # The header until about 2018; a day that is none, an amount that is none, no merchant, not posted yet.
            text="""\
Type,Trans Date,Post Date,Description,Amount
Sale,12/8/2016,12/11/2016,"FIGMA, INC.",-18.50
SALE,31/12/2016,12/11/2016,FIGMA,-18.50
Sale,12/10/2016,12/11/2016,FIGMA,tbc
Sale,12/10/2016,12/11/2016,,-18.50
Sale,12/10/2016,,FIGMA,-18.50
""",
            hints={"person": "ada@example.com"},
            records={
                "charge": ({"charged_on": date(2016, 12, 8), "merchant": "FIGMA, INC.", "amount": 18.50},)
            },
            ignored={"pending": 1},
            quarantined=3,
        ),
        Example(
            shape="card",
            text="""\
Card,Transaction Date,Post Date,Description,Category,Type,Amount,Memo
1234,08/12/2026,08/12/2026,Payment Thank You - Web,,Payment,306.84,
1234,07/22/2026,07/23/2026,SOFTWARE CREDIT,Fees & Adjustments,Adjustment,12.94,
0042,07/22/2026,07/23/2026,NOTION LABS INC,Professional Services,Sale,-137.50,
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2026, 7, 22),
                        "merchant": "NOTION LABS INC",
                        "amount": 137.50,
                        "card": "0042",
                        "account_name": None,
                    },
                )
            },
            ignored={"payment of the card bill": 1, "adjustment": 1},
        ),
    ),
)
