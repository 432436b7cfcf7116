"""The access graph against the truth: the sample company, a large untidy one that nobody has seen, and a doubtful one.

    python benchmarks/graph_truth.py [--seed 4242] [--people 1980] [--doubtful 600] [--write]

Prints precision and recall of the accesses, the shares of right classes and routes, whether each leaver's truth was
found, as what the published file tells what was missed, and what share of each bucket of confidence is right. The
doubtful company has records that look like access and are none (benchmarks/doubt.py): without them no bucket could
have a wrong access in it. `--write` puts its shares into src/discovery/graph/confidence_bucket.csv, from which every
published file tells them.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "benchmarks")]

from doubt import add_doubt  # noqa: E402

from discovery.run import writing  # noqa: E402 - the path first
from discovery.settings import load_settings  # noqa: E402
from discovery.store import Store  # noqa: E402
from tests.end_to_end.answers import Comparison, Edge, compare, read_csv  # noqa: E402

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


def told(file: Path, missed: Iterable[Edge]) -> Counter[str]:
    """How many of the missed accesses the published file tells all the same, and as what."""
    ways: Counter[str] = Counter()
    with Store(file, read_only=True) as store:
        held_back = {(str(r[0]), str(r[1])) for r in store.rows(
            "SELECT p.email, a.name FROM not_access AS n JOIN person AS p USING (person_id) "
            "JOIN app AS a USING (app_id)"
        )}  # fmt: skip
        shared = {str(r[0]) for r in store.rows(
            "SELECT p.email FROM identity_candidate AS c JOIN person AS p USING (person_id) WHERE c.state = 'open'"
        )}  # fmt: skip
    for person, app in missed:
        if (person, app) in held_back:
            ways["no access, with the reason"] += 1
        elif person in shared:
            ways["accounts that may be the person's, for people to decide"] += 1
        else:
            ways["not at all"] += 1
    return ways


def measure(name: str, data: Path, home: Path, show: int) -> tuple[Counter[str], Counter[str]]:
    """Publish one company, print how far it is right, return its buckets."""
    started = time.process_time()
    file = publish(data, home)
    result = compare(data / "expected", file)
    whole, gone, short = leavers(data / "expected", result)
    with Store(file, read_only=True) as store:
        people = store.count("person")
        doubtful = store.value("SELECT count(*) FROM identity_candidate WHERE state = 'open'")
    print(f"{name}: {people} people, {time.process_time() - started:.0f} s of processor")
    print(
        f"  precision {result.precision:.4f}, recall {result.recall:.4f}, {len(result.found)} accesses found"
    )
    for column in ("class", "route", "survives_idp_disable"):
        print(f"  {column} right: {result.share_right(column):.4f}")
    print(f"  leavers whose whole truth was found: {whole} of {gone}; accounts left to people: {doubtful}")
    for line in short:
        print(f"  missed of a leaver: {line}")
    for way, count in told(file, result.missed).most_common():
        print(f"  missed, and told as: {way}: {count}")
    for edge, row in list(result.missed.items())[:show]:
        print(f"  missed: {edge} {row['sources']} ({row['why']})")
    for edge, got in list(result.false.items())[:show]:
        print(f"  not real: {edge} {got['sources']} {got['confidence']} {got['reasons']}")
    return buckets(result)


def print_buckets(every: Counter[str], right: Counter[str]) -> None:
    """One line for each bucket of confidence."""
    for bucket, _ in BUCKETS:
        share = f"{right[bucket] / every[bucket]:.4f}" if every[bucket] else "none"
        print(f"  confidence {bucket}: {every[bucket]} accesses, right: {share}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--people", type=int, default=1980)
    parser.add_argument(
        "--doubtful", type=int, default=600, metavar="PEOPLE", help="size of the doubtful company"
    )
    parser.add_argument("--only-doubtful", action="store_true", help="measure the doubtful company alone")
    parser.add_argument(
        "--write", action="store_true", help="write the measured buckets into the program's table"
    )
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="print N of the missed and of the false ones"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if not given.only_doubtful:
            print_buckets(*measure("sample", ROOT / "sample_data", folder / "home-sample", given.show))
            large = generate(folder / "large", given.seed, given.people)
            name = f"untidy, seed {given.seed}"
            print_buckets(*measure(name, large, folder / "home-large", given.show))
        doubtful = generate(folder / "doubtful", given.seed + 1, given.doubtful)
        drawn = add_doubt(doubtful, given.seed + 1)
        every, right = measure(
            f"doubtful, seed {given.seed + 1}", doubtful, folder / "home-doubtful", given.show
        )
        print(f"  drawn: {', '.join(f'{kind} {count}' for kind, count in drawn.items())}")
        print_buckets(every, right)
    if given.write:
        with_what = f"an untidy company of {given.doubtful} with doubtful evidence (seed {given.seed + 1})"
        with TABLE.open("w", newline="", encoding="utf-8") as out:
            lines = csv.writer(out, lineterminator="\n")
            lines.writerow(["bucket", "from_confidence", "precision_measured", "edges_measured", "measured_on",
                            "measured_with"])  # fmt: skip
            for bucket, least in BUCKETS:
                share = round(right[bucket] / every[bucket], 4) if every[bucket] else ""
                lines.writerow([bucket, least, share, every[bucket], datetime.now(UTC).date(), with_what])


if __name__ == "__main__":
    main()
