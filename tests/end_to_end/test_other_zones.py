"""A night gives the same graph whatever zone the machine is in: what counts is UTC, or a zone that somebody declared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from discovery.settings import Settings
from discovery.store import Store

ROOT = Path(__file__).resolve().parents[2]
NIGHT = """
import sys
from dataclasses import replace
from pathlib import Path
from discovery.run import writing
from discovery.settings import SourceHint
from tests.retention.company import AS_OF, fill, settings_of

folder = Path(sys.argv[1])
fill(folder / "inbox")
made = settings_of(folder)
local = SourceHint(files="browser/*/history.csv", timezone="Australia/Lord_Howe")
with writing(replace(made, timezone="Europe/Berlin", sources=(*made.sources, local)), AS_OF) as run:
    print(run.all_stages().content_hash, run.store.value("SELECT instant('2026-06-30T10:00:00')"))
"""
SAMPLE = """
import sys
from pathlib import Path
from discovery.run import writing
from discovery.settings import load_settings
from tests.conftest import AS_OF, ROOT

with writing(load_settings(ROOT / "sample_data/discovery.toml", home=Path(sys.argv[1]), environ={}), AS_OF) as run:
    print(run.all_stages().content_hash)
"""


def content_hash(folder: Path, zone: str, night: str = NIGHT) -> str:
    done = subprocess.run(
        [sys.executable, "-c", night, str(folder)],
        cwd=ROOT,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def in_utc(tmp_path_factory: pytest.TempPathFactory) -> str:
    return content_hash(tmp_path_factory.mktemp("utc"), "UTC")


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu", "Pacific/Apia"])
def test_a_machine_in_another_zone_gives_the_same_graph(tmp_path: Path, zone: str, in_utc: str) -> None:
    assert content_hash(tmp_path, zone) == in_utc


@pytest.mark.long
def test_every_sample_format_reads_the_same_in_another_zone(
    tmp_path: Path, sample_published: Settings
) -> None:
    with Store(sample_published.published, read_only=True) as store:
        here = store.value("SELECT content_hash FROM run")
    assert content_hash(tmp_path, "Pacific/Apia", SAMPLE).strip() == here
