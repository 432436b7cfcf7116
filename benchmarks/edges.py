"""Access edges from the months of a year: what building them all anew costs, beside a bare group-by over the months.

    python benchmarks/edges.py [--people 10000] [--apps-each 12] [--memory 2GB]

A company is made in the warehouse by SQL: everybody has used each of their apps in each of the twelve months up to
30 September 2026, a third of them in two ways, and all of it is matched. Then the steps that lead from
`canonical.usage_month` to `graph.access`, `graph.account_access` and `graph.access_span` run, as on the night after
the warehouse was lost. Prints the processor seconds of each step, of the bare group-by (events, first and last time
by account, mention and way) and the ratio; and what it costs to write the months out as Parquet, which another engine
would need before it could add them up.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from datetime import date
from pathlib import Path

from nightly import APP, APPS, MATCH, ROSTER, make_tables, timed

from discovery.canonical import STEPS as CANONICAL
from discovery.graph import STEPS as GRAPH
from discovery.settings import Settings
from discovery.stage import Night
from discovery.store import Store

AS_OF = date(2026, 9, 30)
NEEDED = (
    "graph.app_fact", "graph.app_interface", "graph.deprovisioning_scope", "graph.deprovisioning_fact", "graph.spend",
    "graph.exclusion",
)  # fmt: skip
EDGES = (
    "canonical.usage_known", "graph.trace", "graph.account_access", "graph.access_fact", "graph.access_verdict",
    "graph.access", "graph.access_span",
)  # fmt: skip
MONTHS = """
INSERT INTO canonical.usage_month BY NAME
SELECT 'sign_in' AS source, 'entra' AS system, 'main' AS instance, 'entra' || i AS identifier,
    'person' || i || '@acme.test' AS account_name, 'app_id' AS mention_kind,
    'client-' || (i * 7 + k * 31) % $apps AS mention, 'App ' || (i * 7 + k * 31) % $apps AS mention_name,
    '' AS host, method, month, CAST(len(days) AS BIGINT) AS event_count,
    CAST(list_sum(list_transform(days, lambda d: 1 << (dayofmonth(d) - 1))) AS INTEGER) AS day_bits,
    days[1] + INTERVAL 9 HOUR AS first_at, days[-1] + INTERVAL 17 HOUR AS last_at,
    CAST(md5(concat_ws('/', i, k, month)) AS UUID)::VARCHAR AS first_event_id,
    CAST(md5(concat_ws('-', i, k, month)) AS UUID)::VARCHAR AS last_event_id,
    sha256('file' || month) AS first_file_id, sha256('file' || month) AS last_file_id
FROM (
    SELECT *, list_filter(list_transform(range(28), lambda d: month + CAST(d AS INTEGER)),
        lambda d: hash(i, k, d) % 5 < 2 OR d = month + CAST(hash(i, k) % 28 AS INTEGER)) AS days
    FROM (
        SELECT CAST(unnest(range(DATE '2025-10-01', DATE '2026-10-01', INTERVAL 1 MONTH)) AS DATE) AS month
    ), range($people) AS p(i), range($each) AS a(k),
        (VALUES ('idp_interactive'), ('idp_non_interactive')) AS w(method)
    WHERE method = 'idp_interactive' OR hash(i, k) % 3 = 0
)
"""
BARE = """
CREATE OR REPLACE TEMP TABLE bare_edge AS SELECT source, system, instance, identifier, mention_kind, mention, method,
    sum(event_count) AS event_count, min(first_at) AS first_at, max(last_at) AS last_at
FROM canonical.usage_month GROUP BY ALL
"""


def company(store: Store, people: int, each: int) -> None:
    """Fill the warehouse with the months of a year."""
    make_tables(store)
    for sql in (ROSTER, MONTHS, APP, MATCH):
        store.run(sql, {"people": people, "each": each, "apps": APPS})
    store.run("CHECKPOINT")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--apps-each", type=int, default=12)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--folder", type=Path, help="where to work; default a temporary folder")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=given.folder) as scratch,
        Store(Path(scratch) / "warehouse.duckdb", memory_limit=given.memory) as store,
    ):
        home = Path(scratch)
        company(store, given.people, given.apps_each)
        night = Night(Settings(home=home, inbox=home / "inbox", domains=("acme.test",)), AS_OF)
        seconds = {
            step.table: timed(lambda step=step: step.build(store, night))  # type: ignore[misc]
            for step in (*CANONICAL[1:], *GRAPH)
            if step.table in EDGES or step.table.startswith("canonical") or step.table in NEEDED
        }
        bare = min(timed(lambda: store.run(BARE)) for _ in range(2))
        written = home / "months.parquet"
        out = timed(lambda: store.run(f"COPY canonical.usage_month TO '{written}' (FORMAT parquet)"))
        print(
            f"{store.count('canonical.usage_month'):,} rows of months, {store.count('graph.access'):,} accesses"
        )
        for table in EDGES:
            print(f"  {table}: {seconds[table]:.2f} s, {seconds[table] / bare:.2f} times the bare group-by")
        print(f"  the months written out as Parquet: {out:.2f} s, {written.stat().st_size / 1e6:,.0f} MB")
    edges = sum(seconds[table] for table in EDGES)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"access edges from the months: {edges:.2f} s; a bare group-by over them: {bare:.2f} s; "
        f"ratio {edges / bare:.1f}; peak {peak:.1f} GB"
    )


if __name__ == "__main__":
    main()
