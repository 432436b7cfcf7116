"""Stripe Issuing: transactions of issued cards (API as JSON; the table issuing_transactions as CSV).

Shapes, and where their keys come from:

- `api`: the answer of GET /v1/issuing/transactions (docs.stripe.com/api/issuing/transactions/list, with an example;
  read 2026-11-24); the format's proof is for this one. Until about 2018 `object` was issuing_transaction.
- `table`: the table issuing_transactions of Sigma, Data Pipeline or a warehouse, `id,amount,…,card_id,cardholder_id,
  …,merchant_data_name` (the columns in public schemas, no file was seen;
  docs.stripe.com/stripe-data/query-issuing-data; read 2026-11-24). Columns that were joined on (last4,
  cardholder_name, cardholder_email) are read.

Left out on purpose: the CSV of the dashboard, whose header was found nowhere: read it with a [[mapping]] block.

Traps: `amount` is in the smallest unit of `currency` (docs.stripe.com/currencies, read 2026-11-24: none for JPY and
fifteen others, a thousandth for KWD and four others), negative for a purchase (`capture`), positive for a `refund`: the
sign is turned. `merchant_amount` is in the merchant's currency and is not read. `created` is in UTC, seconds since 1970
or an instant. `card` and `cardholder` are ids unless they were expanded: then the last four digits, name and
address of the holder are known. Authorizations, where pending and declined ones are, are another object.

Ignored: `test mode` (livemode is false), `cash withdrawal`, `dispute`.
"""

from __future__ import annotations

from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Head, Shape, most

_SELECT = Template("""
WITH named AS (
    SELECT *, upper(trim(currency)) AS code, TRY_CAST(amount AS BIGINT) AS units, lower(trim(type)) AS kind,
           $holder_key AS holder_key, $holder_name AS holder_name, $holder_email AS holder_email, $last4 AS digits,
           nullif(trim($merchant), '') AS merchant_text, $mcc AS code_text
    FROM raw
), line AS (
    SELECT *,
           coalesce(CAST(instant_epoch(created) AS DATE), CAST(instant(created) AS DATE), day_in(created, NULL))
               AS charged_day,
           -CAST(units / CASE
               WHEN code IN ('BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'UGX', 'VND',
                             'VUV', 'XAF', 'XOF', 'XPF') THEN 1
               WHEN code IN ('BHD', 'JOD', 'KWD', 'OMR', 'TND') THEN 1000
               ELSE 100 END AS DECIMAL(18,2)) AS amount_read
    FROM named
)
SELECT
    blank_null(id) AS event_id,
    _record AS record,
    charged_day AS charged_on,
    blank_null(holder_key) AS account_key,
    email_of(holder_email) AS account_name,
    blank_null(holder_name) AS cardholder,
    nullif(right(regexp_replace(digits, '\\D', '', 'g'), 4), '') AS card,
    merchant_text AS merchant,
    CASE WHEN TRY_CAST(code_text AS INTEGER) BETWEEN 1 AND 9999
         THEN lpad(CAST(CAST(code_text AS INTEGER) AS VARCHAR), 4, '0') END AS mcc,
    amount_read AS amount,
    code AS currency,
    CASE
        WHEN lower(trim(livemode)) IN ('false', 'f', '0') THEN 'test mode'
        WHEN kind = 'cash_withdrawal' THEN 'cash withdrawal'
        WHEN kind IN ('dispute', 'dispute_loss') THEN 'dispute'
    END AS _ignored,
    CASE
        WHEN coalesce($object, '') NOT IN ('issuing.transaction', 'issuing_transaction')
            THEN problem('object', $object, 'issuing.transaction')
        WHEN kind IS NULL OR kind NOT IN ('capture', 'refund', 'refund_reversal') THEN problem('type', type,
            'capture, refund, refund_reversal, cash_withdrawal, dispute or dispute_loss')
        WHEN charged_day IS NULL THEN problem('created', created, 'seconds since 1970, or an instant')
        WHEN amount_read IS NULL THEN problem('amount', amount, 'a whole number, in the smallest unit of the currency')
        WHEN code IS NULL OR NOT regexp_matches(code, '^[A-Z]{3}$$') THEN problem('currency', currency,
            'a three-letter currency code')
        WHEN merchant_text IS NULL THEN problem('merchant_data.name', merchant_text, 'a merchant text')
    END AS _problem
FROM line
""")


def _is_transaction(head: Head) -> bool:
    """Tell transactions from authorizations and from other objects with the same keys."""
    return most(r.get("object") in ("issuing.transaction", "issuing_transaction") for r in head.records)


FORMAT = Format(
    name="stripe_issuing",
    system="stripe_issuing",
    kind="charge",
    title="Stripe Issuing transactions (API JSON, table as CSV)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "object", "amount", "currency", "created", "type", "card", "merchant_data"),
            forbids=("approved",),
            columns={
                "id": "VARCHAR",
                "object": "VARCHAR",
                "amount": "VARCHAR",
                "currency": "VARCHAR",
                "created": "VARCHAR",
                "type": "VARCHAR",
                "livemode": "VARCHAR",
                "card": "JSON",
                "cardholder": "JSON",
                "merchant_data": "JSON",
            },
            select=_SELECT.substitute(
                object="object",
                holder_key="coalesce(cardholder ->> '$.id', card ->> '$.cardholder.id',"
                " CASE WHEN json_type(cardholder) = 'VARCHAR' THEN cardholder ->> '$' END)",
                holder_name="coalesce(cardholder ->> '$.name', card ->> '$.cardholder.name')",
                holder_email="coalesce(cardholder ->> '$.email', card ->> '$.cardholder.email')",
                last4="card ->> '$.last4'",
                merchant="merchant_data ->> '$.name'",
                mcc="merchant_data ->> '$.category_code'",
            ),
            numbered=True,
            recognise=_is_transaction,
        ),
        Shape(
            name="table",
            container="csv",
            requires=(
                "id",
                "amount",
                "currency",
                "created",
                "type",
                "card_id",
                "cardholder_id",
                "merchant_data_name",
            ),
            forbids=("approved",),
            columns={
                "id": "id",
                "amount": "amount",
                "currency": "currency",
                "created": "created",
                "type": "type",
                "livemode": "livemode",
                "holder_id": "cardholder_id",
                "name_text": "cardholder_name",
                "email_text": "cardholder_email",
                "last_four": ("last4", "card_last4"),
                "merchant_name": "merchant_data_name",
                "category_code": "merchant_data_category_code",
            },
            select=_SELECT.substitute(
                object="'issuing.transaction'",
                holder_key="holder_id",
                holder_name="name_text",
                holder_email="email_text",
                last4="last_four",
                merchant="merchant_name",
                mcc="category_code",
            ),
            numbered=True,
        ),
    ),
    how_to_get="Stripe API: GET /v1/issuing/transactions?expand[]=data.card&expand[]=data.cardholder, all pages; or"
    " Sigma: issuing_transactions, CSV",
    proven_by="https://docs.stripe.com/api/issuing/transactions/list",
    proven_on=date(2026, 11, 24),
    cadence_days=31,
    examples=(
        Example(
            shape="api",
            text="""\
{"object": "list", "url": "/v1/issuing/transactions", "has_more": false, "data": [
 {"id": "ipi_1", "object": "issuing.transaction", "amount": -1250, "amount_details": {"atm_fee": null},
  "authorization": "iauth_1", "balance_transaction": "txn_1", "card": "ic_1", "cardholder": "ich_1",
  "created": 1682121599, "currency": "usd", "dispute": null, "livemode": true, "merchant_amount": -1000,
  "merchant_currency": "eur", "merchant_data": {"category": "computer_software_stores", "category_code": "5734",
  "city": "SAN FRANCISCO", "country": "US", "name": "FIGMA.COM", "network_id": "1234567890"}, "metadata": {},
  "type": "capture", "wallet": null},
 {"id": "ipi_2", "object": "issuing.transaction", "amount": 500, "authorization": null,
  "card": {"id": "ic_1", "object": "issuing.card", "last4": "0042", "cardholder": {"id": "ich_1", "name": "Ada Byron"}},
  "cardholder": {"id": "ich_1", "object": "issuing.cardholder", "name": "Ada Byron", "email": "Ada@example.com"},
  "created": 1682065867, "currency": "jpy", "livemode": true, "merchant_data": {"name": "FIGMA.COM"}, "metadata": {},
  "type": "refund"},
 {"id": "ipi_3", "object": "issuing.transaction", "amount": -5000, "card": "ic_1", "cardholder": null,
  "created": 1682065867, "currency": "kwd", "livemode": true, "merchant_data": {"name": "MIRO"}, "type": "capture"},
 {"id": "ipi_4", "object": "issuing.transaction", "amount": -5000, "card": "ic_1", "cardholder": "ich_1",
  "created": 1682065867, "currency": "usd", "livemode": true, "merchant_data": {"name": "ATM"},
  "type": "cash_withdrawal"},
 {"id": "ipi_5", "object": "issuing.transaction", "amount": -5000, "card": "ic_1", "cardholder": "ich_1",
  "created": 1682065867, "currency": "usd", "livemode": false, "merchant_data": {"name": "MIRO"}, "type": "capture"}
]}
""",
            records={
                "charge": (
                    {
                        "event_id": "ipi_1",
                        "charged_on": date(2023, 4, 21),
                        "merchant": "FIGMA.COM",
                        "mcc": "5734",
                        "amount": 12.50,
                        "currency": "USD",
                        "account_key": "ich_1",
                        "account_name": None,
                        "card": None,
                    },
                    {
                        "event_id": "ipi_2",
                        "amount": -500,
                        "currency": "JPY",
                        "account_key": "ich_1",
                        "account_name": "ada@example.com",
                        "cardholder": "Ada Byron",
                        "card": "0042",
                    },
                    {"event_id": "ipi_3", "amount": 5, "currency": "KWD", "account_key": None},
                )
            },
            ignored={"cash withdrawal": 1, "test mode": 1},
        ),
        Example(
            shape="api",
            # One object per line; no day, half a unit, an unknown type, no currency, no merchant.
            text="""\
{"id": "1", "object": "issuing.transaction", "amount": -1, "card": "c", "cardholder": "h", "created": null, \
"currency": "usd", "merchant_data": {"name": "MIRO"}, "type": "capture"}
{"id": "2", "object": "issuing.transaction", "amount": "x", "card": "c", "cardholder": "h", "created": 1, \
"currency": "usd", "merchant_data": {"name": "MIRO"}, "type": "capture"}
{"id": "3", "object": "issuing.transaction", "amount": -1, "card": "c", "cardholder": "h", "created": 1, \
"currency": "usd", "merchant_data": {"name": "MIRO"}, "type": "loan"}
{"id": "4", "object": "issuing.transaction", "amount": -1, "card": "c", "cardholder": "h", "created": 1, \
"currency": null, "merchant_data": {"name": "MIRO"}, "type": "capture"}
{"id": "5", "object": "issuing.transaction", "amount": -1, "card": "c", "cardholder": "h", "created": 1, \
"currency": "usd", "merchant_data": {"name": ""}, "type": "capture"}
""",
            quarantined=5,
        ),
        Example(
            shape="table",
            text="""\
id,amount,authorization_id,balance_transaction_id,card_id,cardholder_id,created,currency,dispute_id,livemode,\
merchant_amount,merchant_currency,type,merchant_data_category,merchant_data_city,merchant_data_country,\
merchant_data_name,merchant_data_network_id,last4,cardholder_email
ipi_1,-1250,iauth_1,txn_1,ic_1,ich_1,2023-04-21 23:59:59 UTC,usd,,true,-1000,eur,capture,computer_software_stores,\
SAN FRANCISCO,US,FIGMA.COM,1234567890,0042,ada@example.com
ipi_2,250,,txn_2,ic_1,ich_1,2023-04-22 08:00:00.000,usd,,true,250,usd,refund,computer_software_stores,\
SAN FRANCISCO,US,FIGMA.COM,1234567890,0042,ada@example.com
ipi_3,-1250,,txn_2,ic_1,ich_1,2023-04-22,usd,dp_1,true,-1250,usd,dispute,computer_software_stores,\
SAN FRANCISCO,US,FIGMA.COM,1234567890,0042,ada@example.com
ipi_4,-12.50,,txn_2,ic_1,ich_1,22/04/2023,usd,,true,-1250,usd,capture,computer_software_stores,\
SAN FRANCISCO,US,FIGMA.COM,1234567890,0042,ada@example.com
""",
            records={
                "charge": (
                    {
                        "event_id": "ipi_1",
                        "charged_on": date(2023, 4, 21),
                        "amount": 12.50,
                        "merchant": "FIGMA.COM",
                        "card": "0042",
                        "account_key": "ich_1",
                        "account_name": "ada@example.com",
                    },
                    {"event_id": "ipi_2", "charged_on": date(2023, 4, 22), "amount": -2.50},
                )
            },
            ignored={"dispute": 1},
            quarantined=1,
        ),
    ),
)
