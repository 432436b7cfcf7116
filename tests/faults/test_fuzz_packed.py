"""Workbooks and history databases, changed by chance: each is read, set aside or refused, and stops no other."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from discovery.settings import SourceHint
from tests.faults.packed_mutants import BYTES, WORKBOOK, Database, Way
from tests.sources.conftest import Bench
from tests.sources.test_history_database import chromium, firefox, safari
from tests.sources.test_workbook import xls, xlsx

SECONDS = float(os.environ.get("DISCOVERY_FUZZ_SECONDS", "0"))
FIRST_SEED = int(os.environ.get("DISCOVERY_FUZZ_SEED", "1"))
BATCH = 40
HEADER = ["Date", "Description", "Card Member", "Account #", "Amount"]
STATEMENT: list[list[Any]] = [
    ["Statement of the company's cards"],
    HEADER,
    *([date(2026, 3, 1 + n), f"MERCHANT {n}", f"MEMBER {n % 3}", "-71002", 10.5 + n] for n in range(12)),
]
HINT = SourceHint(files="*", date_order="dmy", currency="EUR")


def statement() -> bytes:
    return xlsx(("March", STATEMENT), ("Notes", [["see the other sheet"], ["x"]]))


def old_statement() -> bytes:
    return xls(("March", STATEMENT))


def read_all(folder: Path, whole: bytes, contents: list[bytes], name: str) -> Bench:
    """Read the untouched file and the changed ones from one inbox; no source fails, and each file is accounted for."""
    bench = Bench(folder, sources=(HINT,))
    bench.put(f"ann.lee@acme.example/whole {name}", whole)
    for number, content in enumerate(contents):
        bench.put(f"ann.lee@acme.example/{number:03d} {name}", content)
    started = time.process_time()
    assert [o.error for o in bench.read().values() if o.error] == []
    assert time.process_time() - started < 60
    assert bench.unbalanced() == []
    files = bench.files()
    for number in range(len(contents)):
        found = [f for n, f in files.items() if f"/{number:03d} {name}" in n]
        assert found, f"nothing is said of {number}"
        assert all(f["reason"] for f in found if f["state"] in ("refused", "unrecognised")), found
    assert [f for f in files.values() if "stumbled" in (f["reason"] or "")] == []
    assert all(row["record"] and row["reason"] for row in bench.quarantine())
    return bench


COVERED = {way.__name__ for way in BYTES}


def said(bench: Bench, file: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The charges of one input."""
    return [
        (c["record"], c["charged_on"], c["merchant"], c["amount"])
        for c in bench.records("charge", file["file_id"])
    ]


def batches(ways: Callable[[Path], tuple[Way, ...]], whole: bytes, folder: Path, least: int) -> Any:
    """Yield (seed, names of the ways, changed files): `least` batches, then more for DISCOVERY_FUZZ_SECONDS."""
    end = time.monotonic() + SECONDS / 2
    for seed in count(FIRST_SEED):
        if seed >= FIRST_SEED + least and time.monotonic() > end:
            return
        chance = random.Random(seed)
        chosen = [chance.choice(ways(folder)) for _ in range(BATCH)]
        changed = {way(whole, chance): way.__name__ for way in chosen}
        changed.pop(whole, None)  # a change that changes nothing: the same file again
        yield seed, list(changed.values()), list(changed)


@pytest.mark.long
@pytest.mark.parametrize(("make", "name"), [(statement, "cards.xlsx"), (old_statement, "cards.xls")])
def test_changed_workbooks(tmp_path: Path, make: Callable[[], bytes], name: str) -> None:
    whole = make()
    states: Counter[str] = Counter()
    for seed, ways, contents in batches(
        lambda _: WORKBOOK if name == "cards.xlsx" else BYTES, whole, tmp_path, 1
    ):
        folder = tmp_path / str(seed)
        folder.mkdir()
        bench = read_all(folder, whole, contents, name)
        try:
            files = bench.files()
            intact = said(bench, files[f"ann.lee@acme.example/whole {name}/March"])
            assert len(intact) == 12
            for file_name, file in files.items():
                states[file["state"]] += 1
                if name == "cards.xlsx" and file["state"] == "loaded" and "/whole" not in file_name:
                    way = ways[int(file_name.split("/")[1][:3])]
                    # What the archive's checksums cover is as it was, or the workbook is refused.
                    if way in COVERED:
                        assert said(bench, file) == intact, (seed, way, file_name)
        finally:
            bench.store.close()
    assert {"loaded", "refused"} <= set(states), states


@pytest.mark.long
@pytest.mark.parametrize("make", [chromium, firefox, safari])
def test_changed_history_databases(tmp_path: Path, make: Callable[..., bytes]) -> None:
    whole = make(tmp_path, 12) if make is chromium else make(tmp_path)
    states: Counter[str] = Counter()
    for seed, _, contents in batches(lambda folder: Database(folder).ways(), whole, tmp_path, 1):
        folder = tmp_path / str(seed)
        folder.mkdir()
        bench = read_all(folder, whole, contents, "copied")
        try:
            files = bench.files()
            assert files["ann.lee@acme.example/whole copied"]["state"] == "loaded"
            states += Counter(str(f["state"]) for f in files.values())
        finally:
            bench.store.close()
    assert {"loaded", "refused"} <= set(states), states
