from __future__ import annotations

import json
from pathlib import Path

from discovery.settings import Settings
from tests.cli.conftest import Run


def test_nothing_moves_where_nothing_changed(ask: Run) -> None:
    done = ask("catalog", "diff")
    assert done.exit_code == 0, done.output
    assert "The catalogs are the same." in done.output
    assert "no mention otherwise" in done.output


def test_an_overlay_that_takes_a_name_over_moves_its_mentions(
    cli: Run, sample: Settings, tmp_path: Path
) -> None:
    overlay = tmp_path / "mine.csv"
    overlay.write_text(
        "app_id,name,domain,aliases\n,Lumen Boards,lumen-boards.example,miro.com;Miro\n", encoding="utf-8"
    )
    config = tmp_path / "discovery.toml"
    config.write_text(f'inbox = "{sample.inbox}"\ncatalog = "{overlay}"\n', encoding="utf-8")
    done = cli("catalog", "diff", "--config", config, "--home", sample.home, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert ("alias moved", "lumen-boards", "miro.com of miro") in {
        (c["what"], c["app_id"], c["before"]) for c in found["changes"]
    }
    moved = {m["mention"]: m for m in found["mentions"]}
    assert moved["miro.com"]["after"] == "accept lumen-boards"
    assert moved["miro.com"]["people"] > 0


def test_without_a_home_a_folder_can_be_compared(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "app.csv").write_text(
        "app_id,name,vendor,domain,category,scim_support,scim_plan,facts_as_of\nold,Old,,,,,,\n",
        encoding="utf-8",
    )
    (tmp_path / "alias.csv").write_text("app_id,alias,kind,strength\n", encoding="utf-8")
    done = cli("catalog", "diff", "--against", tmp_path, "--limit", 2)
    assert done.exit_code == 0, done.output
    assert "1 removed" in done.output
    assert "the first 2 of" in done.output


def test_a_folder_that_is_no_catalog_is_bad_use(cli: Run, tmp_path: Path) -> None:
    done = cli("catalog", "diff", "--against", tmp_path)
    assert done.exit_code == 2
    assert "app.csv: no such file" in done.output
