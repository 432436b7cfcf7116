"""The access graph against the truth: the sample company, and a large untidy one that nobody has seen.

    python benchmarks/graph_truth.py [--seed 4242] [--people 1980] [--write]

Prints precision and recall of the accesses, the shares of right classes and routes, whether each leaver's truth was
found, and what share of each bucket of confidence is right. `--write` puts the latter into
src/discovery/graph/confidence_bucket.csv, from which every published file tells it.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from discovery.run import writing  # noqa: E402 - the path first
from discovery.settings import load_settings  # noqa: E402
from discovery.store import Store  # noqa: E402
from tests.end_to_end.answers import Comparison, compare, read_csv  # noqa: E402

AS_OF = date(2026, 9, 30)
BUCKETS = (("high", 0.85), ("medium", 0.5), ("low", 0.0))
TABLE = ROOT / "src" / "discovery" / "graph" / "confidence_bucket.csv"


def generate(folder: Path, seed: int, people: int) -> Path:
    """Make an untidy company; returns its folder."""
    command = [
        sys.executable,
        str(ROOT / "sample_data" / "generate.py"),
        "--seed",
        str(seed),
        "--people",
        str(people),
    ]
    subprocess.run([*command, "--untidy", "--output", str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


def publish(data: Path, home: Path) -> Path:
    """Run the night of a company; returns the published file."""
    settings = load_settings(data / "discovery.toml", home=home, environ={})
    with writing(settings, AS_OF) as run:
        run.all_stages()
        faults = {system: outcome.error for system, outcome in run.outcomes.items() if outcome.error}
    if faults:
        sys.exit(f"sources failed: {faults}")
    return settings.published


def leavers(expected: Path, result: Comparison) -> tuple[int, int, list[str]]:
    """(leavers whose whole truth was found, leavers, what was missed of the others): not active, or a last day."""
    gone = {
        row["person_email"]
        for row in read_csv(expected / "person.csv")
        if row["left_on"] or row["status"] != "active"
    }
    short = {person for person, _ in result.missed}
    told = [
        f"{edge} {row['sources']} ({row['why']})" for edge, row in result.missed.items() if edge[0] in gone
    ]
    return len(gone - short), len(gone), told


def buckets(result: Comparison) -> tuple[Counter[str], Counter[str]]:
    """(accesses of each bucket, right ones of each)."""
    every: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for _, got in result.found.values():
        every[got["confidence_bucket"]] += 1
        right[got["confidence_bucket"]] += 1
    for got in result.false.values():
        every[got["confidence_bucket"]] += 1
    return every, right


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--people", type=int, default=1980)
    parser.add_argument(
        "--write", action="store_true", help="write the measured buckets into the program's table"
    )
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="print N of the missed and of the false ones"
    )
    given = parser.parse_args()
    every: Counter[str] = Counter()
    right: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        large = generate(Path(scratch) / "company", given.seed, given.people)
        for name, data in (("sample", ROOT / "sample_data"), (f"untidy, seed {given.seed}", large)):
            started = time.perf_counter()
            file = publish(data, Path(scratch) / f"home-{name[:6]}")
            result = compare(data / "expected", file)
            whole, gone, short = leavers(data / "expected", result)
            with Store(file, read_only=True) as store:
                people = store.count("person")
                doubtful = store.value("SELECT count(*) FROM identity_candidate WHERE state = 'open'")
            print(f"{name}: {people} people, {time.perf_counter() - started:.0f} s")
            print(
                f"  precision {result.precision:.4f}, recall {result.recall:.4f}, {len(result.found)} accesses found"
            )
            for column in ("class", "route", "survives_idp_disable"):
                print(f"  {column} right: {result.share_right(column):.4f}")
            print(
                f"  leavers whose whole truth was found: {whole} of {gone}; accounts left to people: {doubtful}"
            )
            for line in short:
                print(f"  missed of a leaver: {line}")
            for edge, row in list(result.missed.items())[: given.show]:
                print(f"  missed: {edge} {row['sources']} ({row['why']})")
            for edge, got in list(result.false.items())[: given.show]:
                print(f"  not real: {edge} {got['sources']} {got['reasons']}")
            these, those = buckets(result)
            every += these
            right += those
    print("confidence: bucket, accesses, share that is right")
    for bucket, _ in BUCKETS:
        print(
            f"  {bucket}: {every[bucket]}, {right[bucket] / every[bucket]:.4f}"
            if every[bucket]
            else f"  {bucket}: 0"
        )
    if given.write:
        with_what = f"sample company and an untidy one of {given.people} (seed {given.seed})"
        with TABLE.open("w", newline="", encoding="utf-8") as out:
            lines = csv.writer(out, lineterminator="\n")
            lines.writerow(["bucket", "from_confidence", "precision_measured", "edges_measured", "measured_on",
                            "measured_with"])  # fmt: skip
            for bucket, least in BUCKETS:
                share = round(right[bucket] / every[bucket], 4) if every[bucket] else ""
                lines.writerow([bucket, least, share, every[bucket], datetime.now(UTC).date(), with_what])


if __name__ == "__main__":
    main()
