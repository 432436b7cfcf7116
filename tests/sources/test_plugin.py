"""A format is one file: the one that docs/add_a_source.md shows, in a plug-in folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from discovery.cli.application import application
from discovery.errors import BadSettings
from discovery.settings import Settings
from discovery.sources import reread
from discovery.sources.inbox import scan
from discovery.sources.registry import known_formats
from discovery.sources.reread import reader_of
from discovery.store import sql_file
from tests.sources.conftest import AS_OF

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


def test_a_format_that_is_mended_reads_its_old_files_again(
    make_bench: Callable[..., Any], tmp_path: Path, module: str, statement: str
) -> None:
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "fjordbank.py").write_text(
        module.replace("-amount_in(amount", "amount_in(amount"), encoding="utf-8"
    )
    bench = make_bench(plugins=folder)
    path = bench.put("september.csv", statement)
    bench.read()
    assert {str(r["amount"]) for r in bench.records("charge")} == {"-104.50", "-1180.00"}
    (folder / "fjordbank.py").write_text(module + "\n# better\n", encoding="utf-8")
    path.unlink()
    bench.read()
    assert {str(r["amount"]) for r in bench.records("charge")} == {"104.50", "1180.00"}
    (folder / "fjordbank.py").write_text(module, encoding="utf-8")
    assert scan(bench.store, bench.settings, AS_OF) == 0, "a word beside the SELECTs is no other reader"
    (folder / "fjordbank.py").unlink()
    assert scan(bench.store, bench.settings, AS_OF) == 0
    assert bench.store.value("SELECT count(*) FROM sources.source_file WHERE state = 'loaded'") == 1


def test_what_becomes_of_records_is_told_alike_by_every_process() -> None:
    formats = known_formats(Settings(home=Path("home"), inbox=Path("inbox")))
    here = {f"{fmt.name} {shape.name}": reader_of(fmt, shape.name) for fmt in formats for shape in fmt.shapes}
    assert len(set(here.values())) > len(here) / 2
    script = (
        "from pathlib import Path\nfrom discovery.settings import Settings\n"
        "from discovery.sources.registry import known_formats\nfrom discovery.sources.reread import reader_of\n"
        "for fmt in known_formats(Settings(home=Path('home'), inbox=Path('inbox'))):\n"
        "    for shape in fmt.shapes: print(fmt.name, shape.name, reader_of(fmt, shape.name), sep='\\t')\n"
    )
    for seed in ("1", "2"):
        said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                              env={**os.environ, "PYTHONHASHSEED": seed})  # fmt: skip
        there = dict(line.rsplit("\t", 1) for line in said.stdout.splitlines())
        assert {name.replace("\t", " "): digest for name, digest in there.items()} == here


def test_a_macro_that_is_called_by_a_macro_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    (fmt,) = (
        f for f in known_formats(Settings(home=Path("home"), inbox=Path("inbox"))) if f.system == "ramp"
    )
    before = reader_of(fmt, fmt.shapes[0].name)
    text = sql_file("discovery.sources", "macros")

    def after(changed: str) -> str:
        monkeypatch.setattr(reread, "sql_file", lambda *_: changed)
        reread._digest.cache_clear()
        return reader_of(fmt, fmt.shapes[0].name)

    try:
        assert after(text) == before
        assert after(text.replace("nullif(trim(", "nullif(ltrim(")) != before
        assert after(text.replace("?/(log-?in|", "?/(logon|")) == before, (
            "pages of browsing are in no card line"
        )
    finally:
        reread._digest.cache_clear()


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
