"""Events of the lake become `canonical.usage`, for touched days only, in one transaction with the registry.

Events are deduplicated by (kind, instance, event id). Of several redeliveries the newest by the source's
version time stands, else the fuller, else the one with the greater content hash: never load order. The SQL that
other engines can run stands in usage_forms.py; here it is made fast on DuckDB.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from discovery.canonical.usage_forms import (
    EVENT_COLUMNS,
    KEPT,
    NAMES,
    UUID_TIE,
    event_select,
    kept_update,
    macros,
    name_select,
    winner_select,
)
from discovery.canonical.usage_spark import usage_on_spark
from discovery.errors import MemoryTooSmall
from discovery.sources.lake import Lake
from discovery.stage import Night, Step
from discovery.store import OutOfMemory, Store, declared_columns, quoted, sql_file
from discovery.tables import EVENT_KINDS, RECORDS, TABLES

_BATCH_ROWS = 20_000_000
_HELD_ROWS = 1_000_000
_TRIED = 100


def touch_days(store: Store, from_on: date, to_on: date) -> int:
    """Mark the days of a range to be rebuilt by the next step; returns the number of parts."""
    binds = {"from_on": from_on, "to_on": to_on}
    store.run("UPDATE sources.source_part SET state = 'new' WHERE state = 'held' AND "
              "day BETWEEN $from_on AND $to_on", binds)  # fmt: skip
    return int(store.value(
        "SELECT count(*) FROM sources.source_part WHERE state = 'new' AND day BETWEEN $from_on AND $to_on", binds
    ))  # fmt: skip


def build_usage(store: Store, night: Night) -> int:
    """Rebuild the touched days of `canonical.usage` and the touched months of `usage_month`.

    In the same transaction staged inputs become `loaded` and their balance (loaded, duplicate) is set.
    Returns the number of usage rows of the touched days. Raises MemoryTooSmall.
    """
    lake = night.settings.home / "lake"
    with store.transaction():
        store.run(
            "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT kind, source, system, instance, day "
            "FROM sources.source_part WHERE state <> 'held'"
        )
        store.run("CREATE OR REPLACE TEMP TABLE touched_month AS SELECT DISTINCT date_trunc('month', day) AS month "
                  "FROM touched WHERE day IS NOT NULL")  # fmt: skip
        if night.settings.engine.engine == "spark":
            for kind in EVENT_KINDS:
                _clear_days(store, kind)
            bounds = _clear_months(store)
            rows = usage_on_spark(store, night, bounds) if bounds else 0
        else:
            rows = sum(_build_kind(store, kind, lake) for kind in EVENT_KINDS)
            roll_up_months(store)
        for kind in RECORDS:
            if kind not in EVENT_KINDS:
                _balance_small_kind(store, kind, lake)
        _commit_registry(store)
        Lake(night.settings.home).open_kinds(store)
    return rows


def roll_up_months(store: Store) -> None:
    """Build the months of the temporary table touched_month anew from their days; all, if columns were others."""
    bounds = _clear_months(store)
    if bounds is None:
        return
    months = TABLES["canonical.usage_month"]
    body = sql_file("discovery.canonical", "usage_month")
    binds = {"from_on": bounds[0], "to_on": bounds[1]}
    store.check(months, body, binds)
    store.run(f"INSERT INTO {months.qualified} BY NAME {body}", binds)


def _clear_months(store: Store) -> tuple[date, date] | None:
    """Empty the touched months; returns the first day of the first and the last of the last, None if there is none."""
    months = TABLES["canonical.usage_month"]
    if [str(r[0]) for r in store.rows(f"DESCRIBE {months.qualified}")] != list(months.column_names):
        store.run(f"CREATE OR REPLACE TABLE {months.qualified} ({declared_columns(months)})")
        store.run("CREATE OR REPLACE TEMP TABLE touched_month AS SELECT month FROM touched_month UNION "
                  "SELECT date_trunc('month', day) FROM canonical.usage")  # fmt: skip
    store.run(f"DELETE FROM {months.qualified} WHERE month IN (SELECT month FROM touched_month)")
    [(from_on, to_on)] = store.rows(
        "SELECT CAST(min(month) AS DATE), CAST(max(month) + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) "
        "FROM touched_month"
    )
    return None if from_on is None else (from_on, to_on)


def _clear_days(store: Store, kind: str) -> None:
    store.run(
        "DELETE FROM canonical.usage AS u USING touched AS t WHERE t.kind = $kind AND u.source = t.kind "
        "AND u.system = t.system AND u.instance = t.instance AND u.day = t.day",
        {"kind": kind},
    )


def _build_kind(store: Store, kind: str, lake: Path) -> int:
    touched = store.rows("SELECT DISTINCT source, day FROM touched WHERE kind = $kind", {"kind": kind})
    if not touched:
        return 0
    _clear_days(store, kind)
    parts = store.rows(
        "SELECT p.path, p.row_count, p.day FROM sources.source_part AS p JOIN touched AS t "
        "USING (kind, source, day) WHERE p.state <> 'gone' AND kind = $kind ORDER BY p.day, p.path",
        {"kind": kind},
    )
    total = 0
    for batch, row_count in _batches(parts, lake):
        try:
            total += _build_batch(store, kind, batch, row_count, lake)
        except OutOfMemory as error:
            raise MemoryTooSmall(
                f"{row_count:,} events ({kind}) of whole days are counted together and need more memory: "
                f"{str(error).splitlines()[0]}. Raise [engine] memory_limit, or have events counted on Spark "
                "(docs/scale.md). Nothing of this night was taken in; what was published before stays."
            ) from error
    return total


def _batches(parts: list[tuple[str, int, date]], lake: Path) -> list[tuple[list[str], int]]:
    """Cut the parts into whole days of bounded size, so that memory stays bounded; with the rows of each."""
    batches: list[list[str]] = []
    sizes: list[int] = []
    rows = 0
    previous: date | None = None
    for path, count, day in parts:
        if not batches or (rows + count > _BATCH_ROWS and day != previous):
            batches.append([])
            sizes.append(0)
            rows = 0
        batches[-1].append(str(lake / path))
        rows += count
        sizes[-1] = rows
        previous = day
    return list(zip(batches, sizes, strict=True))


def _build_batch(store: Store, kind: str, paths: list[str], row_count: int, lake: Path) -> int:
    for macro in macros():
        store.run(macro)
    store.run(
        "CREATE OR REPLACE TEMP TABLE part_file AS SELECT $lake || '/' || path AS path, system, instance, file_id, "
        "CAST(dense_rank() OVER (ORDER BY file_id) - 1 AS INTEGER) AS number "
        "FROM sources.source_part WHERE list_contains($paths, $lake || '/' || path)",
        {"paths": paths, "lake": str(lake)},
    )
    listed = ", ".join(quoted(p) for p in paths)
    parts = f"read_parquet([{listed}], hive_partitioning=false, filename=true)"
    if row_count <= _HELD_ROWS:
        # Many small files take longer to open than to read: each is opened once.
        # By name: not every part has a column for the number of its record.
        names = ", ".join(f'"{c.name}"' for c in RECORDS[kind].columns if c.name != "record")
        store.run(f"CREATE OR REPLACE TEMP TABLE held_part AS SELECT {names}, filename FROM {parts}")
        parts = "held_part"
    # As texts, millions of ids cost twice as much to carry along as the 16 bytes that most of them are.
    # First by hash: ids of millions of events are compared only where their hashes agree. One that is no UUID has none.
    is_uuid = "coalesce(event_id = CAST(TRY_CAST(event_id AS UUID) AS VARCHAR), false)"
    are_uuids = store.value(f"SELECT bool_and({is_uuid}) FROM (SELECT event_id FROM {parts} LIMIT {_TRIED})")
    if are_uuids:
        store.run(
            f"CREATE OR REPLACE TEMP TABLE suspect AS SELECT CASE WHEN {is_uuid} THEN hash(event_id) END AS key "
            f"FROM {parts} GROUP BY key HAVING count(*) > 1 OR key IS NULL"
        )
        are_uuids = not store.value("SELECT count(*) FROM suspect WHERE key IS NULL")
    if not are_uuids:
        store.run(
            "CREATE OR REPLACE TEMP TABLE suspect AS SELECT hash(event_id) AS key "
            f"FROM {parts} GROUP BY key HAVING count(*) > 1"
        )
    if are_uuids:
        events = event_select(
            kind, parts, key="UUID", tie=UUID_TIE.format(key="CAST(CAST(event_id AS UUID) AS UHUGEINT)")
        )
    else:
        events = event_select(kind, parts, key="VARCHAR")
    columns = ", ".join(EVENT_COLUMNS)
    these = "$lake || '/' || path IN (SELECT path FROM part_file)"
    if store.count("suspect"):
        store.run(
            "CREATE OR REPLACE TEMP TABLE repeated AS SELECT instance, system, event_id, day FROM "
            f"({events}) WHERE hash(event_id) IN (SELECT key FROM suspect) "
            "GROUP BY ALL HAVING count(*) > 1"
        )
        store.run(
            "CREATE OR REPLACE TEMP TABLE winner AS "
            + winner_select(
                f"SELECT e.* FROM ({events}) AS e SEMI JOIN repeated AS r USING (system, instance, event_id, day)"
            )
        )
        store.run(
            f"CREATE OR REPLACE TEMP VIEW event AS SELECT {columns} FROM "
            f"({events}) AS e ANTI JOIN repeated AS r USING (system, instance, event_id, day) "
            f"UNION ALL SELECT {columns} FROM winner"
        )
        store.run(f"CREATE OR REPLACE TEMP TABLE kept AS {KEPT}")
        store.run(kept_update("kept", these), {"kind": kind, "lake": str(lake)})
    else:
        store.run(f"CREATE OR REPLACE TEMP VIEW event AS {events}")
        store.run(
            f"UPDATE sources.source_part SET row_kept = row_count WHERE kind = $kind AND {these}",
            {"kind": kind, "lake": str(lake)},
        )
    # Texts are grouped here once; the grouping of events then compares numbers.
    for name, texts, shown in NAMES:
        listed = ", ".join(texts)
        store.run(f"CREATE OR REPLACE TEMP TABLE {name}_day AS {name_select(texts, shown)}")
        store.run(
            f"CREATE OR REPLACE TEMP TABLE {name}_number AS SELECT row_number() OVER () AS {name}_number, {listed} "
            f"FROM (SELECT DISTINCT {listed} FROM {name}_day)"
        )
        store.run(
            f"CREATE OR REPLACE TEMP TABLE {name}_name_of AS SELECT {name}_number, day, {shown} "
            f"FROM {name}_day JOIN {name}_number USING ({listed}) WHERE {shown} IS NOT NULL"
        )
    store.run(
        "CREATE OR REPLACE TEMP VIEW numbered_event AS SELECT * FROM event "
        "JOIN account_number USING (system, instance, identifier) JOIN mention_number USING (mention_kind, mention)"
    )
    files = [str(r[0]) for r in store.rows("SELECT DISTINCT file_id, number FROM part_file ORDER BY number")]
    body = sql_file("discovery.canonical", "usage")
    store.check(TABLES["canonical.usage"], body, {"files": files})
    before = store.count("canonical.usage")
    store.run("SET preserve_insertion_order = false")
    store.run(f"INSERT INTO canonical.usage BY NAME {body}", {"files": files})
    store.run("SET preserve_insertion_order = true")
    return store.count("canonical.usage") - before


def _balance_small_kind(store: Store, kind: str, lake: Path) -> None:
    """Count which input stands for each record of a kind with few rows."""
    if not store.value("SELECT count(*) FROM touched WHERE kind = $kind", {"kind": kind}):
        return
    paths = [str(lake / str(r[0])) for r in store.rows(
        "SELECT path FROM sources.source_part WHERE kind = $kind AND state <> 'gone' ORDER BY path", {"kind": kind}
    )]  # fmt: skip
    if not paths:
        return
    listed = ", ".join(quoted(p) for p in paths)
    store.run(
        "CREATE OR REPLACE TEMP TABLE kept AS SELECT file_id, count(*) AS kept FROM ("
        "SELECT min(file_id) AS file_id FROM "
        f"read_parquet([{listed}], hive_partitioning=false) GROUP BY system, instance, event_id) GROUP BY ALL"
    )
    store.run(
        "UPDATE sources.source_part AS p SET row_kept = coalesce((SELECT kept FROM kept AS k "
        "WHERE k.file_id = p.file_id), 0) WHERE p.kind = $kind",
        {"kind": kind},
    )


def _commit_registry(store: Store) -> None:
    """Staged inputs are loaded now; their balance follows from what was kept of their parts."""
    store.run("DELETE FROM sources.source_part WHERE state = 'gone'")
    store.run("UPDATE sources.source_part SET state = 'held' WHERE state = 'new'")
    store.run("UPDATE sources.source_file SET state = 'loaded' WHERE state = 'staged'")
    # A record that yields several kinds counts once, through the kind with most of its rows kept.
    store.run(
        """
        UPDATE sources.source_file AS f SET
            rows_duplicate = f.rows_read - f.rows_ignored - f.rows_quarantined - least(
                f.rows_read - f.rows_ignored - f.rows_quarantined, f.rows_elsewhere + coalesce(k.kept, 0)),
            rows_loaded = least(f.rows_read - f.rows_ignored - f.rows_quarantined,
                                f.rows_elsewhere + coalesce(k.kept, 0))
        FROM (
            SELECT file_id, max(kept) AS kept FROM (
                SELECT file_id, kind, sum(row_kept) AS kept FROM sources.source_part GROUP BY ALL
            ) GROUP BY ALL
        ) AS k
        WHERE k.file_id = f.file_id AND f.state = 'loaded'
        """
    )
    store.run(
        """
        UPDATE sources.source_file AS f SET rows_read = o.rows_read, rows_duplicate = o.rows_read, kinds = o.kinds
        FROM sources.source_file AS o
        WHERE f.state = 'duplicate' AND o.state = 'loaded' AND o.file_id = f.file_id
        """
    )
    store.run(
        """
        UPDATE sources.source_file AS f SET window_from = w.first_on, window_to = w.last_on
        FROM (SELECT file_id, min(day)::TIMESTAMP AS first_on,
                  (max(day) + 1)::TIMESTAMP - INTERVAL 1 MICROSECOND AS last_on
              FROM sources.source_part WHERE day IS NOT NULL GROUP BY ALL) AS w
        WHERE w.file_id = f.file_id AND f.state = 'loaded'
        """
    )


def usage_step() -> Step:
    """The step of `canonical.usage`; it also commits what the sources staged."""
    return Step("canonical.usage", build_usage, ("sources.source_file", "sources.source_part"))
