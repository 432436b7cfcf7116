from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery.cli.output import csv_text, markdown, plain
from discovery.cli.terminal import safe, shown, table

HOSTILE = "\x1b[31mred\x1b]0;title\x07 [bold]x[/bold] \u202etxt.exe\u200b\r\n:smile:"


def test_what_a_terminal_would_obey_is_made_visible() -> None:
    assert safe(HOSTILE) == (
        "\\x1b[31mred\\x1b]0;title\\x07 [bold]x[/bold] \\u202etxt.exe\\u200b\\r\\n:smile:"
    )
    assert safe("Zoë Demir, 日本語 🙂") == "Zoë Demir, 日本語 🙂"


@given(st.text())
def test_nothing_that_is_shown_can_be_obeyed(text: str) -> None:
    assert all(ch.isprintable() or ch.isspace() for ch in safe(text))
    assert not set(safe(text)) & set("\n\r\t\x0b\x0c\x1b\x85\u2028\u2029")


def test_a_table_shows_hostile_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    table(("name",), [(HOSTILE,)])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[bold]x[/bold]" in out
    assert ":smile:" in out


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_table_fits_the_width_and_loses_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    cells = ["a.very.long.address@nordwind-instruments.example", "2026-09-30", "sign_in, web_visit"]
    table(("person", "last seen", "sources"), [cells], whole=("person", "last seen"))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    rule = next(number for number, line in enumerate(lines) if line.startswith("─"))
    letters = sorted("".join(lines[rule + 1 :]).replace(" ", ""))
    assert letters == sorted("".join(cells).replace(" ", ""))


def test_words_of_a_table_stay_whole_as_far_as_there_is_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    row = ["case-4bf2945d79", "app_account", "accepted as it was for the third time in a row by the owner"]
    table(
        ("case", "sources", "what"),
        [row, ["", "", "entra/entra_provisioning_log-3197d8fe-3702-5ba1-a8e6-fedca4c2a72d"]],
    )
    lines = capsys.readouterr().out.splitlines()
    assert "case-4bf2945d79   app_account   accepted as it was for the" in lines[2]
    assert max(map(len, lines)) <= 60


def test_values_are_shown_as_people_read_them() -> None:
    assert [shown(v) for v in (None, True, Decimal("1234.5"), 0.876, ["a", "b"], datetime(2026, 9, 30, 8, 5))] == [
        "", "yes", "1,234.50", "0.88", "a, b", "2026-09-30 08:05",
    ]  # fmt: skip
    assert plain({"at": datetime(2026, 9, 30, 8, 5), "amount": Decimal("1.50")}) == {
        "at": "2026-09-30T08:05:00Z",
        "amount": "1.50",
    }


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_a_csv_cell_is_never_a_formula_and_nothing_is_lost(texts: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(["x"], [[t] for t in texts]), newline="")))[1:]
    got = ["".join(row) for row in rows]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in got)
    assert [cell.removeprefix("'") for cell in got] == [text.removeprefix("'") for text in texts]


def test_numbers_stay_numbers_in_a_csv() -> None:
    assert csv_text(["a", "b"], [[Decimal("-5.00"), -3]]) == "a,b\r\n-5.00,-3\r\n"


def test_text_cannot_become_markup_in_a_ticket() -> None:
    assert markdown("a|b <script> [x](http://evil) *y*") == (
        "a\\|b \\<script\\> \\[x\\](http:&#8203;//evil) \\*y\\*"
    )
