"""Card and expense statements: the same charges however the file is saved, and all of them behind the first stage.

The examples of the formats say what each line becomes; here they are saved differently, read side by side with other
exports of the same payments, and followed to the accounts, persons and merchants that they speak of.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from discovery.canonical import STEPS
from discovery.settings import SourceHint
from discovery.sources.layout import look
from discovery.sources.registry import recognise, shipped_formats
from discovery.sources.source import Example, Format

NEW = ("brex", "capital_one", "chase", "mercury", "navan", "revolut_business", "stripe_issuing", "wise")
CASES = [
    (fmt, example)
    for fmt in shipped_formats()
    if fmt.kind == "charge"
    for example in fmt.examples
    if example.records
]
EVERY_STATEMENT = pytest.mark.parametrize(
    ("fmt", "example"), CASES, ids=[f"{f.name}-{e.shape}-{n}" for n, (f, e) in enumerate(CASES)]
)
DRAWN = ("Header,ID,Created-At", "Vendor line items  ")
"""Beginnings of reports whose lines have headers of several kinds, or are drawn: no spreadsheet reorders their columns."""
ROSTER = """\
Employee ID,Work Email,First Name,Last Name,Status
1,ada@example.com,Ada,Byron,Active
2,blaise@example.com,Blaise,Pascal,Active
"""


def saved_again(text: str, chance: random.Random) -> str:
    """Save a CSV as a spreadsheet might: other order of columns, two more, all cells quoted, blank lines dropped.

    Titles above the header, which is the first of the fullest lines, stay as they are.
    """
    sign = max(",;", key=text.count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign) if row]
    header = max(range(min(8, len(rows))), key=lambda n: (sum(map(bool, rows[n])), -n))
    titles, rows = rows[:header], rows[header:]
    order = list(range(len(rows[0]) + 2))
    chance.shuffle(order)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(titles)
    for number, row in enumerate(rows):
        further = ["Reviewed by", "Cost unit"] if number == 0 else ["Blaise", "4711"]
        cells = row + [""] * (len(rows[0]) - len(row)) + further
        writer.writerow([cells[place] for place in order])
    return out.getvalue()


def charges(bench: Any) -> list[dict[str, Any]]:
    return sorted(
        ({k: v for k, v in row.items() if k != "record"} for row in bench.records("charge")), key=repr
    )


def read(
    make_bench: Callable[..., Any], hints: Any, systems: tuple[str, ...], *files: tuple[str, str | bytes],
    **settings: Any,
) -> Any:  # fmt: skip
    """Read files into a new home, of the systems named only, which is faster."""
    hint = SourceHint(files="statements/*", **hints) if hints else None
    bench = make_bench(sources=(hint,) if hint else (), **settings)
    for name, content in files:
        bench.put(name, content)
    for system in systems:
        assert [o.error for o in bench.read(only=system).values() if o.error] == []
    assert bench.unbalanced() == []
    return bench


@EVERY_STATEMENT
def test_a_statement_that_was_saved_again_gives_the_same_charges(
    make_bench: Callable[..., Any], fmt: Format, example: Example
) -> None:
    plain = read(make_bench, example.hints, (fmt.system,), ("statements/one", example.text))
    text = example.text
    is_csv = next(s for s in fmt.shapes if s.name == example.shape).container == "csv"
    if is_csv and not text.startswith(DRAWN):
        text = saved_again(text, random.Random(f"{fmt.name} {example.shape}"))
    raw = gzip.compress(b"\xef\xbb\xbf" + text.encode())
    again = read(make_bench, example.hints, (fmt.system,), ("statements/Kopie von Auszug (2).csv.gz", raw))
    (file,) = again.files().values()
    assert (file["format"], file["shape"]) == (fmt.name, example.shape), file["reason"]
    assert charges(again) == charges(plain)
    assert charges(plain)
    assert again.store.rows("SELECT reason, row_count FROM sources.ignored ORDER BY ALL") == plain.store.rows(
        "SELECT reason, row_count FROM sources.ignored ORDER BY ALL"
    )


@EVERY_STATEMENT
def test_charges_reach_accounts_and_merchants(
    make_bench: Callable[..., Any], fmt: Format, example: Example
) -> None:
    bench = read(
        make_bench, example.hints, (fmt.system, "hr"), ("statements/one", example.text), ("staff.csv", ROSTER),
        cardholders={"1234": "ada@example.com", "0042": "ada@example.com"},
    )  # fmt: skip
    for step in STEPS:
        step.build(bench.store, bench.night)
    loaded = {r["event_id"]: r for r in bench.records("charge")}
    kept = bench.store.dicts("FROM canonical.charge")
    assert {r["event_id"] for r in kept} == set(loaded), "a charge is lost or counted twice"
    named = {r["mention"] for r in bench.store.dicts("FROM canonical.mention WHERE kind = 'merchant'")}
    assert named == {r["merchant"] for r in loaded.values()}
    accounts = {r["identifier"]: r for r in bench.store.dicts("FROM canonical.account")}
    assert {r["identifier"] for r in kept if r["identifier"]} <= set(accounts)
    if fmt.name in NEW:
        ada = bench.store.value("SELECT person_id FROM canonical.person WHERE email = 'ada@example.com'")
        strangers = {
            r["identifier"] for r in accounts.values() if r["person_id"] != ada and r["system"] == fmt.system
        }
        # An API that was asked for ids only names nobody.
        assert strangers <= {"ich_1", "u1", "u2"}


WISE_STATEMENT = """\
TransferWise ID,Date,Amount,Currency,Description,Merchant,Card Last Four Digits,Card Holder Full Name
CARD-7,04-08-2026,-15.50,EUR,Card transaction of 15.50 EUR issued by Miro,Miro,6559,Ada Byron
CARD-8,05-08-2026,-15.50,EUR,Card transaction of 15.50 EUR issued by Miro,Miro,6559,Ada Byron
"""
WISE_HISTORY = """\
ID,Status,Direction,Created on,Source name,Source amount (after fees),Source currency,Target name,Created by
CARD_TRANSACTION-7,COMPLETED,OUT,2026-08-04 12:00:00,Acme Ltd,15.50,EUR,Miro,Ada Byron
CARD_TRANSACTION-9,COMPLETED,OUT,2026-08-06 12:00:00,Acme Ltd,15.50,EUR,Miro,Ada Byron
"""
REVOLUT_STATEMENT = """\
Date started (UTC),Date completed (UTC),ID,Type,State,Description,Payer,Card number,Payment currency,Amount
2026-08-04,2026-08-05,a,CARD_PAYMENT,COMPLETED,Miro,Ada Byron,516760******9873,EUR,-15.50
2026-08-05,2026-08-06,b,CARD_PAYMENT,COMPLETED,Miro,Ada Byron,516760******9873,EUR,-15.50
"""
REVOLUT_EXPENSES = """\
Transaction started (UTC),Transaction completed (UTC),Transaction ID,Transaction status,Transaction type,\
Transaction description,Payer,Card number,Expense split #,Payment currency,Amount (Payment currency)
2026-08-04,2026-08-05,a,COMPLETED,CARD_PAYMENT,Miro,Ada Byron,516760******9873,1,EUR,15.50
2026-08-06,2026-08-06,c,COMPLETED,CARD_PAYMENT,Miro,Ada Byron,516760******9873,1,EUR,15.50
"""


@pytest.mark.parametrize(
    ("system", "first", "second"),
    [("wise", WISE_STATEMENT, WISE_HISTORY), ("revolut_business", REVOLUT_STATEMENT, REVOLUT_EXPENSES)],
)
def test_two_exports_of_the_same_payments_count_them_once(
    make_bench: Callable[..., Any], system: str, first: str, second: str
) -> None:
    bench = read(make_bench, {}, (system,), ("statements/one", first), ("statements/two", second))
    for step in STEPS:
        step.build(bench.store, bench.night)
    rows = bench.store.rows("SELECT count(*), sum(amount) FROM canonical.charge")
    assert rows == [(3, Decimal("46.50"))]


def test_a_later_statement_settles_what_was_pending(make_bench: Callable[..., Any]) -> None:
    pending = REVOLUT_STATEMENT.replace("2026-08-05,2026-08-06,b,CARD_PAYMENT,COMPLETED",
                                        "2026-08-05,,b,CARD_PAYMENT,PENDING")  # fmt: skip
    bench = read(
        make_bench,
        {},
        ("revolut_business",),
        ("statements/one", pending),
        ("statements/two", REVOLUT_STATEMENT),
    )
    for step in STEPS:
        step.build(bench.store, bench.night)
    assert bench.store.rows("SELECT event_id FROM canonical.charge ORDER BY ALL") == [("a",), ("b",)]
    assert bench.store.rows("SELECT reason, row_count FROM sources.ignored") == [("pending", 1)]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("-1,234.50", "1234.50"),
        ("\N{MINUS SIGN}18.50", "18.50"),
        ("\N{EN DASH}$18.50", "18.50"),
        ("(18.50)", "18.50"),
        ("18.50-", "18.50"),
        ("$18.50", "-18.50"),
        ("+18.50", "-18.50"),
    ],
)
def test_a_minus_is_one_however_it_is_written(
    make_bench: Callable[..., Any], written: str, amount: str
) -> None:
    text = f'Card,Trans Date,Post Date,Description,Type,Amount\n1,9/1/2026,9/2/2026,MIRO,Sale,"{written}"\n'
    bench = read(make_bench, {}, ("chase",), ("statements/one", text))
    assert [r["amount"] for r in bench.records("charge")] == [Decimal(amount)]


@pytest.mark.parametrize(
    "header",
    [
        "Date,Description,Amount",
        "Date,Description,Amount,Balance",
        "Trans. Date,Post Date,Description,Amount,Category",
        "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #",
        "Status,Date,Description,Debit,Credit,Member Name",
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance",
        "Date,Merchant,Amount,Currency,Employee Email,Category,Receipt",
        "Transaction ID,Transaction Date,Employee,Merchant,Amount,Currency,Status",
    ],
)
def test_statements_of_others_are_not_taken_for_one_of_these(tmp_path: Path, header: str) -> None:
    path = tmp_path / "statement"
    cells = ["NAVAN" if name == "Merchant" else "1" for name in header.split(",")]
    path.write_text(f"{header}\n{','.join(cells)}\n", encoding="utf-8")
    found = recognise(look(path, "navan.csv")[1], shipped_formats(), SourceHint(files="*"))
    assert found.fit is None or found.fit.format.name not in NEW, found.fit
