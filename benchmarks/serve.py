"""How long pages of `discovery serve` take on a large graph: p50 and p95 of each page, over loopback.

Makes a published file by SQL (default 100,000 people and 10,000,000 accesses; it stays under --home for the next time),
starts `discovery serve` on it and asks each page of many different people and apps, one after the other.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx

from discovery.publish.contract import COPIED, RUN, VIEWS, file_columns
from discovery.store import Store, declared_columns, quoted, sql_file
from discovery.tables import Table

APPS = 4000
# An app's number is drawn so that few apps have most people; a person has each app once. In the order of the tables.
EDGES = """
CREATE TEMP TABLE edge AS
SELECT p, a, md5(p::VARCHAR) AS w FROM (
    SELECT DISTINCT p AS p,
        CAST(floor($apps * pow((hash(p * 1000 + k) % 1000000) / 1000000.0, 3)) AS BIGINT) AS a
    FROM range($people) AS people(p), range($each) AS draws(k))
ORDER BY w, a
"""
TABLE = re.compile(r"-- table (\w+)\n(.*?);\n", re.DOTALL)


def build(home: Path, people: int, edges: int) -> Path:
    """Make the published file, each table in the order in which the program writes it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / "access_graph.duckdb"
    if path.exists():
        return path
    making = home / "making.duckdb"
    making.unlink(missing_ok=True)
    fill = dict(TABLE.findall(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")))
    binds = {"people": people, "apps": APPS, "each": round(edges / people * 1.16)}
    begin = time.perf_counter()
    with Store(making, memory_limit="4GB") as store:
        store.run("SET preserve_insertion_order = true")
        store.run(EDGES, binds)
        for table in (*COPIED, RUN):
            columns = file_columns(table)
            shown = Table(table.schema, table.name, table.row, table.key, columns)
            store.run(f"CREATE TABLE {table.name} ({declared_columns(shown)})")
            if table.name in fill:
                print(f"{time.perf_counter() - begin:5.0f} s  {table.name}", flush=True)
                is_sorted = "FROM edge" in fill[table.name] and table.order_by[0] == "person_id"
                order = f" ORDER BY {', '.join(table.order_by)}" if table.order_by and not is_sorted else ""
                store.run(
                    f"INSERT INTO {table.name} BY NAME SELECT * FROM ({fill[table.name]}){order}", binds
                )
        for view in VIEWS:
            store.run(f"CREATE VIEW {view.name} AS {sql_file('discovery.publish', view.name)}")
        for statement in sql_file("discovery.publish", "views").split(";\n"):
            if statement.strip():
                store.run(statement)
        store.run("CHECKPOINT")
    making.rename(path)
    print(f"built in {time.perf_counter() - begin:.0f} s, {path.stat().st_size / 1e9:.1f} GB")
    return path


def ask(home: Path, rounds: int) -> None:
    """Serve it and print how long each page takes."""
    with Store(home / "access_graph.duckdb", read_only=True) as store:
        counts = store.rows("SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM access)")[0]
        persons = [
            r[0]
            for r in store.rows(f"SELECT person_id FROM person USING SAMPLE {max(rounds, 50)} (reservoir, 7)")
        ]
        apps = [
            r[0] for r in store.rows("SELECT app_id FROM app_summary ORDER BY person_count DESC LIMIT 100")
        ]
        pairs = [
            (who, store.value(f"SELECT min(app_id) FROM access WHERE person_id = {quoted(who)}"))
            for who in persons[:rounds]
        ]
        keys = [r[0] for r in store.rows("SELECT mention FROM match WHERE decision = 'review' LIMIT 50")]
    print(f"{counts[0]:,} people, {counts[1]:,} accesses; {os.cpu_count()} cores")
    environ = {**os.environ, "DISCOVERY_HOME": str(home)}
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "discovery.cli", "serve", "--port", "0"],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        address = re.search(r"http\S+", server.stdout.readline())
        assert address is not None
        draw = random.Random(7)
        pages = {
            "overview": lambda _: "/",
            "people, a page": lambda _: f"/people?page={draw.randint(1, counts[0] // 50)}",
            "a person": lambda n: f"/people/{persons[n % len(persons)]}",
            "why a person has an app": lambda n: "/people/{}/apps/{}".format(*pairs[n % len(pairs)]),
            "dossier": lambda n: f"/people/{persons[n % len(persons)]}/dossier.html",
            "apps": lambda _: f"/apps?page={draw.randint(1, 60)}",
            "an app, who has it": lambda n: f"/apps/{apps[n % len(apps)]}?page={draw.randint(1, 5)}",
            "search": lambda _: f"/search?q=person{draw.randint(1000, counts[0])}",
            "review queue": lambda _: "/queue",
            "a name under review": lambda n: f"/queue/{keys[n % len(keys)]}",
            "findings": lambda _: f"/findings?severity=high&page={draw.randint(1, 600)}",
            "runs": lambda _: "/runs",
            "cases": lambda _: "/cases",
        }
        with httpx.Client(base_url=address[0].split("/?")[0], timeout=120, follow_redirects=False) as client:
            client.get(address[0])
            print(f"{'page':<26}{'first':>8}{'p50':>8}{'p95':>8}  (ms)")
            worst, least = 0.0, float("inf")
            for name, path in pages.items():
                times = []
                for number in range(rounds + 1):
                    begin = time.perf_counter()
                    answer = client.get(path(number))
                    times.append((time.perf_counter() - begin) * 1000)
                    assert answer.status_code in (200, 303), (name, answer.status_code)
                first, *rest = times
                rest.sort()
                p50, p95 = rest[len(rest) // 2], rest[int(len(rest) * 0.95)]
                worst, least = max(worst, p50), min(least, p50)
                print(f"{name:<26}{first:>8.0f}{p50:>8.0f}{p95:>8.0f}", flush=True)
            print(f"slowest page at p50: {worst:.0f} ms, {worst / least:.1f} times the quickest")
    finally:
        server.terminate()
        server.wait(30)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--home", type=Path, default=Path(".discovery/large"))
    given = parser.parse_args()
    build(given.home.absolute(), given.people, given.edges)
    ask(given.home.absolute(), given.rounds)
