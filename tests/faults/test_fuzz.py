"""Every example of every format, changed by chance: each change is read, set aside or refused, and stops no other."""

from __future__ import annotations

import os
import shutil
import time
import tomllib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from discovery.settings import SourceHint
from discovery.sources.registry import shipped_formats
from tests.faults.fuzzing import Reading, mutants
from tests.faults.mutants import Mutant
from tests.sources.conftest import Bench

CASES = [(fmt, example) for fmt in shipped_formats() for example in fmt.examples]
FAST_SEED, FAST_BATCH, BATCH = 20260930, 65, 80
SECONDS = float(os.environ.get("DISCOVERY_FUZZ_SECONDS", "0"))
LEAST = 3
FIRST_SEED = int(os.environ.get("DISCOVERY_FUZZ_SEED", "1"))


def one_each() -> list[Mutant]:
    """One mutant of each example: of every second one with records that were hit, of the others as a whole."""
    every = []
    for number, (fmt, example) in enumerate(CASES):
        found = mutants(fmt, example, FAST_SEED)
        every.append(found[0] if number % 2 else found[-1])
    return every


@pytest.mark.parametrize("start", range(0, len(CASES), FAST_BATCH))
def test_changed_exports_are_read_set_aside_or_refused(tmp_path: Path, start: int) -> None:
    reading = Reading(tmp_path, one_each()[start : start + FAST_BATCH])
    assert [str(f) for f in reading.run()] == []
    assert {"loaded", "unrecognised", "refused"} <= set(reading.states), "the seed tries too little"


@pytest.mark.long
def test_changed_exports_for_as_long_as_is_given(tmp_path: Path) -> None:
    """LEAST batches, then for `DISCOVERY_FUZZ_SECONDS`, from `DISCOVERY_FUZZ_SEED` (1) on: `make soak`.

    Stops at the first bad batch.
    """
    end = time.monotonic() + SECONDS
    for number, (seed, batch) in enumerate(_batches()):
        if number >= LEAST and time.monotonic() > end:
            break
        folder = tmp_path / str(number)
        folder.mkdir()
        found = Reading(folder, batch, is_thorough=True).run()
        assert [f"seed {seed}: {f}" for f in found] == []
        shutil.rmtree(folder)


def _batches() -> Iterator[tuple[int, list[Mutant]]]:
    for seed in count(FIRST_SEED):
        every = [one for fmt, example in CASES for one in mutants(fmt, example, seed, files=2)]
        for at in range(0, len(every), BATCH):
            yield seed, every[at : at + BATCH]


CORPUS = Path(__file__).parent / "corpus"
KEPT = tomllib.loads((CORPUS / "corpus.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", KEPT, ids=lambda case: case["file"])
def test_what_once_ended_wrongly_ends_as_it_should(tmp_path: Path, case: dict[str, Any]) -> None:
    name = str(case["file"])
    bench = Bench(tmp_path, sources=(SourceHint(files="*", **case.get("hints", {})),))
    bench.put(str(case.get("name", name)), (CORPUS / name).read_bytes())
    try:
        assert {o.error for o in bench.read().values()} == {None}
        (file,) = bench.files().values()
        aside = bench.quarantine()
    finally:
        bench.store.close()
    assert file["state"] == case["state"], file["reason"]
    if file["state"] == "loaded":
        assert file["format"] == name.split("-")[0]
        loaded = file["rows_loaded"] + file["rows_duplicate"]
        assert [file["rows_read"], loaded, file["rows_ignored"], file["rows_quarantined"]] == case["read"]
        assert all(row["record"] and row["reason"] for row in aside)
    else:
        assert file["reason"].startswith(case["reason"])


def test_every_kept_file_is_tried() -> None:
    assert {p.name for p in CORPUS.iterdir()} == {str(case["file"]) for case in KEPT} | {"corpus.toml"}
