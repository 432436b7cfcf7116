"""A browser's history database (SQLite) becomes one JSON object per visit, with the raw columns as text.

Which browser it is is told by its tables, never by its name:

- chromium  `urls` and `visits`: Chrome, Edge, Brave, Vivaldi, Opera. Schema:
            chromium/src components/history/core/browser/{url,visit}_database.cc; a dump of all tables is in
            https://github.com/malithwishwa02-dot/vehicle reproduce_profile/dumps/History.sql (2026-11-24)
- firefox   `moz_places` and `moz_historyvisits`. Schema: mozilla-central toolkit/components/places/nsPlacesTables.h;
            copied in https://github.com/WebFuzzing/EvoMaster client-java/controller/src/test/resources/db_schemas/
            schemaanalysist_casestudies/MozillaPlaces.sql (2026-11-24)
- safari    `history_items` and `history_visits`. Schema: the Safari plug-in of
            https://github.com/log2timeline/plaso (2026-11-24)

The file that is opened is the copy of ours, read-only and as immutable: a WAL or journal beside the original is
not there, so that the last minutes of a browser that was running may be missing. Titles are not read.

Only plain tables are read, never views or virtual tables, whose definition the file could choose so that reading
never ends. A file that is damaged, or no history, is refused.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from discovery.errors import SourceFailed

MAGIC = b"SQLite format 3\0"
_BESIDE = {
    b"\x37\x7f\x06\x82": "write-ahead log", b"\x37\x7f\x06\x83": "write-ahead log",
    b"\xd9\xd5\x05\xf9": "rollback journal",
}  # fmt: skip
"""Files that lie beside a database while a program has it open (sqlite.org/fileformat2.html, 2026-11-24)."""


@dataclass(frozen=True)
class _Browser:
    """Where a browser keeps visits and their addresses; `key` of the visit is the id of the address."""

    name: str
    addresses: str
    visits: str
    key: str
    time: str
    columns: tuple[str, ...]


_BROWSERS = (
    _Browser("chromium", "urls", "visits", "url", "visit_time", ("from_visit", "transition")),
    _Browser("firefox", "moz_places", "moz_historyvisits", "place_id", "visit_date", ("visit_type",)),
    _Browser("safari", "history_items", "history_visits", "history_item", "visit_time",
             ("load_successful", "origin")),
)  # fmt: skip


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell a SQLite database, or what lies beside one, by its first bytes."""
    return head.startswith(MAGIC) or head[:4] in _BESIDE


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write one object per visit: `browser`, `url`, `visit_id`, the time column and what tells kinds of visits."""
    with path.open("rb") as file:
        beside = _BESIDE.get(file.read(4))
    if beside is not None:
        raise SourceFailed(
            f"is the {beside} of a SQLite database, not the database: close the browser, then copy the database alone."
        )
    target = folder / "visits.ndjson"
    try:
        with closing(_open(path)) as database:
            browser = _browser(database)
            with target.open("w", encoding="utf-8") as out:
                for row in database.execute(_query(database, browser)):
                    names = ("visit_id", "url", browser.time, *browser.columns)
                    visit = {"browser": browser.name, **dict(zip(names, map(_text, row), strict=True))}
                    out.write(json.dumps(visit, ensure_ascii=False) + "\n")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        target.unlink(missing_ok=True)
        # The library cannot say what is wrong where its message quotes bytes that are no text.
        what = "it holds bytes that are no text" if isinstance(error, UnicodeDecodeError) else error
        raise SourceFailed(
            f"the SQLite database is damaged or cut short: {what}. Close the browser and copy the file again."
        ) from error
    if not target.stat().st_size:
        raise SourceFailed(f"is a {browser.name} history without a single visit.")
    yield None, target


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
    database.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA mmap_size = 0")
    return database


def _browser(database: sqlite3.Connection) -> _Browser:
    tables = {
        str(name)
        for name, sql in database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if not str(sql).lstrip().upper().startswith("CREATE VIRTUAL")
    }
    for browser in _BROWSERS:
        if {browser.addresses, browser.visits} <= tables:
            return browser
    shown = ", ".join(sorted(tables)[:6]) or "none"
    raise SourceFailed(
        "is a SQLite database, but no browser history: expected the tables urls and visits (Chrome, Edge, Brave, "
        "Vivaldi), moz_places and moz_historyvisits (Firefox) or history_items and history_visits (Safari); "
        f"it has {shown}."
    )


def _query(database: sqlite3.Connection, browser: _Browser) -> str:
    """SELECT of visits with their addresses; a visit whose address is gone keeps its place, without one."""
    known = {str(row[1]) for row in database.execute(f"PRAGMA table_info({browser.visits})")}
    missing = sorted({"id", browser.key, browser.time} - known)
    if missing:
        raise SourceFailed(
            f"looks like a {browser.name} history, but {browser.visits} has no {', '.join(missing)}: "
            "the browser's schema has changed."
        )
    found = database.execute("PRAGMA quick_check(1)").fetchone()
    if found and found[0] != "ok":
        raise sqlite3.DatabaseError(str(found[0]))
    further = [f"v.{name}" if name in known else "NULL" for name in browser.columns]
    listed = ", ".join(["v.id", "a.url", f"v.{browser.time}", *further])
    # All names are the constants above; nothing of the file comes into the statement.
    return (
        f"SELECT {listed} FROM {browser.visits} AS v "  # noqa: S608
        f"LEFT JOIN {browser.addresses} AS a ON a.id = v.{browser.key} ORDER BY v.id"
    )


def _text(value: object) -> str | None:
    """A value as SQLite stores it, as text; whole numbers stay whole."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return repr(value) if isinstance(value, float) else str(value)
