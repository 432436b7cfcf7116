"""Single events that are older than the settings keep go; the months that they were rolled up to stay.

Whole months only, so that no month is rolled up from a part of its days. In this order, so that a crash in between is
mended by the next opening: the months as a file of the vault, on disk under its name; one transaction that takes the
days out of usage and registry; the files of the lake.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from discovery.canonical.usage import roll_up_months
from discovery.errors import BadUse, StoreDamaged
from discovery.ledger.subject import sync_folder
from discovery.settings import Settings
from discovery.sources.horizon import REASON, events_from, months_file
from discovery.sources.lake import Lake
from discovery.sources.registry import known_formats
from discovery.store import SqlError, Store, make_private, quoted
from discovery.tables import EVENT_KINDS, TABLES

EVENTS = "events"
_MONTHS = TABLES["canonical.usage_month"]
_BITS_OF_DAYS = (
    "CAST(list_aggregate(list_transform(days, lambda d: 1 << (dayofmonth(d) - 1)), 'bit_or') AS INTEGER)"
)
"""Files of months that an earlier program wrote list the days instead."""


@dataclass(frozen=True)
class RemovedEvents:
    """What went: parts of the lake, the events in them, and the day from which single events are kept."""

    events_from: date
    parts: int
    events: int


def remove_events(store: Store, settings: Settings, as_of: date) -> RemovedEvents | None:
    """Take out single events older than the settings keep; None where nothing is that old.

    Nothing goes while a part of the lake waits to be taken into usage: it is of a run that did not end.
    """
    if settings.retention.event_days is None:
        return None
    day = (as_of - timedelta(days=settings.retention.event_days)).replace(day=1)
    before = events_from(settings.home)
    if before is not None and day <= before:
        return None
    if not store.value("SELECT count(*) FROM canonical.usage WHERE day < $day", {"day": day}) or store.value(
        "SELECT count(*) FROM sources.source_part WHERE state <> 'held'"
    ):
        return None
    _write_months(store, settings.home, day, f"(FROM {_MONTHS.qualified})")
    removed = bring_up(store, settings)
    Lake(settings.home).sweep(store)
    return removed


def bring_up(store: Store, settings: Settings) -> RemovedEvents | None:
    """Make warehouse and lake what the file of months says; None where they are so already.

    A warehouse that was lost gets its months back here, before anything is read. Raises StoreDamaged.
    """
    home = settings.home
    day = events_from(home)
    _clear(home, day)
    if day is None:
        return None
    file = f"read_parquet({quoted(str(months_file(home, day)))}, hive_partitioning=false)"
    try:
        there = {str(row[0]) for row in store.rows(f"DESCRIBE FROM {file}")}
        count = store.value(f"SELECT count(*) FROM {file}")
    except SqlError as error:
        raise StoreDamaged(
            f"{months_file(home, day)} does not open: {error}. Restore it from a backup; without it nothing is known "
            f"of the time before {day}."
        ) from error
    binds = {"day": day}
    is_drifted = [str(r[0]) for r in store.rows(f"DESCRIBE {_MONTHS.qualified}")] != list(
        _MONTHS.column_names
    )
    held = store.value("SELECT max(whole_from) FROM sources.retention WHERE what = $what", {"what": EVENTS})
    months = store.value(f"SELECT count(*) FROM {_MONTHS.qualified} WHERE month < $day", binds)
    if not is_drifted and held == day and months == count:
        return None
    with store.transaction():
        if is_drifted:
            store.run(
                "CREATE OR REPLACE TEMP TABLE touched_month AS SELECT CAST(NULL AS DATE) AS month LIMIT 0"
            )
            roll_up_months(store)
        parts, events = _take_out(store, settings, day)
        store.run(f"DELETE FROM {_MONTHS.qualified} WHERE month < $day", binds)
        names = ", ".join(f'"{name}"' for name in _MONTHS.column_names if name in there)
        bits = "" if "day_bits" in there else f", {_BITS_OF_DAYS} AS day_bits"
        store.run(f"INSERT INTO {_MONTHS.qualified} BY NAME SELECT {names}{bits} FROM {file}")
        store.run(
            "DELETE FROM sources.retention WHERE what = $what AND whole_from = $day",
            {"what": EVENTS, **binds},
        )
        store.run(
            "INSERT INTO sources.retention VALUES ($what, $day, $parts, $events, CAST($now AS TIMESTAMP))",
            {"what": EVENTS, "parts": parts, "events": events, "now": datetime.now(UTC).replace(tzinfo=None),
             **binds},
        )  # fmt: skip
    return RemovedEvents(day, parts, events)


def refuse_before(home: Path, as_of: date) -> None:
    """Refuse a day of which single events are not kept any more. Raises BadUse."""
    day = events_from(home)
    if day is not None and as_of < day - timedelta(days=1):
        raise BadUse(
            f"as of {as_of} nothing can be built any more: single events are kept from {day} on ([retention] "
            "event_days). Ask an earlier publication (--known-at RUN), or access_as_of(person, day) in the published "
            "file."
        )


def forget_in_months(store: Store, home: Path, is_forgotten: str) -> None:
    """Take the rows that a condition is true of out of the file of months."""
    if (day := events_from(home)) is not None:
        file = quoted(str(months_file(home, day)))
        _write_months(
            store, home, day, f"(FROM read_parquet({file}, hive_partitioning=false) WHERE NOT {is_forgotten})"
        )


def _write_months(store: Store, home: Path, day: date, source: str) -> None:
    path = months_file(home, day)
    make_private(path.parent)
    temporary = path.with_suffix(".tmp")
    store.run(
        f"COPY (SELECT * FROM {source} WHERE month < DATE {quoted(day.isoformat())} ORDER BY ALL) "
        f"TO {quoted(str(temporary))} (FORMAT parquet, COMPRESSION zstd)"
    )
    temporary.chmod(0o600)
    handle = os.open(temporary, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.replace(path)
    sync_folder(path.parent)


def _take_out(store: Store, settings: Settings, day: date) -> tuple[int, int]:
    """Take days out of usage and registry, so that the balance of each input is as if it were read today.

    Returns the parts of the lake that no commit names now, and the events in them.
    """
    binds = {"day": day, "kinds": list(EVENT_KINDS)}
    old = "list_contains($kinds, kind) AND day < $day"
    parts, events = store.rows(
        f"SELECT count(*), CAST(coalesce(sum(row_count), 0) AS BIGINT) FROM sources.source_part WHERE {old}",
        binds,
    )[0]
    primary = {f.name: f.kind for f in known_formats(settings)}
    store.run(
        "CREATE OR REPLACE TEMP TABLE aged AS SELECT p.file_id, CAST(sum(p.row_count) AS BIGINT) AS row_count "
        "FROM sources.source_part AS p JOIN sources.source_file AS f USING (file_id) JOIN (SELECT "
        "unnest(CAST($names AS VARCHAR[])) AS format, unnest(CAST($primary AS VARCHAR[])) AS kind) AS m "
        "ON m.format = f.format AND m.kind = p.kind "
        "WHERE list_contains($kinds, p.kind) AND p.day < $day AND f.state = 'loaded' GROUP BY p.file_id",
        {**binds, "names": list(primary), "primary": list(primary.values())},
    )
    store.run(f"DELETE FROM sources.source_part WHERE {old}", binds)
    store.run(
        "CREATE OR REPLACE TEMP TABLE still AS SELECT file_id, max(kept) AS kept FROM (SELECT file_id, kind, "
        "sum(row_kept) AS kept FROM sources.source_part GROUP BY ALL) GROUP BY ALL"
    )
    store.run(
        "UPDATE sources.source_file AS f SET rows_ignored = f.rows_ignored + a.row_count, "
        "rows_loaded = least(f.rows_read - f.rows_ignored - a.row_count - f.rows_quarantined, f.rows_elsewhere + "
        "coalesce((SELECT s.kept FROM still AS s WHERE s.file_id = f.file_id), 0)) "
        "FROM aged AS a WHERE a.file_id = f.file_id AND f.state = 'loaded'"
    )
    store.run(
        "UPDATE sources.source_file AS f SET rows_duplicate = f.rows_read - f.rows_ignored - f.rows_quarantined "
        "- f.rows_loaded FROM aged AS a WHERE a.file_id = f.file_id AND f.state = 'loaded'"
    )
    reason = {"reason": REASON}
    store.run(
        "INSERT INTO aged SELECT file_id, row_count FROM sources.ignored WHERE reason = $reason "
        "AND file_id IN (SELECT file_id FROM aged)",
        reason,
    )
    store.run("DELETE FROM sources.ignored WHERE reason = $reason AND file_id IN (SELECT file_id FROM aged)",
              reason)  # fmt: skip
    store.run(
        "INSERT INTO sources.ignored SELECT file_id, $reason, CAST(sum(row_count) AS BIGINT) FROM aged "
        "GROUP BY file_id",
        reason,
    )
    store.run("DELETE FROM canonical.usage WHERE day < $day", {"day": day})
    return int(parts), int(events)


def _clear(home: Path, day: date | None) -> None:
    """Remove files of months that a later one, or a crash while writing, left behind."""
    for path in (home / "vault").glob("usage_month_before_*"):
        if day is None or path != months_file(home, day):
            path.unlink()
