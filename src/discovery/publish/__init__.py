"""Publishing: the warehouse's result becomes `access_graph.duckdb`, a file that anybody can open.

Built under a name that no reader looks for, checkpointed and closed, verified read-only, then renamed into place: a
reader opens the old file or the new one, never a mixture, and never finds a write-ahead log beside it.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from discovery.errors import StoreDamaged
from discovery.publish.content import content_hash, provenance_hash
from discovery.publish.contract import COPIED, FILE_TABLES, RUN, SCHEMA_VERSION, VIEWS, file_columns
from discovery.settings import Settings
from discovery.stage import Night
from discovery.store import Store, declared_columns, make_private, quoted, sql_file
from discovery.tables import TABLES, Table

__all__ = ["Publication", "describe", "publish"]

_log = logging.getLogger(__name__)
_UNFINISHED = ".new"
_SELECT: Mapping[str, str] = {
    "source_file": "SELECT * FROM sources.source_file WHERE state <> 'staged'",
    "app": "SELECT a.* REPLACE (coalesce(f.approval, a.approval) AS approval) "
           "FROM matching.app AS a LEFT JOIN graph.app_fact AS f USING (app_id)",
}  # fmt: skip
"""Published tables that are not simply the table of the warehouse."""
_STORED_IN_ORDER = ("canonical", "graph")
"""Schemas whose tables steps store in their declared order: copying keeps it, sorting millions of rows again would not
pay. The tables of the other stages are small."""

_OF_FEW_WORDS = tuple(TABLES[f"graph.{name}"] for name in ("access", "account_access", "access_span"))
"""Tables of millions of rows whose texts repeat, the largest first: stored as dictionaries at once they are as small as
when the engine tries every other way for each column, for a quarter less time."""


@dataclass(frozen=True)
class Publication:
    """One published file. `path` is what people open; `generation` the same content under its own name."""

    path: Path
    generation: Path
    run_id: str
    content_hash: str
    provenance_hash: str
    row_counts: Mapping[str, int]


def publish(store: Store, night: Night, *, run_id: str, started_at: datetime) -> Publication:
    """Build, verify and put in place the published file; the one before stays until then.

    Raises StoreDamaged if the new file does not verify: nothing is replaced then.
    """
    settings = night.settings
    make_private(settings.home)
    folder = make_private(settings.home / "generations")
    generation = folder / f"{_file_name(run_id)}.duckdb"
    # Readers list `*.duckdb`: what is not whole yet has another name, and a kill leaves nothing that looks like a run.
    new = folder / f"{generation.name}{_UNFINISHED}"
    for stump in folder.glob(f"*{_UNFINISHED}*"):
        stump.unlink()
    try:
        _copy_tables(store, new)
        _complete(new, night, run_id, started_at)
        _refuse_log(new)
        new.chmod(0o600)
        _sync(new)
        publication = _verify(store, new, settings)
    except BaseException:
        _remove(new)
        raise
    _give_to_group(new, settings.group)
    new.replace(generation)
    _put_in_place(generation, settings.published, run_id)
    _prune(folder, generation, settings.keep_generations)
    return publication


def _file_name(run_id: str) -> str:
    """A run id as a file name; nothing of it can leave the folder."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", run_id).strip("-") or "run"


def _copy_tables(store: Store, generation: Path) -> None:
    """Write the tables of the contract, sorted, in a storage format that older clients read."""
    store.run(f"ATTACH {quoted(str(generation))} AS publication (STORAGE_VERSION 'v1.0.0')")
    try:
        generation.chmod(0o600)
        for table in (*COPIED, RUN):
            store.run(f"CREATE TABLE publication.main.{table.name} ({_columns(table)})")
        others = tuple(table for table in COPIED if table not in _OF_FEW_WORDS)
        for way, tables in (("auto", others), ("dictionary", _OF_FEW_WORDS)):
            store.run(f"SET force_compression = '{way}'")
            # Two at once: one alone leaves a core idle while it writes to the disk.
            with ThreadPoolExecutor(max_workers=2) as pool:
                list(pool.map(partial(_copy, store), tables))
        store.run("CHECKPOINT publication")
    finally:
        store.run("SET force_compression = 'auto'")
        store.run("DETACH publication")


def _copy(store: Store, table: Table) -> None:
    """Copy the rows of one table, on a connection of its own."""
    names = ", ".join(f'"{col.name}"' for col in file_columns(table))
    source = _SELECT.get(table.name, f"SELECT * FROM {table.qualified}")  # noqa: S608 - declared names
    is_sorted = table.schema in _STORED_IN_ORDER and table.name not in _SELECT
    order = "" if is_sorted or not table.order_by else f" ORDER BY {', '.join(table.order_by)}"
    with store.twin() as beside:
        beside.run(f"INSERT INTO publication.main.{table.name} SELECT {names} FROM ({source}){order}")  # noqa: S608 - the same


def _columns(table: Table) -> str:
    return declared_columns(Table(table.schema, table.name, table.row, table.key, file_columns(table)))


def describe(file: Store) -> None:
    """Add comments, views and macros to a file that has the tables of the contract."""
    # One text in one transaction: each of four hundred comments alone is most of what a small company's file costs.
    said = [f"CREATE VIEW {table.name} AS {sql_file(__name__, table.name)}" for table in VIEWS]
    for table in FILE_TABLES:
        what = "VIEW" if table.is_view else "TABLE"
        said.append(f"COMMENT ON {what} {table.name} IS {quoted(f'One row: {table.row}.')}")
        said += [f'COMMENT ON COLUMN {table.name}."{column.name}" IS {quoted(column.meaning)}'
                 for column in table.columns]  # fmt: skip
    with file.transaction():
        file.run(";\n".join([*said, sql_file(__name__, "views")]))


def _complete(generation: Path, night: Night, run_id: str, started_at: datetime) -> None:
    """Add comments, views, macros and the row of the run, in the file itself.

    The hashes are of the file's own rows, as they were read back: the engine compares each block with its
    checksum then. What is written after that is the row of the run; the tables stay as they were hashed.
    """
    at = started_at.astimezone(UTC).replace(tzinfo=None) if started_at.tzinfo else started_at
    with Store(generation, memory_limit=night.settings.memory_limit, threads=night.settings.threads) as file:
        describe(file)
        file.run(
            "INSERT INTO run VALUES ($run_id, $as_of, $started_at, $version, $content, $provenance)",
            {"run_id": run_id, "as_of": night.as_of, "started_at": at, "version": SCHEMA_VERSION,
             "content": content_hash(file), "provenance": provenance_hash(file)},
        )  # fmt: skip
        file.run("CHECKPOINT")


def _refuse_log(generation: Path) -> None:
    if Path(f"{generation}.wal").exists():
        raise StoreDamaged(f"{generation} was closed with a write-ahead log beside it; it is not published.")


def _verify(store: Store, generation: Path, settings: Settings) -> Publication:
    """Open the closed file as a reader does: it says whose run it is and holds the rows of the warehouse."""
    counts: dict[str, int] = {}
    with Store(
        generation, read_only=True, memory_limit=settings.memory_limit, threads=settings.threads
    ) as file:
        for table in FILE_TABLES:
            if not table.is_view:
                counts[table.name] = file.count(table.name)
        [(run_id, content, provenance)] = file.rows("SELECT run_id, content_hash, provenance_hash FROM run")
    for table in COPIED:
        source = _SELECT.get(table.name, f"SELECT * FROM {table.qualified}")  # noqa: S608 - declared names
        wanted = int(store.value(f"SELECT count(*) FROM ({source})"))  # noqa: S608 - the same
        if counts[table.name] != wanted:
            raise StoreDamaged(
                f"{generation}: table {table.name} holds {counts[table.name]} rows, the warehouse {wanted}; "
                "it is not published."
            )
    whole = generation.with_name(generation.name.removesuffix(_UNFINISHED))
    return Publication(settings.published, whole, str(run_id), str(content), str(provenance), counts)


def _give_to_group(path: Path, group: str | None) -> None:
    """Let a group of the settings read the file; without one only its owner may."""
    if group is not None:
        shutil.chown(path, group=group)
        path.chmod(0o640)


def _put_in_place(generation: Path, published: Path, run_id: str) -> None:
    """Rename a second name of the generation onto the published file; a stale log beside it is set aside."""
    temporary = published.with_name(
        f".{published.name}{_UNFINISHED}"
    )  # one writer: a kill leaves one at most
    temporary.unlink(missing_ok=True)
    try:
        os.link(generation, temporary)
    except OSError:  # a file system without hard links
        shutil.copyfile(generation, temporary)
        shutil.copymode(generation, temporary)
        _sync(temporary)
    stale = Path(f"{published}.wal")
    if stale.exists():
        aside = published.with_name(f"{published.name}.wal.before-{_file_name(run_id)}")
        stale.replace(aside)
        _log.warning(
            "%s was opened for writing by somebody; its log is set aside as %s", published, aside.name
        )
    temporary.replace(published)
    _sync(published.parent)
    _sync(generation.parent)


def _prune(folder: Path, newest: Path, keep: int) -> None:
    """Remove generations beyond the number to keep, oldest first; the newest always stays."""
    others = sorted(
        (p for p in folder.glob("*.duckdb") if p != newest), key=lambda p: (p.stat().st_mtime_ns, p.name)
    )
    for path in others[: max(0, len(others) + 1 - max(1, keep))]:
        _remove(path)


def _remove(generation: Path) -> None:
    generation.unlink(missing_ok=True)
    Path(f"{generation}.wal").unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
