from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import benchmark_module


@pytest.fixture(scope="module")
def quick() -> ModuleType:
    return benchmark_module("quick")


def test_a_ratio_above_twice_the_recorded_one_is_worse(quick: ModuleType) -> None:
    [found] = quick.worse({"ingest": 2.0, "scope": 3.0}, {"ingest": 4.1, "scope": 6.0})
    assert (found.name, found.recorded, found.measured) == ("ingest", 2.0, 4.1)


def test_a_better_ratio_and_a_little_noise_are_not_worse(quick: ModuleType) -> None:
    assert quick.worse({"ingest": 2.0, "scope": 3.0}, {"ingest": 0.5, "scope": 5.9}) == []


def test_the_worst_is_told_first(quick: ModuleType) -> None:
    found = quick.worse(
        {"ingest": 2.0, "scope": 1.0, "start": 1.0}, {"ingest": 5.0, "scope": 4.0, "start": 2.5}
    )
    assert [each.name for each in found] == ["scope", "ingest", "start"]


def test_what_is_not_recorded_cannot_be_worse(quick: ModuleType) -> None:
    assert quick.worse({}, {"ingest": 100.0}) == []


def test_what_is_worse_is_told_with_both_figures_and_what_to_do(quick: ModuleType) -> None:
    said = str(quick.Worse("ingest", 2.0, 4.25))
    for part in ("ingest", "4.25", "2.00", "DuckDB alone", "--only ingest", "--record"):
        assert part in said


def test_the_best_of_both_sides_counts(quick: ModuleType) -> None:
    assert quick.best([(3.0, 1.0), (2.0, 1.5), (2.5, 1.1)]) == (2.0, 1.0)


def test_every_recorded_ratio_is_measured_and_every_measured_one_recorded(quick: ModuleType) -> None:
    recorded = quick.recorded_ratios()
    assert set(recorded) == set(quick.MEASURES), "`python benchmarks/quick.py --record` writes them"
    assert all(ratio > 0 for ratio in recorded.values())


def test_what_was_not_measured_stays_recorded(
    quick: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "RECORDED", tmp_path / "recorded.toml")
    quick.record({"ingest": 2.5, "start": 7.0})
    quick.record({"start": 6.0})
    assert quick.recorded_ratios() == {"ingest": 2.5, "start": 6.0}


def test_a_worse_ratio_ends_with_one_and_a_better_one_with_nought(
    quick: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(quick, "RECORDED", tmp_path / "recorded.toml")
    monkeypatch.setattr(sys, "argv", ["quick.py", "--only", "start"])
    quick.record({"start": 1000.0})
    assert quick.main() == 0  # the real measure: `discovery --help` takes no thousand times what Python takes
    quick.record({"start": 0.001})
    assert quick.main() == 1
    assert "recorded is 0.00, allowed at most 2 times that" in capsys.readouterr().err
