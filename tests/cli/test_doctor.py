from __future__ import annotations

import json
import re
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


def _change(home: Path, *statements: str) -> None:
    with Store(home / "access_graph.duckdb") as store:
        for statement in statements:
            store.run(statement)


def _unknown_file(home: Path) -> None:
    _change(home, "INSERT INTO source_file BY NAME SELECT 'x' AS file_id, 'odd.csv' AS file_name, "
                  "'unrecognised' AS state, 'no known format has any of its columns' AS reason")  # fmt: skip


def _settings(text: str) -> None:
    whole = 'domains = ["nordwind.example"]\ntimezone = "Europe/London"\n'
    Path("discovery.toml").write_text(text if "domains" in text else whole + text)


MISTAKES: list[tuple[str, str, Any]] = [
    ("settings", "unknown key domain", lambda home: _settings('domain = ["nordwind.example"]\ndomains = []\n')),
    ("domains", "none are set", lambda home: _settings("domains = []\n")),
    ("domains", "nobody on the roster has an address at", lambda home: _settings('domains = ["elsewhere.example"]\n')),
    ("inbox", "is empty", lambda home: shutil.rmtree("inbox/hr")),
    ("inbox", "lies in the inbox", lambda home: _settings(f'inbox = "{home.parent}"\n')),
    ("file", "unrecognised", _unknown_file),
    ("roster", "nobody is known", lambda home: _change(home, "DELETE FROM person")),
    ("roster", "no roster of it was read", lambda home: _settings('[people]\nsource_of_truth = "okta"\n')),
    ("home", "not reach it", lambda home: _settings('[publish]\ngroup = "root"\n')),
    ("published file", "days ago", lambda home: _change(home, "UPDATE run SET as_of = DATE '2020-01-01'")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said", "make"), MISTAKES, ids=[f"{n}-{s}" for n, s, _ in MISTAKES])
def test_each_of_the_ten_mistakes_is_found_and_told_how_to_mend(
    cli: Run, home: Path, name: str, said: str, make: Any
) -> None:
    make(home)
    result = cli("doctor", "--home", home, "--json")
    assert result.exit_code == 1, result.output
    wrong = [check for check in json.loads(result.stdout) if check["state"] == "wrong"]
    assert [
        check for check in wrong if check["name"] == name and said in check["found"] and check["remedy"]
    ], wrong
    assert {check["name"] for check in wrong} == {name}, "one mistake, one answer"


def test_the_ten_mistakes_are_those_of_the_document(pytestconfig: pytest.Config) -> None:
    text = (pytestconfig.rootpath / "docs" / "terminal.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d+) \| .+ \| ([a-z ]+) \|$", text, re.MULTILINE)
    assert [int(number) for number, _ in listed] == list(range(1, 11))
    assert [name for _, name in listed] == [name for name, _, _ in MISTAKES]


def test_apps_of_which_nobody_approved_one_are_a_note(cli: Run, home: Path) -> None:
    _change(home, "UPDATE app_summary SET class = 'shadow'")
    assert states(cli, home, 0)["catalog"] == "note"
