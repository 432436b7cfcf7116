from __future__ import annotations

import atexit
import dataclasses
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from discovery.canonical.usage import build_usage
from discovery.settings import Settings
from discovery.sources.inbox import scan
from discovery.sources.ingest import Outcome, ingest_system, load_macros, systems
from discovery.stage import Night
from discovery.store import Store
from discovery.tables import EVENT_KINDS, RECORDS

AS_OF = date(2026, 9, 30)


@cache
def empty_warehouse() -> Path:
    """A warehouse with all tables, made once: a copy of the file is had for a tenth of the time."""
    path = Path(tempfile.mkdtemp()) / "warehouse.duckdb"
    atexit.register(shutil.rmtree, path.parent)
    with Store(path) as store:
        store.create_tables()
    return path


class Bench:
    """A home with an inbox, read by the real reader."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.settings = dataclasses.replace(
            Settings(home=folder / "home", inbox=folder / "inbox", domains=("acme.example",)), **settings
        )
        self.settings.home.mkdir()
        self.settings.inbox.mkdir()
        shutil.copyfile(empty_warehouse(), self.settings.warehouse)
        self.night = Night(self.settings, AS_OF)
        self.store = Store(self.settings.warehouse)
        load_macros(self.store)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.settings.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def read(self, only: str | None = None) -> dict[str, Any]:
        """Read the inbox; `only`: of one system, which is faster where there is no other."""
        scan(self.store, self.settings, AS_OF)
        waiting = {str(r[0]) for r in self.store.rows("SELECT DISTINCT system FROM sources.pending")}
        outcomes = {
            # Asking each of a hundred systems in turn whether it has something to do is most of a small read.
            system: ingest_system(self.store, self.night, system) if system in waiting else Outcome()
            for system in ((only,) if only else systems(self.settings))
        }
        build_usage(self.store, self.night)
        return outcomes

    def files(self) -> dict[str, dict[str, Any]]:
        return {r["file_name"]: r for r in self.store.dicts("FROM sources.source_file")}

    def records(self, kind: str, file_id: str | None = None) -> list[dict[str, Any]]:
        """What the lake has of a kind, or of one input."""
        # Records of events carry their number only where one had to be told from another.
        columns = [c.name for c in RECORDS[kind].columns if c.name != "record" or kind not in EVENT_KINDS]
        names = ", ".join(f'"{name}"' for name in columns)
        of = {"kind": kind, "file_id": file_id}
        if kind not in EVENT_KINDS:
            return self.store.dicts(
                f"SELECT {names} FROM lake.{kind} WHERE file_id = coalesce($file_id, file_id) ORDER BY ALL",
                of,
            )
        paths = [
            str(self.settings.home / "lake" / str(r[0]))
            for r in self.store.rows(
                "SELECT path FROM sources.source_part WHERE kind = $kind AND file_id = coalesce($file_id, file_id)",
                of,
            )
        ]
        return self.store.dicts(
            f"SELECT {names} FROM read_parquet($paths, hive_partitioning=false) ORDER BY ALL", {"paths": paths}
        ) if paths else []  # fmt: skip

    def quarantine(self) -> list[dict[str, Any]]:
        return self.store.dicts("FROM sources.quarantine ORDER BY file_name, record, column_name")

    def holds(self, text: str) -> list[str]:
        """Return the files of the home in which a text is: their bytes, members of archives, Parquet, all tables."""
        self.store.run("CHECKPOINT")
        found = []
        for path in sorted(p for p in self.settings.home.rglob("*") if p.is_file()):
            content = path.read_bytes()
            if text.encode() in content or text.encode("utf-16-le") in content:
                found.append(str(path.relative_to(self.settings.home)))
            elif zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    found += [m for m in archive.namelist() if text.encode() in archive.read(m)]
            elif path.suffix == ".parquet":
                found += [str(path)] * self._rows_with(
                    f"read_parquet('{path}', hive_partitioning=false)", text
                )
        for schema, table in self.store.rows(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
        ):
            found += [f"{schema}.{table}"] * self._rows_with(f'"{schema}"."{table}"', text)
        return found

    def _rows_with(self, relation: str, text: str) -> int:
        return int(self.store.value(
            f"SELECT count(*) FROM {relation} AS r WHERE contains(CAST(r AS VARCHAR), $text)", {"text": text}
        ) or 0)  # fmt: skip

    def unbalanced(self) -> list[tuple[Any, ...]]:
        return self.store.rows(
            "SELECT file_name, rows_read, rows_loaded, rows_duplicate, rows_ignored, rows_quarantined "
            "FROM sources.source_file "
            "WHERE rows_read <> rows_loaded + rows_duplicate + rows_ignored + rows_quarantined"
        )


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(**settings: Any) -> Bench:
        folder = tmp_path / f"bench{len(made)}"
        folder.mkdir()
        made.append(Bench(folder, **settings))
        return made[-1]

    yield make
    for bench in made:
        bench.store.close()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
