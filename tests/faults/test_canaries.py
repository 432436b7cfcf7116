"""A canary in every text field of every format, one night over all of them, and every output looked at: none sings."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from defusedxml.ElementTree import fromstring

from discovery.cli.application import application
from discovery.report.decision import key_of
from discovery.sources.registry import shipped_formats
from discovery.store import Store
from discovery.web.listings import LISTINGS
from tests.conftest import AS_OF
from tests.faults.canaries import (
    MARKER,
    faults_of_csv,
    faults_of_json,
    faults_of_page,
    obeyed_by_a_terminal,
    planted,
)
from tests.web.conftest import serving

pytestmark = pytest.mark.long
CASES = [(fmt, example) for fmt in shipped_formats() for example in fmt.examples]
SOME = 4
"""Of how many persons and apps the pages and answers are looked at: those with most canaries."""


def _settings(folder: Path) -> int:
    """Write settings and an inbox with all formats; return how many canaries were planted."""
    count = 0
    lines = [
        'inbox = "inbox"',
        'domains = ["acme.example", "example.com", "contoso.example", "firma.example"]',
        "[engine]",
        "threads = 2",
    ]
    for number, (fmt, example) in enumerate(CASES):
        made = planted(fmt, example, number)
        if made is None:
            continue
        content, planted_here = made
        count += planted_here
        path = folder / "inbox" / str(number) / example.file_name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        lines += ["[[source]]", f'files = "{number}/*"']
        hints = {"instance": f"tenant {number}", **example.hints}
        lines += [
            f"{name} = {json.dumps(str(value)) if not hasattr(value, 'isoformat') else value.isoformat()}"
            for name, value in hints.items()
        ]
    (folder / "discovery.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return count


@dataclass
class Looked:
    """A home after its night. said: what the run printed."""

    folder: Path
    planted: int
    said: Result

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def ask(self, *args: object) -> Result:
        where = {"DISCOVERY_CONFIG": str(self.folder / "discovery.toml"), "DISCOVERY_HOME": str(self.home)}
        return CliRunner().invoke(application, [str(a) for a in args], env=where)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with Store(self.home / "access_graph.duckdb", read_only=True) as store:
            return store.rows(sql)

    def markers(self) -> set[str]:
        """The canaries that stand anywhere in the published file."""
        with Store(self.home / "access_graph.duckdb", read_only=True) as store:
            tables = [
                str(row[0])
                for row in store.rows(
                    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
                )
            ]
            return {
                m
                for name in tables
                for (text,) in store.rows(f'SELECT CAST(t AS VARCHAR) FROM "{name}" AS t')
                for m in MARKER.findall(text or "")
            }

    def persons(self) -> list[str]:
        return self._most("person_id", "person")

    def apps(self) -> list[str]:
        return self._most("app_id", "app")

    def _most(self, key: str, table: str) -> list[str]:
        """The persons or apps of whom most canaries are told."""
        return [str(row[0]) for row in self.rows(
            f"SELECT {key} FROM {table} JOIN access AS a USING ({key}) GROUP BY {key} "
            f"ORDER BY count(*) FILTER (contains(CAST(a AS VARCHAR), 'cnry')) DESC, count(*) DESC, {key} LIMIT {SOME}"
        )]  # fmt: skip

    def questions(self) -> list[tuple[str, ...]]:
        """Commands that only ask, of the persons and apps with most canaries."""
        mentions = [
            str(row[0])
            for row in self.rows(
                f"SELECT mention FROM match WHERE contains(mention, 'cnry') ORDER BY ALL LIMIT {SOME}"
            )
        ]
        pairs = [(str(p), str(a)) for p, a in self.rows(
            f"SELECT person_id, app_id FROM access AS a WHERE contains(CAST(a AS VARCHAR), 'cnry') ORDER BY ALL LIMIT {SOME}"
        )]  # fmt: skip
        return [
            ("findings",), ("review", "list"), ("review", "list", "--accounts"), ("coverage",), ("sources", "list"), ("readiness",),
            ("doctor",), ("offboard", "status"), ("task", "list"),
            *(("scope", p) for p in self.persons()), *(("timeline", p) for p in self.persons()),
            *(("offboard", "plan", p, "--now", "--accept-old", "all", "--reason", "a test") for p in self.persons()[:2]),
            *(("who-has", a) for a in self.apps()), *(("diagnose", a) for a in self.apps()), *(("explain", p, a) for p, a in pairs),
            *(("explain-match", m) for m in mentions),
            *(("sources", "check", str(path)) for path in sorted((self.folder / "inbox").rglob("*")) if path.is_file() and path.stat().st_size % 29 == 0),
        ]  # fmt: skip

    def pages(self) -> list[str]:
        """Pages of the web view, of the persons and apps with most canaries."""
        keys = [
            key_of(str(m), str(k))
            for m, k in self.rows(
                f"SELECT mention, kind FROM match WHERE contains(mention, 'cnry') ORDER BY ALL LIMIT {SOME}"
            )
        ]
        pairs = [f"/people/{p}/apps/{quote(str(a))}" for p, a in self.rows(
            f"SELECT person_id, app_id FROM access AS a WHERE contains(CAST(a AS VARCHAR), 'cnry') ORDER BY ALL LIMIT {SOME}"
        )]  # fmt: skip
        return [
            "/", "/people", "/people?status=left", "/apps", "/apps?class=shadow", "/queue", "/cases", "/cases?show=all", "/findings", "/runs",
            "/runs?state=loaded", "/runs?state=refused", "/search?q=cnry", "/search?q=%3Cscript%3E",
            *(f"/people/{p}{what}" for p in self.persons() for what in ("", "/plan", "/compare", "/dossier.html")),
            *(f"/apps/{quote(a)}" for a in self.apps()), *pairs, *(f"/queue/{key}" for key in keys),
        ]  # fmt: skip


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Looked:
    folder = tmp_path_factory.mktemp("canaries")
    count = _settings(folder)
    where = {"DISCOVERY_CONFIG": str(folder / "discovery.toml"), "DISCOVERY_HOME": str(folder / "home")}
    said = CliRunner().invoke(application, ["run", "--as-of", AS_OF.isoformat()], env=where)
    return Looked(folder, count, said)


def test_the_run_reads_what_it_can_and_prints_nothing_to_obey(looked: Looked) -> None:
    assert looked.said.exit_code == 0, looked.said.output
    assert obeyed_by_a_terminal(looked.said.output) == set()
    rows = looked.rows(
        "SELECT sum(rows_read), sum(rows_loaded + rows_duplicate + rows_ignored + rows_quarantined), sum(rows_loaded) FROM source_file"
    )
    read, counted, loaded = rows[0]
    assert read == counted
    assert read > 0.9 * looked.planted, "most examples can be planted in"
    assert loaded > 0.5 * read, "most canaries get in"
    assert len(looked.markers()) > 0.2 * looked.planted, "and into what is published"


def test_no_answer_of_the_command_line_is_obeyed(looked: Looked) -> None:
    seen: set[str] = set()
    for args in looked.questions():
        for form in ((), ("--json",)):
            answer = looked.ask(*args, *form)
            assert answer.exit_code in (0, 1), (args, answer.output[-500:], answer.exception)
            faults = faults_of_json(answer.stdout) if form else obeyed_by_a_terminal(answer.output)
            assert not faults, (args, form, faults)
            seen |= set(MARKER.findall(answer.output))
    for person in looked.persons():
        for form in ("csv", "markdown"):
            answer = looked.ask("scope", person, "--format", form)
            assert answer.exit_code == 0, answer.output
            seen |= set(MARKER.findall(answer.stdout))
            if form == "csv":
                assert faults_of_csv(answer.stdout) == [], person
            else:
                assert not obeyed_by_a_terminal(answer.stdout), person
                assert not re.findall(r"(?<!\\)(?:<script|<img|<a href|\]\(javascript)", answer.stdout), (
                    person
                )
    assert len(seen) > 30, seen


def test_no_cell_of_an_exported_file_is_a_formula_and_no_element_is_made_of_text(looked: Looked) -> None:
    out = looked.folder / "out"
    out.mkdir()
    texts = []
    for number, app in enumerate(looked.apps()):
        assert looked.ask("export", "access-review", app, "--output", out / f"{number}.csv").exit_code == 0
    assert looked.ask("export", "graph", "--format", "csv", "--output", out / "graph").exit_code == 0
    assert looked.ask("review", "export", "--output", out / "queue.csv").exit_code == 0
    for path in out.rglob("*.csv"):
        texts.append(path.read_text(encoding="utf-8"))
        assert faults_of_csv(texts[-1]) == [], path
    assert looked.ask("export", "graph", "--output", out / "graph.graphml").exit_code == 0
    graph = (out / "graph.graphml").read_text(encoding="utf-8")
    tags = {str(element.tag).rpartition("}")[2] for element in fromstring(graph).iter()}
    assert tags == {"graphml", "key", "graph", "node", "edge", "data"}
    assert MARKER.search(graph)
    assert MARKER.search("".join(texts))


def test_no_page_is_obeyed_by_a_browser(looked: Looked) -> None:
    seen: set[str] = set()
    with serving(looked.home) as served:
        for page in looked.pages():
            answer = served.get(page)
            assert answer.status_code == 200, (page, answer.text[:300])
            assert faults_of_page(answer.text) == [], page
            assert not any(
                MARKER.search(name + value) for name, value in answer.headers.items() if name != "location"
            ), page
            seen |= set(MARKER.findall(answer.text))
        for name, listing in LISTINGS.items():
            for person, app in zip(looked.persons(), looked.apps(), strict=False):
                known = {"person": person, "app": app, "by": "reach", "mention": "x", "kind": "merchant"}
                answer = served.get(
                    f"/csv/{name}.csv", **{bind: known[bind] for bind in listing.binds if bind in known}
                )
                assert answer.status_code == 200, (name, answer.text)
                assert faults_of_csv(answer.text) == [], name
                seen |= set(MARKER.findall(answer.text))
    assert len(seen) > 60, len(seen)


def test_no_dossier_is_obeyed_by_a_browser(looked: Looked) -> None:
    seen: set[str] = set()
    for number, person in enumerate(looked.persons()):
        path = looked.folder / f"{number}.html"
        answer = looked.ask("dossier", person, "--output", path)
        assert answer.exit_code == 0, answer.output
        text = path.read_text(encoding="utf-8")
        assert faults_of_page(text) == [], person
        seen |= set(MARKER.findall(text))
    assert len(seen) > 4, len(seen)


def test_what_dagster_and_logs_keep_holds_no_control_character(looked: Looked) -> None:
    """Records of persons are kept out of Dagster; what comes through (names of files, apps) can be obeyed by nothing."""
    texts = []
    for path in looked.home.rglob("*"):
        if path.suffix in (".log", ".jsonl", ".json", ".txt") and path.is_file():
            texts.append((path, path.read_text(encoding="utf-8", errors="replace")))
        elif path.suffix == ".db":
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
                for (name,) in database.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                ).fetchall():
                    texts += [
                        (path, str(value))
                        for row in database.execute(f'SELECT * FROM "{name}"')
                        for value in row
                        if isinstance(value, str)
                    ]
    assert any(path.suffix == ".db" for path, _ in texts)
    for path, text in texts:
        assert obeyed_by_a_terminal(text) == set(), (path, text[:300])
