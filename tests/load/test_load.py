"""Much at once: ten thousand files, a million merchants, ten thousand columns, a log of a million sign-ins.

Each is a whole night in a process of its own, whose memory is bounded: by [engine] memory_limit for the engine, by a
limit of the operating system for all of it. `make soak` tries that many; without `DISCOVERY_LOAD=1` it is a tenth.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from discovery.store import Store
from tests.load.nights import CONFIG, SIGN_INS

pytestmark = pytest.mark.long
SHARE = 1 if os.environ.get("DISCOVERY_LOAD") else 10
FILES = 10_000 // SHARE
MERCHANTS = 1_000_000 // SHARE
PEOPLE = 170_000 // SHARE
COLUMNS = 10_000
ADDRESSES = 12 << 30
"""Bytes of address space of a night: the engine reserves much more than it uses."""
ENGINE = '\n[engine]\nmemory_limit = "1GB"\nthreads = 2\n'


def night(folder: Path) -> dict[str, Any]:
    """Run a night over `folder/inbox`; returns what it says, and its peak of memory in MiB."""
    (folder / "discovery.toml").write_text(CONFIG + ENGINE, encoding="utf-8")

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))

    command = [sys.executable, "-m", "discovery.cli", "run", "--json", "--config", str(folder / "discovery.toml"),
               "--home", str(folder / "home"), "--as-of", "2026-01-31"]  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=bounded, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, Any] = json.loads(done.stdout)
    said["mib"] = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    return said


def files(folder: Path) -> list[tuple[Any, ...]]:
    """State, files and records of what was listed."""
    with Store(folder / "home" / "access_graph.duckdb", read_only=True) as store:
        return store.rows(
            "SELECT state, count(*), sum(rows_read), sum(rows_loaded) FROM source_file GROUP BY state ORDER BY state"
        )


def used(folder: Path) -> Any:
    with Store(folder / "home" / "warehouse.duckdb", read_only=True) as store:
        return store.value("SELECT sum(event_count) FROM canonical.usage")


def test_ten_thousand_files_in_one_inbox(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "okta").mkdir(parents=True)
    path = tmp_path / "all.ndjson"
    with duckdb.connect() as con:
        con.execute(
            SIGN_INS.format(first="2026-01-05", apps=60, night=0, people=5_000, people_before=0, path=path)
        )
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for number in range(FILES):
        each = "".join(lines[number * 3 : number * 3 + 3])
        (tmp_path / "inbox" / "okta" / f"{number}.ndjson").write_text(each, encoding="utf-8")
    said = night(tmp_path)
    assert files(tmp_path) == [("loaded", FILES, 3 * FILES, 3 * FILES)]
    assert used(tmp_path) == 3 * FILES
    assert said["mib"] < 3_000


def test_a_million_sign_ins_of_a_day(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "okta").mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(
            SIGN_INS.format(
                first="2026-01-05", apps=60, night=0, people=PEOPLE, people_before=0,
                path=tmp_path / "inbox" / "okta" / "day.ndjson",
            )
        )  # fmt: skip
    said = night(tmp_path)
    assert files(tmp_path) == [("loaded", 1, 6 * PEOPLE, 6 * PEOPLE)]
    assert used(tmp_path) == 6 * PEOPLE
    assert said["mib"] < 4_000


def test_a_million_merchants(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "cards").mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(
            f"""
            COPY (
                SELECT '2026-01-' || lpad(CAST(1 + i % 28 AS VARCHAR), 2, '0') AS "Date",
                    upper(md5(CAST(i AS VARCHAR))[1:7] || ' ' || md5(CAST(-i AS VARCHAR))[1:6]) || ' LONDON' AS "Merchant",
                    '12.50' AS "Amount", 'GBP' AS "Currency", 'person' || i % 5000 || '@acme.example' AS "Email"
                FROM range({MERCHANTS}) AS t(i)
                UNION ALL SELECT '2026-01-02', 'FIGMA', '15.00', 'GBP', 'person1@acme.example'
            ) TO '{tmp_path / "inbox" / "cards" / "all.csv"}' (FORMAT csv, HEADER)
            """
        )
    said = night(tmp_path)
    assert files(tmp_path) == [("loaded", 1, MERCHANTS + 1, MERCHANTS + 1)]
    with Store(tmp_path / "home" / "access_graph.duckdb", read_only=True) as store:
        assert store.rows("SELECT app_id FROM match WHERE mention = 'FIGMA' AND decision = 'accept'")
        assert (
            store.value("SELECT count(DISTINCT mention) FROM match WHERE kind = 'merchant'")
            > 0.99 * MERCHANTS
        )
    assert said["mib"] < 6_000


def test_ten_thousand_columns(tmp_path: Path) -> None:
    """Whatever becomes of it, the other file is read."""
    (tmp_path / "inbox" / "cards").mkdir(parents=True)
    names = ["Date", "Merchant", "Amount", "Currency", "Email", *(f"Further {n}" for n in range(COLUMNS))]
    cells = ["2026-01-05", "FIGMA", "15.00", "EUR", "person1@acme.example", *(str(n) for n in range(COLUMNS))]
    few = (",".join(names[:5]), ",".join(cells[:5]))
    (tmp_path / "inbox" / "cards" / "few.csv").write_text("\n".join(few) + "\n", encoding="utf-8")
    wide = tmp_path / "inbox" / "cards" / "wide.csv"
    wide.write_text(",".join(names) + "\n" + (",".join(cells) + "\n") * 200, encoding="utf-8")
    night(tmp_path)
    with Store(tmp_path / "home" / "access_graph.duckdb", read_only=True) as store:
        states = dict(store.rows("SELECT file_name, state FROM source_file"))
    assert states["cards/few.csv"] == "loaded"
    assert states["cards/wide.csv"] == "loaded"
