"""File to daily usage in four ways, side by side: this program, DuckDB alone, Polars and pandas.

    python benchmarks/ingest_peers.py [--rows 500000] [--rounds 3]

The same file of Entra sign-ins (a tenth of them not interactive, one in fifty by IMAP, one in twenty delivered twice)
becomes Parquet by day, zstd, with typed columns, and from that, each sign-in once, the use per account, app, method and
day: count, first, last. Each way is a process of its own, and they take turns; what is measured begins after the
imports. Before anything is printed, all ways must have the same sign-ins in their Parquet and the same use, row by row.

DuckDB alone is the floor: the engine that this program runs on. The program does more in that time: it keeps the
file under its SHA-256, counts every record (loaded, duplicate, ignored, quarantined), keeps names and the ids of the
records that prove each row, and writes all of it so that a crash or a second run leaves nothing double or half. Polars
is in the dependency group `peers`; a peer that is not installed is left out, with a line that says so.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import ingest

FLOOR = "DuckDB alone"
PROGRAM = "this program"
LEGACY = ["IMAP4", "POP3", "Other clients"]
RESULT = "account, app, method, day, event_count, first_at, last_at"


def generate(folder: Path, rows: int) -> Path:
    """Let the sample's generator write sign-ins, and add what makes methods and duplicates worth looking at."""
    file = ingest.generate(folder, rows)
    plain = file.with_suffix(".plain")
    file.rename(plain)
    again = []
    with plain.open("rb") as lines, file.open("wb") as out:
        for number, line in enumerate(lines):
            if number % 10 == 3:
                line = line.replace(b'"isInteractive":true', b'"isInteractive":false')
            if number % 50 == 7:
                line = line.replace(b'"clientAppUsed":"Browser"', b'"clientAppUsed":"IMAP4"')
            out.write(line)
            if number % 20 == 11:
                again.append(line)
        out.writelines(again)
    plain.unlink()
    return file


def through_program(file: Path, out: Path) -> Callable[[], object]:
    """Vault, lake, registry, usage."""
    import discovery.canonical.usage
    import discovery.sources.ingest  # noqa: F401 - loaded before the clock runs

    return lambda: ingest.through_program(file.parent, out / "home")


def through_duckdb(file: Path, out: Path) -> Callable[[], object]:
    """Two statements."""
    import duckdb

    def run() -> None:
        with duckdb.connect(str(out / "usage.duckdb")) as con:
            ingest.engine_alone(con, file, out / "lake")

    return run


def through_polars(file: Path, out: Path) -> Callable[[], object]:
    """Two lazy queries on the streaming engine."""
    import polars as pl

    text = dict.fromkeys(
        ("id", "createdDateTime", "userId", "userPrincipalName", "appId", "appDisplayName", "clientAppUsed"),
        pl.String,
    )
    schema = {**text, "isInteractive": pl.Boolean, "status": pl.Struct({"errorCode": pl.Int32})}

    def run() -> None:
        at = pl.col("createdDateTime").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us")
        signed = (
            pl.scan_ndjson(file, schema=schema)
            .filter(pl.col("status").struct.field("errorCode") == 0)
            .select("id", at.alias("observed_at"), "userId", "userPrincipalName", "appId", "appDisplayName",
                    "isInteractive", "clientAppUsed", at.dt.date().alias("day"))
        )  # fmt: skip
        by_day = pl.PartitionBy(out / "lake", key="day", include_key=False)
        signed.sink_parquet(by_day, compression="zstd", mkdir=True, engine="streaming")
        method = (
            pl.when(pl.col("clientAppUsed").is_in(LEGACY))
            .then(pl.lit("legacy_authentication"))
            .when(~pl.col("isInteractive"))
            .then(pl.lit("idp_non_interactive"))
            .otherwise(pl.lit("idp_interactive"))
        )
        usage = (
            pl.scan_parquet(out / "lake", hive_partitioning=True)
            .unique("id")
            .group_by(account="userId", app="appId", method=method, day=pl.col("observed_at").dt.date())
            .agg(
                event_count=pl.len(),
                first_at=pl.col("observed_at").min(),
                last_at=pl.col("observed_at").max(),
            )
        )
        usage.sink_parquet(out / "usage.parquet", engine="streaming")

    return run


def through_pandas(file: Path, out: Path) -> Callable[[], object]:
    """A frame of the whole file, with pyarrow as its reader and its types: the fastest that pandas has."""
    import pandas as pd
    import pyarrow.dataset  # noqa: F401 - loaded before the clock runs

    def run() -> None:
        frame = pd.read_json(file, lines=True, engine="pyarrow", dtype_backend="pyarrow")
        frame = frame[frame["status"].struct.field("errorCode") == 0]
        at = pd.to_datetime(frame["createdDateTime"], utc=True).dt.tz_localize(None)
        names = [
            "id",
            "userId",
            "userPrincipalName",
            "appId",
            "appDisplayName",
            "isInteractive",
            "clientAppUsed",
        ]
        frame = frame[names].assign(observed_at=at, day=at.dt.strftime("%Y-%m-%d"))
        frame.to_parquet(
            out / "lake", partition_cols=["day"], compression="zstd", index=False, max_partitions=4096
        )
        frame = pd.read_parquet(out / "lake", dtype_backend="pyarrow").drop_duplicates("id")
        method = pd.Series("idp_interactive", index=frame.index)
        method = method.mask(~frame["isInteractive"].astype(bool), "idp_non_interactive")
        method = method.mask(frame["clientAppUsed"].isin(LEGACY), "legacy_authentication")
        keys = {"account": frame["userId"], "app": frame["appId"], "method": method,
                "day": frame["observed_at"].dt.floor("D")}  # fmt: skip
        usage = (
            frame.assign(**keys)
            .groupby(list(keys), sort=False, observed=True)["observed_at"]
            .agg(event_count="size", first_at="min", last_at="max")
            .reset_index()
        )
        usage.to_parquet(out / "usage.parquet", index=False)

    return run


WAYS = {
    FLOOR: (through_duckdb, "duckdb"),
    PROGRAM: (through_program, "discovery"),
    "Polars, streaming": (through_polars, "polars"),
    "pandas": (through_pandas, "pandas"),
}
"""How each way prepares what is measured, and the package that it needs."""


def one(way: str, file: Path, out: Path) -> dict[str, float]:
    """Run a way in this process; seconds after its imports, and peak MiB of the whole process."""
    run = WAYS[way][0](file, out)
    started, used = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - started, time.process_time() - used
    return {"wall": wall, "cpu": cpu, "mib": ingest.peak_mib()}


def fingerprint(way: str, out: Path) -> tuple[object, ...]:
    """Sign-ins in the Parquet (how many, which, in how many days) and rows of use (how many, events, their hash)."""
    import duckdb

    lake, table = f"'{out}/lake/*/*.parquet'", f"read_parquet('{out}/usage.parquet')"
    key = "id"
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        if way == FLOOR:
            con.execute(f"ATTACH '{out}/usage.duckdb' AS kept (READ_ONLY)")
            table = "kept.usage"
        elif way == PROGRAM:
            con.execute(f"ATTACH '{out}/home/warehouse.duckdb' AS kept (READ_ONLY)")
            table = "(SELECT *, identifier AS account, mention AS app FROM kept.canonical.usage)"
            lake, key = f"'{out}/home/lake/sign_in/*/*/*.parquet'", "event_id"
        kept = con.execute(
            f"SELECT count(DISTINCT {key}), bit_xor(h), count(DISTINCT d) FROM (SELECT DISTINCT CAST({key} AS VARCHAR) "
            f"AS {key}, hash(CAST({key} AS VARCHAR)) AS h, CAST(observed_at AS DATE) AS d FROM read_parquet({lake}))"
        ).fetchone()
        typed = (
            "CAST(account AS VARCHAR) AS account, CAST(app AS VARCHAR) AS app, CAST(method AS VARCHAR) AS method, "
            "CAST(day AS DATE) AS day, CAST(event_count AS BIGINT) AS event_count, "
            "CAST(first_at AS TIMESTAMP) AS first_at, CAST(last_at AS TIMESTAMP) AS last_at"
        )
        used = con.execute(
            f"SELECT count(*), sum(event_count), sum(hash({RESULT})) FROM (SELECT {typed} FROM {table})"
        ).fetchone()
    return (*(kept or ()), *(used or ()))


def measured(way: str, file: Path, out: Path) -> dict[str, float]:
    """Run a way in a process of its own, into an empty folder."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(mode=0o700)
    command = [sys.executable, __file__, "--way", way, "--file", str(file), "--out", str(out)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return answer


def main() -> None:
    """Run the ways in turns, compare what they made, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(one(given.way, given.file, given.out)))
        return
    ways = []
    for way, (_, package) in WAYS.items():
        if find_spec(package):
            ways.append(way)
        else:
            print(f"skipped: {way}, which is not installed: .venv/bin/uv pip install --group peers "
                  "--constraint constraints.txt")  # fmt: skip
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    made: dict[str, tuple[object, ...]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = generate(folder, given.rows)
        size = file.stat().st_size / 1e6
        for _ in range(given.rounds):
            for way in ways:
                out = folder / "out"
                runs[way].append(measured(way, file, out))
                made[way] = fingerprint(way, out)
                if made[way] != made[FLOOR]:
                    raise SystemExit(f"{way} made something else than {FLOOR}: {made[way]}, {made[FLOOR]}")
    sign_ins, _, days, rows, events, _ = made[FLOOR]
    print(f"{given.rows:,} sign-ins, {size:.0f} MB NDJSON; all ways: {sign_ins:,} different successful ones in "
          f"{days} days, {rows:,} rows of use with {events:,} events, the same row by row")  # fmt: skip
    middle = {
        way: {key: statistics.median(run[key] for run in runs[way]) for key in runs[way][0]} for way in ways
    }
    print(
        f"{f'median of {given.rounds}':20}{'wall s':>8}{'x floor':>9}{'cpu s':>8}{'x floor':>9}{'peak MiB':>10}"
    )
    for way, took in middle.items():
        floor = middle[FLOOR]
        print(f"{way:20}{took['wall']:8.2f}{took['wall'] / floor['wall']:9.2f}{took['cpu']:8.2f}"
              f"{took['cpu'] / floor['cpu']:9.2f}{took['mib']:10.0f}")  # fmt: skip


if __name__ == "__main__":
    main()
