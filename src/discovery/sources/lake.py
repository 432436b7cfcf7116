"""The lake: records as Parquet, by kind, source and (for events) UTC day.

A part is written under a temporary name and renamed. Readers take the list of parts from
`sources.source_part`, never from a glob: parts that no commit names are orphans and swept.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from discovery.sources.forgotten import (
    REASON,
    is_anybody_forgotten,
    is_forgotten_sql,
    without_mentions_sql,
)
from discovery.sources.horizon import REASON as TOO_OLD
from discovery.sources.horizon import is_too_old_sql, kept_from
from discovery.sources.source import REQUIRED
from discovery.sources.withheld import KIND, is_anybody_withheld, is_withheld_sql
from discovery.sources.withheld import REASON as WITHHELD
from discovery.store import Store, make_private, quoted
from discovery.tables import EVENT_KINDS, RECORDS, WORDS

SOURCE_COLUMNS = ("file_id", "system", "instance")
_IGNORED, _QUARANTINE, _ELSEWHERE, _ALL, _OTHER = (f"DATE '0001-01-0{n}'" for n in (1, 2, 3, 4, 5))
"""Days that stand for "no day of its own" while a COPY sorts its rows by day."""
_MARKS = (_IGNORED, _QUARANTINE, _ELSEWHERE, _OTHER)
"""Of these the days of rows that go nowhere."""

_PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARTITION_BY ({}), OVERWRITE_OR_IGNORE"
"""Level 1: events are as small as with the engine's own level 3, for a quarter less time."""

_TIME = {
    "sign_in": "observed_at",
    "web_visit": "observed_at",
    "charge": "charged_on",
    "provisioning_event": "observed_at",
    "directory_event": "observed_at",
}
_SNAPSHOT_KINDS = tuple(kind for kind, table in RECORDS.items() if "snapshot_on" in table.column_names)


def source_slug(system: str, instance: str) -> str:
    """The lake folder of a system instance: readable, and unique through a hash."""
    readable = re.sub(r"[^a-z0-9]+", "-", f"{system}-{instance}".lower()).strip("-")[:40]
    unique = hashlib.sha256(f"{system}\0{instance}".encode()).hexdigest()[:8]
    return f"{readable}-{unique}"


_COLUMNS: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
"""Columns of the SELECTs that formats have, by their text and the columns of `raw`; as many as formats have kinds."""


@dataclass(frozen=True)
class Part:
    """One written Parquet file, still in the stage; `day` is None for kinds without day folders."""

    kind: str
    day: date | None
    staged: Path
    rows: int


@dataclass(frozen=True)
class Written:
    """What became of the rows of one SELECT. `others`: instance → rows of the file that belong to its input."""

    parts: tuple[Part, ...]
    ignored: dict[str, int]
    quarantined: int
    elsewhere: int
    rows: int
    others: dict[str, int] = field(default_factory=dict)


NOTHING = Written((), {}, 0, 0, 0)


@dataclass(frozen=True)
class Several:
    """A file that may hold records of several instances; `first` is the one its beginning names first."""

    first: str


def write_records(store: Store, kind: str, select: str, folder: Path, *, file_id: str, system: str,
                  instance: str, snapshot_on: date | None, is_list: bool,
                  several: Several | None = None) -> Written:  # fmt: skip
    """Run a format's SELECT over `raw` in one pass; each row goes to its day, to quarantine or is ignored.

    Parts come to lie in `folder`/_part=…; raises SqlError where the text is malformed. With `several`, rows of
    other instances are only counted.
    """
    _copy(store, kind, select, folder, file_id=file_id, system=system, instance=instance, snapshot_on=snapshot_on,
          is_list=is_list, several=several)  # fmt: skip
    return _collect(store, kind, folder).get(0, NOTHING)


def write_together(store: Store, kind: str, select: str, folder: Path, count: int, *, system: str, instance: str,
                   snapshot_on: date | None, is_list: bool, several: Several | None) -> list[Written]:  # fmt: skip
    """Do the same for `count` inputs at once: over `held_raw`, whose rows say by `_input` which input they are of.

    The temporary table `read_input` has file_id, person and file_name of each `_input`. What a SELECT says of all its
    rows (a window, a scalar subquery) it says of those of one input: its `raw` is one input's at a time.
    """
    _copy(store, kind, select, folder, file_id=None, system=system, instance=instance, snapshot_on=snapshot_on,
          is_list=is_list, several=several)  # fmt: skip
    written = _collect(store, kind, folder)
    return [written.get(number, NOTHING) for number in range(count)]


_OF_INPUT = re.compile(r"hint\(\s*'(person|file_name)'\s*\)")
"""What is said of one input alone; all else that is said of inputs read together is the same."""


def _copy(store: Store, kind: str, select: str, folder: Path, *, file_id: str | None, system: str, instance: str,
          snapshot_on: date | None, is_list: bool, several: Several | None) -> None:  # fmt: skip
    """Write what a SELECT yields; file_id None: of several inputs."""
    table = RECORDS[kind]
    body = select.strip().rstrip(";")
    got = _columns_of(store, body)
    numbered = "record" in got
    columns = []
    unknown_words = []
    for column in table.columns:
        value = (
            f"CAST({_q(column.name)} AS {column.type})"
            if column.name in got
            else f"CAST(NULL AS {column.type})"
        )
        if kind in EVENT_KINDS and column.name in got and (words := WORDS.get(column.name)):
            # As numbers, words cost a fifth less to sort by day and to write; Parquet holds them as texts all the same.
            listed = ", ".join(map(quoted, words))
            value = f"TRY_CAST({_q(column.name)} AS ENUM({listed}))"
            unknown_words.append(
                f"WHEN s.{_q(column.name)} IS NOT NULL AND {value} IS NULL THEN {quoted(column.name)} || chr(31) || "
                f"s.{_q(column.name)} || chr(31) || {quoted('one of ' + ', '.join(words))}"
            )
        if column.name == "snapshot_on" and kind in _SNAPSHOT_KINDS and snapshot_on is not None:
            value = f"coalesce({value}, DATE {quoted(snapshot_on.isoformat())})"
        columns.append(f"{value} AS {_q(column.name)}")
    control = {name: (f"s.{name}" if name in got else default) for name, default in (
        ("_ignored", "CAST(NULL AS VARCHAR)"), ("_problem", "CAST(NULL AS VARCHAR)"), ("_elsewhere", "false"),
    )}  # fmt: skip
    if unknown_words:
        control["_problem"] = f"coalesce({control['_problem']}, CASE {' '.join(unknown_words)} END)"
    if kind in EVENT_KINDS and "observed_at" in got and (from_on := kept_from(store)) is not None:
        too_old = is_too_old_sql(from_on, "CAST(s.observed_at AS TIMESTAMP)")
        control["_ignored"] = (
            f"coalesce({control['_ignored']}, CASE WHEN {too_old} AND {control['_problem']} IS NULL "
            f"AND NOT {control['_elsewhere']} THEN {quoted(TOO_OLD)} END)"
        )
    missing_sql = _what_is_missing(kind)
    other = "CAST(NULL AS VARCHAR)"
    if several is not None and "_instance" in got:
        # A record that names no instance counts for the first one of its file.
        own = quoted(instance)
        named = f"coalesce(_instance, {quoted(several.first)})"
        other = f"CASE WHEN {named} <> {own} THEN {named} END"
    # Days as dates, not texts, and no constant columns: both are felt at millions of events.
    day = "CAST(observed_at AS DATE)" if kind in EVENT_KINDS else _ALL
    constants = "" if kind in EVENT_KINDS else (
        f"{'_file_id' if file_id is None else quoted(file_id)} AS file_id, {quoted(system)} AS system, "
        f"{quoted(instance)} AS instance, "
    )  # fmt: skip
    source, of_input, partition = f"({body}) AS s", "", "_part"
    if file_id is None:
        raw = ", ".join(_q(str(r[0])) for r in store.rows("DESCRIBE raw"))
        source = (
            f"read_input AS _read, LATERAL (WITH raw AS (SELECT {raw} FROM held_raw WHERE _input = _read._input) "
            f"SELECT * FROM ({_OF_INPUT.sub(lambda match: f'_read.{match[1]}', body)})) AS s"
        )
        of_input, partition = "_read._input, _read.file_id AS _file_id, ", "_input, _part"
    fields = [_q(c.name) for c in table.columns if c.name not in ("event_id", "record")]
    content = ", ".join(fields)
    packed = ", ".join(f"{name} := {name}" for name in fields)
    own_hash = f"'h:' || md5(CAST(struct_pack({packed}) AS VARCHAR))"
    if numbered and not is_list:
        # Identical records of one file are counted, so that two equal charges stay two.
        event_id = (
            f"coalesce(nullif(event_id, ''), {own_hash} || '#' || row_number() OVER "
            f"(PARTITION BY {'_input, ' if file_id is None else ''}event_id, {content} ORDER BY record))"
        )
    else:
        event_id = f"coalesce(nullif(event_id, ''), {own_hash})"
    # What is said of a row that goes nowhere stands where its id would: a column less to carry and to write.
    names = ", ".join(
        f"coalesce(_note, {event_id}) AS event_id" if c.name == "event_id" else _q(c.name)
        for c in table.columns
        if c.name != "record" or numbered or kind not in EVENT_KINDS
    )
    forgetting = ""
    withheld = ""
    if kind == KIND and is_anybody_withheld(store):
        withheld = f"WHEN {is_withheld_sql(system, instance)} THEN {quoted(WITHHELD)} "
    if is_anybody_forgotten(store) or withheld:
        forgotten = (
            f"CASE WHEN {is_forgotten_sql(kind, system, instance)} THEN {quoted(REASON)} {withheld}END"
        )
        forgetting = f""", remembered AS (
                SELECT * REPLACE (coalesce(_ignored, {forgotten}) AS _ignored)
                FROM (SELECT * {without_mentions_sql(kind, system, instance)} FROM picked)
            )"""
    target = make_private(folder)
    statement = f"""
        COPY (
            WITH picked AS (
                SELECT {of_input}{", ".join(columns)}, {control["_ignored"]} AS _ignored,
                       {control["_problem"]} AS _problem, {control["_elsewhere"]} AS _elsewhere, {other} AS _other
                FROM {source}
            ){forgetting}, judged AS (
                SELECT *, CASE WHEN _ignored IS NULL AND NOT _elsewhere
                               THEN coalesce(_problem, {missing_sql}) ELSE _problem END AS _why
                FROM {"remembered" if forgetting else "picked"}
            ), noted AS (
                SELECT *, coalesce(_other, _ignored, _why) AS _note FROM judged
            )
            SELECT {"_input, " if of_input else ""}{constants}{names},
                   CASE WHEN _other IS NOT NULL THEN {_OTHER}
                        WHEN _ignored IS NOT NULL THEN {_IGNORED} WHEN _why IS NOT NULL THEN {_QUARANTINE}
                        WHEN _elsewhere THEN {_ELSEWHERE} ELSE {day} END AS _part
            FROM noted
        ) TO {quoted(str(target))} ({_PARQUET.format(partition)})
        """
    # Record numbers need the order of the file; without them, order only costs speed.
    is_ordered = numbered or file_id is None
    try:
        if not is_ordered:
            store.run("SET preserve_insertion_order = false")
        store.run(statement)
    finally:
        if not is_ordered:
            store.run("SET preserve_insertion_order = true")


def _columns_of(store: Store, body: str) -> frozenset[str]:
    """Return the names of the columns of a SELECT over `raw`.

    To ask takes the engine as long as to read a small file, so it is asked once of each text over the same columns.
    """
    key = (body, tuple(str(row[0]) for row in store.rows("DESCRIBE raw")))
    if key not in _COLUMNS:
        _COLUMNS[key] = frozenset(str(row[0]) for row in store.rows(f"DESCRIBE {body}"))
    return _COLUMNS[key]


def write_kept(store: Store, kind: str, path: Path, folder: Path, *, file_id: str, system: str,
               instance: str) -> Written:  # fmt: skip
    """Lay records that were kept as one Parquet file out by day again, for the input as it is called now.

    Those that are not to be kept any more are left out and counted.
    """
    day = "CAST(observed_at AS DATE)" if kind in EVENT_KINDS else _ALL
    named = "" if kind in EVENT_KINDS else (
        f"REPLACE ({quoted(file_id)} AS file_id, {quoted(system)} AS system, {quoted(instance)} AS instance)"
    )  # fmt: skip
    source = f"read_parquet({quoted(str(path))}, hive_partitioning=false)"
    left_out: dict[str, int] = {}
    tests = {}
    if kind == KIND and is_anybody_withheld(store):
        tests[WITHHELD] = is_withheld_sql(system, instance)
    if kind in EVENT_KINDS and (from_on := kept_from(store)) is not None:
        tests[TOO_OLD] = is_too_old_sql(from_on, "observed_at")
    for reason, test in tests.items():
        if count := int(store.value(f"SELECT count(*) FROM {source} WHERE {test}")):
            left_out[reason] = count
            source = f"(FROM {source} WHERE NOT {test})"
    store.run(f"COPY (SELECT * {named}, {day} AS _part FROM {source}) TO {quoted(str(folder))} "
              f"({_PARQUET.format('_part')})")  # fmt: skip
    written = _collect(store, kind, folder).get(0, NOTHING)
    return replace(written, ignored=left_out)


def _what_is_missing(kind: str) -> str:
    """SQL for why a record of a kind means nothing: a required column, or a time out of all bounds."""
    cases = [
        f"WHEN {_q(name)} IS NULL THEN {quoted(name)} || chr(31) || chr(31) || 'a value that is understood'"
        for name in REQUIRED[kind]
    ]
    if kind in _TIME:
        time = _TIME[kind]
        cases.append(
            f"WHEN CAST({time} AS DATE) NOT BETWEEN DATE '1990-01-01' AND DATE '2200-01-01' "
            f"THEN {quoted(time)} || chr(31) || CAST({time} AS VARCHAR) || chr(31) || 'a time between 1990 and 2200'"
        )
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def _collect(store: Store, kind: str, folder: Path) -> dict[int, Written]:
    """Count what lies in the folder of one COPY, by the number of the input; 0 where it has but one."""
    if not any(folder.rglob("*.parquet")):
        return {}
    parts: dict[int, list[Part]] = {}
    totals: dict[int, Counter[str]] = {}
    noted: dict[str, list[str]] = {_IGNORED: [], _OTHER: []}
    for name, row_count in store.rows(
        f"SELECT file_name, num_rows FROM parquet_file_metadata({quoted(str(folder / '**' / '*.parquet'))})"
    ):
        path = Path(str(name))
        number, label = _place(path)
        if label in noted:
            noted[label].append(str(path))
        totals.setdefault(number, Counter())[label] += int(row_count)
        if label in _MARKS:
            continue
        day = None if label == _ALL else date.fromisoformat(label[6:-1])
        parts.setdefault(number, []).append(Part(kind, day, path, int(row_count)))
    ignored, others = (_notes_counted(store, noted[label]) for label in (_IGNORED, _OTHER))
    return {
        number: Written(
            tuple(sorted(parts.get(number, ()), key=lambda p: (p.day or date.min, p.staged.name))),
            ignored.get(number, {}), counts[_QUARANTINE], counts[_ELSEWHERE], counts.total() - counts[_OTHER],
            others.get(number, {}),
        )
        for number, counts in totals.items()
    }  # fmt: skip


def _place(path: Path) -> tuple[int, str]:
    """Return the input and the day (as a SQL literal) that the folders of a written file stand for."""
    above = path.parent.parent.name
    number = int(above.removeprefix("_input=")) if above.startswith("_input=") else 0
    return number, f"DATE '{path.parent.name.removeprefix('_part=')}'"


def _notes_counted(store: Store, paths: list[str]) -> dict[int, dict[str, int]]:
    """Return what the rows of files say, and how often, by the number of the input."""
    found: dict[int, dict[str, int]] = {}
    if paths:
        for name, note, count in store.rows(
            f"SELECT filename, event_id, count(*) FROM read_parquet([{', '.join(map(quoted, paths))}], "
            "hive_partitioning=false, filename=true) GROUP BY ALL ORDER BY ALL"
        ):
            notes = found.setdefault(_place(Path(str(name)))[0], {})
            notes[str(note)] = notes.get(str(note), 0) + int(count)
    return found


def quarantined_notes(store: Store, folder: Path) -> list[tuple[int | None, str]]:
    """Return record number and note (column, value, expectation) of the rows of a COPY set aside."""
    pattern = quoted(str(folder / "_part=0001-01-02" / "*.parquet"))
    rows = store.dicts(f"SELECT COLUMNS('^(record|event_id)$') FROM read_parquet({pattern}) ORDER BY ALL")
    return [(None if row.get("record") is None else int(row["record"]), str(row["event_id"])) for row in rows]


class Lake:
    """The folder `home/lake`."""

    def __init__(self, home: Path) -> None:
        self.folder = make_private(home / "lake")

    def place(self, part: Part, system: str, instance: str, file_id: str, number: int) -> str:
        """Rename a staged part into the lake and return its path below it."""
        folder = f"{part.kind}/source={source_slug(system, instance)}"
        if part.day is not None:
            folder += f"/day={part.day.isoformat()}"
        name = f"{folder}/{file_id}{f'-{number}' if number else ''}.parquet"
        target = self.folder / name
        make_private(target.parent)
        part.staged.chmod(0o600)
        part.staged.replace(target)
        return name

    def sweep(self, store: Store) -> int:
        """Remove parts that no commit names: what a crash left. Returns how many."""
        known = {str(r[0]) for r in store.rows("SELECT path FROM sources.source_part")}
        orphans = [p for p in self.folder.rglob("*.parquet") if str(p.relative_to(self.folder)) not in known]
        for path in orphans:
            path.unlink()
        for folder in {path.parent for path in orphans}:
            with contextlib.suppress(OSError):
                folder.rmdir()  # of a day of which nothing is left
        return len(orphans)

    def open_kinds(self, store: Store) -> None:
        """Create the schema `lake` with a view per kind with few rows over the parts that count."""
        store.run("CREATE SCHEMA IF NOT EXISTS lake")
        for kind, table in RECORDS.items():
            if kind in EVENT_KINDS:
                continue
            paths = [str(self.folder / str(r[0])) for r in store.rows(
                "SELECT path FROM sources.source_part WHERE kind = $kind ORDER BY path", {"kind": kind}
            )]  # fmt: skip
            if paths:
                listed = ", ".join(quoted(p) for p in paths)
                # Parts that an earlier version wrote lack the columns that came later: NULL there.
                there = {
                    str(r[0]) for r in store.rows(f"SELECT DISTINCT name FROM parquet_schema([{listed}])")
                }
                names = ", ".join([*SOURCE_COLUMNS, *(
                    _q(c.name) if c.name in there else f"CAST(NULL AS {c.type}) AS {_q(c.name)}" for c in table.columns
                )])  # fmt: skip
                body = f"SELECT {names} FROM read_parquet([{listed}], hive_partitioning=false, union_by_name=true)"
            else:
                empty = ", ".join(f"CAST(NULL AS {c.type}) AS {_q(c.name)}" for c in table.columns)
                body = (
                    "SELECT CAST(NULL AS VARCHAR) AS file_id, CAST(NULL AS VARCHAR) AS system, "
                    f"CAST(NULL AS VARCHAR) AS instance, {empty} WHERE false"
                )
            store.run(f"CREATE OR REPLACE VIEW lake.{kind} AS {body}")


def clear_stage(home: Path) -> Path:
    """Empty the folder for work in progress and return it."""
    folder = home / "stage"
    shutil.rmtree(folder, ignore_errors=True)
    return make_private(folder)


def _q(name: str) -> str:
    return f'"{name}"'
