"""Mercury: transactions of checking, savings and card accounts (Transactions, Export, CSV).

The header after LaunchPlatform/beanhub-extract (beanhub_extract/extractors/mercury.py and its tests) and three further
public parsers, which add `Mercury Category`, `Check Number`, `Tags`, `Cardholder Email` and `Tracking ID`; read
2026-11-24.

Traps: days are written 04-17-2024, month first, in UTC. Money out is negative: the sign is turned. `Amount` is in the
currency of the account, US dollars unless the hint `currency` says otherwise; `Original Currency` is what the merchant
asked for and names no amount of this file. `Bank Description` is the raw text, `Description` Mercury's cleaned one; a
debit's raw text goes on behind a semicolon with its reference and the company's own name, which are cut. A line is of a
card if it names its last four digits or its holder, or belongs to Mercury Credit; a debit of the account
(a merchant that collects) counts, too, without a person. No line has an id of its own that is always filled.

Ignored: `pending`, `failed`, `cancelled`, `blocked`, `reversed` (by `Status`); `transfer between own accounts`
(Mercury Checking, Mercury Credit …); `money received` (money in that is no card's); `bank transfer (…)` (sent by
hand: salaries, suppliers and private persons are not told apart).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
WITH line AS (
    SELECT *,
           day_in(date_text, coalesce(hint('date_order'), 'mdy')) AS charged_day,
           -amount_in(amount_text, hint('decimal')) AS amount_read,
           lower(trim(status)) AS state,
           coalesce(blank_null(last_four), blank_null(name_on_card)) IS NOT NULL
               OR regexp_matches(coalesce(source_account, ''), 'mercury credit', 'i') AS is_card,
           coalesce(blank_null(CASE WHEN is_card THEN bank_description ELSE split_part(bank_description, ';', 1) END),
                    blank_null(description)) AS merchant_text
    FROM raw
)
SELECT
    _record AS record,
    charged_day AS charged_on,
    email_of(cardholder_email) AS account_name,
    blank_null(name_on_card) AS cardholder,
    nullif(right(regexp_replace(last_four, '\\D', '', 'g'), 4), '') AS card,
    merchant_text AS merchant,
    blank_null(description) AS merchant_clean,
    amount_read AS amount,
    upper(coalesce(hint('currency'), 'USD')) AS currency,
    CASE
        WHEN state IN ('pending', 'failed', 'blocked', 'reversed') THEN state
        WHEN state IN ('cancelled', 'canceled') THEN 'cancelled'
        WHEN regexp_matches(description, '^\\s*mercury (checking|savings|credit|treasury|vault)|'
                || '\\(mercury (checking|savings|credit|treasury|vault)[^)]*\\)\\s*$', 'i')
            THEN 'transfer between own accounts'
        WHEN amount_read < 0 AND NOT is_card THEN 'money received'
        WHEN NOT is_card AND regexp_matches(bank_description,
                '^\\s*sen[dt] money\\b|\\binitiated (on|via|from) mercury\\b', 'i')
            THEN 'bank transfer (salary or invoice: see the ledger)'
    END AS _ignored,
    CASE
        WHEN state NOT IN ('sent', 'received', 'completed', 'posted', '') THEN problem('Status', status,
            'Sent, Pending, Failed, Cancelled, Blocked or Reversed')
        WHEN charged_day IS NULL THEN problem('Date (UTC)', date_text,
            'a day as 04-17-2024, month first; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Amount', amount_text,
            'an amount as -1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN merchant_text IS NULL THEN problem('Bank Description', bank_description, 'a merchant text')
    END AS _problem
FROM line
"""

FORMAT = Format(
    name="mercury",
    system="mercury",
    kind="charge",
    title="Mercury transactions (CSV)",
    shapes=(
        Shape(
            name="transactions",
            container="csv",
            requires=("Date (UTC)", "Description", "Amount", "Status", "Source Account", "Bank Description"),
            columns={
                "date_text": "Date (UTC)",
                "description": "Description",
                "amount_text": "Amount",
                "status": "Status",
                "source_account": "Source Account",
                "bank_description": "Bank Description",
                "last_four": "Last Four Digits",
                "name_on_card": "Name On Card",
                "cardholder_email": "Cardholder Email",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="Mercury: Transactions, Export all, CSV",
    proven_by="https://github.com/LaunchPlatform/beanhub-extract (beanhub_extract/extractors/mercury.py)",
    proven_on=date(2026, 11, 24),
    cadence_days=31,
    examples=(
        Example(
            shape="transactions",
            text="""\
Date (UTC),Description,Amount,Status,Source Account,Bank Description,Reference,Note,Last Four Digits,Name On Card,\
Category,GL Code,Timestamp,Original Currency
04-17-2024,GUSTO,-46.00,Sent,Mercury Checking xx12,"GUSTO; FEE 111111; Example Ltd",,,,,,,04-17-2024 21:30:40,
04-16-2024,Amazon Web Services,-353.50,Sent,Mercury Credit,Amazon web services,,,1234,Ada Byron,Software,,\
04-16-2024 03:25:55,USD
04-16-2024,Adobe,54.25,Sent,Mercury Credit,ADOBE  *ADOBE,,,1234,Ada Byron,Software,,04-16-2024 03:24:57,USD
04-15-2024,Jane Doe,-1500.00,Sent,Mercury Checking xx1234,Send Money transaction initiated on Mercury,\
Profit distribution,,,,,,04-15-2024 14:35:37,
04-15-2024,Mercury Credit,-353.50,Sent,Mercury Checking xx1234,Mercury Credit autopay,,,,,,,04-15-2024 14:35:37,
04-15-2024,Customer Ltd,9000.00,Sent,Mercury Checking xx1234,CUSTOMER LTD; INVOICE 7,,,,,,,04-15-2024 14:35:37,
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2024, 4, 17),
                        "merchant": "GUSTO",
                        "merchant_clean": "GUSTO",
                        "amount": 46.00,
                        "currency": "USD",
                        "card": None,
                        "cardholder": None,
                        "record": 1,
                    },
                    {
                        "charged_on": date(2024, 4, 16),
                        "merchant": "Amazon web services",
                        "merchant_clean": "Amazon Web Services",
                        "amount": 353.50,
                        "card": "1234",
                        "cardholder": "Ada Byron",
                        "account_name": None,
                        "record": 2,
                    },
                    {"merchant_clean": "Adobe", "amount": -54.25, "record": 3},
                )
            },
            ignored={
                "bank transfer (salary or invoice: see the ledger)": 1,
                "transfer between own accounts": 1,
                "money received": 1,
            },
        ),
        Example(
            shape="transactions",
            # The longer header; an address; another currency at the merchant's; not carried out; what is wrong.
            text="""\
Date (UTC),Description,Amount,Status,Source Account,Bank Description,Reference,Note,Last Four Digits,Name On Card,\
Mercury Category,Category,GL Code,Timestamp,Original Currency,Check Number,Tags,Cardholder Email,Tracking ID
01-14-2026,Figma,-100.00,Sent,Mercury Checking xx1111,FIGMA INC,,,1234,Ada Byron,Software,,,01-14-2026 09:00:00,\
EUR,,,Ada@example.com,
01-15-2026,Figma,-100.00,Pending,Mercury Checking xx1111,FIGMA INC,,,1234,Ada Byron,,,,,EUR,,,ada@example.com,
01-10-2026,Figma,-99.00,Failed,Mercury Checking xx1111,FIGMA INC,,,1234,Ada Byron,,,,,USD,,,ada@example.com,
01-10-2026,Figma,-99.00,Cancelled,Mercury Checking xx1111,FIGMA INC,,,1234,Ada Byron,,,,,USD,,,ada@example.com,
14-01-2026,Figma,-99.00,Sent,Mercury Checking xx1111,FIGMA INC,,,1234,Ada Byron,,,,,USD,,,ada@example.com,
01-14-2026,Figma,n/a,Sent,Mercury Checking xx1111,FIGMA INC,,,1234,Ada Byron,,,,,USD,,,ada@example.com,
01-14-2026,,-99.00,Sent,Mercury Checking xx1111,,,,1234,Ada Byron,,,,,USD,,,ada@example.com,
01-14-2026,Figma,-99.00,Gesendet,Mercury Checking xx1111,FIGMA INC,,,1234,Ada Byron,,,,,USD,,,ada@example.com,
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2026, 1, 14),
                        "amount": 100.00,
                        "currency": "USD",
                        "account_name": "ada@example.com",
                        "cardholder": "Ada Byron",
                    },
                )
            },
            ignored={"pending": 1, "failed": 1, "cancelled": 1},
            quarantined=4,
        ),
    ),
)
