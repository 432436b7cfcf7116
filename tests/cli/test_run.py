from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from discovery.settings import Settings
from discovery.store import Store
from tests.cli.conftest import AS_OF, Run

SLOW = 120
Shell = Callable[..., subprocess.CompletedProcess[str]]


def shell(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "discovery.cli", *map(str, args)], capture_output=True, text=True, cwd=cwd,
        timeout=SLOW, check=False, env=os.environ | {"COLUMNS": "200"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def place(sample: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a roster, a card statement and a file that is no export, after one run."""
    folder = tmp_path_factory.mktemp("place")
    shutil.copytree(sample.inbox / "hr", folder / "inbox" / "hr")
    shutil.copytree(sample.inbox / "cards" / "ramp", folder / "inbox" / "cards")
    (folder / "inbox" / "notes.csv").write_text("Room,Floor\nKelvin,3\n")
    (folder / "discovery.toml").write_text(
        'domains = ["nordwind.example"]\n[[source]]\nfiles = "hr/*"\ndate_order = "dmy"\nsnapshot_on = 2026-09-30\n'
    )
    done = shell("run", "--as-of", AS_OF, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "first.txt").write_text(done.stdout)
    return folder


def test_a_run_prints_what_was_read_matched_found_and_needs_a_person(place: Path) -> None:
    out = (place / "first.txt").read_text()
    for text in (
        "Read: 2 files", "hr/employees.csv", "hr_roster", "Matched: ", "Found: 60 persons", "Needs a person:",
        "notes.csv: unrecognised, ", "Published: ", ", as of 2026-09-30, content ",
    ):  # fmt: skip
        assert text in out
    assert "\x1b" not in out, "colour only on a terminal"
    assert (place / ".discovery" / "access_graph.duckdb").exists()


def test_nothing_new_is_told_without_starting_dagster(place: Path) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['discovery', 'run', '--as-of', '{AS_OF}']\n"
        "from discovery.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as error:\n"
        "    print(error.code, [m for m in ('dagster', 'pipelines') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=place, check=True)
    assert "Nothing is new" in done.stdout
    assert done.stdout.endswith("0 []\n")


def test_a_good_night_is_marked_and_another_is_not(
    cli: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = own_home / "last_good_night"
    Path("inbox").mkdir()
    for night, is_marked in (
        (Nightly(errors=("stopped",)), False),
        (Nightly(publication=object(), is_fine=True), True),
    ):
        monkeypatch.setattr("discovery.cli.run._nightly", lambda night=night: night)
        with Store(own_home / "access_graph.duckdb") as store:
            store.run("DELETE FROM source_status")
        assert cli("run", "--home", own_home).exit_code == (0 if is_marked else 1)
        assert mark.exists() == is_marked
    assert mark.stat().st_mode & 0o777 == 0o600


def test_nothing_new_is_strict_too_where_files_were_not_read(place: Path) -> None:
    done = shell("run", "--as-of", AS_OF, "--strict", "--json", cwd=place)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["is_new"] is False
    assert answer["not_read"][0]["file_name"] == "notes.csv"
    said = shell("run", "--as-of", AS_OF, "--strict", cwd=place)
    assert (said.returncode, "Not in it: 1 file, and 0 records" in said.stdout) == (1, True)


@pytest.mark.long
def test_another_day_or_force_is_new_and_gives_the_same_content(place: Path) -> None:
    before = json.loads(shell("run", "--as-of", AS_OF, "--json", cwd=place).stdout)
    forced = shell("run", "--as-of", AS_OF, "--force", "--json", cwd=place)
    answer = json.loads(forced.stdout)
    assert (forced.returncode, answer["is_new"], answer["files"]) == (0, True, [])
    assert answer["content_hash"] == before["content_hash"]


def test_no_settings_and_no_inbox_is_bad_use_with_what_to_do(cli: Run) -> None:
    result = cli("run")
    assert result.exit_code == 2
    assert "discovery init" in result.stderr
    assert not Path(".discovery").exists()


def test_an_inbox_that_is_gone_changes_nothing(cli: Run) -> None:
    Path("discovery.toml").write_text("")
    result = cli("run")
    assert (result.exit_code, "is not a folder that is there" in result.stderr) == (2, True)
    assert not Path(".discovery").exists()


class Nightly:
    """Stands in for the pipeline: what the command makes of how a night ends."""

    def __init__(self, **outcome: Any) -> None:
        self.outcome = outcome

    @staticmethod
    def step_count() -> int:
        return 1

    def run_nightly(self, settings: Settings, as_of: Any, **_: Any) -> Any:
        fields: dict[str, Any] = {
            "run_id": "r", "removed": None, "publication": None, "outcomes": {}, "failed_sources": (), "failed_checks": (),
            "errors": (), "is_fine": False,
        }  # fmt: skip
        return type("NightResult", (), {**fields, **self.outcome})()


def failed(**fields: Any) -> Any:
    return type("Failed", (), fields)()


def test_failed_sources_and_red_checks_are_told_and_exit_1(
    cli: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("inbox").mkdir()
    night = Nightly(
        publication=object(),
        failed_sources=(failed(system="okta", reason="cut \x1b[31mshort"),),
        failed_checks=(
            failed(asset="graph/access", name="c", sentence="It holds", wrong_rows=3, is_warning=False),
            failed(asset="sources/x", name="w", sentence="It is late", wrong_rows=None, is_warning=True),
        ),
    )
    monkeypatch.setattr("discovery.cli.run._nightly", lambda: night)
    result = cli("run", "--home", own_home)
    assert result.exit_code == 1
    for text in (
        "okta: cut \\x1b[31mshort",
        "graph/access: not so in 3 rows: It holds",
        "sources/x: It is late",
        "Warnings:",
        "Published: ",
    ):
        assert text in result.stdout


def test_a_night_that_published_nothing_says_so(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("inbox").mkdir()
    monkeypatch.setattr("discovery.cli.run._nightly", lambda: Nightly(errors=("graph.access: it broke",)))
    result = cli("run", "--home", tmp_path / "new")
    assert result.exit_code == 1
    assert "graph.access: it broke" in result.stdout
    assert "Nothing was published" in result.stdout


def test_a_fine_night_is_strict_about_files_that_were_not_read(
    cli: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("inbox").mkdir()
    monkeypatch.setattr("discovery.cli.run._nightly", lambda: Nightly(publication=object(), is_fine=True))
    assert cli("run", "--home", own_home).exit_code == 0
    assert cli("run", "--home", own_home, "--strict").exit_code == 1


def test_lists_that_lack_a_part_and_unproven_formats_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    from discovery.cli.report import RunReport, print_report

    print_report(
        RunReport(
            Path("access_graph.duckdb"),
            parts=[
                {"file_name": "users.json", "reason": "a page of a longer list (it has nextPageToken): fetch"}
            ],
            unproven={"adobe_users": 2},
        )
    )
    said = " ".join(capsys.readouterr().out.split())
    assert "users.json: a page of a longer list" in said
    assert "adobe_users: 2 files" in said
    assert "general knowledge" in said
