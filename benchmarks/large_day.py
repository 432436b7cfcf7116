"""One day with more events than memory holds: usage of it on DuckDB, up to which size a machine was seen to take.

    python benchmarks/large_day.py [--events 20000000] [--memory 2GB] [--folder DIR]

The lake gets a day of sign-ins made by SQL: 333 of each person, as ten billion a month of a million people are, to
20 apps, in files of two million, one in twenty of them delivered twice. `canonical.usage` and its month are made of
that with the given memory. Prints processor time an event, the largest memory of the process and the most that stood
on disk beside the warehouse while it ran.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import threading
from datetime import date
from pathlib import Path

import duckdb
from ingest import peak_mib, processor

from discovery.canonical.usage import build_usage
from discovery.errors import MemoryTooSmall
from discovery.settings import Settings
from discovery.stage import Night
from discovery.store import Store

DAY = date(2026, 9, 30)
A_DAY = 333
APPS = 20
FILE = 2_000_000
PATH = "sign_in/source=entra-1/day=2026-09-30/file{n}.parquet"
EVENTS = """
SELECT * REPLACE (CAST(md5(CAST(event_id AS VARCHAR)) AS UUID)::VARCHAR AS event_id)
FROM (
    SELECT e AS event_id, DATE '2026-09-30' + to_microseconds(CAST(hash(e) % 86400000000 AS BIGINT)) AS observed_at,
        CAST(NULL AS TIMESTAMP) AS version_at, md5('person' || e % $people) AS account_key,
        'person' || e % $people || '@acme.test' AS account_name, CAST(NULL AS VARCHAR) AS holder_key,
        'app_id' AS mention_kind, md5('app' || app) AS mention, 'App ' || app AS mention_name,
        CASE WHEN app % 3 = 0 THEN 'idp_non_interactive' ELSE 'idp_interactive' END AS method
    FROM (SELECT e, (e % $people * 7 + hash(e + 2) % $apps * 31) % 400 AS app FROM range($from, $to) AS r(e))
)
ORDER BY observed_at
"""


def lake(home: Path, events: int) -> list[tuple[str, int]]:
    """Write the day's files; returns the path below the lake and the rows of each."""
    people = max(1, events // A_DAY)
    parts = []
    with duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(home / "made")}) as con:
        for number, start in enumerate(range(0, events, FILE)):
            path = home / "lake" / PATH.format(n=number)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Each file begins with the last twentieth of the one before it.
            count = min(FILE, events - start)
            again = FILE // 20 if start else 0
            binds = {"from": start - again, "to": start + count, "people": people, "apps": APPS}
            con.execute(f"COPY ({EVENTS}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)", binds)
            parts.append((PATH.format(n=number), count + again))
    return parts


def on_disk(folder: Path) -> int:
    """Bytes of the files in a folder that others write to meanwhile."""
    total = 0
    for path in folder.glob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def measure(home: Path, parts: list[tuple[str, int]], memory: str) -> None:
    """Make usage of the day and print what it took; the measured process."""
    night = Night(Settings(home=home, inbox=home / "inbox"), DAY)
    ended = threading.Event()
    spilt = 0

    def watch() -> None:
        nonlocal spilt
        while not ended.wait(0.1):
            spilt = max(spilt, on_disk(home / "spill"))

    with Store(home / "warehouse.duckdb", memory_limit=memory) as store:
        store.create_tables()
        for number, (path, count) in enumerate(parts):
            store.run(
                "INSERT INTO sources.source_part BY NAME SELECT $file AS file_id, 'sign_in' AS kind, "
                "'entra-1' AS source, 'entra' AS system, 'main' AS instance, $day AS day, $path AS path, "
                "CAST($n AS BIGINT) AS row_count, CAST($n AS BIGINT) AS row_kept, 'new' AS state",
                {"file": f"{number:064x}", "day": DAY, "path": path, "n": count},
            )
        watcher = threading.Thread(target=watch)
        watcher.start()
        before = processor()
        try:
            rows = build_usage(store, night)
        except MemoryTooSmall as error:
            rows, said = -1, str(error)
        used = processor() - before
        ended.set()
        watcher.join()
        delivered, kept = store.rows("SELECT sum(row_count), sum(row_kept) FROM sources.source_part")[0]
    if rows < 0:
        print(f"{delivered:,} events of one day, memory limit {memory}: {said}")
        return
    size = sum(path.stat().st_size for path in (home / "lake").rglob("*.parquet"))
    print(f"{delivered:,} events of one day, {kept:,} of them once, memory limit {memory}: {rows:,} rows of usage; "
          f"processor {used:.1f} s, {used / delivered * 1e6:.1f} µs an event; process at most {peak_mib():,.0f} MiB, "
          f"spilt at most {spilt / 1e9:.1f} GB; lake {size / delivered:.0f} bytes an event")  # fmt: skip


def main() -> None:
    """Make the day, then measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--folder", type=Path, help="where to work; default a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        home = Path(scratch)
        parts = lake(home, given.events)
        process = multiprocessing.get_context("spawn").Process(
            target=measure, args=(home, parts, given.memory)
        )
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)


if __name__ == "__main__":
    main()
