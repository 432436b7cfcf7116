"""Expensify: expense lines, from the classic report export and from new Expensify.

Shapes, and where their headers come from:

- `classic`: the default CSV template of a report, `Timestamp,Merchant,Amount,MCC,…` (the same header in six
  unrelated public parsers). Newer ones have `Description` in place of `Comment`. No column names the
  employee: the person is an address in the file or folder name, or the setting `person`.
- `new`: the download of new Expensify, `Date,Merchant,Description,From,To,…,Currency` (Expensify/App,
  Export-expenses.md; the document lists the columns in words). `From` is who spent: an address, or only
  a name, which is then the card holder; no person is asked for in the path.

Traps: `MCC` may be 0 = none. `Amount` of the classic shape is in the currency of the report, which stands
nowhere in the file: with the hint `currency` it is taken as that; without, the line is taken in the currency
of the purchase (`Original Currency`, `Original Amount`), so that amount and currency always belong together;
only where that is missing the currency stays unknown. Positive is spent, negative is a refund or credit.

Ignored: `no merchant`: an expense still being scanned or typed in, `(none)` for a merchant.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_CLASSIC = """
WITH line AS (
    SELECT *,
           day_in(timestamp_text, coalesce(hint('date_order'), 'ymd')) AS charged_day,
           amount_in(amount_text, hint('decimal')) AS amount_read,
           amount_in(original_amount, hint('decimal')) AS original_read,
           upper(nullif(trim(original_currency), '')) AS original_code,
           blank_null(merchant_text) AS merchant_read
    FROM raw
), priced AS (
    SELECT *, hint('currency') IS NULL AND original_read IS NOT NULL
              AND regexp_matches(original_code, '^[A-Z]{3}$') AS in_original
    FROM line
)
SELECT
    _record AS record,
    charged_day AS charged_on,
    lower(hint('person')) AS account_name,
    merchant_read AS merchant,
    CASE WHEN TRY_CAST(mcc AS INTEGER) BETWEEN 1 AND 9999 THEN lpad(CAST(CAST(mcc AS INTEGER)
        AS VARCHAR), 4, '0')
    END AS mcc,
    CASE WHEN in_original THEN original_read ELSE amount_read END AS amount,
    CASE WHEN in_original THEN original_code ELSE upper(hint('currency')) END AS currency,
    CASE WHEN lower(merchant_read) IN ('(none)', '(unknown)') THEN 'no merchant' END AS _ignored,
    CASE
        WHEN charged_day IS NULL THEN problem('Timestamp', timestamp_text,
            'a day as 2016-12-12 00:00:00; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Amount', amount_text,
            'an amount as 1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN merchant_read IS NULL THEN problem('Merchant', merchant_text, 'a merchant text')
    END AS _problem
FROM priced
"""

_NEW = """
WITH line AS (
    SELECT *,
           day_in(date_text, coalesce(hint('date_order'), 'ymd')) AS charged_day,
           amount_in(amount_text, hint('decimal')) AS amount_read,
           blank_null(merchant_text) AS merchant_read,
           upper(coalesce(blank_null(currency_text), hint('currency'))) AS code
    FROM raw
)
SELECT
    _record AS record,
    charged_day AS charged_on,
    email_of(sender) AS account_name,
    CASE WHEN NOT contains(sender, '@') THEN blank_null(sender) END AS cardholder,
    merchant_read AS merchant,
    amount_read AS amount,
    code AS currency,
    CASE WHEN lower(merchant_read) IN ('(none)', '(unknown)') THEN 'no merchant' END AS _ignored,
    CASE
        WHEN charged_day IS NULL THEN problem('Date', date_text,
            'a day as 2026-04-18; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Amount', amount_text,
            'an amount as 1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN merchant_read IS NULL THEN problem('Merchant', merchant_text, 'a merchant text')
        WHEN code IS NOT NULL AND NOT regexp_matches(code, '^[A-Z]{3}$') THEN problem('Currency', code,
            'a three-letter currency code')
    END AS _problem
FROM line
"""

FORMAT = Format(
    name="expensify",
    system="expensify",
    kind="charge",
    title="Expensify expenses (CSV, classic and new)",
    shapes=(
        Shape(
            name="classic",
            container="csv",
            requires=("Timestamp", "Merchant", "Amount", "MCC", "Original Currency", "Original Amount"),
            columns={
                "timestamp_text": "Timestamp",
                "merchant_text": "Merchant",
                "amount_text": "Amount",
                "mcc": "MCC",
                "original_currency": "Original Currency",
                "original_amount": "Original Amount",
            },
            select=_CLASSIC,
            numbered=True,
        ),
        Shape(
            name="new",
            container="csv",
            requires=("Date", "Merchant", "From", "To", "Amount", "Currency", ("Description", "Receipt URL")),
            columns={
                "date_text": "Date",
                "merchant_text": "Merchant",
                "sender": "From",
                "amount_text": "Amount",
                "currency_text": "Currency",
            },
            select=_NEW,
            numbered=True,
            has_person=True,
        ),
    ),
    how_to_get="Expensify: Reports, select, Export, Default CSV; new Expensify: Search, select, Download",
    proven_by="https://github.com/Expensify/App (Export-expenses.md)",
    proven_on=date(2026, 11, 23),
    cadence_days=31,
    person_from_path=True,
    examples=(
        Example(
            shape="classic",
            text="""\
Timestamp,Merchant,Amount,MCC,Category,Tag,Comment,Reimbursable,"Original Currency","Original Amount",Receipt
2016-12-12 00:00:00,RS COMPONENTS,230.00,0,Supplies,,,yes,GBP,230.00,\
https://www.expensify.com/verifyReceipt?g=1
2016-12-13 00:00:00,INTUIT*MAILCHIMP,37.50,5734,SaaS,,,yes,USD,48.00,\
https://www.expensify.com/verifyReceipt?g=2
2016-12-13 00:00:00,INTUIT*MAILCHIMP,37.50,5734,SaaS,,,yes,USD,48.00,\
https://www.expensify.com/verifyReceipt?g=2
""",
            hints={"person": "Ada@example.com", "currency": "GBP"},
            records={
                "charge": (
                    {
                        "charged_on": date(2016, 12, 12),
                        "merchant": "RS COMPONENTS",
                        "amount": 230.00,
                        "mcc": None,
                        "currency": "GBP",
                        "account_name": "ada@example.com",
                        "record": 1,
                    },
                    {
                        "charged_on": date(2016, 12, 13),
                        "merchant": "INTUIT*MAILCHIMP",
                        "amount": 37.50,
                        "mcc": "5734",
                        "currency": "GBP",
                        "record": 2,
                    },
                    {"charged_on": date(2016, 12, 13), "amount": 37.50, "record": 3},
                )
            },
        ),
        Example(
            shape="classic",
            # `Description`; no currency is set,
            # so that the purchase's own counts; a refund; a scan under way.
            text="""\
Timestamp,Merchant,Amount,MCC,Category,Tag,Description,Reimbursable,"Original Currency","Original Amount",\
Receipt,\
Attendees
2016-12-13 00:00:00,FIGMA,37.50,742,SaaS,,,no,USD,48.00,,
2016-12-14 00:00:00,FIGMA,-37.50,0,SaaS,,,no,USD,-48.00,,
2016-12-15 00:00:00,TAXI,12.00,0,,,,no,,,,
2016-12-15 00:00:00,(none),0.00,0,,,,no,USD,0.00,,
13/12/2016,FIGMA,37.50,0,SaaS,,,no,USD,48.00,,
2016-12-16 00:00:00,FIGMA,"37,50",0,SaaS,,,no,USD,"48,00",,
2016-12-17 00:00:00,,37.50,0,SaaS,,,no,USD,48.00,,
""",
            hints={"person": "ada@example.com"},
            records={
                "charge": (
                    {"charged_on": date(2016, 12, 13), "amount": 48.00, "currency": "USD", "mcc": "0742"},
                    {"charged_on": date(2016, 12, 14), "amount": -48.00, "currency": "USD"},
                    {"charged_on": date(2016, 12, 15), "amount": 12.00, "currency": None, "merchant": "TAXI"},
                )
            },
            ignored={"no merchant": 1},
            quarantined=3,
        ),
        Example(
            shape="new",
            text="""\
Date,Merchant,Description,From,To,Category,Tag,Tax,Amount,Currency,Type,Receipt URL
2026-09-30,SPOTIFY AB,,Ada.Byron@example.com,accounts@example.com,Personal,,,8.50,GBP,Card,\
https://x.example/1.pdf
2026-09-29,"Miro, Inc.","board, yearly",Ada Byron,accounts@example.com,SaaS,,,96.00,eur,Cash,
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2026, 9, 30),
                        "merchant": "SPOTIFY AB",
                        "amount": 8.50,
                        "currency": "GBP",
                        "account_name": "ada.byron@example.com",
                        "cardholder": None,
                    },
                    {
                        "charged_on": date(2026, 9, 29),
                        "merchant": "Miro, Inc.",
                        "currency": "EUR",
                        "account_name": None,
                        "cardholder": "Ada Byron",
                    },
                )
            },
        ),
        Example(
            shape="new",
            text="""\
Date,Merchant,Description,From,To,Category,Tag,Tax,Amount,Currency,Type,Receipt URL
30/09/2026,SPOTIFY AB,,ada@example.com,accounts@example.com,,,,"(8.50)",GBP,Card,
31/09/2026,SPOTIFY AB,,ada@example.com,accounts@example.com,,,,8.50,GBP,Card,
30/09/2026,SPOTIFY AB,,ada@example.com,accounts@example.com,,,,8.50,pounds,Card,
30/09/2026,(none),,ada@example.com,accounts@example.com,,,,0.00,GBP,Card,
""",
            hints={"date_order": "dmy"},
            records={"charge": ({"charged_on": date(2026, 9, 30), "amount": -8.50},)},
            ignored={"no merchant": 1},
            quarantined=2,
        ),
    ),
)
