"""OFX and QFX: what banks and card issuers give to Quicken, Microsoft Money and GnuCash ("Web Connect").

Elements after a sample statement in csingley/ofxtools (tests/data/br_nubank_cc.ofx), read 2026-11-25; what it does not
hold (PAYEE, CURRENCY, DTUSER, SIC, the types) after general knowledge of the OFX specification (Banking, 11.4).
`unpack.ofx` makes one object per transaction out of the two versions.

- Days: `DTUSER` (when the card was used) if it is there, else `DTPOSTED`, both year first; the zone in brackets is left
  aside, so that the day is the issuer's own.
- Amounts: money out is negative: the sign is turned. A comma is allowed as decimal sign.
- Currency: of the statement (`CURDEF`); a transaction in another (`CURRENCY`) names its own.
- Who was paid: `NAME`, else the name in `PAYEE`, else `MEMO`. Banks cut `NAME` off at 32 letters.
- `FITID` is unique within an account by the specification, and some banks give it twice: the id of a record is made of
  it with day, amount and the account's last digits.
- A card's number is its last four digits; an account has no person, the card is linked by a decision.

Ignored: `money received` (a credit of an account that is no card, deposits, interest), `payment of the card`
(type PAYMENT or CREDIT words of a payment on a card), `bank fee or interest` (FEE, SRVCHG, INT, DIV),
`cash` (ATM, CASH), `transfer between own accounts` (XFER), `paper cheque` (CHECK). A card's refunds are
negative.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import charges
from discovery.sources.source import Example, Format, Shape

_LINES = """(
    SELECT *,
           upper(coalesce(trntype, '')) AS kind,
           coalesce(nullif(left(trim(dtuser), 8), ''), left(trim(dtposted), 8)) AS day_text,
           CASE WHEN contains(trnamt, '.') THEN trnamt ELSE replace(trnamt, ',', '.') END AS amount_text,
           coalesce(blank_null(name), blank_null(payee), blank_null(memo)) AS payee_text,
           right(regexp_replace(coalesce(account, ''), '[^0-9]', '', 'g'), 4) AS digits,
           statement = 'card' AS is_card
    FROM raw
)"""

_PAYMENT = r"^((e-?|online |mobile |internet |direct ?debit )?payment|autopay)|thank ?you"

FORMAT = Format(
    name="ofx",
    system="ofx",
    kind="charge",
    title="Bank and card statements as OFX or QFX (Quicken, Money)",
    shapes=(
        Shape(
            name="transactions", container="json", numbered=True,
            requires=("exporter", "statement", "trntype", "dtposted", "trnamt"),
            recognise=lambda head: head.records[0].get("exporter") == "ofx",
            columns={
                "statement": "VARCHAR", "account": "VARCHAR", "currency": "VARCHAR", "trntype": "VARCHAR",
                "dtposted": "VARCHAR", "dtuser": "VARCHAR", "trnamt": "VARCHAR", "fitid": "VARCHAR",
                "name": "VARCHAR", "payee": "VARCHAR", "memo": "VARCHAR", "cursym": "VARCHAR", "sic": "VARCHAR",
            },
            select=charges(
                source=_LINES,
                day="day_text", merchant="payee_text", amount="amount_text", sign="-1",
                event_id="concat_ws('/', nullif(trim(fitid), ''), day_text, amount_text, digits)",
                card="CASE WHEN is_card THEN account END", mcc="sic", currency="coalesce(cursym, currency)",
                clean="CASE WHEN blank_null(name) IS NOT NULL THEN payee END",
                day_column="DTPOSTED", merchant_column="NAME", amount_column="TRNAMT", currency_column="CURDEF",
                ignored=(
                    ("kind IN ('FEE', 'SRVCHG', 'INT', 'DIV')", "bank fee or interest"),
                    ("kind IN ('ATM', 'CASH')", "cash"),
                    ("kind = 'XFER'", "transfer between own accounts"),
                    ("NOT is_card AND (kind IN ('DEP', 'DIRECTDEP') OR amount_read > 0)", "money received"),
                    ("is_card AND amount_read > 0 AND (kind = 'PAYMENT' "
                     f"OR regexp_matches(payee_text, '{_PAYMENT}', 'i'))", "payment of the card"),
                    ("kind = 'CHECK'", "paper cheque"),
                ),
            ),
        ),
    ),
    how_to_get="the bank's or issuer's web site: Download transactions, Quicken (QFX), Money or OFX",
    proven_by="https://github.com/csingley/ofxtools (tests/data/br_nubank_cc.ofx)",
    proven_on=date(2026, 11, 25),
    cadence_days=31,
    examples=(
        Example(
            shape="transactions",
            text="""\
OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260901120000[-5:EST]<LANGUAGE>ENG
<FI><ORG>B1<FID>10898</FI></SONRS></SIGNONMSGSRSV1>
<CREDITCARDMSGSRSV1><CCSTMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<CCSTMTRS><CURDEF>USD<CCACCTFROM><ACCTID>4111111111110042</CCACCTFROM>
<BANKTRANLIST><DTSTART>20260801<DTEND>20260831
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260804120000[0:GMT]<DTUSER>20260803<TRNAMT>-45.50<FITID>f1<NAME>FIGMA &amp; CO\
<MEMO>SAN FRANCISCO CA</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260805<TRNAMT>5.50<FITID>f2<NAME>FIGMA &amp; CO</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260806<TRNAMT>100.00<FITID>f3<NAME>PAYMENT THANK YOU</STMTTRN>
<STMTTRN><TRNTYPE>FEE<DTPOSTED>20260806<TRNAMT>-1.00<FITID>f4<NAME>FOREIGN FEE</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>soon<TRNAMT>-1.00<FITID>f5<NAME>MIRO</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260806<TRNAMT>much<FITID>f6<NAME>MIRO</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260806<TRNAMT>-16,00<FITID>f7<MEMO>MIRO AMSTERDAM</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1<DTASOF>20260831</LEDGERBAL></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
""",
            records={"charge": (
                {"event_id": "f1/20260803/-45.50/0042", "charged_on": date(2026, 8, 3), "merchant": "FIGMA & CO",
                 "amount": 45.50, "currency": "USD", "card": "0042"},
                {"charged_on": date(2026, 8, 5), "amount": -5.50},
                {"merchant": "MIRO AMSTERDAM", "amount": 16.00},
            )},
            ignored={"payment of the card": 1, "bank fee or interest": 1},
            quarantined=2,
        ),
        Example(
            shape="transactions",
            # The XML of version 2; an account, and a transaction in another currency.
            text="""\
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?OFX OFXHEADER="200" VERSION="203" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1</TRNUID><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>
<STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><BANKID>1</BANKID><ACCTID>DE00</ACCTID><ACCTTYPE>CHECKING</ACCTTYPE>\
</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260801</DTSTART><DTEND>20260831</DTEND>
<STMTTRN><TRNTYPE>DIRECTDEBIT</TRNTYPE><DTPOSTED>20260804</DTPOSTED><TRNAMT>-104.50</TRNAMT><FITID>1</FITID>\
<PAYEE><NAME>Notion Labs</NAME></PAYEE><CURRENCY><CURRATE>1</CURRATE><CURSYM>USD</CURSYM></CURRENCY></STMTTRN>
<STMTTRN><TRNTYPE>DEP</TRNTYPE><DTPOSTED>20260804</DTPOSTED><TRNAMT>1000</TRNAMT><FITID>2</FITID>\
<NAME>Customer</NAME></STMTTRN>
<STMTTRN><TRNTYPE>XFER</TRNTYPE><DTPOSTED>20260804</DTPOSTED><TRNAMT>-1000</TRNAMT><FITID>3</FITID>\
<NAME>Savings</NAME></STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
""",
            records={"charge": (
                {"merchant": "Notion Labs", "amount": 104.50, "currency": "USD", "card": None},
            )},
            ignored={"money received": 1, "transfer between own accounts": 1},
        ),
    ),
)  # fmt: skip
