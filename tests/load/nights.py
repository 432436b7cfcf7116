"""Many nights in a row over a company that grows, some of them killed at a moment that nobody chose.

    python -m tests.load.nights [--nights 200] [--people 100] [--grow 2] [--kill-every 9] [--seed 1] [--folder DIR]

Every night new files lie in the inbox: the sign-ins of the day with the last hours of the day before once more, the whole
roster, and once a week a card statement. Each night is a process of its own, as a timer starts it: `discovery run
--as-of DAY`. Every `--kill-every`th is killed first, at a random moment, and run again. Prints, for each tenth of the
nights, what a night took (seconds, of the processor, memory at the peak) and how large things are, and how much work
the killed ones had begun.

Exit 1 if a night failed, if a row is lost or counted twice, if the kills all came before anything was begun, or if a new
home that reads all of it at once gets another content hash.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from discovery.settings import Settings
from discovery.store import Store
from pipelines.history import open_instance

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST = date(2026, 1, 5)
APPS = 60
SIGN_INS = """
COPY (
    SELECT printf('ab0f5c0a-3c4e-11f1-%04d-%012d', n, i * 10 + k) AS uuid,
        strftime(TIMESTAMP '{first}' + INTERVAL (n) DAY + INTERVAL (hash(i, k, n) % 86400) SECOND, '%Y-%m-%dT%H:%M:%S.000Z')
            AS published,
        'user.authentication.sso' AS eventType, '0' AS version, 'INFO' AS severity,
        {{'id': '00u' || i, 'type': 'User', 'alternateId': 'person' || i || '@acme.example',
          'displayName': 'Person ' || i}} AS actor,
        {{'ipAddress': '203.0.113.7'}} AS client, {{'result': 'SUCCESS', 'reason': NULL}} AS outcome,
        [{{'id': '0oa' || a, 'type': 'AppInstance', 'alternateId': 'App ' || a, 'displayName': 'App ' || a}}] AS target,
        {{'debugData': {{'requestUri': '/app'}}}} AS debugContext
    FROM (SELECT n, i, k, (i * 7 + k * 31) % {apps} AS a FROM (VALUES ({night}), ({night} - 1)) AS d(n),
          range({people}) AS p(i), range(6) AS r(k))
    WHERE n >= 0 AND (n = {night} OR (i < {people_before} AND hash(i, k, n) % 86400 >= 79200))
    ORDER BY published, uuid
) TO '{path}' (FORMAT json)
"""
ROSTER = """
COPY (
    SELECT 'E' || i AS "Employee ID", 'Person' AS "First name", 'No' || i AS "Last name",
        'person' || i || '@acme.example' AS "Work Email", 'Department ' || i % 12 AS "Department",
        'person0@acme.example' AS "Manager Email", '2025-01-01' AS "Hire date", '' AS "Termination date",
        'Active' AS "Status"
    FROM range({people}) AS p(i)
) TO '{path}' (FORMAT csv, HEADER)
"""
CHARGES = """
COPY (
    SELECT strftime(DATE '{day}' - CAST(i % 7 AS INTEGER), '%Y-%m-%d') AS "Date",
        ['FIGMA', 'MIRO.COM', 'NOTION LABS INC', 'ZOOM.US 888-799-9666', 'HOTEL ADLON'][1 + i % 5] AS "Merchant",
        printf('%.2f', 10.0 + i % 90) AS "Amount", 'EUR' AS "Currency", 'person' || i * 3 || '@acme.example' AS "Email"
    FROM range({people} // 3) AS p(i)
) TO '{path}' (FORMAT csv, HEADER)
"""
CONFIG = """
inbox = "inbox"
domains = ["acme.example"]

[people]
source_of_truth = "hr"

[[source]]
files = "okta/*"
instance = "acme.okta.example"

[[mapping]]
name = "Bank card"
kind = "charge"
[mapping.columns]
charged_on = "Date"
merchant = "Merchant"
amount = "Amount"
currency = "Currency"
account_name = "Email"
"""


@dataclass(frozen=True)
class Took:
    """What one night took: seconds, processor seconds, and the peak of memory in MiB."""

    seconds: float
    processor: float
    mib: float


@dataclass(frozen=True)
class Company:
    """How many people there are in each night, counted from 0."""

    people: int
    grow: int

    def size(self, night: int) -> int:
        return self.people + self.grow * max(night, 0)

    def files(self, folder: Path, night: int) -> int:
        """Put a night's files into the inbox; returns how many sign-ins happened on its day."""
        day = FIRST + timedelta(night)
        for name in ("okta", "hr", "cards"):
            (folder / "inbox" / name).mkdir(parents=True, exist_ok=True)
        people = self.size(night)
        with duckdb.connect() as con:
            con.execute("SET TimeZone = 'UTC'")
            con.execute(SIGN_INS.format(
                first=FIRST, apps=APPS, night=night, people=people, people_before=self.size(night - 1),
                path=folder / "inbox" / "okta" / f"{day}.ndjson",
            ))  # fmt: skip
            con.execute(ROSTER.format(people=people, path=folder / "inbox" / "hr" / f"employees {day}.csv"))
            if night % 7 == 6:
                path = folder / "inbox" / "cards" / f"{day}.csv"
                con.execute(CHARGES.format(people=people, day=day, path=path))
        return people * 6


def command(folder: Path, home: Path, day: date) -> list[str]:
    return [sys.executable, "-m", "discovery.cli", "run", "--json", "--config", str(folder / "discovery.toml"),
            "--home", str(home), "--as-of", day.isoformat()]  # fmt: skip


def run(folder: Path, home: Path, day: date) -> Took:
    """Run one night to its end. Raises SystemExit with what it said if it failed."""
    began = time.perf_counter()
    log = folder / "night.log"
    with log.open("wb") as output:
        night = subprocess.Popen(command(folder, home, day), stdout=output, stderr=output, env=_environment())
        _, status, used = os.wait4(night.pid, 0)
    night.returncode = os.waitstatus_to_exitcode(status)
    if night.returncode:
        raise SystemExit(f"the night of {day} ended with {night.returncode}:\n{log.read_text()[-3000:]}")
    return Took(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def kill(folder: Path, home: Path, day: date, after: float) -> str:
    """Begin a night and kill it after so many seconds; returns the last step that it had begun."""
    with (folder / "killed.log").open("wb") as output:
        night = subprocess.Popen(command(folder, home, day), stdout=output, stderr=output, env=_environment(),
                                 start_new_session=True)  # fmt: skip
        try:
            night.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(night.pid, signal.SIGKILL)
            night.wait()
            return last_step(home)
    return "done before it was killed"


def last_step(home: Path) -> str:
    """Return the step that the newest run of a home began last, as Dagster wrote down."""
    with open_instance(Settings(home=home, inbox=home)) as instance:
        runs = instance.get_run_records(limit=1)
        if not runs or runs[0].end_time is not None:
            return "nothing yet"
        begun = [e for e in instance.all_logs(runs[0].dagster_run.run_id) if e.is_dagster_event
                 and e.get_dagster_event().event_type_value == "STEP_START"]  # fmt: skip
    return (begun[-1].step_key or "?") if begun else "nothing yet"


def size(path: Path) -> float:
    """MB of a file, or of all that lies below a folder."""
    found = path.rglob("*") if path.is_dir() else [path]
    return sum(p.stat().st_size for p in found if p.is_file()) / 1e6


def content(home: Path) -> str:
    with Store(home / "access_graph.duckdb", read_only=True) as store:
        return str(store.value("SELECT content_hash FROM run"))


def report(home: Path, night: int, took: list[Took]) -> None:
    """Print one line of the table: the last nights, and the home after them."""
    parts = sum(1 for _ in (home / "lake").rglob("*.parquet"))
    middle = [
        statistics.median(values)
        for values in zip(*((t.seconds, t.processor, t.mib) for t in took), strict=True)
    ]
    print(
        f"{night:>6} {middle[0]:>7.1f} {middle[1]:>10.1f} {middle[2]:>7.0f} {parts:>6} {size(home / 'lake'):>8.1f} "
        f"{size(home / 'vault'):>8.1f} {size(home / 'warehouse.duckdb'):>10.1f} "
        f"{size(home / 'access_graph.duckdb'):>10.1f} {size(home / 'dagster'):>8.1f}",
        flush=True,
    )  # fmt: skip


def soak(folder: Path, company: Company, nights: int, kill_every: int, seed: int) -> list[str]:
    """Run the nights; returns what is wrong, in words."""
    home, draw = folder / "home", random.Random(seed)
    (folder / "discovery.toml").write_text(CONFIG, encoding="utf-8")
    happened, begun = 0, Counter[str]()
    took: list[Took] = []
    print(f"{'nights':>6} {'seconds':>7} {'processor':>10} {'MiB':>7} {'parts':>6} {'lake MB':>8} {'vault':>8} "
          f"{'warehouse':>10} {'published':>10} {'dagster':>8}")  # fmt: skip
    for night in range(nights):
        happened += company.files(folder, night)
        day = FIRST + timedelta(night)
        if kill_every and night % kill_every == kill_every - 1:
            begun[kill(folder, home, day, draw.uniform(0.2, 1.0) * took[-1].seconds)] += 1
        took.append(run(folder, home, day))
        if (night + 1) % max(1, nights // 10) == 0:
            report(home, night + 1, took[-max(1, nights // 10):])  # fmt: skip
    print("killed at:", ", ".join(f"{step} {count}" for step, count in begun.most_common()) or "never")
    return [*_wrong(folder, home, FIRST + timedelta(nights - 1), happened),
            *_idle_kills(begun, kill_every)]  # fmt: skip


def _wrong(folder: Path, home: Path, day: date, happened: int) -> list[str]:
    wrong = []
    with Store(home / "warehouse.duckdb", read_only=True) as store:
        counted = store.value("SELECT sum(event_count) FROM canonical.usage WHERE source = 'sign_in'")
        unequal = store.value(
            "SELECT count(*) FROM sources.source_file WHERE state = 'loaded' AND "
            "rows_read <> rows_loaded + rows_duplicate + rows_ignored + rows_quarantined"
        )
    if counted != happened:
        wrong.append(f"{happened} sign-ins happened, {counted} are in usage")
    if unequal:
        wrong.append(f"the balance of {unequal} files is not even")
    took = run(folder, folder / "at once", day)
    print(f"all of it at once, into a new home: {took.seconds:.1f} s, {took.mib:.0f} MiB")
    if content(folder / "at once") != content(home):
        wrong.append("a new home that reads all of it at once has another content hash")
    return wrong


def _idle_kills(begun: Counter[str], kill_every: int) -> list[str]:
    working = [step for step in begun if step not in ("nothing yet", "done before it was killed")]
    if kill_every and begun and not working:
        return [f"no kill met any work: {dict(begun)}"]
    return []


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}


def main() -> int:
    """Soak, print, say what is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nights", type=int, default=200)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--grow", type=int, default=2, help="how many join every night")
    parser.add_argument("--kill-every", type=int, default=9, help="0: kill none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work; default a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        company = Company(given.people, given.grow)
        wrong = soak(Path(scratch), company, given.nights, given.kill_every, given.seed)
    print(json.dumps({"nights": given.nights, "wrong": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
