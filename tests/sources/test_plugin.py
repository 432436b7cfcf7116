"""A format is one file: the one that docs/add_a_source.md shows, in a plug-in folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from discovery.cli.application import application
from discovery.errors import BadSettings
from discovery.sources.registry import known_formats

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "add_a_source.md"


@pytest.fixture
def module() -> str:
    (code,) = re.findall(r"```python\n(.+?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return str(code)


@pytest.fixture
def statement(module: str) -> str:
    """The example inside the shown module."""
    (text,) = re.findall(r'text="""\\\n(.+?)"""', module, re.DOTALL)
    return str(text)


def test_the_shown_format_reads_a_file(
    make_bench: Callable[..., Any], tmp_path: Path, module: str, statement: str
) -> None:
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "fjordbank.py").write_text(module, encoding="utf-8")
    bench = make_bench(plugins=folder)
    assert "fjordbank" in {f.name for f in known_formats(bench.settings)}
    bench.put("exports/september.csv", statement)
    bench.read()
    (file,) = bench.files().values()
    assert (file["format"], file["rows_read"], file["rows_loaded"]) == ("fjordbank", 4, 2)
    assert (file["rows_ignored"], file["rows_quarantined"]) == (1, 1)
    assert {r["merchant"]: str(r["amount"]) for r in bench.records("charge")} == {
        "NOTION LABS INC": "104.50",
        "FIGMA": "1180.00",
    }


def test_sources_check_shows_what_the_document_shows(
    tmp_path: Path, module: str, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("formats").mkdir()
    Path("formats/fjordbank.py").write_text(module, encoding="utf-8")
    Path("exports").mkdir()
    Path("exports/september.csv").write_text(statement, encoding="utf-8")
    Path("discovery.toml").write_text('plugins = "formats"\n', encoding="utf-8")
    result = CliRunner().invoke(
        application, ["sources", "check", "exports/september.csv"], env={"COLUMNS": "160"}
    )
    assert result.exit_code == 1, result.output  # a record would be quarantined
    (shown,) = re.findall(r"```text\n(exports/.+?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    masked = re.sub(r"event_id = [^,]+,", "event_id = …,", result.stdout)
    assert masked.strip() == shown.strip()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "has no FORMAT"),
        ("import nothing_there\n", "fails on import"),
        ("x = (\n", "fails on import"),
    ],
)
def test_a_plug_in_that_is_none_is_named(
    make_bench: Callable[..., Any], tmp_path: Path, text: str, said: str
) -> None:
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "mine.py").write_text(text, encoding="utf-8")
    bench = make_bench(plugins=folder)
    with pytest.raises(BadSettings, match=said) as raised:
        known_formats(bench.settings)
    assert "mine.py" in str(raised.value)
