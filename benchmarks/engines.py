"""Usage of sign-ins on each engine, over the same lake, and what that makes of the month of a large company.

    python benchmarks/engines.py [--sign-ins 2000000] [--rounds 1] [--spark-python .venv-spark/bin/python]

DuckDB in this process; Sail, and with --spark-python a real local Spark, in a process of their own as in a night, so
that their seconds hold the start of the engine too. All make all days and their month anew; the rows are compared.
The month is arithmetic from these figures, no measurement: a thousand times as many events on as many machines.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from ingest import generate
from nightly import timed

MONTH_EVENTS = 10_000_000_000
COMPARED = ("canonical.usage", "canonical.usage_month")
SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of Linux: whose parent has ended becomes a child of this process."""


def child(home: Path, engine: str, remote: str, python: str) -> None:
    """Read the inbox if that was not done, then make usage on an engine; the measured process."""
    from discovery.canonical.usage import build_usage, roll_up_months, touch_days
    from discovery.settings import EngineSettings, Settings
    from discovery.sources.inbox import scan
    from discovery.sources.ingest import ingest_system, load_macros
    from discovery.stage import Night
    from discovery.store import Store, make_private

    settings = Settings(home=make_private(home), inbox=home.parent / "inbox",
                        engine=EngineSettings(engine, remote, Path(python)))  # fmt: skip
    night = Night(settings, date(2026, 9, 30))
    with Store(settings.warehouse, memory_limit="1500MB") as store:
        store.create_tables()
        load_macros(store)
        read = 0.0
        if not store.count("sources.source_file"):
            started = time.perf_counter()
            scan(store, settings, night.as_of)
            ingest_system(store, night, "entra")
            read = time.perf_counter() - started
        else:
            touch_days(store, date(2000, 1, 1), date(2100, 1, 1))
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = resource.getrusage(resource.RUSAGE_SELF)
        started = time.perf_counter()
        rows = build_usage(store, night)
        seconds = time.perf_counter() - started
        with contextlib.suppress(ChildProcessError):  # Java outlives the job that started it by a moment
            while True:
                os.waitpid(-1, 0)
        after, own_after = (
            resource.getrusage(resource.RUSAGE_CHILDREN),
            resource.getrusage(resource.RUSAGE_SELF),
        )
        used = sum((a.ru_utime + a.ru_stime) - (b.ru_utime + b.ru_stime)
                   for a, b in ((after, before), (own_after, own)))  # fmt: skip
        # What a night on Spark spares DuckDB, and what it asks of it instead: of a month the days that stand.
        out = f"COPY canonical.usage TO '{home / 'usage.parquet'}' (FORMAT parquet)"
        rolled, written = timed(lambda: roll_up_months(store)), timed(lambda: store.run(out))
        events, parts = store.rows("SELECT sum(row_count), count(*) FROM sources.source_part")[0]
        sums = [
            str(store.value(f"SELECT count(*) || ' ' || bit_xor(hash(t)) FROM {name} AS t"))
            for name in COMPARED
        ]
    peak = max(own_after.ru_maxrss, after.ru_maxrss) / 1024
    lake = sum(path.stat().st_size for path in (home / "lake").rglob("*.parquet"))
    print(json.dumps({"read": read, "seconds": seconds, "processor": used, "rows": rows, "events": int(events),
                      "parts": parts, "lake": lake, "warehouse": settings.warehouse.stat().st_size,
                      "peak_mib": peak, "rolled": rolled, "written": written, "sums": sums}))  # fmt: skip


def main() -> None:
    """Print a line for each engine, and the month."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sign-ins", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--spark-python", default="")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(Path(arguments.child[0]), *arguments.child[1:])
        return
    engines = [("DuckDB", "duckdb", "sail", sys.executable), ("Sail", "spark", "sail", sys.executable)]
    if arguments.spark_python:
        python = str(Path(arguments.spark_python).absolute())
        engines.append(("Spark", "spark", f"local[{os.cpu_count()}]", python))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder, arguments.sign_ins)
        best: dict[str, dict[str, float]] = {}
        sums = set()
        for turn in range(arguments.rounds + 1):  # the first one reads the file
            for label, *engine in engines[: None if turn else 1]:
                said = subprocess.run(
                    [sys.executable, __file__, "--child", str(folder / "home"), *engine],
                    check=True, stdout=subprocess.PIPE, text=True,
                ).stdout  # fmt: skip
                answer = json.loads(said.splitlines()[-1])
                sums.add(tuple(answer.pop("sums")))
                if turn == 0:
                    first = answer
                elif label not in best or answer["seconds"] < best[label]["seconds"]:
                    best[label] = answer
    if len(sums) != 1:
        raise SystemExit(f"the engines differ: {sums}")
    duck = best["DuckDB"]
    events = duck["events"]
    print(f"{events:,.0f} events, {os.cpu_count()} processors; lake {duck['lake'] / events:.0f} bytes an event, "
          f"{duck['rows'] / events:.2f} rows of usage an event, warehouse {duck['warehouse'] / duck['rows']:.0f} bytes "
          f"a row; read on DuckDB (hash, copy, parse, write) in {first['read']:.1f} s")  # fmt: skip
    print(f"of DuckDB's processor time {duck['rolled']:.2f} s roll up the months; to write their days out for another "
          f"engine takes {duck['written']:.2f} s")  # fmt: skip
    for label, answer in best.items():
        month = answer["processor"] / events * MONTH_EVENTS / 3600
        print(f"{label:<7} usage and month {answer['seconds']:6.1f} s, processor {answer['processor']:6.1f} s "
              f"({answer['processor'] / events * 1e6:.1f} µs an event), largest process {answer['peak_mib']:,.0f} MiB; "
              f"{MONTH_EVENTS:,} events at that rate: {month:,.0f} hours of one processor")  # fmt: skip
    print("all engines made the same rows")


if __name__ == "__main__":
    main()
