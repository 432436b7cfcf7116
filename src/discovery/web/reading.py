"""The published file as the server reads it: one publication is open, its connections are lent to threads.

A newer publication is noticed and shown, not slipped in: what somebody is looking at does not change under their hands.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from discovery.errors import BadUse
from discovery.report.published import run_of
from discovery.settings import Settings
from discovery.store import Store

CONNECTIONS = 4
"""How many pages read at once; more wait for their turn."""
PAGES_KEPT = 256
"""Of how many tables the page shown last is kept, some 20 kB each."""
Answer = TypeVar("Answer")


class Publication:
    """One opened publication. `run`: the row that says what it stands on."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._store = Store(
            path, read_only=True, memory_limit=settings.memory_limit, threads=settings.threads
        )
        self._idle: queue.LifoQueue[Store] = queue.LifoQueue()
        for _ in range(CONNECTIONS):
            self._idle.put(self._store.twin())
        self._kept: dict[Any, Any] = {}
        self._keeping = threading.Lock()
        self._pages: OrderedDict[Any, list[dict[str, Any]]] = OrderedDict()
        self.path = path
        self.run = run_of(self._store)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Lend a connection."""
        lent = self._idle.get()
        try:
            yield lent
        finally:
            self._idle.put(lent)

    def once(self, key: str, answer: Callable[[], Answer]) -> Answer:
        """Return what was answered before: a publication never changes, so a sum over all of it is made once."""
        with self._keeping:
            if key not in self._kept:
                self._kept[key] = answer()
            kept: Answer = self._kept[key]
            return kept

    def page(self, sql: str, binds: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of one page of a table; the same for as long as this publication is shown."""
        key = (sql, tuple(sorted(binds.items())))
        with self._keeping:
            if key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        with self.store() as store:
            rows = store.dicts(sql, binds)
        with self._keeping:
            self._pages[key] = rows
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        return rows

    def close(self) -> None:
        """Close it once every connection is back."""
        for _ in range(CONNECTIONS):
            self._idle.get().close()
        self._store.close()


class Reading:
    """The publication that pages show, the one before it, and whether there is a newer one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._changing = threading.Lock()
        self._identity = _identity(settings.published)
        self.current = self._open()
        self._previous: Publication | None = None
        self._has_looked = False

    def newer(self) -> datetime | None:
        """Return when a newer publication was put in place, UTC; None if this is the newest."""
        try:
            found = _identity(self._settings.published)
        except BadUse:
            return None
        if found == self._identity:
            return None
        return datetime.fromtimestamp(found[2] / 1e9, UTC).replace(tzinfo=None)

    def renew(self) -> None:
        """Show the newest publication; pages that are being made end with the old one."""
        with self._changing:
            identity = _identity(self._settings.published)
            if identity == self._identity:
                return
            old, before = self.current, self._previous
            self.current, self._identity = self._open(), identity
            self._previous, self._has_looked = None, False
        for one in (old, before):
            if one is not None:
                threading.Thread(target=one.close, daemon=True).start()

    def previous(self) -> Publication | None:
        """Return the publication before the one that is shown; None if none is kept."""
        with self._changing:
            if not self._has_looked:
                self._has_looked = True
                path = self._before(self.current.path)
                self._previous = None if path is None else Publication(path, self._settings)
            return self._previous

    def close(self) -> None:
        """Close what is open."""
        self.current.close()
        if self._previous is not None:
            self._previous.close()

    def _open(self) -> Publication:
        return Publication(self._under_its_own_name(), self._settings)

    def _under_its_own_name(self) -> Path:
        """Return the generation that the published file is a second name of.

        DuckDB knows open files by their path: the same path opened again, while the old file is open, shows that one.
        """
        published = self._settings.published
        for path in self._generations():
            if path.samefile(published):
                return path
        return published

    def _generations(self) -> list[Path]:
        folder = self._settings.home / "generations"
        return sorted(folder.glob("*.duckdb"), key=lambda path: path.stat().st_mtime_ns)

    def _before(self, shown: Path) -> Path | None:
        older = shown.stat().st_mtime_ns
        own = (
            shown.stem,
            self.current.run["run_id"],
        )  # a restored file is no longer a second name of its generation
        earlier = [p for p in self._generations() if p.stem not in own and p.stat().st_mtime_ns < older]
        return earlier[-1] if earlier else None


def _identity(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise BadUse(
            f"{path} is not there yet: `discovery run` makes it (or name the folder with --home)."
        ) from error
    return found.st_dev, found.st_ino, found.st_mtime_ns
