from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from discovery.store import Store, writer_lock
from tests.cli.conftest import Run


@pytest.fixture
def home(own_home: Path, tmp_path: Path, sample: Any) -> Path:
    """A home in order: a file of yesterday in which nothing is wrong, settings and an inbox."""
    with Store(own_home / "access_graph.duckdb") as store:
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        store.run("UPDATE run SET as_of = $day", {"day": yesterday})
        store.run("DELETE FROM source_file WHERE state IN ('unrecognised', 'refused')")
        store.run("DELETE FROM quarantine")
        store.run("DELETE FROM source_status")
    shutil.copytree(sample.inbox / "hr", "inbox/hr")
    Path("discovery.toml").write_text('domains = ["nordwind.example"]\ntimezone = "Europe/London"\n')
    return own_home


def states(cli: Run, home: Path, code: int) -> dict[str, str]:
    result = cli("doctor", "--home", home, "--json")
    assert result.exit_code == code, result.output
    checks = json.loads(result.stdout)
    assert all(check["remedy"] for check in checks if check["state"] == "wrong")
    return {check["name"]: check["state"] for check in checks}


def test_a_home_in_order_has_nothing_wrong(cli: Run, home: Path) -> None:
    assert set(states(cli, home, 0).values()) == {"ok"}
    assert "→" not in cli("doctor", "--home", home).stdout


def test_a_place_where_nothing_is_yet_is_told_what_to_do(cli: Run) -> None:
    result = cli("doctor")
    assert result.exit_code == 1
    for remedy in ("discovery init", "discovery run", "make the folder"):
        assert remedy in result.stdout


def test_settings_that_cannot_be_read_are_told(cli: Run, home: Path) -> None:
    Path("discovery.toml").write_text("nonsense = 1\n")
    assert states(cli, home, 1) == {"settings": "wrong"}


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ('domains = []\ntimezone = "Europe/London"', "domains"),
        ('domains = ["x.example"]\ncatalog = "catalog.csv"', "catalog"),
        ('domains = ["x.example"]\nplugins = "formats"', "formats"),
        ('domains = ["x.example"]\n[publish]\ngroup = "no such group"', "group"),
    ],
)
def test_a_setting_that_does_not_work_is_wrong(cli: Run, home: Path, settings: str, name: str) -> None:
    Path("discovery.toml").write_text(settings)
    Path("catalog.csv").write_text("nonsense\n1\n")
    Path("formats").mkdir()
    Path("formats/broken.py").write_text("1 / 0\n")
    assert states(cli, home, 1)[name] == "wrong"


def test_an_empty_inbox_is_wrong(cli: Run, home: Path) -> None:
    shutil.rmtree("inbox/hr")
    assert states(cli, home, 1)["inbox"] == "wrong"


def test_a_home_that_others_may_enter_is_wrong(cli: Run, home: Path) -> None:
    home.chmod(0o755)
    assert states(cli, home, 1)["home"] == "wrong"
    assert "chmod 700" in cli("doctor", "--home", home).stdout


def test_a_run_under_way_is_no_fault(cli: Run, home: Path) -> None:
    with writer_lock(home):
        assert states(cli, home, 0)["lock"] == "note"
        assert "process" in cli("doctor", "--home", home).stdout


def test_an_old_or_broken_or_missing_published_file_is_wrong(cli: Run, home: Path) -> None:
    file = home / "access_graph.duckdb"
    with Store(file) as store:
        store.run("UPDATE run SET as_of = DATE '2020-01-01'")
    assert states(cli, home, 1)["published file"] == "wrong"
    file.write_bytes(b"not a database")
    assert "wrong" in states(cli, home, 1).values()
    file.unlink()
    assert states(cli, home, 1)["published file"] == "wrong"


def test_a_failed_source_and_a_file_that_was_not_read_are_wrong(cli: Run, home: Path) -> None:
    with Store(home / "access_graph.duckdb") as store:
        store.run(
            "INSERT INTO source_status BY NAME SELECT 'okta' AS system, true AS is_failed, 'cut off' AS reason"
        )
        store.run(
            "INSERT INTO source_file BY NAME SELECT 'x' AS file_id, 'it''s odd.csv' AS file_name, "
            "'refused' AS state, 'why' AS reason"
        )
    found = states(cli, home, 1)
    assert (found["source"], found["file"]) == ("wrong", "wrong")
    out = cli("doctor", "--home", home).stdout
    assert "okta failed: cut off" in out
    assert """it'"'"'s odd.csv'""" in out, "the command may be pasted"


def test_a_damaged_decision_is_wrong_and_a_torn_one_is_told(cli: Run, home: Path) -> None:
    (home / "decisions.jsonl").write_text('{"at": "2026-')
    assert cli("doctor", "--home", home).exit_code == 0
    (home / "decisions.jsonl").write_text("nonsense\n")
    assert states(cli, home, 1)["decisions"] == "wrong"
