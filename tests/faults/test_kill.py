"""A run that is killed at any statement and run again ends as one that was not."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from discovery.run import writing
from discovery.settings import load_settings
from discovery.store import Store

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 9, 30)
CHILD = """
import os, signal, sys
from datetime import date
from pathlib import Path
from discovery.run import writing
from discovery.settings import load_settings
from discovery.store import Store

company, home, deadly = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
count, statement = 0, Store.rows

def rows(self, sql, binds=None):
    global count
    count += 1
    if count == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    return statement(self, sql, binds)

Store.rows = rows
with writing(load_settings(company / "discovery.toml", home=home, environ={}), date(2026, 9, 30)) as run:
    print(run.all_stages().content_hash, count)
"""


def child(company: Path, home: Path, deadly: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, str(company), str(home), str(deadly)], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    command = [sys.executable, str(ROOT / "sample_data" / "generate.py"), "--seed", "5", "--days", "30"]
    command += ["--people", "20"]
    subprocess.run([*command, "--output", str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.mark.long
def test_killed_and_run_again(company: Path, tmp_path: Path) -> None:
    clean = child(company, tmp_path / "clean", 0)
    assert clean.returncode == 0, clean.stderr
    truth, statements = clean.stdout.split()
    for number, share in enumerate((0.1, 0.35, 0.6, 0.75, 0.9, 0.99)):
        home = tmp_path / f"home{number}"
        killed = child(company, home, int(int(statements) * share))
        assert killed.returncode == -signal.SIGKILL
        settings = load_settings(company / "discovery.toml", home=home, environ={})
        if settings.published.exists():
            with Store(settings.published, read_only=True) as store:
                assert store.value("SELECT content_hash FROM run") == truth
        with writing(settings, AS_OF) as run:
            assert run.all_stages().content_hash == truth
