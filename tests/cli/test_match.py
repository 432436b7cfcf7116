from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discovery.cli.match import read_texts
from tests.cli.conftest import Run

HEADER = [
    "text",
    "decision",
    "app_id",
    "app_name",
    "app_domain",
    "score",
    "method",
    "runner_up",
    "explanation",
]
TEXTS = [
    "NOTION LABS INC", "", "=HYPERLINK(\"http://evil\")", "+44 ZOOM", "-1", "@SUM(A1)", "\tTAB", 'a "quoted", text',
    "two\nlines", "NOTION LABS INC", "  spaces  ", "MONDAY SMOOTHIES", "figma.com", "日本語", "'=x", "\x1b[31mESC",
]  # fmt: skip


def rows_of(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return list(csv.reader(io.StringIO(result.stdout_bytes.decode(), newline="")))


def written(path: Path, header: list[str], rows: list[list[str]], **options: Any) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, **options).writerows([header, *rows])
    return path


def test_one_row_per_input_row_in_order_with_the_text_as_it_was(cli: Run) -> None:
    file = written(Path("in.csv"), ["id", "text"], [[str(i), t] for i, t in enumerate(TEXTS)])
    rows = rows_of(cli("match", file))
    assert rows[0] == HEADER
    assert [row[0] for row in rows[1:]] == TEXTS
    by_text = {row[0]: dict(zip(HEADER, row, strict=True)) for row in rows[1:]}
    assert by_text["NOTION LABS INC"]["app_name"] == "Notion"
    assert by_text["NOTION LABS INC"]["decision"] == "accept"
    assert by_text["figma.com"]["app_domain"] == "figma.com"
    assert by_text["MONDAY SMOOTHIES"]["decision"] != "accept"
    assert by_text[""]["decision"] == "reject"
    assert all(row[1] in ("accept", "review", "reject") for row in rows[1:])
    assert not any(cell.startswith(tuple("=+-@\t\r")) for row in rows[1:] for cell in row[1:])


def test_a_file_of_any_length_is_written_whole(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discovery.cli.match.LINES", 3)
    file = written(Path("in.csv"), ["text"], [[text] for text in TEXTS * 2])
    assert cli("match", file, "--output", "out.csv").exit_code == 0
    with Path("out.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    assert rows == rows_of(cli("match", file))
    assert [row[0] for row in rows[1:]] == TEXTS * 2


def test_for_a_spreadsheet_the_text_is_safe_too(cli: Run) -> None:
    file = written(Path("in.csv"), ["text"], [["=1+1"], ["NOTION"]])
    assert [row[0] for row in rows_of(cli("match", file, "--spreadsheet"))[1:]] == ["'=1+1", "NOTION"]


def test_output_goes_to_a_file_whole_or_not_at_all(cli: Run) -> None:
    file = written(Path("in.csv"), ["text"], [["NOTION LABS INC"]])
    result = cli("match", file, "--output", "out.csv")
    assert (result.exit_code, result.stdout) == (0, "")
    assert Path("out.csv").read_bytes() == cli("match", file).stdout_bytes
    assert cli("match", file, "--output", "no/such/folder/out.csv").exit_code == 2
    assert sorted(p.name for p in Path().iterdir()) == ["in.csv", "out.csv"]


def test_a_column_may_be_named_and_an_unknown_one_is_told(cli: Run) -> None:
    file = written(Path("in.csv"), ["Merchant Name", "MCC"], [["ZOOM.US", "4814"]], delimiter=";")
    assert rows_of(cli("match", file, "--column", "merchant name"))[1][3] == "Zoom"
    result = cli("match", file)
    assert result.exit_code == 2
    assert "'Merchant Name', 'MCC'" in result.stderr


def test_the_merchant_category_is_read() -> None:
    file = written(Path("in.csv"), ["text", "mcc"], [["A", "5734"], ["B", ""], ["C"]])
    assert read_texts(file, "text") == (["A", "B", "C"], ["5734", None, None])


@pytest.mark.parametrize("content", [b"", b'text\n"open\n', b"a,text\nonly\n", b"text\n\xff\xfe\xfa\n"])
def test_what_is_no_csv_is_bad_use(cli: Run, content: bytes) -> None:
    Path("in.csv").write_bytes(content)
    result = cli("match", "in.csv")
    assert result.exit_code == 2
    assert "in.csv" in result.stderr


def test_a_missing_file_is_bad_use(cli: Run) -> None:
    assert cli("match", "nowhere.csv").exit_code == 2


def test_an_empty_file_with_a_header_gives_a_header(cli: Run) -> None:
    Path("in.csv").write_text("text\n")
    assert rows_of(cli("match", "in.csv")) == [HEADER]


def test_compressed_and_utf_16_files_are_read(cli: Run) -> None:
    Path("in.csv.gz").write_bytes(gzip.compress(b"text\nFIGMA\n"))
    Path("wide.csv").write_bytes("text\r\nFIGMA\r\n".encode("utf-16"))
    assert rows_of(cli("match", "in.csv.gz")) == rows_of(cli("match", "wide.csv"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_any_texts_are_read_back_as_they_were(tmp_path: Path, texts: list[str]) -> None:
    file = written(tmp_path / "any.csv", ["id", "text"], [[str(i), t] for i, t in enumerate(texts)])
    assert read_texts(file, "text")[0] == texts


def test_the_points_of_an_explanation_add_up(cli: Run) -> None:
    import json

    result = cli("explain-match", "PADDLE.NET* SKETCH", "--json")
    answer = json.loads(result.stdout)
    assert answer["match"]["app_name"] == "Sketch"
    for app in {c["app_id"] for c in answer["comparisons"]}:
        own = [c for c in answer["comparisons"] if c["app_id"] == app]
        assert sum(c["weight"] for c in own) == own[0]["score"]
    shown = cli("explain-match", "PADDLE.NET* SKETCH").stdout
    assert "accept" in shown
    assert f"{answer['match']['score']}   score" in shown


def test_a_text_that_nothing_speaks_for_is_explained_too(cli: Run) -> None:
    result = cli("explain-match", "J HARGREAVES PLUMBING")
    assert result.exit_code == 0
    assert "reject" in result.stdout


def test_a_record_with_more_cells_than_the_header_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "merchants.csv"
    file.write_text("text,note\nFIGMA,a\nGITHUB, INC.,b\nCANVA,c,,\n", encoding="utf-8")
    assert read_texts(file, "text")[0] == ["FIGMA", "GITHUB", "CANVA"]
    said = capsys.readouterr().err.replace("\n", " ")
    assert (
        "1 records have more cells than the header, first record 2, whose text was read as 'GITHUB'" in said
    )


def test_a_file_of_western_windows_is_read_and_said_and_binary_is_refused(cli: Run) -> None:
    Path("in.csv").write_bytes("Text;Preis\nCafé Zentral;5 €\nNOTION LABS INC;8 €\n".encode("cp1252"))
    result = cli("match", "in.csv")
    assert [row[0] for row in rows_of(result)[1:]] == ["Café Zentral", "NOTION LABS INC"]
    assert "byte 14 is not UTF-8: the file is read as Windows-1252" in result.stderr
    Path("in.csv").write_bytes(b"text\nab\xff\x00\x01\n")
    assert cli("match", "in.csv").exit_code == 2
