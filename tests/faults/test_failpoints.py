"""Every effect of a night fails once, by a kill, a full disk and a broken disk; the run after it ends as undisturbed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SWEEP = pytest.mark.skipif(
    "DISCOVERY_SWEEP" not in os.environ, reason="takes a quarter of an hour: make sweep"
)


def sweep(folder: Path, how: str, faults: str, every: int, *parts: str) -> list[dict[str, object]]:
    """Try in a process of its own, which forks for each try: a process of the tests has threads."""
    command = [sys.executable, "-m", "tests.faults.failpoints", str(folder), how, faults, str(every), *parts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge(tries: list[dict[str, object]], count: Callable[..., None]) -> Counter[str]:
    """Count what came of the tries; none may lose anything or show a reader anything that is not whole."""
    bad = [tried for tried in tries if tried["result"] in ("lost", "wrong")]
    assert bad == []
    untold = [t for t in tries if t["result"] == "refused" and not str(t["ended"]).startswith(TOLD)]
    assert untold == [], "each is told as a condition, with what to do"
    results = Counter(str(tried["result"]) for tried in tries)
    count(tried=len(tries), refused=results["refused"])
    return results


TOLD = ("DiskFull: ", "DiskFailed: ", "SomeSourceFailed: ")


def test_some_effects_fail(tmp_path: Path, count: Callable[..., None]) -> None:
    tries = sweep(tmp_path / "s", "points", "disk error,full disk,kill", 97, "read", "publish")
    assert judge(tries, count)["refused"] >= 2


@pytest.mark.long
@SWEEP
def test_killed_at_every_effect(tmp_path: Path, count: Callable[..., None]) -> None:
    results = judge(sweep(tmp_path / "s", "points", "kill", 1), count)
    assert results["killed"] > 300
    assert results["killed"] == results.total() - 1, "all but the night at the end"


@pytest.mark.long
@SWEEP
def test_every_effect_fails_for_want_of_room_or_by_a_broken_disk(
    tmp_path: Path, count: Callable[..., None]
) -> None:
    """The two take turns; with `DISCOVERY_EVERY_POINT=1` each effect fails in both ways."""
    turns = (
        ["full disk", "disk error"] if os.environ.get("DISCOVERY_EVERY_POINT") else ["full disk,disk error"]
    )
    for number, faults in enumerate(turns):
        assert judge(sweep(tmp_path / str(number), "points", faults, 1), count)["refused"] > 600


@pytest.mark.long
@SWEEP
def test_whole_nights_are_killed_and_fail_and_the_next_whole_night_mends_it(
    tmp_path: Path, count: Callable[..., None]
) -> None:
    """Every 150th effect; with `DISCOVERY_EVERY_POINT=1` each (an hour and more)."""
    every = 1 if os.environ.get("DISCOVERY_EVERY_POINT") else 150
    results = judge(sweep(tmp_path / "s", "whole", "full disk,disk error,kill", every), count)
    assert results["refused"] >= 3
