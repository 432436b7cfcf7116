"""From inbox to published file: the committed company and three that nobody has seen before."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from discovery.run import writing
from discovery.settings import Settings, load_settings
from discovery.store import Store
from tests.conftest import AS_OF, ROOT, SampleNight
from tests.end_to_end.answers import Comparison, compare, read_csv

DRAWN = [int(s) for s in os.environ.get("DISCOVERY_TEST_SEEDS", "").split()] or [
    random.SystemRandom().randrange(1_000_000) for _ in range(3)
]


def company(name: str, folder: Path, *, is_untidy: bool = False) -> Path:
    """Make the company of a seed; returns its folder."""
    command = [
        sys.executable,
        str(ROOT / "sample_data" / "generate.py"),
        "--seed",
        name,
        "--output",
        str(folder),
        *(["--untidy"] if is_untidy else []),
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


def agrees(
    name: str, data: Path, published: Path, capsys: pytest.CaptureFixture[str], *, is_untidy: bool = False
) -> None:
    result = compare(data / "expected", published)
    with capsys.disabled():
        print(f"\ncompany {name}: {told(result)}")
    assert result.precision >= 0.97
    assert result.recall >= 0.97
    assert result.share_right("class") >= 0.95
    assert result.share_right("route") >= 0.95
    if not is_untidy:  # where a card names nobody, a leaver's charge is shown as an account of nobody
        left = {r["person_email"] for r in read_csv(data / "expected" / "person.csv") if r["left_on"]}
        assert left & {person for person, _ in result.missed} == set()


@pytest.mark.long
@pytest.mark.parametrize("which", ["first", "second", "third"])
def test_access_is_found_as_it_was_drawn(
    which: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = str(DRAWN[["first", "second", "third"].index(which)])
    is_untidy = which == "third"
    data = company(seed, tmp_path / "company", is_untidy=is_untidy)
    agrees(seed, data, publish(data, tmp_path / "home"), capsys, is_untidy=is_untidy)


def test_access_of_the_sample_is_found_as_it_was_drawn(
    sample_night: SampleNight, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {s: o.error for s, o in sample_night.night.outcomes.items() if o.error} == {}
    agrees("sample", ROOT / "sample_data", sample_night.settings.published, capsys)


def test_every_file_is_what_it_should_be(sample_published: Settings) -> None:
    data = ROOT / "sample_data"
    with Store(sample_published.published, read_only=True) as store:
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
