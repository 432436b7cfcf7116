"""Wise (formerly TransferWise): card payments of a balance, from its statement and from the transaction history.

Shapes, and where their headers come from (BananaAccounting/Universal, extensions/import/wise/test/testcases, and
further public parsers; read 2026-11-24):

- `statement`: a statement of one balance, `TransferWise ID,Date,Amount,Currency,Description,…,Merchant,Card Last Four
  Digits,Card Holder Full Name,…`; `Date Time` and the columns behind `Total fees` came later.
- `history`: all balances, `ID,Status,Direction,Created on,…`, in English or German; `Created by` came later.

Traps: in a statement days are day first (27-07-2026) and money out is negative: the sign is turned, and a refund comes
out negative. In a history the day is 2024-04-12 14:00:47, amounts have no sign, `Direction` says OUT or IN. `Amount`
is what the balance paid, in its currency. One payment from several balances has a line per balance, and a refund
bears the id of its payment, so that id, amount and currency together identify a line. Where both exports are loaded
a payment counts once if both name the same amount. Direct debits (a merchant collects) count, without a person.

Ignored: `no card payment` (transfers, conversions, money received), `fee of the issuer` (lines of their own:
FEE-…, or a text that ends with the id charged for), `cash withdrawal`; in a history `pending`,
`cancelled`, `refunded in full` (Wise marks the payment so and does not always list what came back).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_STATEMENT = """
WITH line AS (
    SELECT *,
           upper(trim(transaction_id)) AS id,
           day_in(date_text, coalesce(hint('date_order'), 'dmy')) AS charged_day,
           -amount_in(amount_text, hint('decimal')) AS amount_read,
           upper(coalesce(blank_null(currency_text), hint('currency'))) AS code,
           coalesce(blank_null(merchant_name), nullif(trim(regexp_extract(description, '\\bissued by (.+)$', 1)), ''),
                    blank_null(payee), blank_null(description)) AS merchant_text
    FROM raw
)
SELECT
    concat_ws('|', regexp_replace(id, '_TRANSACTION-', '-'), amount_read, code) AS event_id,
    _record AS record,
    charged_day AS charged_on,
    blank_null(holder) AS cardholder,
    nullif(right(regexp_replace(last_four, '\\D', '', 'g'), 4), '') AS card,
    merchant_text AS merchant,
    amount_read AS amount,
    code AS currency,
    CASE
        WHEN starts_with(id, 'FEE-') OR regexp_matches(description, ':\\s*[A-Z_]+-\\d+\\s*$') THEN 'fee of the issuer'
        WHEN regexp_matches(description, '^\\s*cash withdrawal', 'i') THEN 'cash withdrawal'
        WHEN NOT (starts_with(id, 'CARD') OR starts_with(id, 'DIRECT_DEBIT') OR blank_null(last_four) IS NOT NULL)
            THEN 'no card payment'
    END AS _ignored,
    CASE
        WHEN coalesce(id, '') = '' THEN problem('TransferWise ID', transaction_id, 'an id as CARD-1234')
        WHEN charged_day IS NULL THEN problem('Date', date_text,
            'a day as 27-07-2026, day first; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Amount', amount_text,
            'an amount as -1234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN merchant_text IS NULL THEN problem('Merchant', merchant_name, 'a merchant text')
        WHEN code IS NOT NULL AND NOT regexp_matches(code, '^[A-Z]{3}$') THEN problem('Currency', code,
            'a three-letter currency code')
    END AS _problem
FROM line
"""

_HISTORY = """
WITH line AS (
    SELECT *,
           upper(trim(transaction_id)) AS id,
           upper(trim(status)) AS state,
           upper(trim(direction)) AS way,
           day_in(date_text, coalesce(hint('date_order'), 'ymd')) AS charged_day,
           CASE WHEN upper(trim(direction)) = 'IN' THEN -1 ELSE 1 END
               * abs(amount_in(amount_text, hint('decimal'))) AS amount_read,
           upper(coalesce(blank_null(currency_text), hint('currency'))) AS code,
           CASE WHEN upper(trim(direction)) = 'IN' THEN coalesce(blank_null(source_name), blank_null(target_name))
                ELSE blank_null(target_name) END AS merchant_text
    FROM raw
)
SELECT
    concat_ws('|', regexp_replace(id, '_TRANSACTION-', '-'), amount_read, code) AS event_id,
    _record AS record,
    charged_day AS charged_on,
    blank_null(created_by) AS cardholder,
    merchant_text AS merchant,
    amount_read AS amount,
    code AS currency,
    CASE
        WHEN starts_with(id, 'FEE-') THEN 'fee of the issuer'
        WHEN NOT (starts_with(id, 'CARD') OR starts_with(id, 'DIRECT_DEBIT')) OR way = 'NEUTRAL' THEN 'no card payment'
        WHEN state = 'PENDING' THEN 'pending'
        WHEN state IN ('CANCELLED', 'CANCELED') THEN 'cancelled'
        WHEN state = 'REFUNDED' THEN 'refunded in full'
    END AS _ignored,
    CASE
        WHEN state IS NULL OR state <> 'COMPLETED' THEN problem('Status', status,
            'COMPLETED, PENDING, CANCELLED or REFUNDED')
        WHEN way IS NULL OR way NOT IN ('OUT', 'IN') THEN problem('Direction', direction, 'OUT, IN or NEUTRAL')
        WHEN charged_day IS NULL THEN problem('Created on', date_text,
            'a day as 2024-04-12 14:00:47; another order: set date_order in a [[source]] block')
        WHEN amount_read IS NULL THEN problem('Source amount (after fees)', amount_text,
            'an amount as 1234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN merchant_text IS NULL THEN problem('Target name', target_name, 'a merchant text')
        WHEN code IS NOT NULL AND NOT regexp_matches(code, '^[A-Z]{3}$') THEN problem('Source currency', code,
            'a three-letter currency code')
    END AS _problem
FROM line
"""

_DIRECTION = ("Direction", "Richtung")
_CREATED = ("Created on", "Erstellt am")
_AMOUNT = ("Source amount (after fees)", "Ausgangsbetrag (nach Gebühren)")
_CURRENCY = ("Source currency", "Ausgangswährung")
_TARGET = ("Target name", "Name des Empfängers")

FORMAT = Format(
    name="wise",
    system="wise",
    kind="charge",
    title="Wise card payments (CSV: statement and transaction history)",
    shapes=(
        Shape(
            name="statement",
            container="csv",
            requires=("TransferWise ID", "Date", "Amount", "Currency", "Description", "Merchant"),
            columns={
                "transaction_id": "TransferWise ID",
                "date_text": "Date",
                "amount_text": "Amount",
                "currency_text": "Currency",
                "description": "Description",
                "payee": "Payee Name",
                "merchant_name": "Merchant",
                "last_four": "Card Last Four Digits",
                "holder": "Card Holder Full Name",
            },
            select=_STATEMENT,
            numbered=True,
        ),
        Shape(
            name="history",
            container="csv",
            requires=("ID", "Status", _DIRECTION, _CREATED, _AMOUNT, _CURRENCY, _TARGET),
            columns={
                "transaction_id": "ID",
                "status": "Status",
                "direction": _DIRECTION,
                "date_text": _CREATED,
                "amount_text": _AMOUNT,
                "currency_text": _CURRENCY,
                "source_name": ("Source name", "Quellenname"),
                "target_name": _TARGET,
                "created_by": ("Created by", "Erstellt von"),
            },
            select=_HISTORY,
            numbered=True,
        ),
    ),
    how_to_get="Wise: Statements and reports, Balance statement, CSV; or Transactions, Download, CSV",
    proven_by="https://github.com/BananaAccounting/Universal (extensions/import/wise/test/testcases)",
    proven_on=date(2026, 11, 24),
    cadence_days=31,
    examples=(
        Example(
            shape="statement",
            text="""\
"TransferWise ID",Date,Amount,Currency,Description,"Payment Reference","Running Balance","Exchange From","Exchange To",\
"Exchange Rate","Payer Name","Payee Name","Payee Account Number",Merchant,"Card Last Four Digits",\
"Card Holder Full Name",Attachment,Note,"Total fees"
CARD-116454107,01-02-2023,-60.75,EUR,"Card transaction of 61.50 USD issued by Figma SAN FRANCISCO",,14762.75,EUR,USD,\
1.01,,,,Figma,6559,"Ada Byron",,,0.25
CARD-116454107,01-02-2023,-0.25,EUR,"Wise Charges for: CARD-116454107",,14823.50,,,,,,,Figma,6559,"Ada Byron",,,0
CARD-116454107,13-02-2023,60.75,EUR,"Card transaction of 61.50 USD issued by Figma SAN FRANCISCO",,14823.50,,,,,,,\
Figma,6559,"Ada Byron",,,0
CARD-116454107,01-02-2023,-5.00,USD,"Card transaction of 61.50 USD issued by Figma SAN FRANCISCO",,7.00,,,,,,,,6559,\
"Ada Byron",,,0
TRANSFER-520757333,01-02-2023,-278.25,EUR,"Sent money to Jane Doe",,11823.75,,,,,"Jane Doe","************3304",,,,,,1.75
FEE-TRANSFER-520757333,01-02-2023,-1.75,EUR,"Wise Charges for: TRANSFER-520757333",,15102.00,,,,,,,,,,,,0
CARD-116454109,01-02-2023,-50.00,EUR,"Cash withdrawal of 50.00 EUR issued by Sparkasse",,1.00,,,,,,,Sparkasse,6559,\
"Ada Byron",,,0
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2023, 2, 1),
                        "merchant": "Figma",
                        "amount": 60.75,
                        "currency": "EUR",
                        "cardholder": "Ada Byron",
                        "card": "6559",
                        "record": 1,
                    },
                    {"charged_on": date(2023, 2, 13), "amount": -60.75, "currency": "EUR", "record": 3},
                    {"amount": 5.00, "currency": "USD", "merchant": "Figma SAN FRANCISCO", "record": 4},
                )
            },
            ignored={"fee of the issuer": 2, "no card payment": 1, "cash withdrawal": 1},
        ),
        Example(
            shape="statement",
            # The later header; a direct debit; no id, no day, no amount, no currency.
            text="""\
"TransferWise ID",Date,"Date Time",Amount,Currency,Description,"Payment Reference","Running Balance","Exchange From",\
"Exchange To","Exchange Rate","Payer Name","Payee Name","Payee Account Number",Merchant,"Card Last Four Digits",\
"Card Holder Full Name",Attachment,Note,"Total fees","Exchange To Amount","Transaction Type","Transaction Details Type"
DIRECT_DEBIT-7,27-07-2026,"27-07-2026 11:42:43.898",-20.00,GBP,"Paid to Zoom",,1.00,,,,,"Zoom Communications",,,,,,,0,,\
DEBIT,DIRECT_DEBIT
,27-07-2026,"27-07-2026 11:42:43.898",-20.00,GBP,"Card",,1.00,,,,,,,Zoom,6559,"Ada Byron",,,0,,DEBIT,CARD
CARD-8,31-06-2026,"27-07-2026 11:42:43.898",-20.00,GBP,"Card",,1.00,,,,,,,Zoom,6559,"Ada Byron",,,0,,DEBIT,CARD
CARD-9,27-07-2026,"27-07-2026 11:42:43.898",-,GBP,"Card",,1.00,,,,,,,Zoom,6559,"Ada Byron",,,0,,DEBIT,CARD
CARD-10,27-07-2026,"27-07-2026 11:42:43.898",-20.00,pounds,"Card",,1.00,,,,,,,Zoom,6559,"Ada Byron",,,0,,DEBIT,CARD
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2026, 7, 27),
                        "merchant": "Zoom Communications",
                        "amount": 20.00,
                        "currency": "GBP",
                        "card": None,
                    },
                )
            },
            quarantined=4,
        ),
        Example(
            shape="history",
            text="""\
ID,Status,Direction,"Created on","Finished on","Source fee amount","Source fee currency","Target fee amount",\
"Target fee currency","Source name","Source amount (after fees)","Source currency","Target name",\
"Target amount (after fees)","Target currency","Exchange rate",Reference,Batch,"Created by",Category,Note
CARD_TRANSACTION-1005,COMPLETED,OUT,2026-08-04 12:00:00,2026-08-04 12:00:01,,,,,Acme Ltd,15.50,EUR,Miro,18.00,USD,1.16,\
,,Ada Byron,Software,
CARD_TRANSACTION-1005,COMPLETED,OUT,2026-08-04 12:00:00,2026-08-04 12:00:01,,,,,Acme Ltd,2.00,USD,Miro,2.00,USD,1,,,\
Ada Byron,Software,
CARD_TRANSACTION-1006,COMPLETED,IN,2026-08-09 12:00:00,2026-08-09 12:00:01,,,,,Miro,15.50,EUR,Acme Ltd,15.50,EUR,1,,,\
Ada Byron,Software,
CARD_TRANSACTION-1007,REFUNDED,OUT,2026-08-04 12:00:00,2026-08-04 12:00:01,,,,,Acme Ltd,15.00,EUR,Miro,15.00,EUR,1,,,\
Ada Byron,Software,
CARD_TRANSACTION-1008,CANCELLED,OUT,2026-08-04 12:00:00,,,,,,Acme Ltd,15.00,EUR,Miro,15.00,EUR,1,,,Ada Byron,,
CARD_TRANSACTION-1009,HALTED,OUT,2026-08-04 12:00:00,,,,,,Acme Ltd,15.00,EUR,Miro,15.00,EUR,1,,,Ada Byron,,
TRANSFER-1001,COMPLETED,OUT,2026-08-03 14:20:05,2026-08-03 14:23:11,0.45,EUR,,,Acme Ltd,120.00,EUR,Landlord GmbH,\
120.00,EUR,1,August rent,,Ada Byron,Housing,
BALANCE-1003,COMPLETED,NEUTRAL,2026-08-01 10:00:00,2026-08-01 10:00:02,1.20,EUR,,,Acme Ltd,498.75,EUR,Acme Ltd,430.00,\
GBP,0.86,,,Ada Byron,,
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2026, 8, 4),
                        "merchant": "Miro",
                        "amount": 15.50,
                        "currency": "EUR",
                        "cardholder": "Ada Byron",
                        "record": 1,
                    },
                    {"amount": 2.00, "currency": "USD", "merchant": "Miro"},
                    {"amount": -15.50, "currency": "EUR", "merchant": "Miro"},
                )
            },
            ignored={"no card payment": 2, "refunded in full": 1, "cancelled": 1},
            quarantined=1,
        ),
        Example(
            shape="history",
            text="""\
ID,Status,Richtung,"Erstellt am","Abgeschlossen am","Betrag der Ausgangsgebühr","Währung der Ausgangsgebühr",\
"Betrag der Zielgebühr","Währung der Zielgebühr",Quellenname,"Ausgangsbetrag (nach Gebühren)",Ausgangswährung,\
"Name des Empfängers","Zielbetrag (nach Gebühren)",Zielwährung,Wechselkurs,Referenz,Sammelüberweisung
CARD_TRANSACTION-1111111111,COMPLETED,OUT,"2023-12-30 14:47:11","2023-12-30 14:47:11","0.00","EUR",,,Acme GmbH,"58.25",\
EUR,"DeepL SE","58.25",EUR,1.00000000,,
TRANSFER-22222222,COMPLETED,OUT,"2023-12-27 00:50:09","2023-12-27 00:50:23","1.73","EUR",,,Acme GmbH,"131.25",EUR,\
"Jane Doe","5000.0",THB,38.0925,,
""",
            records={
                "charge": (
                    {
                        "charged_on": date(2023, 12, 30),
                        "merchant": "DeepL SE",
                        "amount": 58.25,
                        "currency": "EUR",
                        "cardholder": None,
                    },
                )
            },
            ignored={"no card payment": 1},
        ),
    ),
)
