"""File to usage: 2,000,000 Entra sign-ins, against the floor of the engine alone, in the same run.

    python benchmarks/ingest.py [--sign-ins 2000000] [--rounds 3]

Floor: DuckDB alone, typed read → day-partitioned zstd Parquet → deduplicating group-by; plus SHA-256 of the file
and one copy of it. Ours: inbox → vault, lake, registry, usage, as a library call in a process of its own, whose
peak memory is printed. Best of the rounds on both sides; floor and ours take turns. Beside the ratio of wall times
stands that of processor times, which other programs on the machine disturb less.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
METHOD = """CASE WHEN clientAppUsed IN ('IMAP4', 'POP3', 'Other clients') THEN 'legacy_authentication'
    WHEN NOT isInteractive THEN 'idp_non_interactive' ELSE 'idp_interactive' END"""
"""How somebody signed in, as far as the generated file tells."""
PROMISED_RATIO = 2.0
PROMISED_MIB = 2048


def generate(folder: Path, count: int) -> Path:
    """Let the sample's generator write the sign-ins."""
    command = [sys.executable, str(ROOT / "sample_data" / "generate.py"), "--only", "entra_sign_ins"]
    command += ["--sign-ins", str(count), "--people", "1980", "--output", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next((folder / "inbox").rglob("*.ndjson"))


def processor() -> float:
    """Processor seconds of this process until now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mib() -> float:
    """What this process held at most, in MiB. ru_maxrss would count what its parent held when it began, too."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def engine_alone(con: duckdb.DuckDBPyConnection, file: Path, lake: Path) -> tuple[float, float]:
    """Read with types, write Parquet by day below `lake`, deduplicate into the table `usage`; seconds of each half."""
    con.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'; SET memory_limit = '2GB'")
    started = time.perf_counter()
    con.execute(
        f"""
        COPY (
            SELECT id, CAST(createdDateTime AS TIMESTAMP) AS observed_at, userId, userPrincipalName, appId,
                   appDisplayName, isInteractive, clientAppUsed,
                   CAST(CAST(createdDateTime AS TIMESTAMP) AS DATE) AS day
            FROM read_json('{file}', format = 'newline_delimited', columns = {{
                id: 'VARCHAR', createdDateTime: 'TIMESTAMPTZ', userId: 'VARCHAR', userPrincipalName: 'VARCHAR',
                appId: 'VARCHAR', appDisplayName: 'VARCHAR', isInteractive: 'BOOLEAN', clientAppUsed: 'VARCHAR',
                status: 'STRUCT(errorCode INTEGER)'}})
            WHERE status.errorCode = 0
        ) TO '{lake}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day))
        """
    )
    parquet = time.perf_counter()
    con.execute(
        f"""
        CREATE TABLE usage AS
        SELECT userId AS account, appId AS app, {METHOD} AS method, CAST(observed_at AS DATE) AS day,
               count(*) AS event_count, min(observed_at) AS first_at, max(observed_at) AS last_at
        FROM (SELECT DISTINCT ON (id) * FROM read_parquet('{lake}/*/*.parquet'))
        GROUP BY ALL
        """
    )
    return parquet - started, time.perf_counter() - parquet


def floor(file: Path, folder: Path) -> tuple[dict[str, float], float]:
    """What the engine, the hash and the copy alone cost, in seconds; and the processor's seconds of all."""
    used = processor()
    lake = folder / "floor"
    shutil.rmtree(lake, ignore_errors=True)
    with duckdb.connect() as con:
        parquet, grouped = engine_alone(con, file, lake)
    done = time.perf_counter()
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    hashed = time.perf_counter()
    shutil.copyfile(file, folder / "copy")
    copied = time.perf_counter()
    seconds = {"Parquet": parquet, "group-by": grouped, "SHA-256": hashed - done, "copy": copied - hashed}
    return seconds, processor() - used


def ours(inbox: Path, home: Path) -> dict[str, float]:
    """Run `scan`, `ingest` and `build_usage` in a process of its own; seconds and peak MiB."""
    shutil.rmtree(home, ignore_errors=True)
    result = subprocess.run(
        [sys.executable, __file__, "--child", str(inbox), str(home)],
        check=True,
        capture_output=True,
        text=True,
    )
    answer: dict[str, float] = json.loads(result.stdout)
    return answer


def through_program(inbox: Path, home: Path) -> dict[str, float]:
    """What is measured, in this process: from the inbox to usage."""
    from discovery.canonical.usage import build_usage
    from discovery.settings import Settings
    from discovery.sources.inbox import scan
    from discovery.sources.ingest import ingest_system, load_macros
    from discovery.stage import Night
    from discovery.store import Store, make_private

    settings = Settings(home=make_private(home), inbox=inbox)
    night = Night(settings, date(2026, 9, 30))
    started, used = time.perf_counter(), processor()
    with Store(settings.warehouse, memory_limit="1500MB") as store:
        store.create_tables()
        load_macros(store)
        scan(store, settings, night.as_of)
        scanned = time.perf_counter()
        outcome = ingest_system(store, night, "entra")
        ingested = time.perf_counter()
        rows = build_usage(store, night)
    done = time.perf_counter()
    if outcome.error or not rows:
        raise SystemExit(f"nothing was read: {outcome}")
    return {
        "scan": scanned - started, "ingest": ingested - scanned, "usage": done - ingested, "total": done - started,
        "processor": processor() - used, "rows": rows, "peak_mib": peak_mib(),
    }  # fmt: skip


def main() -> None:
    """Print both sides and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sign-ins", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(through_program(*arguments.child)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = generate(folder, arguments.sign_ins)
        print(f"{arguments.sign_ins} sign-ins, {file.stat().st_size / 1e6:.0f} MB NDJSON")
        floors, runs = [], []
        for _ in range(arguments.rounds):
            floors.append(floor(file, folder))
            runs.append(ours(folder / "inbox", folder / "home"))
    best_floor = min((seconds for seconds, _ in floors), key=lambda f: sum(f.values()))
    processor_floor = min(used for _, used in floors)
    processor_ours = min(r["processor"] for r in runs)
    best = min(runs, key=lambda r: r["total"])
    print("floor:", ", ".join(f"{k} {v:.2f} s" for k, v in best_floor.items()),
          f"= {sum(best_floor.values()):.2f} s")  # fmt: skip
    print(f"ours:  scan (copy, SHA-256) {best['scan']:.2f} s, ingest {best['ingest']:.2f} s, usage "
          f"{best['usage']:.2f} s = {best['total']:.2f} s; {best['rows']:.0f} usage rows")  # fmt: skip
    print(f"ratio: {best['total'] / sum(best_floor.values()):.2f} (promised: at most {PROMISED_RATIO}); "
          f"of processor times {processor_ours:.2f} / {processor_floor:.2f} s = "
          f"{processor_ours / processor_floor:.2f}")  # fmt: skip
    print(f"peak memory: {best['peak_mib']:.0f} MiB (promised: under {PROMISED_MIB})")


if __name__ == "__main__":
    main()
