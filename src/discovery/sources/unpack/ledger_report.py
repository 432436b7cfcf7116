"""Reports of bookkeeping systems as CSV: titles above the header, headings of groups and totals between the lines.

QuickBooks Online (`Date,Transaction Type,Num,Name,Memo/Description,…`, often with a first column without a name) and
Xero (`Date,Source,Description,Reference,…,Debit,Credit`). The titles go; every other row is handed on with two columns
before it, so that a format counts it: `Ledger row` (line, heading or total) and `Ledger group` (the heading that it
stands under: an account or a vendor). A journal names day, type and number once per transaction: further lines get
those above, and the name above too, because a name of their own is whom the line is billed to. In a sheet of a workbook
every row keeps its number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from discovery.errors import SourceFailed
from discovery.sources.source import fold
from discovery.sources.unpack import NUMBERED

_TITLES = 12
_SIGNS = (",", ";", "\t")
_DAY = {"date", "transactiondate"}
_MONEY = {"amount", "debit", "credit", "balance", "runningbalance", "gross", "tax", "net"}
_ONCE = ("date", "transactiondate", "transactiontype", "num", "no", "name")
_TEXT = {"", "transactiontype", "num", "no", "name", "vendor", "supplier", "payee", "memodescription", "memo",
         "account", "description", "split", "itemsplitaccount", "distributionaccount", "posting", "source", "reference",
         "contact"}  # fmt: skip
_TOTALS = ("total", "opening balance", "closing balance", "beginning balance", "net movement")


def _is_header(names: Sequence[str]) -> bool:
    """Tell the header of such a report by its folded names."""
    known = set(names)
    if not known & _DAY or not known & {"amount", "debit", "credit", "gross"}:
        return False
    if "transactiontype" in known:
        return len(known & {"num", "memodescription", "split", "itemsplitaccount", "posting"}) >= 2
    return {"source", "description", "debit", "credit"} <= known and bool(
        known & {"reference", "runningbalance"}
    )


def _header(text: str) -> tuple[int, str] | None:
    """Return the line and the delimiter of the header, or None."""
    for number, line in enumerate(text.splitlines()[:_TITLES]):
        for sign in _SIGNS:
            if line.count(sign) >= 4 and _is_header(
                [fold(c) for c in next(csv.reader([line], delimiter=sign))]
            ):
                return number, sign
    return None


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell such a report by its header, which is among the first lines."""
    if b"\0" in head or b"ate" not in head.lower():
        return False
    try:
        return _header(head.decode("utf-8-sig", errors="replace")) is not None
    except csv.Error:
        return False


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write the rows below the header, each with what it is and what it stands under."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceFailed(f"byte {error.start} is not UTF-8: save the report as CSV UTF-8.") from error
    found = _header(text[:8192])
    if found is None or text.count('"') % 2:
        raise SourceFailed("is a report in which a quote is opened and not closed: export it again.")
    number, sign = found
    body = "".join(text.splitlines(keepends=True)[number:])
    is_sheet = path.suffix == NUMBERED
    target = folder / (f"ledger{NUMBERED}" if is_sheet else "ledger.csv")
    try:
        rows = csv.reader(io.StringIO(body, newline=""), delimiter=sign)
        header = next(rows)
        with target.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerows(_sheet(header, rows) if is_sheet else _ledger(header, rows))
    except csv.Error as error:
        raise SourceFailed(f"the report is damaged: {error}. Export it again.") from error
    yield None, target


def _ledger(header: Sequence[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield ["Ledger row", "Ledger group", *(n.strip() or "Heading" for n in header)]
    yield from _said(header, rows)


def _sheet(header: Sequence[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Take the row numbers of a sheet off its rows, and put them before what is said of each."""
    numbers = [header[0]]

    def without() -> Iterator[list[str]]:
        for row in rows:
            if any(cell.strip() for cell in row[1:]):
                numbers.append(row[0])
                yield row[1:]

    for said in _ledger(header[1:], without()):
        yield [numbers[-1], *said]


def _said(header: Sequence[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Say of each row what it is, and under which heading it stands."""
    names = [fold(name) for name in header]
    days = [n for n, name in enumerate(names) if name in _DAY]
    money = [n for n, name in enumerate(names) if name in _MONEY]
    texts = [n for n, name in enumerate(names) if name in _TEXT]
    once = [n for n, name in enumerate(names) if name in _ONCE]
    is_journal = "transactiontype" in names and "debit" in names
    headings: list[str] = []
    above = [""] * len(header)
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        row += [""] * (len(header) - len(row))
        first = next((row[n].strip() for n in sorted({*days, *texts}) if row[n].strip()), "")
        has_money = any(row[n].strip() for n in money)
        said = sum(bool(row[n].strip()) for n in (*days, *texts))
        # One word and a sum (Net Income), or in a journal a sum alone, is a result; in a journal a line may be short.
        is_result = has_money and (said == 0 if is_journal else said == 1)
        if first.casefold().startswith(_TOTALS) or is_result:
            kind = "total"
            _close(headings, first)
        elif said == 1 and not has_money:
            kind = "heading"
            headings.append(first)
        else:
            kind = "line"
            if is_journal and not any(row[n].strip() for n in days):
                for n in once:
                    row[n] = above[n] if above[n].strip() else row[n]
            above = row
        yield [kind, headings[-1] if headings else "", *row]


def _close(headings: list[str], total: str) -> None:
    """Leave the group that a total ends, with all in it."""
    name = total[5:].strip().removeprefix("for ").strip() if total.casefold().startswith("total") else ""
    if name in headings:
        del headings[headings.index(name) :]
