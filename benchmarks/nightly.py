"""What a night costs after 30 nights and after 365: the steps from usage to the graph, with one more day of use.

    python benchmarks/nightly.py [--people 2000] [--apps-each 12]

A company is made in the warehouse by SQL: everybody uses each of their apps on two days of five, in the window of 30 or
365 days that ends on 15 September 2026, and all of it is matched. Then the month of the last day is rolled up and the
steps of the stages canonical and graph run, as in a night, each three times. Prints the processor seconds of both
nights (of each step the least), their ratio and the steps that grew most.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from discovery.canonical import STEPS as CANONICAL  # noqa: E402 - the path first
from discovery.canonical.usage import roll_up_months  # noqa: E402
from discovery.graph import STEPS as GRAPH  # noqa: E402
from discovery.settings import Settings  # noqa: E402
from discovery.stage import Night  # noqa: E402
from discovery.store import Store, declared_columns  # noqa: E402
from discovery.tables import EVENT_KINDS, RECORDS  # noqa: E402

AS_OF = date(2026, 9, 15)
APPS = 400
ROSTER = """
INSERT INTO lake.directory_account BY NAME
SELECT 'file' AS file_id, system, 'main' AS instance, system || i AS event_id, system || i AS account_key,
    'person' || i || '@acme.test' AS account_name, 'person' || i || '@acme.test' AS email, 'E' || i AS employee_id,
    'Person ' || i AS display_name, 'human' AS account_kind, 'active' AS status, DATE '2026-09-14' AS snapshot_on
FROM range($people) AS p(i), (VALUES ('hr'), ('entra')) AS s(system)
"""
USE = """
INSERT INTO canonical.usage BY NAME
SELECT 'sign_in' AS source, 'entra' AS system, 'main' AS instance, 'entra' || i AS identifier,
    'person' || i || '@acme.test' AS account_name, 'app_id' AS mention_kind,
    'client-' || (i * 7 + k * 31) % $apps AS mention,
    'App ' || (i * 7 + k * 31) % $apps AS mention_name, '' AS host, 'idp_interactive' AS method, day,
    CAST(1 + hash(i, k, day) % 5 AS BIGINT) AS event_count, day + INTERVAL 9 HOUR AS first_at,
    day + INTERVAL 17 HOUR AS last_at, md5(concat_ws('/', i, k, day)) AS first_event_id,
    md5(concat_ws('-', i, k, day)) AS last_event_id, 'file-' || day AS first_file_id, 'file-' || day AS last_file_id
FROM (SELECT CAST(unnest(range(CAST($from_on AS DATE), CAST($to_on AS DATE) + 1, INTERVAL 1 DAY)) AS DATE) AS day),
    range($people) AS p(i), range($each) AS a(k)
WHERE hash(k, day, i) % 5 < 2
"""
APP = """
INSERT INTO matching.app BY NAME SELECT 'app-' || i AS app_id, 'App ' || i AS name, 'app' || i || '.test' AS domain,
    true AS in_catalog, 'approved' AS approval FROM range($apps) AS t(i)
"""
MATCH = """
INSERT INTO matching.match BY NAME SELECT 'client-' || i AS mention, 'app_id' AS kind, 'app-' || i AS app_id,
    'accept' AS decision, 100.0 AS score, 'client id' AS method FROM range($apps) AS t(i)
"""
BARE_MONTH = """
SELECT source, system, instance, identifier, account_name, mention_kind, mention, mention_name, host, method,
    date_trunc('month', day) AS month, sum(event_count), min(first_at), max(last_at)
FROM canonical.usage GROUP BY ALL
"""


def processor_seconds() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(what: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    before = processor_seconds()
    what()
    return processor_seconds() - before


def make_tables(store: Store) -> None:
    """Make the tables of the warehouse, and empty ones of what the lake holds beside events."""
    store.create_tables()
    store.run("CREATE SCHEMA IF NOT EXISTS lake")
    for kind, table in RECORDS.items():
        if kind not in EVENT_KINDS:
            store.run(f"CREATE TABLE lake.{kind} (file_id VARCHAR, system VARCHAR, instance VARCHAR, "
                      f"{declared_columns(table)})")  # fmt: skip


def company(store: Store, people: int, each: int, days: int) -> None:
    """Fill the warehouse with the use of so many days, rolled up to months."""
    make_tables(store)
    binds = {
        "people": people,
        "each": each,
        "apps": APPS,
        "from_on": AS_OF - timedelta(days - 1),
        "to_on": AS_OF,
    }
    for sql in (ROSTER, USE, APP, MATCH):
        store.run(sql, binds)
    store.run("CREATE OR REPLACE TEMP TABLE touched_month AS "
              "SELECT DISTINCT date_trunc('month', day) AS month FROM canonical.usage")  # fmt: skip
    roll_up_months(store)


def night(store: Store, home: Path) -> dict[str, float]:
    """Processor seconds of each step of a night whose files touch the last month."""
    tonight = Night(Settings(home=home, inbox=home / "inbox", domains=("acme.test",)), AS_OF)
    store.run("CREATE OR REPLACE TEMP TABLE touched_month AS SELECT date_trunc('month', $day::DATE) AS month",
              {"day": AS_OF})  # fmt: skip
    seconds = {"canonical.usage_month": timed(lambda: roll_up_months(store))}
    for step in (*CANONICAL[1:], *GRAPH):
        seconds[step.table] = timed(lambda step=step: step.build(store, tonight))  # type: ignore[misc]
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--apps-each", type=int, default=12)
    given = parser.parse_args()
    nights: dict[int, dict[str, float]] = {}
    for days in (30, 365):
        with tempfile.TemporaryDirectory() as scratch, Store(Path(scratch) / "warehouse.duckdb") as store:
            company(store, given.people, given.apps_each, days)
            night(store, Path(scratch))  # once for the caches
            tries = [night(store, Path(scratch)) for _ in range(3)]
            nights[days] = {table: min(one[table] for one in tries) for table in tries[0]}
            print(
                f"after {days} nights: {store.count('canonical.usage'):,} days of use, "
                f"{store.count('graph.access'):,} accesses; a night takes {sum(nights[days].values()):.2f} s",
                flush=True,
            )
    short, long = nights[30], nights[365]
    print(
        f"a night after 365 nights / the same night after 30: {sum(long.values()) / sum(short.values()):.2f}"
    )
    for table in sorted(long, key=lambda name: short[name] - long[name])[:5]:
        print(f"  {table}: {short[table]:.2f} s, {long[table]:.2f} s")


if __name__ == "__main__":
    main()
