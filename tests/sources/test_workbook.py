"""Workbooks: a sheet is a text whose lines keep their row numbers; damaged, locked and monstrous ones are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from discovery.errors import SourceFailed
from discovery.settings import SourceHint
from discovery.sources import workbook_cells
from discovery.sources.container import stage
from discovery.sources.unpack import workbook

Sheet = tuple[str, Iterable[Iterable[Any]]]


def xlsx(*sheets: Sheet) -> bytes:
    """A workbook as spreadsheet programs save it today; days are stored as numbers with a format."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    book.close()
    return out.getvalue()


def xls(*sheets: Sheet) -> bytes:
    """The same in the format before 2007."""
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, rows in sheets:
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write(number, column, value, day)
                else:
                    sheet.write(number, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


AMEX: list[list[Any]] = [
    ["Statement of the company's cards"],
    [],
    ["Date", "Description", "Card Member", "Account #", "Amount"],
    [date(2026, 3, 13), "FIGMA", "ADA BYRON", "-71002", 1234.5],
    [],
    ["14/03/2026", "MIRO\nAMSTERDAM", "ADA BYRON", "-71002", "16.50"],
    ["soon", "NOTION", "ADA BYRON", "-71002", 16],
]


@pytest.mark.parametrize("save", [xlsx, xls])
def test_a_sheet_is_read_like_a_csv_and_its_rows_keep_their_numbers(
    make_bench: Callable[..., Any], save: Callable[..., bytes]
) -> None:
    bench = make_bench(sources=(SourceHint(files="*", date_order="dmy", currency="EUR"),))
    bench.put("cards", save(("March", AMEX), ("Notes", [["see the other sheet"], ["x"]]), ("Empty", [])))
    bench.read()
    files = bench.files()
    assert {name: (f["state"], f["format"]) for name, f in files.items()} == {
        "cards/March": ("loaded", "amex"), "cards/Notes": ("unrecognised", None),
    }  # fmt: skip
    assert {(c["record"], c["charged_on"], c["merchant"], c["amount"]) for c in bench.records("charge")} == {
        (4, date(2026, 3, 13), "FIGMA", Decimal("1234.50")), (6, date(2026, 3, 14), "MIRO AMSTERDAM", Decimal("16.50")),
    }  # fmt: skip
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [(7, "Date")]
    assert bench.unbalanced() == []


def test_numbers_of_a_sheet_are_read_whatever_decimal_sign_its_texts_have(
    make_bench: Callable[..., Any],
) -> None:
    rows = [
        ["Date", "Description", "Card Member", "Account #", "Amount"],
        *([date(2026, 3, 1 + n), "FIGMA", "ADA", "-71002", a] for n, a in enumerate((1.234, 12.5, 1234, "1.234,50"))),
    ]  # fmt: skip
    bench = make_bench(sources=(SourceHint(files="*", decimal=","),))
    bench.put("cards.xlsx", xlsx(("A", rows)))
    bench.read()
    assert sorted(c["amount"] for c in bench.records("charge")) == [
        Decimal("1.23"), Decimal("12.50"), Decimal("1234.00"), Decimal("1234.50"),
    ]  # fmt: skip


def test_a_workbook_in_an_archive_and_a_report_in_a_workbook(make_bench: Callable[..., Any]) -> None:
    report = [
        ["Acme Ltd"],
        ["Transaction List by Vendor"],
        [],
        ["", "Date", "Transaction Type", "Num", "Posting", "Memo/Description", "Account", "Amount"],
        ["Figma"],
        ["", "08/30/2026", "Expense", "1", "Yes", "seats", "Cards", -45.5],
        ["Total for Figma", "", "", "", "", "", "", -45.5],
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("books/ledger.xlsx", xlsx(("Report", report)))
    bench = make_bench(sources=(SourceHint(files="*", currency="USD", date_order="mdy"),))
    bench.put("all.zip", packed.getvalue())
    bench.read()
    (file,) = bench.files().values()
    assert (file["file_name"], file["format"]) == ("all.zip/books/ledger.xlsx/Report", "quickbooks_online")
    assert [(c["merchant"], c["record"]) for c in bench.records("charge")] == [("Figma", 6)]
    assert bench.unbalanced() == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\r\nb", "a b"), (True, "TRUE"), (12.0, "12"), (1e-7, "0.0000001"), (1.234, "1.2340"), (0.1 + 0.2, "0.30000000000000004"),
        (float("nan"), ""), (float("inf"), ""), (datetime(2026, 3, 1), "2026-03-01"), (None, ""),
        (datetime(2026, 3, 1, 12, 30), "2026-03-01 12:30:00"), (date(2026, 3, 1), "2026-03-01"), (-1234567.5, "-1234567.5"),
    ],
)  # fmt: skip
def test_cells_as_text(value: Any, text: str) -> None:
    assert workbook_cells.text_of(value) == text


GOOD = xlsx(("March", AMEX))


def _with(content: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD[: len(GOOD) // 2], "export it again"),
        (GOOD[:-30], "export it again"),
        (_with(GOOD, SHEET, lambda xml: xml[: len(xml) // 2]), "cannot be read"),
        (_with(GOOD, SHEET, lambda _: b"<worksheet>" + b"<x>" * 200_000), ""),
        (xls(("A", AMEX))[:3000], "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "cannot be read"),
        (xlsx(("A", [])), "without a single value"),
    ],
)
def test_a_damaged_workbook_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "book"
    path.write_bytes(content)
    with pytest.raises(SourceFailed) as refused:
        stage(path, tmp_path)
    assert said.casefold() in str(refused.value).casefold()


def test_a_cell_in_the_last_corner_of_a_sheet_does_not_take_the_machine_along(tmp_path: Path) -> None:
    far = _with(GOOD, SHEET, lambda xml: xml.replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'))  # fmt: skip
    path = tmp_path / "book"
    path.write_bytes(far)
    with pytest.raises(SourceFailed, match="refused as a bomb"):
        list(workbook.unpack(path, tmp_path))


def test_names_of_sheets_never_lead_out_of_the_folder(make_bench: Callable[..., Any]) -> None:
    evil = _with(GOOD, "xl/workbook.xml", lambda xml: xml.replace(b'name="March"', b'name="../../../etc/x"'))
    bench = make_bench(sources=(SourceHint(files="*", date_order="dmy"),))
    bench.put("cards.xlsx", evil)
    bench.read()
    (file,) = bench.files().values()
    assert file["file_name"] == "cards.xlsx/.._.._.._etc_x"
    assert file["state"] == "loaded"


@pytest.mark.parametrize(
    "start", ["<!DOCTYPE html><html>", "<html><body><table>", '<?xml version="1.0"?><Workbook>']
)
def test_a_web_page_that_calls_itself_xls_is_named(make_bench: Callable[..., Any], start: str) -> None:
    bench = make_bench()
    bench.put("report.xls", f"{start}\n<tr><td>Date</td><td>Amount</td></tr>\n")
    bench.read()
    (file,) = bench.files().values()
    assert file["state"] == "refused"
    assert "save it as CSV" in file["reason"]


MONTHS: dict[str, list[list[Any]]] = {
    "April": [
        [
            "TRANS DATE",
            "MERCHANT NAME",
            "BILLING GROSS AMT",
            "BILLING CUR CODE",
            "CARD NUMBER",
            "Directorate",
        ],
        [date(2026, 4, 3), "FIGMA", 45.5, "GBP", "************6208", "Adults"],
        [date(2026, 4, 4), "MIRO", -16, "GBP", "************6208", "Adults"],
    ],
    "May": [
        ["Purchase card transactions over £500"],
        [],
        [
            "Direcorate",
            "TRANS TAX DESC",
            "Merchant Name ",
            "ORIGINAL GROSS AMT",
            "ORIGINAL CUR",
            "TRANS DATE",
        ],
        ["Adults", "VR", "ZOOM.US", 1234.5, "USD", date(2026, 5, 6)],
        [],
        ["Adults", "VR", "NOTION LABS", 11.5, "EUR", "07/05/2026"],
        ["", "", "Total", 1246, "", ""],
    ],
    "June (no merchants)": [
        ["TRANS DATE", "BILLING GROSS AMT", "CARD NUMBER"],
        [date(2026, 6, 3), 45.5, "************6208"],
    ],
    "Summary": [["Directorate", "Sum"], ["Adults", 1275.5]],
}


@pytest.mark.parametrize("save", [xlsx, xls])
def test_a_year_of_sheets_whose_headers_drift(
    make_bench: Callable[..., Any], save: Callable[..., bytes]
) -> None:
    bench = make_bench(sources=(SourceHint(files="*", date_order="dmy"),))
    bench.put("2026.xls", save(*MONTHS.items()))
    bench.read(only="purchase_card")
    files = {name.removeprefix("2026.xls/"): f for name, f in bench.files().items()}
    assert {name: (f["state"], f["rows_loaded"], f["rows_ignored"]) for name, f in files.items()} == {
        "April": ("loaded", 2, 0), "May": ("loaded", 2, 1), "June (no merchants)": ("unrecognised", 0, 0),
        "Summary": ("unrecognised", 0, 0),
    }  # fmt: skip
    assert "MERCHANT NAME" in files["June (no merchants)"]["reason"]
    assert {(c["record"], c["merchant"], c["amount"], c["currency"]) for c in bench.records("charge")} == {
        (2, "FIGMA", Decimal("45.50"), "GBP"), (3, "MIRO", Decimal("-16.00"), "GBP"),
        (4, "ZOOM.US", Decimal("1234.50"), "USD"), (6, "NOTION LABS", Decimal("11.50"), "EUR"),
    }  # fmt: skip
    assert bench.unbalanced() == []
