"""The warehouse and the published file as seen by the rest of the program; the only module importing duckdb."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb
from filelock import FileLock, Timeout

from discovery.errors import ContractBroken, DiskFailed, DiskFull, StoreDamaged, StoreLocked, StoreNewer
from discovery.tables import TABLES, Table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SqlError = duckdb.Error
"""What a statement raises when the engine refuses it; callers turn it into a condition of their own."""
ValueRefused = (duckdb.DataError, duckdb.InvalidInputException)
"""What a statement ends with over a value that it cannot take: never a full disk, nor a statement that is wrong."""

OutOfMemory = duckdb.OutOfMemoryException
"""What a statement raises that needs more memory than the engine may take, and cannot do with the disk instead."""

_NEWER = "created with a newer version of DuckDB"
_NO_ROOM = ("No space left", "File too large", "Disk quota exceeded")
_CORRUPT = ("Corrupt database file", "Could not read enough bytes")
_DISK = "Input/output error"
_DAGSTER = ("disk I/O error", "disk is full", "unable to open database file")
"""What SQLite says where it can write no more; on a full disk it is any of these."""
DISK_FAILED = (
    "a disk does not work: {error}. Look at it before anything else (the system's log, its own report); what was "
    "published before stays. If the home cannot be read any more, restore it from a backup."
)
_FULL = "a file could not be written: {error}. Make room on that disk and run again; what was published before stays."
_CHANGEABLE = ("TimeZone", "enable_progress_bar", "preserve_insertion_order", "force_compression")
"""Settings of the engine that our own SQL changes on the way; all others are fixed once a store is open."""
_LONG, _LONGEST, _KEPT = 500, 50_000, 500
"""From and up to how many characters a statement is kept as parsed, and how many are."""
_PARSED: dict[str, duckdb.Statement] = {}
_BIND = re.compile(r"\$([a-z_][a-z0-9_]*)")


def sql_file(package: str, name: str) -> str:
    """Return the text of `name`.sql inside a package, e.g. `sql_file("discovery.graph", "access")`."""
    return resources.files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def quoted(text: str) -> str:
    """A SQL string literal for a value of our own making (staged paths); values from files are bound."""
    return "'" + text.replace("'", "''") + "'"


class Store:
    """One DuckDB connection with the program's rules: UTC, no extensions from elsewhere, declared tables.

    Whatever SQL it is given, it reads and writes no file but its own, what it spills, and files below `folders`: for a
    store that is written, those of its own folder besides. Settings that could change that are locked.
    Use as a context manager. `Store.memory()` is an empty warehouse.
    """

    def __init__(self, path: Path | None, *, read_only: bool = False, memory_limit: str = "2GB",
                 threads: int | None = None, folders: Sequence[Path] = ()) -> None:  # fmt: skip
        self.path = path
        self._in_transaction = False
        self._prepared: dict[str, str] = {}
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "memory_limit": memory_limit,
            "preserve_insertion_order": "true",
        }
        if threads:
            config["threads"] = threads
        if path is not None:
            config["temp_directory"] = str(path.parent / "spill")
        is_new = path is not None and not read_only and not path.exists()
        try:
            self._con = duckdb.connect(":memory:" if path is None else str(path), read_only, config)
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException) and "lock" in str(error).lower():
                raise StoreLocked(f"{path} is open for writing elsewhere: {error}") from error
            if is_new and path is not None:  # a stump, which would not open when there is room again
                path.unlink(missing_ok=True)
            _refuse_disk(error)
            if _NEWER in str(error):
                raise StoreNewer(
                    f"{path} was written by a newer DuckDB than this program has ({duckdb.__version__}); nothing was "
                    "changed. Use that version of the program or a later one, or move the file aside: the next run "
                    "rebuilds it from the vault."
                ) from error
            raise StoreDamaged(f"{path} cannot be opened: {error}. {_remedy(path)}") from error
        self._begin()
        self._lock_down([*folders, *([] if path is None or read_only else [path.parent])])

    def _lock_down(self, folders: Sequence[Path]) -> None:
        """Take from SQL what could reach other files, the network or the program; none of it can be given back."""
        allowed = ", ".join(quoted(f"{folder.absolute()}{os.sep}") for folder in folders)
        changeable = ", ".join(map(quoted, _CHANGEABLE))
        for statement in (
            f"SET allowed_directories = [{allowed}]",
            "SET enable_external_access = false",
            "SET python_enable_replacements = false",
            f"SET allowed_configs = [{changeable}]",
            "SET lock_configuration = true",
        ):
            self._con.execute(statement)

    def _begin(self) -> None:
        self._con.execute("SET TimeZone = 'UTC'")
        self._con.execute("SET enable_progress_bar = false")

    def twin(self) -> Store:
        """Return a further connection to the file that this one has open, for another thread; closed by itself."""
        other = Store.__new__(Store)
        other.path, other._in_transaction, other._con = self.path, False, self._con.cursor()
        other._prepared = {}
        other._begin()
        return other

    @classmethod
    def memory(cls, *folders: Path) -> Store:
        """Return an empty warehouse in memory with all declared tables; it may use files below `folders`."""
        store = cls(None, folders=folders)
        store.create_tables()
        return store

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """Close the connection; a clean close leaves no write-ahead log."""
        self._con.close()

    # ── statements ───────────────────────────────────────────────────────────────────────────────────────

    def rows(self, sql: str, binds: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows; of `binds` those that the statement names are bound."""
        with self._in_words():
            cursor = self._con.execute(self._parsed(sql), _named(sql, binds))
            return cursor.fetchall() if cursor.description else []

    def dicts(self, sql: str, binds: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one query and return its rows as dictionaries in column order."""
        with self._in_words():
            cursor = self._con.execute(self._parsed(sql), _named(sql, binds))
            names = [d[0] for d in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def value(self, sql: str, binds: Mapping[str, Any] | None = None) -> Any:
        """Return the first value of the first row, or None."""
        rows = self.rows(sql, binds)
        return rows[0][0] if rows else None

    def run(self, sql: str, binds: Mapping[str, Any] | None = None) -> None:
        """Run one statement for its effect."""
        self.rows(sql, binds)  # fetched whole: an open result would block the next change of the catalog

    def _parsed(self, sql: str) -> str | duckdb.Statement:
        """Return a long statement as this process parsed it before: over few rows parsing is a sixth of the work."""
        if not _LONG <= len(sql) <= _LONGEST or ";\n" in sql:  # several statements are run as one text
            return sql
        if (kept := _PARSED.get(sql)) is None:
            found = self._con.extract_statements(sql)
            if len(found) != 1:
                return sql
            if len(_PARSED) >= _KEPT:
                _PARSED.clear()
            kept = _PARSED[sql] = found[0]
        return kept

    def is_new(self, name: str, value: str = "") -> bool:
        """Tell whether what is prepared on this connection under a name was not made from this value last."""
        if self._prepared.get(name) == value:
            return False
        if not self._in_transaction:  # what a rollback takes back has to be made again
            self._prepared[name] = value
        return True

    def prepare(self, script: str) -> None:
        """Run the statements of a script of macros, each ended by a semicolon, once on this connection."""
        if self.is_new(script):
            for statement in script.split(";\n"):
                if statement.strip():
                    self.run(statement)

    def frame(self, sql: str, binds: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return a query's result as a pandas frame: for previews, evaluation and notebooks."""
        with self._in_words():
            return self._con.execute(sql, _named(sql, binds)).df()

    def arrow(self, sql: str, binds: Mapping[str, Any] | None = None) -> pa.Table:
        """Return a query's result as an Arrow table: whole columns for Python code."""
        with self._in_words():
            return self._con.execute(sql, _named(sql, binds)).to_arrow_table()

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        """Turn a damaged file or a full disk, met in the middle of the work, into a condition with its remedy."""
        try:
            yield
        except duckdb.Error as error:
            _refuse_disk(error)
            if self.path is not None and any(word in str(error) for word in _CORRUPT):
                raise StoreDamaged(f"{self.path} is damaged: {error}. {_remedy(self.path)}") from error
            raise

    @contextlib.contextmanager
    def relation(self, name: str, table: pa.Table) -> Iterator[None]:
        """Make an Arrow table visible to SQL under `name` for the time of the block."""
        self._con.register(name, table)
        try:
            yield
        finally:
            self._con.unregister(name)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements of the block take effect together or not at all; inner blocks join the outer one."""
        if self._in_transaction:
            yield
            return
        with self._in_words():
            self._con.execute("BEGIN TRANSACTION")
        self._in_transaction = True
        try:
            yield
            with self._in_words():
                self._con.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(duckdb.Error):
                self._con.execute("ROLLBACK")
            raise
        finally:
            self._in_transaction = False

    # ── declared tables ──────────────────────────────────────────────────────────────────────────────────

    def create_tables(self) -> None:
        """Create schemas and declared tables that are not there yet; what an earlier version has is kept."""
        there = {(str(r[0]), str(r[1]), str(r[2])): str(r[3]) for r in self.rows(
            "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        )}  # fmt: skip
        known = {(schema, name) for schema, name, _ in there}
        for schema in sorted({t.schema for t in TABLES.values()} - {schema for schema, _ in known}):
            self.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for table in TABLES.values():
            if table.is_view:
                continue
            if (table.schema, table.name) not in known:
                self.run(f"CREATE TABLE {table.qualified} ({declared_columns(table)})")
                continue
            for column in table.columns:
                had = there.get((table.schema, table.name, column.name))
                if had is None:
                    self.run(f'ALTER TABLE {table.qualified} ADD COLUMN "{column.name}" {column.type}')
                elif had != column.type:
                    self.run(f'ALTER TABLE {table.qualified} ALTER COLUMN "{column.name}" TYPE {column.type}')

    def check(self, table: Table, sql: str, binds: Mapping[str, Any] | None = None) -> None:
        """Refuse a query whose columns differ from the table's declaration. Raises ContractBroken."""
        described = self.rows(f"DESCRIBE {sql}", binds)
        got = {str(r[0]): str(r[1]) for r in described}
        want = {col.name: col.type for col in table.columns}
        wrong = [
            f"{n}: declared {want[n]}, got {got.get(n, 'nothing')}" for n in want if got.get(n) != want[n]
        ]
        wrong += [f"{n}: not declared" for n in got if n not in want]
        if wrong:
            raise ContractBroken(f"{table.qualified} differs from its declaration: {'; '.join(wrong)}")

    def replace(self, qualified: str, sql: str, binds: Mapping[str, Any] | None = None) -> int:
        """Fill a declared table anew from one SELECT, checked against the declaration; return the rows."""
        table = TABLES[qualified]
        body = sql.strip().rstrip(";")
        names = ", ".join(f'"{name}"' for name in table.column_names)
        order = f" ORDER BY {', '.join(table.order_by)}" if table.order_by else ""
        with self.transaction():
            # What came is described afterwards: to describe the SELECT would be to plan it twice.
            made = f"SELECT {names}, * EXCLUDE ({names}) FROM ({body}){order}"
            try:
                rows = self.rows(f"CREATE OR REPLACE TABLE {qualified} AS {made}", binds)
            except duckdb.BinderException:
                self.check(table, body, binds)
                raise
            self.check(table, f"FROM {qualified}")
        return int(rows[0][0])

    def insert(self, qualified: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows to a declared table in one statement; columns that no row has are NULL."""
        if not rows:
            return
        import pyarrow as pa

        there = {name for row in rows for name in row}
        names = [name for name in TABLES[qualified].column_names if name in there]
        table = pa.table({name: [row.get(name) for row in rows] for name in names})
        with self.relation("inserted_row", table):
            self.run(f"INSERT INTO {qualified} BY NAME FROM inserted_row")

    def count(self, qualified: str) -> int:
        """Return the number of rows of a table."""
        return int(self.value(f"SELECT count(*) FROM {qualified}"))


def declared_columns(table: Table) -> str:
    """Return the column list of a CREATE TABLE."""
    return ", ".join(f'"{col.name}" {col.type}' for col in table.columns)


def _refuse_disk(error: duckdb.Error) -> None:
    """Raise the condition of a disk that has no room or does not work, if that is what an error says."""
    if any(word in str(error) for word in _NO_ROOM):
        raise DiskFull(_FULL.format(error=error)) from error
    if _DISK in str(error):
        raise DiskFailed(DISK_FAILED.format(error=error)) from error


def disk_fault(error: BaseException, place: Path | None = None) -> DiskFull | DiskFailed | None:
    """Return what an error says of a disk, the system's own or one of Dagster's databases; None if nothing.

    `place`: what to name where the error does not say which file.
    """
    causes: BaseException | None = error
    while causes is not None:
        if isinstance(causes, OSError) and causes.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            return DiskFull(
                f"{causes.filename or place or 'a file'}: {causes.strerror}. Make room on that disk and run again; "
                "what was published before stays, and what was not read yet is read then."
            )
        if isinstance(causes, OSError) and causes.errno == errno.EIO:
            return DiskFailed(DISK_FAILED.format(error=causes))
        if isinstance(causes, sqlite3.OperationalError) and any(word in str(causes) for word in _DAGSTER):
            return DiskFull(
                f"a database of Dagster in {place or 'the home'} could not be written ({causes}). See whether its disk "
                "has room, works and may be written to, and run again; what was published before stays."
            )
        causes = causes.__cause__ or causes.__context__
    return None


def _remedy(path: Path | None) -> str:
    """Say what to do about a file that does not open. Its log is never removed: it may hold what was acknowledged."""
    log = Path(f"{path}.wal")
    if log.exists():
        return (
            f"There is a log beside it. If {log} came from elsewhere, move it away and try again; otherwise restore "
            "both from a backup, or move both aside: the next run rebuilds them from the vault."
        )
    return "Restore it from a backup, or move it aside: the next run rebuilds it from the vault."


def _named(sql: str, binds: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Keep the binds that the statement names; DuckDB refuses others."""
    if not binds:
        return None
    wanted = set(_BIND.findall(sql))
    return {k: v for k, v in binds.items() if k in wanted} or None


@contextlib.contextmanager
def writer_lock(home: Path, *, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the one writer's lock of a home, or raise StoreLocked naming who holds it.

    The lock is the operating system's (it ends with its process); the holder's name stands beside it in
    `writer.holder` for the message only.
    """
    make_private(home)
    lock = FileLock(str(home / "writer.lock"), mode=0o600)
    holder = home / "writer.holder"
    try:
        lock.acquire(timeout=wait_seconds or 0.01)
    except Timeout as error:
        who = holder.read_text(encoding="utf-8").strip() if holder.exists() else "unknown process"
        raise StoreLocked(
            f"{home} is being written by {who}. Wait for it (`--wait SECONDS`), or end that process."
        ) from error
    try:
        started = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        holder.write_text(
            f"process {os.getpid()} on {socket.gethostname()} since {started}\n", encoding="utf-8"
        )
        holder.chmod(0o600)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def make_private(folder: Path) -> Path:
    """Create a folder that only its owner may enter, under any umask."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def bind_list(values: Sequence[str]) -> list[str]:
    """A list for `= ANY($name)`; a tuple would become a struct."""
    return list(values)
