"""CAMT.053, .052 and .054: bank statements of ISO 20022 (XML), any version; also inside a zip, as banks deliver them.

Elements after a sample in ODAncona/pycamt (tests/test_parser.py) and the paths that its parser reads, read 2026-11-25;
codes, cards and the later versions after general knowledge of the message definition. `unpack.camt` makes one object
per transaction: an entry, or its details where each has an amount of its own.

- Days: of booking (`BookgDt`), else of value, year first.
- Amounts are never negative; `CdtDbtInd` says which way. Money out (`DBIT`) is spent; a card's credit is a refund.
- Who was paid: the name of the creditor (`Cdtr`, `UltmtCdtr`), else the remittance text, else the bank's own text.
- What it was: the bank transaction code `Domn/Fmly/SubFmlyCd`, and the German business code in the bank's own code
  (`NMSC+106+…`). Card payments (CCRD, 106) and direct debits (RDDT, 104, 105, 107) count, and what has no code.
- A card's number is its last four digits; an account has no person.

Ignored: `pending` (`PDNG`), `information only` (`INFO`), `money received`, `bank transfer (…)` (salaries, suppliers
and private persons are not told apart: ICDT, 116, 117, 119, 153 …), `cash`, `bank fee or interest`,
`transfer between own accounts` (cash pooling).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import BANK_TRANSFER, charges
from discovery.sources.source import Example, Format, Shape

_LINES = """(
    SELECT *,
           upper(coalesce(family, '')) AS family_code,
           upper(coalesce(sub_family, '')) AS sub_code,
           regexp_extract(coalesce(bank_code, ''), '\\+(\\d{3})\\+', 1) AS business_code,
           upper(coalesce(family, '')) IN ('CCRD', 'MCRD') OR coalesce(blank_null(card), blank_null(mcc)) IS NOT NULL
               OR regexp_matches(coalesce(bank_code, ''), '\\+(004|005|006|106)\\+') AS is_card,
           lower(coalesce(is_reversal, '')) IN ('true', '1') AS reversed,
           upper(trim(direction)) AS way,
           coalesce(blank_null(cdtr), blank_null(ultmtcdtr), blank_null(card_merchant), blank_null(remittance),
                    blank_null(detail_information), blank_null(information)) AS payee_text
    FROM raw
)"""
_TRANSFERS = "('116', '117', '118', '119', '152', '153', '154', '155', '156', '177', '191', '201', '020', '053', '051')"

FORMAT = Format(
    name="camt",
    system="camt",
    kind="charge",
    title="Bank statements of ISO 20022 (CAMT.053, .052, .054; XML)",
    shapes=(
        Shape(
            name="entries", container="json", numbered=True,
            requires=("exporter", "amount", "direction", "booked", "family"),
            recognise=lambda head: head.records[0].get("exporter") == "camt",
            columns=dict.fromkeys(
                ("amount", "currency", "direction", "is_reversal", "state", "booked", "valued", "domain", "family",
                 "sub_family", "bank_code", "information", "cdtr", "ultmtcdtr", "dbtr", "remittance",
                 "detail_information", "card", "card_merchant", "mcc", "account_currency"), "VARCHAR"),
            select=charges(
                source=_LINES,
                day="coalesce(booked, valued)", merchant="payee_text", amount="amount",
                sign="CASE way WHEN 'DBIT' THEN 1 WHEN 'CRDT' THEN -1 END", card="card", mcc="mcc",
                currency="coalesce(currency, account_currency)",
                clean="CASE WHEN blank_null(cdtr) IS NOT NULL AND blank_null(ultmtcdtr) IS NOT NULL THEN ultmtcdtr END",
                day_column="BookgDt", merchant_column="Cdtr", amount_column="Amt", currency_column="Ccy",
                ignored=(
                    ("upper(state) = 'PDNG'", "pending"),
                    ("upper(state) = 'INFO'", "information only"),
                    ("sub_code IN ('CHRG', 'FEES', 'COMM', 'COMT', 'INTR', 'TAXE') OR family_code IN ('CHRG', 'INTR') "
                     "OR business_code IN ('805', '807', '808', '814', '835')", "bank fee or interest"),
                    ("sub_code IN ('CWDL', 'CDPT', 'XBCW') OR business_code IN ('082', '083')", "cash"),
                    ("family_code IN ('CAPL') OR sub_code IN ('ZABA', 'SWEP', 'TOPG', 'FIOA')",
                     "transfer between own accounts"),
                    ("way = 'CRDT' AND NOT is_card AND NOT (reversed AND family_code = 'RDDT')", "money received"),
                    (f"NOT is_card AND (family_code IN ('ICDT', 'IRCT', 'ICHQ') OR business_code IN {_TRANSFERS})",
                     BANK_TRANSFER),
                ),
                further=(
                    ("way IS NULL OR way NOT IN ('DBIT', 'CRDT')", "problem('CdtDbtInd', direction, 'DBIT or CRDT')"),
                ),
            ),
        ),
    ),
    how_to_get="the bank's web site: Statements, Download, CAMT.053 (XML); a zip of them goes into the inbox as it is",
    proven_by="https://github.com/ODAncona/pycamt (tests/test_parser.py)",
    proven_on=date(2026, 11, 25),
    cadence_days=31,
    examples=(
        Example(
            shape="entries",
            text="""\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-08-31T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>DE00100100100000000000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Ntry><Amt Ccy="EUR">41.25</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-08-03</Dt></BookgDt>
<ValDt><Dt>2026-08-04</Dt></ValDt><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>CCRD</Cd><SubFmlyCd>POSD</SubFmlyCd></Fmly>\
</Domn></BkTxCd><NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy="USD">45.50</Amt></TxAmt></AmtDtls>
<RltdPties><Cdtr><Nm>FIGMA INC</Nm></Cdtr></RltdPties><RmtInf><Ustrd>KARTE 0042</Ustrd></RmtInf></TxDtls>
</NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">120.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-08-05</Dt></BookgDt>
<BkTxCd><Prtry><Cd>NDDT+105+00931</Cd><Issr>DK</Issr></Prtry></BkTxCd><NtryDtls>
<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">104.50</Amt></TxAmt></AmtDtls><RltdPties><Cdtr><Nm>Notion Labs</Nm></Cdtr>\
</RltdPties></TxDtls>
<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">16.00</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>MIRO</Ustrd><Ustrd>AMSTERDAM\
</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">3000.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-08-05</Dt></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>SALA</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry>
<Ntry><Amt Ccy="EUR">9000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-08-05</Dt></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry>
<Ntry><Amt Ccy="EUR">9.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts></Ntry>
<Ntry><Amt Ccy="EUR">9.00</Amt><Sts>BOOK</Sts><BookgDt><Dt>2026-08-05</Dt></BookgDt>\
<AddtlNtryInf>MIRO</AddtlNtryInf></Ntry>
</Stmt></BkToCstmrStmt></Document>
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 3), "merchant": "FIGMA INC", "amount": 41.25, "currency": "EUR"},
                {"charged_on": date(2026, 8, 5), "merchant": "Notion Labs", "amount": 104.50},
                {"merchant": "MIRO AMSTERDAM", "amount": 16.00},
            )},
            ignored={BANK_TRANSFER: 1, "money received": 1, "pending": 1},
            quarantined=1,
        ),
        Example(
            shape="entries",
            # A later version, with a prefix, a state as a code, parties one level down and a card.
            text="""\
<?xml version="1.0"?><ns2:Document xmlns:ns2="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><ns2:BkToCstmrStmt>
<ns2:Stmt><ns2:Acct><ns2:Id><ns2:Othr><ns2:Id>1</ns2:Id></ns2:Othr></ns2:Id></ns2:Acct>
<ns2:Ntry><ns2:Amt Ccy="CHF">5.50</ns2:Amt><ns2:CdtDbtInd>CRDT</ns2:CdtDbtInd><ns2:Sts><ns2:Cd>BOOK</ns2:Cd></ns2:Sts>
<ns2:BookgDt><ns2:DtTm>2026-08-03T10:00:00</ns2:DtTm></ns2:BookgDt><ns2:BkTxCd><ns2:Domn><ns2:Cd>PMNT</ns2:Cd>\
<ns2:Fmly><ns2:Cd>CCRD</ns2:Cd><ns2:SubFmlyCd>RIMB</ns2:SubFmlyCd></ns2:Fmly></ns2:Domn></ns2:BkTxCd>
<ns2:NtryDtls><ns2:TxDtls><ns2:RltdPties><ns2:Cdtr><ns2:Pty><ns2:Nm>FIGMA INC</ns2:Nm></ns2:Pty></ns2:Cdtr>\
</ns2:RltdPties><ns2:CardTx><ns2:Card><ns2:PlainCardData><ns2:PAN>411111XXXXXX0042</ns2:PAN></ns2:PlainCardData>\
</ns2:Card></ns2:CardTx></ns2:TxDtls></ns2:NtryDtls></ns2:Ntry>
<ns2:Ntry><ns2:Amt Ccy="CHF">2.00</ns2:Amt><ns2:CdtDbtInd>DBIT</ns2:CdtDbtInd><ns2:Sts><ns2:Cd>BOOK</ns2:Cd></ns2:Sts>
<ns2:BookgDt><ns2:Dt>2026-08-31</ns2:Dt></ns2:BookgDt><ns2:BkTxCd><ns2:Domn><ns2:Cd>ACMT</ns2:Cd><ns2:Fmly>\
<ns2:Cd>MDOP</ns2:Cd><ns2:SubFmlyCd>CHRG</ns2:SubFmlyCd></ns2:Fmly></ns2:Domn></ns2:BkTxCd></ns2:Ntry>
</ns2:Stmt></ns2:BkToCstmrStmt></ns2:Document>
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 3), "merchant": "FIGMA INC", "amount": -5.50, "currency": "CHF",
                 "card": "0042"},
            )},
            ignored={"bank fee or interest": 1},
        ),
    ),
)  # fmt: skip
