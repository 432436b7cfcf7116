"""Warehouse and lake are gone, the inbox is empty: the vault gives the same graph again."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from discovery.run import fingerprint_of, is_current, writing
from discovery.settings import Settings
from discovery.store import Store
from tests.conftest import AS_OF

COUNTED = (
    "SELECT file_name, member, instance, state, rows_read, rows_loaded, rows_duplicate, rows_ignored, "
    "rows_quarantined FROM source_file WHERE state = 'loaded' ORDER BY ALL"
)


def run(settings: Settings) -> str:
    umask = os.umask(0o077)
    try:
        with writing(settings, AS_OF) as night:
            return night.all_stages().content_hash
    finally:
        os.umask(umask)


def published(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with Store(settings.published, read_only=True) as store:
        return store.rows(sql)


@pytest.fixture
def home(sample_copy: Settings, tmp_path: Path) -> Settings:
    """The sample company as of a first run, with an inbox of its own."""
    shutil.copytree(sample_copy.inbox, tmp_path / "inbox")
    return replace(sample_copy, inbox=tmp_path / "inbox")


@pytest.mark.long
def test_the_vault_gives_the_same_graph(home: Settings) -> None:
    before, counted = published(home, "SELECT content_hash FROM run"), published(home, COUNTED)
    quarantine = published(home, "SELECT * EXCLUDE (content) FROM quarantine ORDER BY ALL")
    assert any(str(row[0]).startswith("browser/") for row in counted)
    home.warehouse.unlink()
    shutil.rmtree(home.home / "lake")
    shutil.rmtree(home.inbox)
    home.inbox.mkdir()
    assert run(home) == before[0][0]
    assert published(home, COUNTED) == counted
    assert published(home, "SELECT * EXCLUDE (content) FROM quarantine ORDER BY ALL") == quarantine


def test_a_lost_warehouse_is_no_state_in_which_nothing_is_new(home: Settings) -> None:
    last = home.home / "last_run.json"
    said = json.loads(last.read_text(encoding="utf-8"))
    last.write_text(json.dumps(said | {"fingerprint": fingerprint_of(home, AS_OF)}), encoding="utf-8")
    assert is_current(home, AS_OF) is not None
    home.warehouse.unlink()
    assert is_current(home, AS_OF) is None


def test_of_browsing_only_reduced_records_are_kept(home: Settings) -> None:
    names = published(home, "SELECT file_name, file_sha256 FROM source_file WHERE format = 'chrome_history'")
    assert names
    for name, sha256 in names:
        secret = (home.inbox / str(name)).read_bytes()
        kept = sorted(p.name for p in (home.home / "vault").glob(f"??/{sha256}*"))
        assert [n.rpartition(".")[2] for n in kept] == ["json", "parquet"]
        paths = {u.split(b"?")[0] for u in secret.split(b",") if u.startswith(b"http") and u.count(b"/") > 3}
        assert paths
        for path in (home.home / "vault").glob(f"??/{sha256}*"):
            assert not any(u in path.read_bytes() for u in paths)
