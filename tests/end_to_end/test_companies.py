"""From inbox to published file: the committed company and three that nobody has seen before."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from discovery.run import writing
from discovery.settings import load_settings
from discovery.store import Store
from tests.end_to_end.answers import Comparison, compare, read_csv

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 9, 30)
DRAWN = [int(s) for s in os.environ.get("DISCOVERY_TEST_SEEDS", "").split()] or [
    random.SystemRandom().randrange(1_000_000) for _ in range(3)
]


def company(name: str, folder: Path) -> Path:
    """Return the folder of the committed company, or make the one of a seed."""
    if name == "sample":
        return ROOT / "sample_data"
    command = [
        sys.executable,
        str(ROOT / "sample_data" / "generate.py"),
        "--seed",
        name,
        "--output",
        str(folder),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def publish(data: Path, home: Path) -> Path:
    settings = load_settings(data / "discovery.toml", home=home, environ={})
    with writing(settings, AS_OF) as run:
        run.all_stages()
        assert {s: o.error for s, o in run.outcomes.items() if o.error} == {}
    return settings.published


def told(result: Comparison) -> str:
    lines = [f"precision {result.precision:.4f}, recall {result.recall:.4f}, {len(result.found)} edges found"]
    lines += [
        f"{column} right: {result.share_right(column):.4f}"
        for column in ("class", "route", "survives_idp_disable")
    ]
    lines += [f"missed: {edge} {row['sources']} ({row['why']})" for edge, row in result.missed.items()]
    lines += [f"not real: {edge} {row['sources']} {row['reasons']}" for edge, row in result.false.items()]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", ["sample", "first", "second", "third"])
def test_access_is_found_as_it_was_drawn(
    seed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = seed if seed == "sample" else str(DRAWN[["first", "second", "third"].index(seed)])
    data = company(name, tmp_path / "company")
    result = compare(data / "expected", publish(data, tmp_path / "home"))
    with capsys.disabled():
        print(f"\ncompany {name}: {told(result)}")
    assert result.precision >= 0.97
    assert result.recall >= 0.97
    assert result.share_right("class") >= 0.95
    assert result.share_right("route") >= 0.95


def test_every_file_is_what_it_should_be(tmp_path: Path) -> None:
    data = ROOT / "sample_data"
    with Store(publish(data, tmp_path / "home"), read_only=True) as store:
        got = {
            row["file_name"]: (row["state"], row["rows_read"], row["rows_quarantined"])
            for row in store.dicts("FROM source_file")
        }
        unbalanced = store.rows(
            "SELECT file_name FROM source_file "
            "WHERE rows_read <> rows_loaded + rows_duplicate + rows_ignored + rows_quarantined"
        )
    want = {
        row["path"] + (f"/{row['member']}" if row["member"] else ""): (
            row["state"],
            int(row["rows_read"] or 0) if row["state"] != "unrecognised" else 0,
            int(row["rows_quarantined"] or 0),
        )
        for row in read_csv(data / "expected" / "files.csv")
    }
    assert got == want
    assert unbalanced == []
