"""Parts of an earlier version of the program stay readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from discovery.sources.lake import Lake


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


BIN = """{"value":[{"id":"%s","userPrincipalName":"%s@acme.example","displayName":"Gone",
"deletedDateTime":"2026-09-07T10:00:00Z","accountEnabled":true}]}"""
