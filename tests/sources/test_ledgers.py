"""Ledgers: what stands in several accounts counts once, and what a report adds up counts never."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from discovery.canonical import STEPS
from discovery.settings import SourceHint
from discovery.sources.layout import look
from discovery.sources.registry import recognise, shipped_formats

PROFIT_AND_LOSS = """\
Profit and Loss Detail
Acme Ltd
"January - March, 2026"

Distribution account,Transaction date,Transaction type,Num,Name,Class full name,Memo/Description,Item split account,\
Amount,Balance
Ordinary Income/Expenses,,,,,,,,,
Income,,,,,,,,,
Sales,01/15/2026,Invoice,7,Customer,,,Accounts Receivable (A/R),"9,000.00","9,000.00"
Total for Income,,,,,,,,"$9,000.00",
Expenses,,,,,,,,,
Software,,,,,,,,,
Software,01/15/2026,Expense,,Figma,,seats,Checking,104.50,104.50
Software,01/15/2026,Expense,,Figma,,discount,Checking,-4.50,100.00
Total for Software,,,,,,,,$100.00,
,01/16/2026,Bill,9,Miro,,,Accounts Payable (A/P),16.00,16.00
Total for Expenses with sub-accounts,,,,,,,,$116.00,
Net Income,,,,,,,,"$8,884.00",
"Wednesday, Apr 1, 2026 08:00 AM GMTZ - Accrual Basis",,,,,,,,,
"""


def read(make_bench: Callable[..., Any], text: str, system: str = "quickbooks_online") -> Any:
    bench = make_bench()
    bench.put("statements/one.csv", text)
    assert [o.error for o in bench.read(only=system).values() if o.error] == []
    assert bench.unbalanced() == []
    return bench


def test_results_and_headings_are_counted_and_no_charges(make_bench: Callable[..., Any]) -> None:
    bench = read(make_bench, PROFIT_AND_LOSS)
    assert bench.quarantine() == []
    assert sorted((r["merchant"], r["amount"]) for r in bench.records("charge")) == [
        ("Figma", Decimal("-4.50")),
        ("Figma", Decimal("104.50")),
        ("Miro", Decimal("16.00")),
    ]
    ignored = dict(bench.store.rows("SELECT reason, row_count FROM sources.ignored"))
    assert ignored == {"heading": 5, "total": 4, "no purchase": 1}


def test_the_same_report_of_two_overlapping_months_counts_once(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("statements/q1.csv", PROFIT_AND_LOSS)
    lines = PROFIT_AND_LOSS.splitlines(keepends=True)
    bench.put("statements/january.csv", "".join(line for line in lines if "Miro" not in line))
    bench.read(only="quickbooks_online")
    assert bench.unbalanced() == []
    for step in STEPS:
        step.build(bench.store, bench.night)
    assert bench.store.rows("SELECT count(*), sum(amount) FROM canonical.charge") == [(3, Decimal("116.00"))]


def test_a_journal_counts_what_was_bought_and_names_who_was_paid(make_bench: Callable[..., Any]) -> None:
    """A line that is billed to a customer names the customer; the newer report repeats the day on each line."""
    older = """\
Acme,Journal,,,,,,
Date,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit
08/30/2026,Bill,B1,Miro,,Accounts Payable (A/P),,"1,016.00"
,,,Customer A,board,Software,"1,000.00",
,,,,,VAT,16.00,
"""
    newer = """\
Journal
Acme

Transaction date,Transaction type,Num,Name,Memo/Description,Account name,Debit,Credit
08/30/2026,Expense,,Figma,,Checking,0.00,104.50
08/30/2026,Expense,,Figma,seats,Software,104.50,0.00
"""
    for text, bought in (
        (older, [("Miro", Decimal("16.00")), ("Miro", Decimal("1000.00"))]),
        (newer, [("Figma", Decimal("104.50"))]),
    ):
        bench = read(make_bench, text)
        assert sorted((r["merchant"], r["amount"]) for r in bench.records("charge")) == bought
        assert bench.store.rows("SELECT reason, row_count FROM sources.ignored") == [("payment side", 1)]


def test_a_journal_of_the_paying_account_alone_counts_its_credits(make_bench: Callable[..., Any]) -> None:
    bench = read(make_bench, """\
Date,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit
08/30/2026,Expense,,Figma,,Checking,,104.50
""")  # fmt: skip
    assert [(r["merchant"], r["amount"]) for r in bench.records("charge")] == [("Figma", Decimal("104.50"))]


def test_expenses_written_as_money_that_leaves_are_spent(make_bench: Callable[..., Any]) -> None:
    lines = [f"2026-08-{day},Figma,Ada Byron,-{day}.00,EUR" for day in (10, 11, 12)]
    text = "Date,Merchant,Employee,Amount,Currency\n" + "\n".join(
        [*lines, "2026-08-13,Figma,Ada Byron,5.00,EUR"]
    )
    bench = read(make_bench, text + "\n", "expenses")
    assert sorted(r["amount"] for r in bench.records("charge")) == [-5, 10, 11, 12]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('Acme\nJournal\n\nDate,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit\n'
         '08/30/2026,Expense,,"Figma,seats,Software,1.00,\n', "a quote is opened and not closed"),
        ("Acme\nDate,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit\n"
         "08/30/2026,Expense,,Caf\xe9,seats,Software,1.00,\n", "is not UTF-8"),
    ],
)  # fmt: skip
def test_a_broken_report_is_refused_and_says_what_to_do(
    make_bench: Callable[..., Any], text: str, said: str
) -> None:
    bench = make_bench()
    bench.put("statements/one.csv", text.encode("latin-1"))
    bench.read(only="quickbooks_online")
    (file,) = bench.files().values()
    assert file["state"] == "refused"
    assert said in file["reason"]


@pytest.mark.parametrize(
    ("header", "format_name"),
    [
        ("Supplier,Invoice Number,Invoice Date,Amount", "supplier_ledger"),
        ("Date,Supplier,Spender,Invoice Number,Amount,Currency", "expense_export"),
        ("Date,Merchant,Amount,Currency,Employee Email,Category,Receipt", "expense_export"),
        # Who typed an invoice in may be the `User`: nobody is named as having bought.
        ("Date,Supplier,User,Invoice Number,Amount", "supplier_ledger"),
        ("Date,Customer,Invoice Number,Amount", None),
        ("Date,Description,Amount,Balance", None),
        ("Date,Merchant,Amount", None),
        # Any card's statement may look so: a mapping is proposed.
        ("Date,Merchant,Amount,Email", None),
        ("Date,Merchant,Employee,Amount,Balance", None),
    ],
)
def test_expenses_and_ledgers_are_told_apart(tmp_path: Any, header: str, format_name: str | None) -> None:
    path = tmp_path / "export"
    path.write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n", encoding="utf-8")
    found = recognise(look(path, "export.csv")[1], shipped_formats(), SourceHint(files="*"))
    assert (found.fit.format.name if found.fit else None) == format_name, found.reason
