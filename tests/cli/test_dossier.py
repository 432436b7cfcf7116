from __future__ import annotations

import json
from pathlib import Path

from discovery.store import Store
from tests.cli.conftest import LEAVER, Run


def test_a_page_and_its_pack_are_written(ask: Run) -> None:
    result = ask("dossier", LEAVER, "--output", "linnea.html", "--pack", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert [Path(file).name for file in said["files"]] == ["linnea.html", "linnea.duckdb"]
    text = Path("linnea.html").read_text(encoding="utf-8")
    assert "Linnea O&#39;Brien" in text
    assert text.count("<h2") >= 15
    with Store(Path("linnea.duckdb").absolute(), read_only=True) as store:
        assert store.value("SELECT count(*) FROM scope") == 9
        assert store.value("SELECT email FROM dossier") == LEAVER


def test_what_is_there_is_left_and_nobody_unknown_gets_a_page(ask: Run) -> None:
    Path("mine.html").write_text("mine")
    assert ask("dossier", LEAVER, "--output", "mine.html").exit_code == 2
    assert Path("mine.html").read_text() == "mine"
    assert ask("dossier", "nobody@nordwind.example", "--output", "new.html").exit_code == 2
    assert not Path("new.html").exists()
