"""How long a command takes before it works, and a night in which nothing is new.

    python benchmarks/start.py [--rounds 5]

Each command in a process of its own, best of the rounds, in seconds of wall time and of processor time (which other
programs on the machine disturb less). The home is the sample company's after one night; `run --force` looks into
every file of it again, through Dagster, and is measured once per round too, at most three times.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "sample_data" / "discovery.toml"
PERSON = "takumi.jansen@nordwind.example"
START = 0.4
NOTHING_NEW = 1.5
FORCED = 12.0
RUN = ("run", "--as-of", "2026-09-30")


def seconds(arguments: tuple[str, ...], home: Path) -> tuple[float, float]:
    """Run the command once; returns wall and processor seconds."""
    environment = {"DISCOVERY_CONFIG": str(CONFIG), "DISCOVERY_HOME": str(home)}
    return spent(("-m", "discovery.cli", *arguments), environment)


def spent(arguments: tuple[str, ...], environment: dict[str, str]) -> tuple[float, float]:
    """Run Python once with these arguments; returns wall and processor seconds."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, *arguments]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def line(arguments: tuple[str, ...], home: Path, rounds: int, promised: float | None, floor: float) -> None:
    """Print the best of the rounds; `floor` are the processor seconds of `python -c pass`."""
    best = [min(column) for column in zip(*(seconds(arguments, home) for _ in range(rounds)), strict=True)]
    said = "" if promised is None else f" (promised: at most {promised} s)"
    print(f"discovery {' '.join(arguments)}: {best[0]:.2f} s, processor {best[1]:.2f} s, "
          f"ratio {best[1] / floor:.1f}{said}")  # fmt: skip


def main() -> None:
    """Print one line a command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        wall, floor = (
            min(column)
            for column in zip(*(spent(("-c", "pass"), {}) for _ in range(2 * rounds)), strict=True)
        )
        print(f"python -c pass: {wall:.3f} s, processor {floor:.3f} s; ratios are of processor times")
        line(RUN, home, 1, None, floor)
        for arguments, promised in (
            (("--help",), START), (("scope", "--help"), START), (("sources", "list"), START),
            (("scope", PERSON), None), (("who-has", "Slack"), None), (RUN, NOTHING_NEW),
        ):  # fmt: skip
            line(arguments, home, rounds, promised, floor)
        line((*RUN, "--force"), home, min(rounds, 3), FORCED, floor)


if __name__ == "__main__":
    main()
