"""Brex: card transactions as the dashboard exports them (Transactions, Download CSV).

The header after usevenice/venice, format-brex.ts, and oxidecomputer/cio, cio/src/finance.rs (both read 2026-11-24; two
further public parsers agree on sign and names). The column of the day has been called `Swipe Date (UTC)` and `Swipe
Time (UTC)`, that of the posting `Posted Date (UTC)` and `Posted Date`; the columns of the accounting system
(Integration …) come and go.

Traps: the swipe is an ISO instant in UTC, `Posted Date` is MM/dd/yyyy; the day of the swipe counts, that of the posting
where there is none. Positive is spent (more is owed), negative came back. `Last 4` loses leading zeros and may carry a
star. `Statement Descriptor` is the raw text, `Merchant Name` the cleaned one. The export does not say what is still
pending. There is no currency column in the public examples: USD, unless one called Currency or the hint says
otherwise. `User` is a name; where it is an address it is taken as the account. `Id` identifies the line.

Left out on purpose: Brex Cash (`Date,Description,Amount,Balance`), which any bank writes.

Ignored: `payment of the card bill` (the type Payment to Brex).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
WITH line AS (
    SELECT *,
           coalesce(blank_null(swiped), blank_null(posted)) AS day_text,
           day_in(day_text, coalesce(hint('date_order'), 'mdy')) AS charged_day,
           amount_in(amount_text, hint('decimal')) AS amount_read,
           coalesce(blank_null(descriptor), blank_null(merchant_name)) AS merchant_text,
           upper(coalesce(blank_null(currency_text), hint('currency'), 'USD')) AS code,
           regexp_replace(last_4, '\\D', '', 'g') AS digits
    FROM raw
)
SELECT
    blank_null(transaction_id) AS event_id,
    _record AS record,
    charged_day AS charged_on,
    email_of(user_name) AS account_name,
    CASE WHEN NOT contains(user_name, '@') THEN blank_null(user_name) END AS cardholder,
    CASE WHEN digits <> '' THEN right('0000' || digits, 4) END AS card,
    merchant_text AS merchant,
    blank_null(merchant_name) AS merchant_clean,
    amount_read AS amount,
    code AS currency,
    CASE WHEN starts_with(lower(trim(line_type)), 'payment') THEN 'payment of the card bill' END AS _ignored,
    CASE
        WHEN charged_day IS NULL THEN problem('Swipe Date (UTC)', day_text,
            'a day as 2021-06-17 or 06/17/2021, month first; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Amount', amount_text,
            'an amount as 1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN merchant_text IS NULL THEN problem('Statement Descriptor', descriptor, 'a merchant text')
        WHEN NOT regexp_matches(code, '^[A-Z]{3}$') THEN problem('Currency', code, 'a three-letter currency code')
    END AS _problem
FROM line
"""

_DAYS = ("Swipe Date (UTC)", "Swipe Time (UTC)", "Posted Date (UTC)", "Posted Date")

FORMAT = Format(
    name="brex",
    system="brex",
    kind="charge",
    title="Brex card transactions (CSV)",
    shapes=(
        Shape(
            name="transactions",
            container="csv",
            requires=(
                _DAYS,
                "Amount",
                ("User", "Last 4"),
                "Merchant Name",
                ("Brex Category", "Outstanding Balance", "Statement Descriptor"),
            ),
            columns={
                "swiped": _DAYS[:2],
                "posted": _DAYS[2:],
                "line_type": "Type",
                "amount_text": "Amount",
                "currency_text": "Currency",
                "user_name": "User",
                "descriptor": "Statement Descriptor",
                "merchant_name": "Merchant Name",
                "last_4": "Last 4",
                "transaction_id": "Id",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="Brex: Transactions, Card, Download CSV",
    proven_by="https://github.com/usevenice/venice (format-brex.ts)",
    proven_on=date(2026, 11, 24),
    cadence_days=31,
    examples=(
        Example(
            shape="transactions",
            text="""\
Swipe Date (UTC),Posted Date,Type,Amount,Outstanding Balance,User,Department,Location,Transaction Source,\
Statement Descriptor,Merchant Name,Brex Category,Integration Category,Last 4,Memo,Integration Department,\
Integration Class,Integration Location,Integration Date,Integration Category Fully Qualified Name,Id
2021-06-17T23:50:00.000Z,06/19/2021,Transaction,30.00,130.00,Ada Byron,Engineering,London,Card,\
SUPERHUMAN,Superhuman,SaaS,,42,,,,,,,ct_1
2021-06-18T08:00:00.000Z,06/19/2021,Transaction,"-1,030.50",100.00,ada@example.com,Engineering,London,Card,\
AWS EMEA,Amazon Web Services,Cloud,,*2001,,,,,,,ct_2
2021-06-20T08:00:00.000Z,06/20/2021,Payment to Brex,-100.00,0.00,,,,,,,,,,,,,,,,ct_3
""",
            records={
                "charge": (
                    {
                        "event_id": "ct_1",
                        "charged_on": date(2021, 6, 17),
                        "merchant": "SUPERHUMAN",
                        "merchant_clean": "Superhuman",
                        "amount": 30.00,
                        "currency": "USD",
                        "cardholder": "Ada Byron",
                        "account_name": None,
                        "card": "0042",
                        "record": 1,
                    },
                    {
                        "event_id": "ct_2",
                        "charged_on": date(2021, 6, 18),
                        "amount": -1030.50,
                        "account_name": "ada@example.com",
                        "cardholder": None,
                        "card": "2001",
                    },
                )
            },
            ignored={"payment of the card bill": 1},
        ),
        Example(
            shape="transactions",
            # The other names of the columns; two currencies; only posted; no day, amount, merchant; no currency.
            text="""\
Swipe Time (UTC),Posted Date (UTC),Type,Amount,User,Merchant Name,Brex Category,Last 4,Memo,Currency,Id
2022-01-03 10:00:00,2022-01-04,Transaction,12.00,Ada Byron,Figma,SaaS,2001,,eur,a
,01/04/2022,Transaction,12.00,Ada Byron,Figma,SaaS,2001,,,b
17/06/2022,,Transaction,12.00,Ada Byron,Figma,SaaS,2001,,,c
2022-01-03,,Transaction,pending,Ada Byron,Figma,SaaS,2001,,,d
2022-01-03,,Transaction,12.00,Ada Byron,,SaaS,2001,,,e
2022-01-03,,Transaction,12.00,Ada Byron,Figma,SaaS,2001,,euros,f
""",
            hints={"currency": "GBP"},
            records={
                "charge": (
                    {"event_id": "a", "charged_on": date(2022, 1, 3), "merchant": "Figma", "currency": "EUR"},
                    {"event_id": "b", "charged_on": date(2022, 1, 4), "currency": "GBP"},
                )
            },
            quarantined=4,
        ),
    ),
)
