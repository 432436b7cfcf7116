"""`canonical.usage` and its months on Spark: the same rows from the same Parquet, where one machine is not enough.

DuckDB writes what Spark has to know into the stage, Spark reads the lake and writes Parquet there, DuckDB takes that
in, all inside the transaction of the registry. Of the ways in which usage.py makes DuckDB fast, two are left out
here: suspects by hash before events are compared (Spark shuffles events by id anyway), and numbers for texts (to
number texts, Spark would bring them all to one place; here they are one text, which is a key as good).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from discovery.canonical.usage_forms import (
    FORMS,
    KEPT,
    NAMES,
    event_select,
    kept_update,
    name_select,
    winner_select,
)
from discovery.errors import BadSettings
from discovery.spark import ParquetTable, Work, do, spark_columns, to_spark
from discovery.stage import Night
from discovery.store import Store, make_private, quoted, sql_file
from discovery.tables import EVENT_KINDS, RECORDS, TABLES

_FORMS = {form.signature: form.spark for form in FORMS}
_USAGE = TABLES["canonical.usage"]
_MONTHS = TABLES["canonical.usage_month"]
_PATTERN = set("*?[]{}")
_PART_FILE = {
    "path": "STRING",
    "system": "STRING",
    "instance": "STRING",
    "file_id": "STRING",
    "number": "INT",
}


def usage_on_spark(store: Store, night: Night, bounds: tuple[date, date]) -> int:
    """Fill the touched days and months, which are empty already; returns the rows of usage.

    Reads the temporary tables touched and touched_month; `bounds`: first day and last day of the months. Raises
    BadSettings, EngineFailed.
    """
    home = night.settings.home
    if set(str(home)) & _PATTERN:
        raise BadSettings(
            f"home = {home}: Spark takes a path with any of {' '.join(sorted(_PATTERN))} for a pattern; move the "
            'home, or set [engine] engine = "duckdb"'
        )
    folder = home / "stage" / "spark"
    shutil.rmtree(folder, ignore_errors=True)
    work = Work(make_private(folder))
    kinds = [kind for kind in EVENT_KINDS if _plan_kind(store, work, kind, home / "lake")]
    _plan_months(store, work, kinds, bounds)
    do(work, night.settings.engine, night.launch)
    rows = 0
    for kind in kinds:
        rows += _take_in(store, work, f"usage_{kind}", _USAGE.qualified)
        kept = work.files(f"kept_{kind}")
        store.run(
            kept_update(
                f"read_parquet([{_listed(kept)}])",
                "(kind, source, day) IN (SELECT (kind, source, day) FROM touched)",
            ),
            {"kind": kind},
        )
    _take_in(store, work, "usage_month", _MONTHS.qualified)
    shutil.rmtree(folder)
    return rows


def _plan_kind(store: Store, work: Work, kind: str, lake: Path) -> bool:
    """Plan the usage of a kind; False if no part of its touched days is left."""
    parts = (
        "FROM sources.source_part AS p JOIN touched AS t USING (kind, source, day) "
        f"WHERE p.state <> 'gone' AND kind = {quoted(kind)}"
    )
    paths = [str(lake / str(r[0])) for r in store.rows(f"SELECT p.path {parts} ORDER BY p.path")]
    if not paths:
        return False
    # A part is called by its input's id: of its name Spark knows no more than the end.
    named = work.folder / f"part_file_{kind}.parquet"
    store.run(
        "COPY (SELECT DISTINCT parse_filename(p.path) AS path, p.system, p.instance, p.file_id, 0 AS number "
        f"{parts}) TO {quoted(str(named))} (FORMAT parquet)"
    )
    lake_table = f"lake_{kind}"
    work.tables.append(
        ParquetTable(
            lake_table, tuple(paths), spark_columns(RECORDS[kind], leaving_out=["record"]), file_name=True
        )
    )
    work.tables.append(ParquetTable(f"part_file_{kind}", (str(named),), _PART_FILE))
    _view(work, "part_file", f"SELECT * FROM part_file_{kind}")
    events = event_select(kind, lake_table, key="VARCHAR")
    work.result(f"event_{kind}", to_spark(winner_select(events), _FORMS), name="event")
    work.result(f"kept_{kind}", to_spark(KEPT, _FORMS))
    numbers = []
    for name, columns, shown in NAMES:
        listed = ", ".join(columns)
        # Lengths keep apart what a text could imitate.
        told = [
            part for column in columns[:-1] for part in (f"CAST(length({column}) AS VARCHAR)", "':'", column)
        ]
        number = f"{' || '.join([*told, columns[-1]])} AS {name}_number"
        numbers.append(number)
        _view(work, f"{name}_number", f"SELECT DISTINCT {number}, {listed} FROM event")
        _view(
            work,
            f"{name}_name_of",
            f"SELECT {number}, day, {shown} FROM ({name_select(columns, shown)}) AS named WHERE {shown} IS NOT NULL",
        )
    _view(work, "numbered_event", f"SELECT *, {', '.join(numbers)} FROM event")
    work.result(f"usage_{kind}", to_spark(sql_file("discovery.canonical", "usage"), _FORMS))
    return True


def _plan_months(store: Store, work: Work, kinds: list[str], bounds: tuple[date, date]) -> None:
    """Plan the months, from the days that were made just now and those that stand in the warehouse."""
    stands = work.folder / "usage_before.parquet"
    columns = ", ".join(f'"{name}"' for name in _USAGE.column_names)
    binds = {"from_on": bounds[0], "to_on": bounds[1]}
    store.run(
        f"COPY (SELECT {columns} FROM canonical.usage WHERE day BETWEEN $from_on AND $to_on "
        f"AND date_trunc('month', day) IN (SELECT month FROM touched_month)) TO {quoted(str(stands))} (FORMAT parquet)",
        binds,
    )
    work.tables.append(ParquetTable("usage_before", (str(stands),), spark_columns(_USAGE)))
    plain = ", ".join(_USAGE.column_names)
    _view(work, "canonical_usage", " UNION ALL ".join(
        f"SELECT {plain} FROM {name}" for name in ("usage_before", *(f"usage_{kind}" for kind in kinds))
    ))  # fmt: skip
    months = store.rows("SELECT DISTINCT CAST(month AS DATE) FROM touched_month ORDER BY ALL")
    _view(work, "touched_month", " UNION ALL ".join(f"SELECT DATE '{month}' AS month" for (month,) in months))
    _result(work, "usage_month", sql_file("discovery.canonical", "usage_month"), binds)


def _view(work: Work, name: str, sql: str) -> None:
    work.view(name, to_spark(sql, _FORMS))


def _result(work: Work, folder: str, sql: str, binds: Mapping[str, date]) -> None:
    work.result(folder, to_spark(sql, _FORMS, binds))


def _take_in(store: Store, work: Work, folder: str, qualified: str) -> int:
    """Put a result into its table; returns the rows. Raises ContractBroken where its columns are others."""
    files = work.files(folder)
    if not files:
        return 0
    body = f"SELECT * FROM read_parquet([{_listed(files)}])"
    store.check(TABLES[qualified], body)
    rows = store.rows(f"INSERT INTO {qualified} BY NAME {body}")
    return int(rows[0][0])


def _listed(files: list[str]) -> str:
    return ", ".join(quoted(file) for file in files)
