from __future__ import annotations

import hashlib
import json
import re
import stat
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from discovery.errors import BadUse
from discovery.offboarding.case import record_plan
from discovery.offboarding.plan import make_plan
from discovery.offboarding.playbook import read_playbooks
from discovery.offboarding.task import complete_task, create_task
from discovery.report.dossier import Dossier, make_dossier, page_of
from discovery.report.pack import write_dossier
from discovery.report.published import find_person, published
from discovery.report.spreadsheet import plain
from discovery.settings import Settings
from discovery.store import Store
from tests.web.world import ADA, APP, write_home

NOW = datetime(2026, 11, 21, 9)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_home(tmp_path / "home")
    return Settings(home=tmp_path / "home", inbox=tmp_path / "inbox")


def made(settings: Settings, *, with_case: bool = True) -> Dossier:
    with published(settings) as store:
        if with_case:
            case = record_plan(
                settings.home,
                make_plan(store, settings, read_playbooks(None), ADA, can_act=lambda *what: False),
            )
            step = next(one.step for one in case.steps.values() if one.step.app_id == APP)
            task = create_task(settings, case, step, "olga@example.com", "", NOW, None)
            complete_task(settings, task.task_id, by="olga@example.com", statement="seat removed, =SUM(A1)")
        return make_dossier(store, settings, find_person(store, ADA), made_at=NOW, made_by="tester")


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_page_stands_by_itself(settings: Settings) -> None:
    text = page_of(made(settings))
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert [link for link in page.links if not link.startswith("#")] == []
    assert {link[1:] for link in page.links} <= set(page.ids), "every entry of the contents leads somewhere"
    assert "default-src &#39;none&#39;; style-src &#39;sha256-" in text
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]  # type: ignore[index]
    assert "@media print" in style
    assert "url(" not in style


def test_it_says_scope_case_word_ledger_and_what_was_not_seen(settings: Settings) -> None:
    dossier = made(settings)
    text = page_of(dossier)
    assert dossier.ledger.endswith("whole, not anchored")
    for said in ("Ada Leaver", "last day 2026-11-18", "seat removed", "olga@example.com", "blind_spot reason",
                 "evidence summary", "access action", "not_access reason", "c" * 64):  # fmt: skip
        assert said in text, said
    assert {part.name: len(part.rows) for part in dossier.parts.values()} == {
        "scope": 1, "deprovisioning": 1, "person_findings": 1, "evidence": 1, "spans": 1, "accounts": 1,
        "person_blind_spots": 2, "not_access": 1, "exclusions": 1, "sources": 1, "offboarding_case": 1,
        "step": len(dossier.cases[0].steps), "task": 1, "ledger_entry": 4,
    }  # fmt: skip
    assert len(dossier.parts["ledger_entry"].rows) == 4


def test_of_somebody_without_a_case_it_says_so(settings: Settings) -> None:
    dossier = made(settings, with_case=False)
    assert dossier.ledger == "empty"
    assert "none was opened" in page_of(dossier)


def test_a_broken_ledger_is_said(settings: Settings) -> None:
    made(settings)
    path = settings.home / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"planned"', b'"plannee"', 1))
    text = page_of(made(settings, with_case=False))
    assert "BROKEN at record 1" in text


def test_the_pack_holds_the_rows_and_their_hashes_can_be_checked(settings: Settings, tmp_path: Path) -> None:
    dossier = made(settings)
    page, pack = write_dossier(dossier, tmp_path / "ada.html", with_pack=True)
    assert [stat.S_IMODE(file.stat().st_mode) for file in (page, pack)] == [0o600, 0o600]
    assert hashlib.sha256(pack.read_bytes()).hexdigest() in page.read_text()
    assert not Path(f"{pack}.wal").exists()
    with Store(pack, read_only=True) as store:
        parts = store.dicts("SELECT * FROM part ORDER BY position")
        assert {part["name"] for part in parts} == set(dossier.parts)
        for part in parts:
            rows = store.dicts(f'SELECT * FROM "{part["name"]}"')
            said = b"".join(
                json.dumps(plain(row), sort_keys=True, ensure_ascii=True).encode() + b"\n" for row in rows
            )
            assert hashlib.sha256(said).hexdigest() == part["sha256"], part["name"]
        (about,) = store.dicts("SELECT * FROM dossier")
        assert (about["person_id"], about["made_by"], about["content_hash"]) == (ADA, "tester", "c" * 64)
        assert "SHA-256 of its rows" in store.value(
            "SELECT comment FROM duckdb_tables() WHERE table_name = 'scope'"
        )


def test_the_sql_of_a_part_gives_its_rows_again(settings: Settings, tmp_path: Path) -> None:
    dossier = made(settings)
    with published(settings) as store:
        for part in dossier.parts.values():
            if not part.made_by.startswith("the ledger"):
                assert store.dicts(part.made_by) == list(part.rows), part.name


def test_nothing_is_overwritten(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "ada.duckdb").write_text("mine")
    with pytest.raises(BadUse, match="is there already"):
        write_dossier(made(settings), tmp_path / "ada.html", with_pack=True)
    assert (tmp_path / "ada.duckdb").read_text() == "mine"
    assert not (tmp_path / "ada.html").exists()
    with pytest.raises(BadUse, match="there is no folder"):
        write_dossier(made(settings, with_case=False), tmp_path / "no" / "ada.html", with_pack=False)
