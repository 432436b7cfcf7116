"""`discovery match` on a million made-up texts against its floor, in the same run; peers with --peers.

    .venv/bin/python benchmarks/matching_speed.py [--count 1000000] [--peers]

The floor reads the file, normalises in SQL, joins exactly and writes: what any matching has to do at least. Every
method runs in a process of its own; memory is the peak of the process and its children. The texts are made up:
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
        Store(None) as store,
        store.relation("alias", pa.table({"key": list(names), "app_id": list(names.values())})),
    ):
        store.run(FLOOR.format(file=file, output=output))


def discovery_match(file: Path, output: Path) -> None:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "discovery.cli", "match", str(file), "--output", str(output)]
    subprocess.run(command, check=True, capture_output=True)


def measured(method: str, file: Path, output: Path) -> dict[str, float]:
    """Run one method in a process of its own; return wall seconds, processor seconds and peak MiB."""
    code = subprocess.run(
        [sys.executable, str(HERE / "matching_speed.py"), "--method", method, "--file", str(file), "--output", str(output)],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
    )  # fmt: skip
    return dict(json.loads(code.stdout.strip().splitlines()[-1]))


def one(method: str, file: Path, output: Path) -> None:
    """Run a method here and print what it took."""
    started = time.perf_counter()
    if method in ("floor", "discovery match"):
        {"floor": floor, "discovery match": discovery_match}[method](file, output)
        extra: dict[str, float] = {}
    else:
        import matching_peers

        extra = matching_peers.PEERS[method](file, output)
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({
        "wall": time.perf_counter() - started, "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "mib": (own.ru_maxrss + children.ru_maxrss * 2) / 1024, **extra,
    }))  # fmt: skip


def worth(file: Path, output: Path) -> dict[str, float]:
    """Return recall, share of wrong apps and of false accepts of an output with text and app_id."""
    with output.open(encoding="utf-8", newline="") as handle:
        found = {
            row["text"]: row["app_id"] if row.get("decision", "accept") == "accept" else ""
            for row in csv.DictReader(handle)
        }
    with file.open(encoding="utf-8", newline="") as handle:
        expected = {row["text"]: row["expected"] for row in csv.DictReader(handle)}
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

        methods += list(matching_peers.PEERS)
    with tempfile.TemporaryDirectory() as folder:
        file, output = Path(folder, "texts.csv"), Path(folder, "output.csv")
        write_texts(file, options.count)
        print(f"{options.count} texts; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
        print(
            f"{'method':34}{'wall s':>8}{'cpu s':>8}{'x floor':>8}{'MiB':>7}{'recall':>8}{'precision':>10}{'false':>8}"
        )
        base = 0.0
        for method in methods:
            took = measured(method, file, output)
            base = base or took["wall"]
            good = (
                worth(file, output)
                if "rows" not in took
                else {k: took[k] for k in ("recall", "precision", "false")}
            )
            print(
                f"{method:34}{took['wall']:8.1f}{took['cpu']:8.1f}{took['wall'] / base:8.1f}{took['mib']:7.0f}"
                f"{good['recall']:8.3f}{good['precision']:10.3f}{good['false']:8.4f}"
                + (f"  measured on {took['rows']:.0f} texts, time extrapolated" if "rows" in took else ""), flush=True,
            )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
