"""Card and expense statements: the same charges however the file is saved, and all of them behind the first stage.

The examples of the formats say what each line becomes; here they are saved differently, read side by side with other
exports of the same payments, and followed to the accounts, persons and merchants that they speak of.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from discovery.canonical import STEPS
from discovery.settings import SourceHint
from discovery.sources.layout import look
from discovery.sources.registry import recognise, shipped_formats
from discovery.sources.source import Example, Format
from tests.sources.conftest import Bench

NEW = ("brex", "capital_one", "chase", "mercury", "navan", "revolut_business", "stripe_issuing", "wise")
CASES = [
    (fmt, example)
    for fmt in shipped_formats()
    if fmt.kind == "charge"
    for example in fmt.examples
    if example.records
]
EVERY_STATEMENT = pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{f.name}-{e.shape}-{n}" for n, (f, e) in enumerate(CASES)]
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


def charges(bench: Bench, file_id: str) -> list[dict[str, Any]]:
    return sorted(
        ({k: v for k, v in row.items() if k != "record"} for row in bench.records("charge", file_id)),
        key=repr,
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


def _name(number: int) -> str:
    return f"statement{number}"


def _home(
    folder: Path, name: Callable[[int], str], content: Callable[[Format, Example], str | bytes]
) -> Bench:
    """Read all statements, saved in one way, into one home: each as an account of its own."""
    hints = tuple(
        SourceHint(files=f"{_name(n)}/*", **{**e.hints, "instance": _name(n)})
        for n, (_, e) in enumerate(CASES)
    )
    bench = Bench(folder, sources=hints, cardholders={"1234": "ada@example.com", "0042": "ada@example.com"})
    for number, (fmt, example) in enumerate(CASES):
        bench.put(f"{_name(number)}/{name}", content(fmt, example))
    bench.put("staff.csv", ROSTER)
    assert [o.error for o in bench.read().values() if o.error] == []
    assert bench.unbalanced() == []
    return bench


def _saved_again(fmt: Format, example: Example) -> bytes:
    text = example.text
    is_csv = next(s for s in fmt.shapes if s.name == example.shape).container == "csv"
    if is_csv and not text.startswith(DRAWN):
        text = saved_again(text, random.Random(f"{fmt.name} {example.shape}"))
    return gzip.compress(b"\xef\xbb\xbf" + text.encode())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """All statements as they are, followed to the end of the second stage."""
    bench = _home(tmp_path_factory.mktemp("plain"), "one", lambda _, example: example.text)
    for step in STEPS:
        step.build(bench.store, bench.night)
    yield bench
    bench.store.close()


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """All statements as they look when somebody opened and saved them."""
    bench = _home(tmp_path_factory.mktemp("again"), "Kopie von Auszug (2).csv.gz", _saved_again)
    yield bench
    bench.store.close()


def _file(bench: Bench, number: int) -> dict[str, Any]:
    (file,) = (f for f in bench.files().values() if f["instance"] == _name(number))
    return file


def _ignored(bench: Bench, file: dict[str, Any]) -> list[Any]:
    return bench.store.rows(
        "SELECT reason, row_count FROM sources.ignored WHERE file_id = $id ORDER BY ALL",
        {"id": file["file_id"]},
    )


@pytest.mark.long
@EVERY_STATEMENT
def test_a_statement_that_was_saved_again_gives_the_same_charges(
    plain: Bench, again: Bench, number: int
) -> None:
    fmt, example = CASES[number]
    file, before = _file(again, number), _file(plain, number)
    assert (file["format"], file["shape"]) == (fmt.name, example.shape), file["reason"]
    assert charges(again, file["file_id"]) == charges(plain, before["file_id"])
    assert charges(plain, before["file_id"])
    assert _ignored(again, file) == _ignored(plain, before)


@EVERY_STATEMENT
def test_charges_reach_accounts_and_merchants(plain: Bench, number: int) -> None:
    fmt, _ = CASES[number]
    loaded = {r["event_id"]: r for r in plain.records("charge", _file(plain, number)["file_id"])}
    of = {"of": _name(number)}
    kept = plain.store.dicts("FROM canonical.charge WHERE instance = $of", of)
    assert {r["event_id"] for r in kept} == set(loaded), "a charge is lost or counted twice"
    named = {r["mention"] for r in plain.store.dicts("FROM canonical.mention WHERE kind = 'merchant'")}
    assert {r["merchant"] for r in loaded.values()} <= named
    accounts = {
        r["identifier"]: r for r in plain.store.dicts("FROM canonical.account WHERE instance = $of", of)
    }
    assert {r["identifier"] for r in kept if r["identifier"]} <= set(accounts)
    if fmt.name in NEW:
        ada = plain.store.value("SELECT person_id FROM canonical.person WHERE email = 'ada@example.com'")
        strangers = {r["identifier"] for r in accounts.values() if r["person_id"] != ada}
        # An API that was asked for ids only names nobody.
        assert strangers <= {"ich_1", "u1", "u2"}


def test_mentions_are_the_merchants_and_nothing_else(plain: Bench) -> None:
    named = {r["mention"] for r in plain.store.dicts("FROM canonical.mention WHERE kind = 'merchant'")}
    assert named == {r["merchant"] for r in plain.records("charge")}


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
