"""Dagster's instance of a home, and its event log kept open while a night writes to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from typing import Any

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from discovery.settings import Settings
from discovery.store import make_private

_STORAGES = {"storage", "event_log_storage"}


def instance_folder(settings: Settings) -> Path:
    """Return the folder of Dagster's instance, with our dagster.yaml in it unless there is one."""
    folder = make_private(settings.home / "dagster")
    if not (folder / "dagster.yaml").exists():
        copyfile(Path(__file__).with_name("dagster.yaml"), folder / "dagster.yaml")
    return folder


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open the instance of a home for a night in this process; close it with `dispose` or as a context.

    The files are those that the Dagster UI reads. Where dagster.yaml names a storage, that one is taken as it is.
    """
    folder = instance_folder(settings)
    named = yaml.safe_load((folder / "dagster.yaml").read_text(encoding="utf-8")) or {}
    kept = {
        "module": __name__,
        "class": KeptEventLog.__name__,
        "config": {"base_dir": str(folder / "history" / "runs")},
    }
    overrides = {} if _STORAGES & set(named) else {"event_log_storage": kept}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder), overrides=overrides))


class KeptEventLog(SqliteEventLogStorage):
    """Dagster's event log in SQLite, with one connection to each database instead of a new one for each event.

    A night has six hundred events. A new engine for each makes SQLAlchemy compile each statement anew, and closing
    a database's last connection writes its log back: together a third of a small company's night.
    """

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> KeptEventLog:
        """Make it from what the settings of the instance say."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # One thread at a time, as in the class above: the lock guards the connection.
        with self._db_lock:
            engine = self._engines.get(shard)
            if engine is None:
                engine = self._engines[shard] = create_engine(
                    self.conn_string_for_shard(shard), poolclass=StaticPool,
                    connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
                )  # fmt: skip
                self._initdb(engine)
                with engine.connect() as connection:
                    # No fsync for each of the events: a power cut costs the last lines of a history, not the database.
                    connection.exec_driver_sql("PRAGMA synchronous = NORMAL")
            with engine.connect() as connection, connection.begin():
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Tell whether the index has a table; asked for with each event, and tables do not go."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close the databases."""
        super().dispose()
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
