"""Parts of an earlier version of the program stay readable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from discovery.sources.ingest import load_macros
from discovery.sources.lake import Lake, quarantined_notes, write_records
from discovery.sources.registry import known_formats
from discovery.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.memory(tmp_path)
    load_macros(made)
    return made


def test_a_column_that_came_later_is_null_in_older_parts(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("bin.json", BIN % ("u1", "u1"))
    bench.read()
    (path,) = (str(r[0]) for r in bench.store.rows("SELECT path FROM sources.source_part"))
    older = bench.settings.home / "lake" / path
    bench.store.run(
        f"COPY (SELECT * EXCLUDE (was_enabled) FROM read_parquet('{older}')) TO '{older}' (FORMAT parquet)"
    )
    bench.put("later.json", BIN % ("u2", "u2"))
    bench.read()
    Lake(bench.settings.home).open_kinds(bench.store)
    assert sorted((r["account_key"], r["was_enabled"]) for r in bench.records("directory_account")) == [
        ("u1", None),
        ("u2", True),
    ]


def test_parts_with_and_without_numbers_of_records_are_read_together(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    formats = {f.name: f for f in known_formats(bench.settings)}
    # In the order of their paths: numbered (Duo), not (Okta), numbered (OneLogin).
    for name in ("duo_auth_log", "okta_system_log", "onelogin_events"):
        bench.put(f"{name}.txt", formats[name].examples[0].text)
    bench.read()
    systems = bench.store.rows("SELECT DISTINCT system FROM canonical.usage ORDER BY ALL")
    assert systems == [("duo",), ("okta",), ("onelogin",)]


BIN = """{"value":[{"id":"%s","userPrincipalName":"%s@acme.example","displayName":"Gone",
"deletedDateTime":"2026-09-07T10:00:00Z","accountEnabled":true}]}"""


def test_a_word_that_no_table_knows_sets_its_record_aside(store: Store, tmp_path: Path) -> None:
    select = (
        "SELECT id AS event_id, TIMESTAMP '2026-09-01 10:00' AS observed_at, 'a1' AS account_key, "
        "'label' AS mention_kind, 'Figma' AS mention, method FROM (VALUES ('e1', 'saml'), ('e2', 'telepathy'), "
        "('e3', NULL)) AS t(id, method)"
    )
    store.run("CREATE TEMP VIEW raw AS SELECT 1 AS one")
    written = write_records(
        store, "sign_in", select, tmp_path / "out", file_id="f", system="okta", instance="i",
        snapshot_on=None, is_list=False,
    )  # fmt: skip
    assert (written.rows, written.quarantined, [p.rows for p in written.parts]) == (3, 1, [2])
    ((record, note),) = quarantined_notes(store, tmp_path / "out")
    column, value, expected = note.split("\x1f")
    assert (record, column, value) == (None, "method", "telepathy")
    assert expected.startswith("one of ")
