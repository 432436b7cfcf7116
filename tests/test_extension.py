"""Another package adds a format, a recipe, a playbook, a check and a notifier: the one that docs/extending.md shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from discovery.checks import read_checks
from discovery.cli.application import application
from discovery.connectors import Target, configured_connectors
from discovery.connectors.notify import Message, channels
from discovery.errors import BadSettings
from discovery.extension import GROUPS, extensions
from discovery.offboarding.playbook import read_playbooks
from discovery.run import fingerprint_of
from discovery.settings import ConnectorSettings, Settings
from discovery.sources.registry import known_formats
from discovery.store import Store
from tests.connectors.server import Answer, Asked, Server
from tests.sources.conftest import Bench

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
FILES = re.findall(r"`([\w./]+)`\n\n```(?:toml|python|yaml|sql)\n(.+?)```", DOCUMENT, re.DOTALL)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the document, built."""
    folder = tmp_path_factory.mktemp("discovery-fjord")
    for part in ("fjord", "fjord/recipes", "fjord/playbooks", "fjord/checks"):
        (folder / part).mkdir()
        (folder / part / "__init__.py").touch()
    for name, content in FILES:
        (folder / name).write_text(content, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder / "dist"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture
def installed(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package in a folder of its own, as an installer lays it out, found by Python."""
    folder = tmp_path / "packages"
    zipfile.ZipFile(wheel).extractall(folder)
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "fjord"]:
        del sys.modules[name]


def test_the_package_adds_one_of_each(installed: Path) -> None:
    assert len(FILES) == 6
    assert [(one.group, one.package) for one in extensions()] == [(g, "discovery-fjord 1.0") for g in GROUPS]


def test_doctor_lists_it(installed: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(application, ["doctor", "--home", str(tmp_path / "home")])
    assert result.stdout.count("extensions: discovery-fjord 1.0: discovery.") == len(GROUPS)


def test_its_format_reads_a_file(installed: Path, tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.put("fees.csv", "Booked on;Traveller mail;Tool;Fee NOK\n03.09.2026;ada@acme.example;NOTION;104,50\n"
                          "31.09.2026;ada@acme.example;MIRO;80,00\n")  # fmt: skip
    bench.read()
    (file,) = bench.files().values()
    assert (file["format"], file["rows_loaded"], file["rows_quarantined"]) == ("fjord_travel", 1, 1)
    assert [(r["merchant"], str(r["amount"])) for r in bench.records("charge")] == [("NOTION", "104.50")]
    bench.store.close()


def test_its_recipe_ends_an_account(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FJORD_TOKEN", "canary")
    agent = {"id": "7", "mail": "ada@example.com", "state": "open"}

    def desk(asked: Asked) -> Answer | None:
        if asked.headers.get("authorization") != "Bearer canary":
            return Answer(401, {"message": "who are you"})
        if asked.method == "POST" and asked.path == "/agents/7/close":
            agent["state"] = "closed"
            return Answer(204)
        return Answer(200, agent) if asked.path == "/agents/ada%40example.com" else None

    server = Server(desk)
    try:
        block = ConnectorSettings("fjord-desk", "test", server.url, None, {"token": "env:FJORD_TOKEN"})
        settings = Settings(tmp_path / "home", tmp_path / "inbox", connectors={"fjord-desk": block})
        connector = configured_connectors(settings)["api", "fjord-desk"]
        ada = Target("fjord-desk", "", {"email": "ada@example.com"})
        assert connector.find(ada).is_active
        assert connector.act("deactivate", ada).state in ("accepted", "verified")
        assert connector.verify("deactivate", ada).state == "verified"
    finally:
        server.close()


def test_its_playbook_counts_and_one_of_the_company_wins(installed: Path, tmp_path: Path) -> None:
    rules = read_playbooks().rules_for("fjord-desk")
    assert "fjord_desk_tickets" in {rule.id for rule in rules}
    assert len(rules) > len(read_playbooks().rules_for("slack"))
    (own,) = [text for name, text in FILES if name.endswith("fjord_desk.toml")]
    (tmp_path / "own.toml").write_text(own.replace("fjord_desk_tickets", "ours"), encoding="utf-8")
    assert "ours" in {rule.id for rule in read_playbooks(tmp_path).rules_for("fjord-desk")}


def test_its_check_is_asked(installed: Path, tmp_path: Path) -> None:
    (check,) = [check for check in read_checks() if check.name == "no_ftp"]
    assert (check.table, check.blocking) == ("graph.access", False)
    assert check.sentence == "Nobody has access to a file server of the agency"
    with Store(tmp_path / "warehouse.duckdb") as store:
        store.create_tables()
        assert store.rows(check.sql) == []
        store.run("INSERT INTO graph.access (person_id, app_id) VALUES ('p1', 'fjord-ftp')")
        assert store.rows(check.sql) == [("p1", "fjord-ftp")]


def test_its_notifier_tells(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(tmp_path / "home", tmp_path / "inbox")
    assert channels(settings) == ()
    monkeypatch.setenv("FJORD_PAGER_FILE", str(tmp_path / "pager.txt"))
    (way,) = channels(settings)
    task = Message("assigned", "olga@example.com", "t1", "Task: Figma", ("do it",))
    assert way.takes(task)
    assert not way.takes(replace(task, kind="head"))
    assert way.deliver(task, None).detail == "written to the pager's file"
    assert (tmp_path / "pager.txt").read_text() == "olga@example.com: Task: Figma\n"


def test_a_new_package_is_news_for_a_run(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, day = Settings(tmp_path / "home", tmp_path / "inbox"), date(2026, 9, 30)
    before = fingerprint_of(settings, day)
    zipfile.ZipFile(wheel).extractall(tmp_path / "packages")
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))
    assert fingerprint_of(settings, day) != before


def _load_all(settings: Settings) -> None:
    known_formats(settings)
    configured_connectors(settings)
    read_playbooks()
    read_checks()


def _spoil(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    os.utime(folder / name, (1, 1))  # so that no compiled form of what was there before is taken


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("fjord/travel.py", "import nothing_there\n", "fails on import"),
        ("fjord/travel.py", "FORMAT = 'x'\n", "expected a Format"),
        ("fjord/recipes/fjord_desk.yaml", "app: [", "not valid YAML"),
        ("fjord/recipes/fjord_desk.yaml", None, "there is no file"),
        ("fjord/playbooks/fjord_desk.toml", "[[step]]\n", "no `app`|expected a text"),
        ("fjord/checks/graph.access.no_ftp.sql", "SELECT 1\n", "expected <table>"),
    ],
)
def test_what_does_not_load_is_named(
    installed: Path, tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    if content is None:
        (installed / name).unlink()
    else:
        _spoil(installed, name, content)
    block = ConnectorSettings("fjord-desk", "test", None, None, {"token": "env:FJORD_TOKEN"})
    settings = Settings(tmp_path / "home", tmp_path / "inbox", connectors={"fjord-desk": block})
    with pytest.raises(BadSettings, match=said) as raised:
        _load_all(settings)
    assert "discovery-fjord 1.0" in str(raised.value)
