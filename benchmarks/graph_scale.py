"""Ten million accesses: how long publishing takes, and how long it takes to ask for one person's scope.

    python benchmarks/graph_scale.py [--persons 100000] [--apps-each 100] [--folder DIR]

The tables of the warehouse are made by SQL (100 accesses a person, four accounts, one to three sources each). Prints
the seconds of `publish` without and with evidence rows, beside those of a bare copy of the same tables; the warm p50
and p95 of `scope(person)`, `access_as_of` and `explain` inside the engine over 100 persons, beside a bare look-up;
the whole of `discovery scope PERSON` as a process; the peak of memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from discovery.publish import publish  # noqa: E402 - the path first
from discovery.publish.contract import COPIED  # noqa: E402
from discovery.settings import Settings  # noqa: E402
from discovery.stage import Night  # noqa: E402
from discovery.store import Store  # noqa: E402

AS_OF = date(2026, 9, 30)
APPS = 3000
PERSONS_ASKED = 100
BARE_LOOK_UP = "SELECT * FROM access WHERE person_id = left(sha256($x), 32)"
"""The floor of a scope: the person's rows by the key by which they are sorted; asked with `p0`, `p1`…"""

PERSON = """
SELECT left(sha256('p' || i), 32) AS person_id, 'person' || i || '@acme.test' AS email, 'Person ' || i AS display_name,
    'active' AS status, 'Department ' || (i % 40) AS department, 'boss' || (i % 500) || '@acme.test' AS manager_email,
    NULL::DATE AS left_on
FROM range($persons) AS t(i) ORDER BY person_id
"""
IDENTIFIER = """
SELECT * FROM (
    SELECT person_id, unnest([email, 'upn.' || email, 'alias.' || email, lower(display_name)]) AS identifier,
        unnest(['email', 'upn', 'alias', 'name']) AS kind
    FROM canonical.person)
ORDER BY identifier
"""
ACCOUNT = """
SELECT person_id[:30] || '-' || k AS account_id, person_id, ['entra', 'push', 'amex', 'okta'][k + 1] AS system,
    'main' AS instance, email || k AS identifier, email AS account_name, 'human' AS kind, 'a person''s' AS kind_reason,
    'address' AS link_method, 0.98 AS link_confidence, DATE '2026-01-01' AS first_seen_on,
    DATE '2026-09-01' AS last_seen_on
FROM (SELECT *, unnest(range(4)) AS k FROM canonical.person)
"""
APP = """
SELECT printf('app-%05d', i) AS app_id, 'App ' || i AS name, 'app' || i || '.test' AS domain, true AS in_catalog,
    'approved' AS approval
FROM range($apps) AS t(i)
"""
EDGE = """
    SELECT *, hash(person_id, k) AS h,
        printf('app-%05d', k * ($apps // $each) + hash(person_id, k) % ($apps // $each)) AS app_id
    FROM (SELECT person_id, unnest(range($each)) AS k FROM canonical.person)
"""
ACCESS = f"""
SELECT person_id, app_id, DATE '2026-01-01' + CAST(k % 90 AS INTEGER) AS first_seen_on,
    DATE '2026-06-01' + CAST(h % 100 AS INTEGER) AS last_seen_on,
    CASE k % 4 WHEN 0 THEN ['sign_in'] WHEN 1 THEN ['charge', 'sign_in'] WHEN 2 THEN ['web_visit']
        ELSE ['app_account', 'assignment', 'sign_in'] END AS sources,
    CAST(h % 300 AS BIGINT) AS event_count, CAST(h % 60 AS BIGINT) AS active_day_count,
    CASE k % 3 WHEN 0 THEN ['idp_interactive'] WHEN 1 THEN ['password'] ELSE [] END AS methods,
    [person_id[:30] || '-' || (k % 4)] AS accounts,
    CASE WHEN k % 10 = 0 THEN ['Mail.Read', 'User.Read'] ELSE [] END AS grant_scopes,
    CASE WHEN k % 4 = 1 THEN 120.50 END::DECIMAL(18,2) AS amount, CASE WHEN k % 4 = 1 THEN 'EUR' END AS currency,
    0.9 AS confidence, ['sso', 'shadow', 'unmanaged'][k % 3 + 1] AS class, k % 3 = 1 AS survives_idp_disable,
    ['idp', 'manual'][k % 2 + 1] AS route, 'owner' || (k % 50) || '@acme.test' AS owner_email,
    k % 50 = 0 AS is_sole_user, k % 4 = 1 AS is_payer, k % 70 = 0 AS is_admin,
    ['the app is not approved', 'signs in with a password or a social account: the directory is not asked',
        'to be ended by hand in the app', 'nobody approved it'] AS reasons,
    'high' AS confidence_bucket, CASE WHEN k % 10 = 0 THEN 'medium' END AS scope_risk, false AS is_owner,
    false AS is_owner_leaving, false AS has_legacy_auth, NULL::BOOLEAN AS has_dormant_grant, k + 1 AS priority,
    'Remove the account in App ' || CAST(substr(app_id, 5) AS BIGINT) || ' by hand.' AS action,
    CASE WHEN k % 4 = 1 THEN ['billing: the subscription is on the person''s card or claims'] ELSE [] END AS handover,
    NULL::VARCHAR AS licence, CASE WHEN k % 4 = 1 THEN 12.50 END::DECIMAL(18,2) AS monthly_amount,
    CASE WHEN k % 4 = 1 THEN 'EUR' END AS monthly_currency
FROM ({EDGE})
"""
ACCOUNT_ACCESS = """
SELECT accounts[1] AS account_id, app_id, person_id, first_seen_on, last_seen_on, sources, event_count,
    active_day_count, methods, grant_scopes, 'member' AS role, is_admin, true AS is_active, 'active' AS status
FROM graph.access
ORDER BY account_id, app_id
"""
SPAN = """
SELECT person_id, app_id, unnest(sources) AS source, first_seen_on AS from_on, NULL::DATE AS to_on,
    NULL::VARCHAR AS end_reason
FROM graph.access
"""
EVIDENCE = """
SELECT person_id, app_id, source, kind, CAST(seen_on AS TIMESTAMP) + INTERVAL 9 HOUR AS observed_at,
    'signed in to App ' || substr(app_id, 5) || ' by idp_interactive' AS summary,
    'file-' || (event_count % 40) || '-0123456789abcdef01234' AS file_id,
    CAST(gen_random_uuid() AS VARCHAR) AS record
FROM (SELECT *, unnest(['first', 'last']) AS kind, unnest([first_seen_on, last_seen_on]) AS seen_on
      FROM (SELECT *, unnest(sources) AS source FROM graph.access))
"""


def fill(store: Store, persons: int, each: int, *, evidence: bool = True) -> None:
    """Make the tables in their declared order: each SELECT gives it, so that millions of rows need no sorting."""
    binds = {"persons": persons, "each": each, "apps": APPS}
    for table, sql in (
        ("canonical.person", PERSON),
        ("canonical.person_identifier", IDENTIFIER),
        ("canonical.account", ACCOUNT),
        ("matching.app", APP),
        ("graph.access", ACCESS),
        ("graph.account_access", ACCOUNT_ACCESS),
        ("graph.access_span", SPAN),
        *([("graph.evidence", EVIDENCE)] if evidence else []),
    ):
        busy = processor_seconds()
        store.run(f"INSERT INTO {table} BY NAME {sql}", binds)
        print(f"  made {table}: {store.count(table):,} rows, {processor_seconds() - busy:.0f} s", flush=True)
    store.run("CHECKPOINT")


def processor_seconds() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def published(store: Store, night: Night, name: str) -> float:
    """Publish and say how long it took; the file is warm then. Returns processor seconds."""
    started, busy = time.perf_counter(), processor_seconds()
    done = publish(store, night, run_id=name, started_at=datetime(2026, 10, 1))
    wall, used = time.perf_counter() - started, processor_seconds() - busy
    size = done.path.stat().st_size / 1e9
    print(f"publish {name}: {wall:.1f} s ({used:.1f} s of processor), {size:.2f} GB", flush=True)
    return used


def asked(store: Store, sql: str, who: str, persons: int) -> tuple[list[float], list[float]]:
    """Ask for many persons after a few for warmth; milliseconds of wall and of processor time, each sorted."""
    walls, busy = [], []
    for draw in range(20 + PERSONS_ASKED):
        started, before = time.perf_counter(), time.process_time()
        store.rows(sql, {"x": who.format((draw * 7919) % persons)})
        walls.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - before) * 1000)
    return sorted(walls[20:]), sorted(busy[20:])


def bare_copy(warehouse: Path, file: Path) -> None:
    """The floor of publishing: the tables of the contract into another file, as the engine does it by itself."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{warehouse}' AS warehouse (READ_ONLY)")
        con.execute(f"ATTACH '{file}' AS bare (STORAGE_VERSION 'v1.0.0')")
        for table in COPIED:
            con.execute(f'CREATE TABLE bare."{table.name}" AS FROM warehouse.{table.qualified}')
        con.execute("CHECKPOINT bare")


def ask(path: Path, persons: int) -> None:
    """Time the macros inside the engine, warm, each for other persons."""
    with Store(path, read_only=True) as store:
        floor = 0.0
        for name, sql, who in (
            ("bare look-up", BARE_LOOK_UP, "p{}"),
            ("scope(e-mail)", "SELECT * FROM scope($x)", "person{}@acme.test"),
            ("scope(alias)", "SELECT * FROM scope($x)", "alias.person{}@acme.test"),
            ("access_as_of", "SELECT * FROM access_as_of($x, DATE '2026-05-01')", "person{}@acme.test"),
            ("explain", "SELECT * FROM explain($x, 'App 7')", "person{}@acme.test"),
        ):
            warm, used = asked(store, sql, who, persons)
            floor = floor or statistics.median(used)
            print(
                f"{name}: p50 {statistics.median(warm):.1f} ms, p95 {warm[int(len(warm) * 0.95)]:.1f} ms; "
                f"of processor p10 {used[len(used) // 10]:.1f}, p50 {statistics.median(used):.1f} ms, "
                f"ratio {statistics.median(used) / floor:.2f}",
                flush=True,
            )


def command_line(home: Path, persons: int) -> None:
    """Time the whole command, as a process of its own, for several persons."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "DISCOVERY_HOME": str(home)}
    walls, busy = [], []
    for draw in range(8):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "discovery.cli", "scope", f"person{draw * 31 % persons}@acme.test"],
            env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=home,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - started)
        busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(
        f"discovery scope PERSON: median {statistics.median(walls[1:]):.2f} s, best {min(walls):.2f} s; "
        f"of processor {statistics.median(busy[1:]):.2f} s",
        flush=True,
    )


def main() -> None:
    """Make, publish, ask."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--apps-each", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="where to work; default a temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        home = Path(scratch) / "home"
        home.mkdir(mode=0o700)
        settings = Settings(home=home, inbox=home / "inbox", memory_limit="4GB", keep_generations=1)
        night = Night(settings, AS_OF)
        warehouse = home / "warehouse.duckdb"
        with Store(warehouse, memory_limit=settings.memory_limit) as store:
            store.create_tables()
            fill(store, given.persons, given.apps_each)
            published(store, night, "with evidence")
        path = settings.published
        ask(path, given.persons)
        command_line(home, given.persons)
        with Store(warehouse, memory_limit=settings.memory_limit) as store:
            store.run("TRUNCATE graph.evidence")
            used = published(store, night, "without evidence")
        busy = processor_seconds()
        bare_copy(warehouse, home / "bare.duckdb")
        busy = processor_seconds() - busy
        print(
            f"the same tables by CREATE TABLE AS: {busy:.1f} s of processor; publish takes {used / busy:.2f} times that"
        )
    print(f"peak of memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


if __name__ == "__main__":
    main()
