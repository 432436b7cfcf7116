"""American Express: card activity as CSV.

Shapes (the header in ten unrelated public repositories; the long one e.g. in jbmilgrom/budget-interpreter):

- `long_us`: `…Extended Details,…,City/State,Zip Code,Country,Reference,Category`: month first, USD.
- `long_uk`: the same with `Town/City,Postcode`: day first, GBP.
- `long`: the same with other place headers (`City/Town,State/Province`): order and currency not told.
- `short`: `Date,Description,Card Member,Account #,Amount`: order and currency not told.

Left out on purpose: the minimal export `Date,Description,Amount`. Any bank writes that header, and nothing in
it says American Express; read it with a [[mapping]] block.

The order of a day is declared or proven, never guessed: the hint `date_order`; else what the place headers
declare; else what the file proves, because one of its days has a first (or second) part above 12. A file
that contradicts what its header declares, or both orders at once, or that proves nothing, is quarantined
with what to set. Two statements of one account may thus differ: one is read, the short one of a quiet month
asks for the setting.

Traps: positive is a charge, negative a refund. `Account #` is like -71002: the last five digits, all kept,
for American Express tells cards apart by five. `Reference` comes quoted ('3202…') and identifies the line;
the short shape has none. `Extended Details` holds line feeds. Ignored: `payment of the card bill` (negative
and called a payment).
"""

from __future__ import annotations

from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Shape

_SELECT = Template("""
WITH split AS (
    SELECT *, regexp_extract(trim(date_text), '^(\\d{1,2})[-/.](\\d{1,2})[-/.]\\d{2,4}$$',
                             ['first', 'second']) AS part
    FROM raw
), proof AS (
    SELECT coalesce(max(TRY_CAST(part.first AS INTEGER)), 0) > 12 AS day_first,
           coalesce(max(TRY_CAST(part.second AS INTEGER)), 0) > 12 AS month_first
    FROM split
), settled AS (
    SELECT CASE
               WHEN hint('date_order') IS NOT NULL THEN hint('date_order')
               WHEN day_first AND month_first THEN NULL
               WHEN day_first AND coalesce($declared, 'dmy') = 'dmy' THEN 'dmy'
               WHEN month_first AND coalesce($declared, 'mdy') = 'mdy' THEN 'mdy'
               WHEN NOT day_first AND NOT month_first THEN $declared
           END AS date_order,
           CASE
               WHEN hint('date_order') IS NOT NULL THEN 'a day in the declared order'
               WHEN day_first AND month_first THEN 'days in one order, but this file has both'
               WHEN (day_first OR month_first) AND $declared IS NOT NULL
                   THEN 'days in the order that the header declares'
               ELSE 'an order of day and month, which nothing in this file proves'
           END || ': set date_order = "dmy" or "mdy" in a [[source]] block' AS expected
    FROM proof
), line AS (
    SELECT split.*, expected,
           day_in(date_text, date_order) AS charged_day,
           amount_in(amount_text, hint('decimal')) AS amount_read,
           blank_null(description) AS merchant_read
    FROM split CROSS JOIN settled
)
SELECT
    nullif(trim(reference, ' '''), '') AS event_id,
    _record AS record,
    charged_day AS charged_on,
    blank_null(card_member) AS cardholder,
    nullif(right(regexp_replace(account_number, '\\D', '', 'g'), 5), '') AS card,
    merchant_read AS merchant,
    amount_read AS amount,
    upper(coalesce(hint('currency'), $currency)) AS currency,
    CASE WHEN amount_read < 0 AND regexp_matches(
              description,
              '(payment.*thank you|payment received|^(auto|e|online|mobile|direct debit)[ -]?pay)',
              'i')
         THEN 'payment of the card bill' END AS _ignored,
    CASE
        WHEN charged_day IS NULL THEN problem('Date', date_text, expected)
        WHEN amount_read IS NULL THEN problem('Amount', amount_text,
            'an amount as 1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN merchant_read IS NULL THEN problem('Description', description, 'a merchant text')
    END AS _problem
FROM line
""")

_COLUMNS = {
    "date_text": "Date",
    "description": "Description",
    "card_member": "Card Member",
    "account_number": "Account #",
    "amount_text": "Amount",
    "reference": "Reference",
}
_LONG = ("Date", "Description", "Amount", "Extended Details", "Appears On Your Statement As", "Reference")


def _shape(name: str, requires: tuple[str, ...], forbids: tuple[str, ...], *, declared: str = "NULL",
           currency: str = "NULL") -> Shape:  # fmt: skip
    """Make a shape with what its header declares: order of the date and currency, as SQL constants."""
    return Shape(
        name=name,
        container="csv",
        requires=requires,
        forbids=forbids,
        columns=_COLUMNS,
        select=_SELECT.substitute(declared=declared, currency=currency),
        numbered=True,
    )


FORMAT = Format(
    name="amex",
    system="amex",
    kind="charge",
    title="American Express card activity (CSV)",
    shapes=(
        _shape("long_us", (*_LONG, "City/State", "Zip Code"), (), declared="'mdy'", currency="'USD'"),
        _shape("long_uk", (*_LONG, "Town/City", "Postcode"), (), declared="'dmy'", currency="'GBP'"),
        _shape("long", _LONG, ()),
        _shape("short", ("Date", "Description", "Card Member", "Account #", "Amount"), ("Extended Details",)),
    ),
    how_to_get="American Express: Statements & Activity, Download, CSV, with all additional details",
    proven_by="https://github.com/jbmilgrom/budget-interpreter (src/amex/index.ts)",
    proven_on=date(2026, 11, 23),
    cadence_days=31,
    examples=(
        Example(
            shape="long_us",
            text="""\
Date,Description,Card Member,Account #,Amount,Extended Details,Appears On Your Statement As,Address,\
City/State,\
Zip Code,Country,Reference,Category
03/04/2026,SLACK T01234567  SAN FRANCISCO  CA,ADA BYRON,-71002,87.50,"NT_ABC SLACK
Description : SOFTWARE
Price : 0.00",SLACK T01234567  SAN FRANCISCO  CA,500 HOWARD ST,"SAN FRANCISCO
CA",94105,UNITED STATES,'320260630012345678',Business Services-Other Services
03/01/2026,AUTOPAY PAYMENT - THANK YOU,ADA BYRON,-71002,-1200.00,,AUTOPAY PAYMENT - THANK YOU,,,,,\
'320260600099999999',
""",
            records={
                "charge": (
                    {
                        "event_id": "320260630012345678",
                        "charged_on": date(2026, 3, 4),
                        "amount": 87.50,
                        "merchant": "SLACK T01234567  SAN FRANCISCO  CA",
                        "cardholder": "ADA BYRON",
                        "card": "71002",
                        "currency": "USD",
                        "record": 1,
                    },
                )
            },
            ignored={"payment of the card bill": 1},
        ),
        Example(
            shape="long_us",
            # An American header over days that can only be day first: nothing is read until somebody says so.
            text="""\
Date,Description,Amount,Extended Details,Appears On Your Statement As,Address,City/State,Zip Code,Country,\
Reference,Category
03/04/2026,MIRO,16.00,,MIRO,,,,,'1',
25/04/2026,MIRO,16.00,,MIRO,,,,,'2',
""",
            quarantined=2,
        ),
        Example(
            shape="long_uk",
            text="""\
Date,Description,Card Member,Account #,Amount,Extended Details,Appears On Your Statement As,Address,\
Town/City,\
Postcode,Country,Reference,Category
03/04/2026,MIRO.COM,ADA BYRON,-71004,16.00,"MIRO.COM
Goods and services",MIRO.COM,1 HIGH STREET,CROYDON,CR0 1AA,UNITED KINGDOM,'AT260024475690000',Facilities
03/04/2026,PAYMENT RECEIVED - THANK YOU,ADA BYRON,-71004,-16.00,,PAYMENT RECEIVED - THANK YOU,,,,,'AT2',
03/04/2026,MIRO.COM,ADA BYRON,-71004,tbc,,MIRO.COM,,,,,'AT3',
""",
            records={
                "charge": (
                    {
                        "event_id": "AT260024475690000",
                        "charged_on": date(2026, 4, 3),
                        "currency": "GBP",
                        "amount": 16.00,
                    },
                )
            },
            ignored={"payment of the card bill": 1},
            quarantined=1,
        ),
        Example(
            shape="long",
            text="""\
Date,Description,Card Member,Account #,Amount,Extended Details,Appears On Your Statement As,Address,\
City/Town,\
State/Province,Country,Reference,Category
03/04/2026,ZOOM.US,ADA BYRON,-71004,16.00,,ZOOM.US,,,,,'1',
14/04/2026,ZOOM.US,ADA BYRON,-71004,-16.00,,ZOOM.US,,,,,'2',
""",
            hints={"currency": "CAD"},
            records={
                "charge": (
                    {"event_id": "1", "charged_on": date(2026, 4, 3), "currency": "CAD"},
                    {"event_id": "2", "charged_on": date(2026, 4, 14), "amount": -16.00},
                )
            },
        ),
        Example(
            shape="short",
            # One day above 12 proves the order of the whole file; a day that is none stays out.
            text="""\
Date,Description,Card Member,Account #,Amount
02/08/2026,PREMIER INN 44021780,ADA BYRON,-71032,-103.50
08/31/2026,ADDISON LEE LTD,ADA BYRON,-71032,31.50
n/a,ADDISON LEE LTD,ADA BYRON,-71032,31.50
""",
            records={
                "charge": (
                    {"charged_on": date(2026, 2, 8), "amount": -103.50, "card": "71032", "currency": None},
                    {"charged_on": date(2026, 8, 31), "amount": 31.50},
                )
            },
            quarantined=1,
        ),
        Example(
            shape="short",
            text="""\
Date,Description,Card Member,Account #,Amount
02/08/2026,PREMIER INN 44021780,ADA BYRON,-71032,103.50
""",
            hints={"date_order": "dmy", "currency": "GBP"},
            records={"charge": ({"charged_on": date(2026, 8, 2), "currency": "GBP"},)},
        ),
        Example(
            shape="short",
            text="""\
Date,Description,Card Member,Account #,Amount
02/08/2026,PREMIER INN 44021780,ADA BYRON,-71032,103.50
03/08/2026,,ADA BYRON,-71032,103.50
""",
            quarantined=2,
        ),
    ),
)
