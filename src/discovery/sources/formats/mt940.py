"""MT940: customer statements of SWIFT, as banks in Europe give them to accounting programs.

Tags after two sample statements in wolph/mt940 (mt940_tests/jejik/rabobank-iban.sta, betterplace/sepa_mt9401.sta), read
2026-11-25; business codes and the words of other banks after general knowledge. `unpack.mt940` makes one object per
transaction (`:61:` and the `:86:` after it).

- Days: of entry if it is given, else of value; the library completes the year.
- Amounts have a comma and no sign: the mark says which way. D and RC (a credit taken back) are spent, C and RD not.
- Who was paid: the name of the other side (German `?32?33`, Dutch `/NAME/…`), else the purpose, else the whole text.
- What it was: the German business code at the start of `:86:`, the Dutch words of it (a beneficiary without a mandate
  is a transfer), else the type of `:61:` (`NDDT`, `NTRF`, `NMSC` …). Card payments and direct debits count, and what
  has no code that says otherwise.
- A card's number is not a field of its own; an account has no person.

Ignored: `money received`, `bank transfer (…)` (salaries, suppliers and private persons are not told apart), `cash`,
`bank fee or interest`. A transaction that the library does not understand is quarantined with its text.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import BANK_TRANSFER, charges
from discovery.sources.source import Example, Format, Shape

_LINES = r"""(
    SELECT *,
           coalesce(code, '') AS business_code,
           upper(coalesce(type, '')) AS kind,
           upper(coalesce(mark, '')) AS way,
           coalesce(code, '') IN ('004', '005', '006', '106')
               OR regexp_matches(coalesce(posting, '') || ' ' || coalesce(details, ''), '\b(kartenzahlung|kreditkarte|'
                   || 'card payment|pinbetaling|betaalautomaat|bea nr)\b', 'i') AS is_card,
           regexp_matches(coalesce(details, ''), '/BENM/|/TRTP/SEPA (OVERBOEKING|CREDIT TRANSFER)')
               AND NOT regexp_matches(coalesce(details, ''), '/(MARF|CSID)/') AS is_transfer,
           regexp_replace(regexp_extract(coalesce(details, ''), '/NAME/([^/]+)', 1), '\s+', ' ', 'g') AS named,
           coalesce(blank_null(concat_ws(' ', name, more_name)), blank_null(named), blank_null(purpose),
                    blank_null(regexp_replace(coalesce(details, extra), '\s+', ' ', 'g'))) AS payee_text
    FROM raw
)"""
_TRANSFERS = "('116', '117', '118', '119', '152', '153', '154', '155', '156', '177', '191', '201', '020', '051', '053')"

FORMAT = Format(
    name="mt940",
    system="mt940",
    kind="charge",
    title="Bank statements as MT940 (SWIFT)",
    shapes=(
        Shape(
            name="transactions", container="json", numbered=True,
            requires=("exporter", "is_read", "text", "account"),
            recognise=lambda head: head.records[0].get("exporter") == "mt940",
            columns=dict.fromkeys(
                ("is_read", "text", "day", "valued", "amount", "currency", "mark", "type", "code", "posting", "name",
                 "more_name", "purpose", "details", "extra"), "VARCHAR"),
            select=charges(
                source=_LINES,
                day="coalesce(day, valued)", merchant="payee_text", amount="ltrim(amount, '-')",
                sign="CASE WHEN way IN ('D', 'RC') THEN 1 WHEN way IN ('C', 'RD') THEN -1 END", currency="currency",
                day_column=":61:", merchant_column=":86:", amount_column=":61:",
                ignored=(
                    ("kind IN ('NCHG', 'NINT', 'NCOM') OR business_code IN ('805', '807', '808', '814', '835')",
                     "bank fee or interest"),
                    ("kind = 'NCSH' OR business_code IN ('082', '083')", "cash"),
                    ("the_sum < 0 AND NOT is_card AND way = 'C'", "money received"),
                    (f"NOT is_card AND (business_code IN {_TRANSFERS} OR is_transfer OR (business_code = '' "
                     "AND kind IN ('NTRF', 'FTRF', 'NSTO', 'NCHK')))", BANK_TRANSFER),
                ),
                further=(("is_read <> 'true'", "problem(':61:', text, 'a transaction as SWIFT describes it')"),),
            ),
        ),
    ),
    how_to_get="the bank's web site: Statements, Download, MT940 (SWIFT)",
    proven_by="https://github.com/wolph/mt940 (mt940_tests/jejik/rabobank-iban.sta)",
    proven_on=date(2026, 11, 25),
    cadence_days=31,
    examples=(
        Example(
            shape="transactions",
            text="""\
:20:STARTUMS
:25:10010010/0000000000
:28C:00001/001
:60F:C260801EUR1000,00
:61:2608030803DR16,50NMSCNONREF//POS 1
:86:106?00KARTENZAHLUNG?10931?20FIGMA SAN FRANCISCO?21KARTE 0042?32FIGMA INC
:61:2608040804DR104,50NDDTKREF+
:86:105?00BASISLASTSCHRIFT?20INVOICE 7?32NOTION LABS?33 INC
:61:2608040804DR3000,00NTRFNONREF
:86:153?00LOHN?32ADA BYRON
:61:2608040804CR9000,00NTRFNONREF
:86:166?00GUTSCHRIFT?32CUSTOMER
:61:something else
:86:106?00KARTENZAHLUNG?32MIRO
:62F:C260804EUR6878,00
-
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 3), "merchant": "FIGMA INC", "amount": 16.50, "currency": "EUR"},
                {"charged_on": date(2026, 8, 4), "merchant": "NOTION LABS INC", "amount": 104.50},
            )},
            ignored={BANK_TRANSFER: 1, "money received": 1},
            quarantined=1,
        ),
        Example(
            shape="transactions",
            # In SWIFT's envelope, from a Dutch bank; two statements.
            text="""\
{1:F01ABNANL2AXXXX0000000000}{2:I940ABNANL2AXXXXN}{4:
:20:ABN AMRO BANK NV
:25:NL00ABNA0123456789
:28C:1
:60F:C260801EUR1000,00
:61:2608030803D16,50N426NONREF
:86:/TRTP/SEPA INCASSO ALGEMEEN DOORLOPEND/CSID/NL1/NAME/MIRO
 AMSTERDAM/MARF/1/REMI/Invoice 7
:61:2608030803D3000,00N102EREF
:86:/EREF/1/BENM//NAME/ADA BYRON/REMI/SALARY
:61:2608030803C6,50N426NONREF
:86:BEA NR:1 03.08.26 FIGMA,PAS042
:62F:C260803EUR990,00
-}{5:}
:20:ABN AMRO BANK NV
:25:NL00ABNA0123456789
:28C:2
:60F:C260804EUR990,00
:61:2608040804D1,00NCHGNONREF
:86:KOSTEN
:62F:C260804EUR989,00
-}{5:}
""",
            records={"charge": (
                {"merchant": "MIRO AMSTERDAM", "amount": 16.50}, {"amount": -6.50},
            )},
            ignored={"bank fee or interest": 1, BANK_TRANSFER: 1},
        ),
    ),
)  # fmt: skip
