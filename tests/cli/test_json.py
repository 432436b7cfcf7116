"""What was text alone before prints JSON as well: decisions, queues, matches, exports, first steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from discovery.cli.application import application
from tests.cli.conftest import LEAVER


def test_decisions_say_what_was_decided(own_home: Path, sample: Any) -> None:
    def say(*args: str) -> Any:
        done = CliRunner().invoke(application, [*args, "--home", str(own_home), "--json"],
                                  env={"DISCOVERY_CONFIG": str(sample.config)})  # fmt: skip
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    mention = say("match", str(_csv(own_home)))[0]["text"]
    assert mention == "NOTION LABS INC"
    known = json.loads(
        CliRunner()
        .invoke(application, ["explain", LEAVER, "figma.com", "--json", "--home", str(own_home)])
        .stdout
    )
    assert known
    taken = say("review", "ignore", "--person", LEAVER, "--app", "figma.com", "--reason", "her own")
    assert (taken["action"], taken["app_id"]) == ("ignore", "figma")
    assert taken["person_id"]
    back = say("review", "undo", "--person", LEAVER, "--app", "figma.com")
    assert (back["action"], back["app_id"]) == ("undo", "figma")
    assert say("review", "export") == []
    queue = own_home / "queue.csv"
    assert say("review", "export", "--output", str(queue)) == {"rows": 0, "output": str(queue)}
    assert say("review", "import", str(queue))["decisions"] == 0


def _csv(folder: Path) -> Path:
    path = folder / "texts.csv"
    path.write_text("text\nNOTION LABS INC\nTFL TRAVEL CH\n", encoding="utf-8")
    return path


def test_matches_are_rows_with_the_columns_of_the_csv(asked: Callable[..., Any], tmp_path: Path) -> None:
    rows = asked("match", _csv(tmp_path))
    assert [(row["text"], row["decision"]) for row in rows] == [
        ("NOTION LABS INC", "accept"),
        ("TFL TRAVEL CH", "reject"),
    ]
    assert rows[0]["app_id"] == "notion"
    told = asked("match", tmp_path / "texts.csv", "--output", tmp_path / "out.csv")
    assert (told["rows"], told["accept"], told["reject"]) == (2, 1, 1)


def test_exports_say_what_was_written(asked: Callable[..., Any], tmp_path: Path) -> None:
    rows = asked("export", "access-review", "figma.com")
    assert LEAVER in {row["person"] for row in rows}
    told = asked("export", "access-review", "figma.com", "--output", tmp_path / "figma.csv")
    assert told["rows"] == len(rows)
    told = asked("export", "graph", "--output", tmp_path / "graph.graphml")
    assert told["nodes"] > 100
    assert told["edges"] > 100


def test_init_says_where_its_files_are(tmp_path: Path) -> None:
    done = CliRunner().invoke(application, ["init", "--config", str(tmp_path / "discovery.toml"), "--json"])
    assert json.loads(done.stdout) == {
        "config": str(tmp_path / "discovery.toml"),
        "inbox": str(tmp_path / "inbox"),
    }
