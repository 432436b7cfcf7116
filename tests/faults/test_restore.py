"""What docs/deploy.md says to back up is enough: a home restored from it opens, verifies and gives the same graph."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from discovery.ledger import Ledger, verify_ledger
from discovery.run import writing
from discovery.settings import Settings
from discovery.store import Store
from tests.conftest import AS_OF

ROOT = Path(__file__).resolve().parents[2]
BACKED_UP = (
    "ledger.jsonl",
    "ledger_heads.jsonl",
    "ledger_private",
    "decisions.jsonl",
    "match_rules.csv",
    "opened.jsonl",
    "forgotten.jsonl",
    "collect",
    "vault",
    "keys",
)
"""In the order of the guide: keys last, so that no copy names a key that it lacks."""


def content_hash(settings: Settings) -> object:
    with Store(settings.published, read_only=True) as store:
        return store.value("SELECT content_hash FROM run")


@pytest.mark.long
def test_a_restored_home_opens_and_gives_the_same_graph(sample_copy: Settings, tmp_path: Path) -> None:
    Ledger(sample_copy.home).append("intent", person_id="p1", case_id="c1", private={"to": "ada@example.com"})
    head = verify_ledger(sample_copy.home).head
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    backup.mkdir(0o700)
    for name in BACKED_UP:
        source = sample_copy.home / name
        if source.is_dir():
            shutil.copytree(source, backup / name)
        elif source.exists():
            shutil.copy2(source, backup / name)
    shutil.copytree(backup, restored)
    inbox = tmp_path / "empty"
    inbox.mkdir()
    settings = replace(sample_copy, home=restored, inbox=inbox)
    verdict = verify_ledger(restored)
    assert (verdict.is_whole, verdict.head) == (True, head)
    with writing(settings, AS_OF) as run:
        run.all_stages()
    assert content_hash(settings) == content_hash(sample_copy)


def test_the_guide_names_everything_that_is_backed_up() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8").split("## Backup and restore")[1]
    assert [name for name in BACKED_UP if name not in guide] == []
