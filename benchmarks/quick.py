"""The most important figures in little time, as ratios to a floor in the same run, against those that were recorded.

    python benchmarks/quick.py [--only NAME…] [--record]

Each measure is a process of its own: processor seconds of the program and of its floor, in turns, best of at least
three rounds each. A ratio hangs on the machine much less than seconds do, and processor seconds hang much less on
what else runs there than the clock does. A ratio above twice the recorded one is measured once more, and the best of
both counts. Exit 1 only if it stays above. `--record` writes benchmarks/recorded.toml; do so after a change that is
meant to cost or save time, and say why in the commit.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDED = ROOT / "benchmarks" / "recorded.toml"
ALLOWED = 2.0
"""A ratio may be so many times the recorded one."""
ROUNDS = 3
AS_OF = date(2026, 9, 30)
Pair = tuple[float, float]
"""Processor seconds of the program and of the floor, for the same amount of work."""


def _busy(what: Callable[[], object]) -> float:
    """Processor seconds of this process that a call takes."""
    before = time.process_time()
    what()
    return time.process_time() - before


def ingest(folder: Path) -> Iterator[Pair]:
    """200,000 sign-ins from file to usage."""
    import ingest as whole

    file = whole.generate(folder, 200_000)
    for _ in range(ROUNDS):
        _, floor = whole.floor(file, folder)
        yield whole.ours(folder / "inbox", folder / "home")["processor"], floor


def matching(_: Path) -> Iterator[Pair]:
    """A card line to an app; other lines in each round, since answers are kept."""
    import matching_peers
    from matching_texts import made_up

    from discovery.matching import match_texts

    many, few = 20_000, 500
    for number in range(ROUNDS):
        texts = [text for text, _ in made_up(many, seed=number)]
        ours = _busy(partial(match_texts, None, texts))
        yield ours / many, _busy(partial(matching_peers.cdist, texts[:few])) / few


def publish(folder: Path) -> Iterator[Pair]:
    """A graph of 50,000 accesses, with evidence, into the published file."""
    import graph_scale

    from discovery.publish import publish as put
    from discovery.settings import Settings
    from discovery.stage import Night
    from discovery.store import Store, make_private

    home = make_private(folder / "home")
    night = Night(Settings(home=home, inbox=folder, keep_generations=1), AS_OF)
    with Store(night.settings.warehouse) as store:
        store.create_tables()
        graph_scale.fill(store, 500, 100)
    for number in range(ROUNDS):
        with Store(night.settings.warehouse) as store:
            run = partial(put, store, night, run_id=f"run-{number}", started_at=datetime(2026, 10, 1))
            ours = _busy(run)
        bare = folder / f"bare-{number}.duckdb"
        yield ours, _busy(partial(graph_scale.bare_copy, night.settings.warehouse, bare))


def scope(folder: Path) -> Iterator[Pair]:
    """One person's scope by an e-mail address, from a graph of 200,000 accesses; median of a hundred persons."""
    import statistics

    import graph_scale

    from discovery.publish import publish as put
    from discovery.settings import Settings
    from discovery.stage import Night
    from discovery.store import Store, make_private

    persons = 2000
    night = Night(Settings(home=make_private(folder / "home"), inbox=folder, keep_generations=1), AS_OF)
    with Store(night.settings.warehouse) as store:
        store.create_tables()
        graph_scale.fill(store, persons, 100, evidence=False)
        put(store, night, run_id="run", started_at=datetime(2026, 10, 1))
    with Store(night.settings.published, read_only=True) as store:
        for _ in range(ROUNDS):
            ours = graph_scale.asked(store, "SELECT * FROM scope($x)", "person{}@acme.test", persons)[1]
            floor = graph_scale.asked(store, graph_scale.BARE_LOOK_UP, "p{}", persons)[1]
            yield statistics.median(ours) / 1000, statistics.median(floor) / 1000


def start(folder: Path) -> Iterator[Pair]:
    """A command before it works: `discovery --help`."""
    import start as whole

    for _ in range(2 * ROUNDS):  # short ones, and the first writes what Python compiles
        yield whole.seconds(("--help",), folder)[1], whole.spent(("-c", "pass"), {})[1]


def usage_month(folder: Path) -> Iterator[Pair]:
    """The months of 290,000 rows of daily use, built anew."""
    import nightly

    from discovery.canonical.usage import roll_up_months
    from discovery.store import Store

    with Store(folder / "warehouse.duckdb") as store:
        nightly.company(store, 2000, 12, 30)
        for _ in range(2 * ROUNDS):  # short ones
            ours = _busy(lambda: roll_up_months(store))
            yield (
                ours,
                _busy(lambda: store.run(f"CREATE OR REPLACE TEMP TABLE bare_month AS {nightly.BARE_MONTH}")),
            )


def dagster_steps(folder: Path) -> Iterator[Pair]:
    """What a night through Dagster takes more than by the library alone, with its checks; 2,000 sign-ins."""
    import dagster_share

    sys.path.insert(0, str(ROOT))
    config = dagster_share.generate(folder / "company", 2000)
    alone, through, floors, steps = [], [], [], 0
    for number in range(ROUNDS):
        before = time.process_time()
        dagster_share.through_library(config, folder / f"library-{number}")
        between = time.process_time()
        steps = dagster_share.through_dagster(config, folder / f"dagster-{number}")["steps"]
        after = time.process_time()
        dagster_share.bare_dagster(folder / f"bare-{number}", steps)
        alone.append(between - before)
        through.append(after - between)
        floors.append(time.process_time() - after)
    yield (min(through) - min(alone)) / steps, min(floors) / steps


@dataclass(frozen=True)
class Measure:
    """One figure. `floor` says in words what the program is set against; `work` what both numbers are for."""

    run: Callable[[Path], Iterator[Pair]]
    work: str
    floor: str


MEASURES = {
    "ingest": Measure(ingest, "200,000 sign-ins to usage", "DuckDB alone, SHA-256, a copy"),
    "matching": Measure(matching, "one card line", "rapidfuzz cdist with every name"),
    "publish": Measure(publish, "a file of 50,000 accesses", "CREATE TABLE AS of each table"),
    "scope": Measure(scope, "one person's scope", "bare look-up by the sorted key"),
    "start": Measure(start, "discovery --help", "python -c pass"),
    "usage_month": Measure(usage_month, "months of 290,000 days of use", "bare group-by"),
    "dagster_step": Measure(dagster_steps, "Dagster around one step", "an asset that does nothing"),
}


def best(pairs: list[Pair]) -> Pair:
    """The best of both columns; each is disturbed for itself, and never to the better."""
    ours, floors = zip(*pairs, strict=True)
    return min(ours), min(floors)


@dataclass(frozen=True)
class Worse:
    """A ratio that is worse than allowed."""

    name: str
    recorded: float
    measured: float

    def __str__(self) -> str:
        """Say which, by how much, and what to do."""
        return (
            f"{self.name} ({MEASURES[self.name].work}): {self.measured:.2f} times its floor "
            f"({MEASURES[self.name].floor}); recorded is {self.recorded:.2f}, allowed at most {ALLOWED:g} times that. "
            f"Measure it alone (python benchmarks/quick.py --only {self.name}), look what changed since it was "
            "recorded (git log -- benchmarks/recorded.toml) and mend that. If it is meant to cost so much now, record "
            "it (--record) and say why in the commit."
        )


def worse(recorded: Mapping[str, float], measured: Mapping[str, float]) -> list[Worse]:
    """The ratios above what is allowed, the worst first; one that is not recorded yet cannot be worse."""
    found = [
        Worse(name, recorded[name], ratio)
        for name, ratio in measured.items()
        if name in recorded and ratio > ALLOWED * recorded[name]
    ]
    return sorted(found, key=lambda each: each.measured / each.recorded, reverse=True)


def measure(name: str) -> list[Pair]:
    """Measure one in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", ROOT)))}
    done = subprocess.run(
        [sys.executable, __file__, "--one", name], stdout=subprocess.PIPE, text=True, env=environment
    )
    if done.returncode:
        raise SystemExit(
            f"{name}: the measured process ended with {done.returncode}; what it said stands above"
        )
    return [(ours, floor) for ours, floor in json.loads(done.stdout.splitlines()[-1])]


def recorded_ratios() -> dict[str, float]:
    """Return the recorded ratios by name; none, if nothing was recorded yet."""
    if not RECORDED.exists():
        return {}
    ratios: dict[str, float] = tomllib.loads(RECORDED.read_text(encoding="utf-8"))["ratio"]
    return ratios


def record(ratios: Mapping[str, float]) -> None:
    """Write the ratios beside those that were not measured now, with what they were measured on."""
    import duckdb

    kept = {**recorded_ratios(), **ratios}
    lines = [
        "# Written by `python benchmarks/quick.py --record`: processor time of the program over that of its floor,",
        "# in the same run. `make bench-quick` fails above twice of it.",
        "",
        "[machine]",
        f"recorded_on = {datetime.now(UTC):%Y-%m-%d}",
        f"processors = {os.cpu_count()}",
        f'python = "{platform.python_version()}"',
        f'duckdb = "{duckdb.__version__}"',
        "",
        "[ratio]",
        *(f"{name} = {kept[name]:.3f} # {one.work} / {one.floor}" for name, one in MEASURES.items() if name in kept),
    ]  # fmt: skip
    RECORDED.write_text("\n".join(lines) + "\n", encoding="utf-8")


def shown(seconds: float) -> str:
    """Seconds in a unit that can be read."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def line(name: str, pair: Pair, recorded: float | None) -> str:
    """One line of the table."""
    ours, floor = pair
    said = "not recorded" if recorded is None else f"{recorded:.2f}"
    what = f"{MEASURES[name].work} / {MEASURES[name].floor}"
    return f"{name:14}{shown(ours):>9} {shown(floor):>9}{ours / floor:>8.2f}{said:>14}  {what}"


def main() -> int:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), metavar="NAME")
    parser.add_argument("--record", action="store_true", help="write benchmarks/recorded.toml")
    parser.add_argument("--one", choices=MEASURES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        # What the benchmarks that are used here print is not for this table.
        with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stdout(io.StringIO()):
            pairs = list(MEASURES[given.one].run(Path(scratch)))
        print(json.dumps(pairs))
        return 0
    began = time.perf_counter()
    recorded, ratios = recorded_ratios(), {}
    print(f"{'':14}{'program':>9} {'floor':>9}{'ratio':>8}{'recorded':>14}  processor time, best of {ROUNDS}; "
          f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    for name in given.only:
        pairs = measure(name)
        if worse(recorded, {name: best(pairs)[0] / best(pairs)[1]}) and not given.record:
            pairs += measure(name)  # once more: what is really slower stays so
        ours, floor = best(pairs)
        ratios[name] = ours / floor
        print(line(name, (ours, floor), recorded.get(name)), flush=True)
    print(f"measured in {time.perf_counter() - began:.0f} s")
    if given.record:
        record(ratios)
        return 0
    slower = worse(recorded, ratios)
    for each in slower:
        print(each, file=sys.stderr)
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
