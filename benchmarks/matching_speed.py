"""`discovery match` on a million made-up texts against its floor, in the same run; peers with --peers.

    .venv/bin/python benchmarks/matching_speed.py [--count 1000000] [--peers]

The floor reads the file, normalises in SQL, joins exactly and writes: what any matching has to do at least. Every
method runs in a process of its own; memory is the peak of the process and its children. `x cpu` sets processor time
against the floor's: wall time lies on a machine that others use. The texts are made up:
recall and precision here compare methods, they do not say how good any of them is on real statements.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from matching_texts import write_texts

HERE = Path(__file__).parent
FLOOR = r"""
COPY (
    SELECT t.text, a.app_id
    FROM (SELECT text, regexp_replace(lower(strip_accents(text)), '[^a-z0-9]+', '', 'g') AS key
        FROM read_csv('{file}', header = true, all_varchar = true)) AS t
    LEFT JOIN alias AS a USING (key)
) TO '{output}' (HEADER)
"""


def floor(file: Path, output: Path) -> None:
    """Read, normalise in SQL, join exactly, write."""
    import pyarrow as pa

    from discovery.catalog import read_catalog
    from discovery.store import Store

    names = {a.key: a.app_id for a in read_catalog().aliases if a.kind == "name"}
    with (
        Store(None, folders=(file.parent,)) as store,
        store.relation("alias", pa.table({"key": list(names), "app_id": list(names.values())})),
    ):
        store.run(FLOOR.format(file=file, output=output))


def discovery_match(file: Path, output: Path) -> None:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "discovery.cli", "match", str(file), "--output", str(output)]
    subprocess.run(command, check=True, capture_output=True)


def measured(method: str, file: Path, output: Path) -> dict[str, float]:
    """Run one method in a process of its own; return wall seconds, processor seconds and peak MiB."""
    script = str(HERE / "matching_speed.py")
    command = [sys.executable, script, "--method", method, "--file", str(file), "--output", str(output)]
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(0.2)
        out = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(f"{method} failed")
    return {**json.loads(out.strip().splitlines()[-1]), "mib": peak}


def _resident(pid: int) -> float:
    """Return what a process and all below it hold in memory, in MiB; shared pages count in each."""
    total = 0.0
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total = int(line.split()[1]) / 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(_resident(int(child)) for child in (task / "children").read_text().split())
    except (FileNotFoundError, ProcessLookupError):
        pass  # it ended meanwhile
    return total


def one(method: str, file: Path, output: Path) -> None:
    """Run a method here and print what it took."""
    started = time.perf_counter()
    if method in ("floor", "discovery match"):
        {"floor": floor, "discovery match": discovery_match}[method](file, output)
        extra: dict[str, float] = {}
    else:
        import matching_peers

        extra = matching_peers.into_file(method, file, output)
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    wall = time.perf_counter() - started
    if extra:  # of a part: what the part took more often, and reading once
        more = extra["of"] / extra["rows"] - 1
        wall, cpu = wall + more * extra["match_wall"], cpu + more * extra["match_cpu"]
    print(json.dumps({"wall": wall, "cpu": cpu, **extra}))


def worth(file: Path, output: Path) -> dict[str, float]:
    """Return recall, share of wrong apps and of false accepts of an output with text and app_id."""
    with output.open(encoding="utf-8", newline="") as handle:
        found = {
            row["text"]: row["app_id"] if row.get("decision", "accept") == "accept" else ""
            for row in csv.DictReader(handle)
        }
    with file.open(encoding="utf-8", newline="") as handle:
        expected = {r["text"]: r["expected"] for r in csv.DictReader(handle) if r["text"] in found}
    accepted = [text for text, app_id in found.items() if app_id]
    positives = sum(bool(app_id) for app_id in expected.values())
    hits = sum(found[text] == expected[text] for text in accepted)
    return {
        "recall": hits / positives,
        "precision": hits / max(1, len(accepted)),
        "false": sum(not expected[text] for text in accepted) / (len(expected) - positives),
    }


def main() -> int:
    """Print one line a method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--method")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    if options.method:
        one(options.method, options.file, options.output)
        return 0
    methods = ["floor", "discovery match"]
    if options.peers:
        import matching_peers

        methods += list(matching_peers.installed())
    with tempfile.TemporaryDirectory() as folder:
        file, output = Path(folder, "texts.csv"), Path(folder, "output.csv")
        write_texts(file, options.count)
        print(f"{options.count} texts; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
        heads = ("wall s", "cpu s", "x cpu", "MiB", "recall", "precision", "false")
        print(f"{'method':36}" + "".join(f"{head:>10}" for head in heads))
        base = 0.0
        for method in methods:
            took = measured(method, file, output)
            base = base or took["cpu"]
            good = worth(file, output)
            is_part = took.get("rows", 0) < took.get("of", 0)
            note = f"  on {took['rows']:.0f} texts, time extrapolated" if is_part else ""
            print(
                f"{method:36}{took['wall']:10.1f}{took['cpu']:10.1f}{took['cpu'] / base:10.1f}{took['mib']:10.0f}"
                f"{good['recall']:10.3f}{good['precision']:10.3f}{good['false']:10.5f}{note}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
