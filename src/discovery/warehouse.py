"""The warehouse across versions of the program: refused where it is newer, changed on a copy where it is older.

A copy is changed and renamed over the old file, so that a crash at any point leaves a warehouse that is usable.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from discovery import __version__
from discovery.errors import StoreDamaged, StoreNewer
from discovery.store import SqlError, Store, declared_columns
from discovery.tables import TABLES

VERSION = 1
"""Rises when what a table means changes so that an older program would misread it; new columns alone do not."""
UNFINISHED = ".new"


@dataclass(frozen=True)
class _Stamp:
    """Who wrote a warehouse: its VERSION, the program's version, and a hash of the tables as declared then."""

    version: int
    program: str
    declared: str


def open_warehouse(path: Path, *, memory_limit: str = "2GB", threads: int | None = None) -> Store:
    """Open the warehouse with all declared tables, under the writer's lock.

    Raises StoreNewer, with nothing changed, where a newer version wrote it; StoreDamaged, DiskFull, DiskFailed.
    """
    new = path.with_name(f"{path.name}{UNFINISHED}")
    for stump in (new, Path(f"{new}.wal")):
        stump.unlink(missing_ok=True)
    if not path.exists():
        _put(new, path, memory_limit, threads)
    elif (stamp := _stamp_of(path)) != (ours := _ours()):
        if stamp is not None and stamp.version > ours.version:
            raise StoreNewer(
                f"{path} was written by discovery {stamp.program}, which is newer than this one ({__version__}); "
                "nothing was changed. Use that version or a later one, or move the file aside: the next run rebuilds "
                "it from the vault."
            )
        log = Path(f"{path}.wal")
        if log.exists():
            Store(path, memory_limit=memory_limit, threads=threads).close()  # takes the log into the file
            if log.exists():
                raise StoreDamaged(
                    f"{log} stays beside the warehouse after a clean close. Restore both from a backup, or move both "
                    "away: the next run rebuilds them from the vault."
                )
        shutil.copyfile(path, new)
        _put(new, path, memory_limit, threads)
    return Store(path, memory_limit=memory_limit, threads=threads)


def _ours() -> _Stamp:
    said = "\n".join(f"{t.qualified} {declared_columns(t)}" for t in TABLES.values() if not t.is_view)
    return _Stamp(VERSION, __version__, hashlib.sha256(said.encode()).hexdigest()[:16])


def _stamp_of(path: Path) -> _Stamp | None:
    """Return who wrote a warehouse; None for versions that did not say so yet."""
    with Store(path, read_only=True) as store:
        there = store.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'warehouse'")
        found = store.rows("SELECT version, program, declared FROM main.warehouse") if there else []
    return _Stamp(int(found[0][0]), str(found[0][1]), str(found[0][2])) if found else None


def _put(new: Path, path: Path, memory_limit: str, threads: int | None) -> None:
    """Give a new or copied file the tables of this version, and put it in place."""
    ours = _ours()
    with Store(new, memory_limit=memory_limit, threads=threads) as store:
        new.chmod(0o600)
        try:
            with store.transaction():
                store.create_tables()
                store.run(
                    "CREATE OR REPLACE TABLE main.warehouse (version INTEGER, program VARCHAR, declared VARCHAR)"
                )
                store.run("INSERT INTO main.warehouse VALUES ($version, $program, $declared)", vars(ours))
            store.run(
                "CHECKPOINT"
            )  # a close that finds no room says nothing, and leaves a log that would be lost
        except SqlError as error:
            raise StoreDamaged(
                f"{path} cannot be brought to this version ({__version__}): {error}. It is as it was. Move it aside: "
                "the next run rebuilds it from the vault."
            ) from error
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
