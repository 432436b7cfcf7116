"""What is known of an instance's lists between two collections: how far each is whole, and how the last one went.

One JSON file per instance in `home/collect`, private; links of change feeds stand in it. Beside it lies the lock that
keeps two collections of one instance apart.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from discovery.collect.output import write_private
from discovery.errors import StoreLocked
from discovery.store import make_private


@dataclass(frozen=True)
class ListState:
    """One list. Instants are UTC.

    whole_until: of a log, until when it was collected whole. changes: the link of a change feed; changes_begun: the
    same, of a list that is not whole yet. whole_at: when the list was last collected as a whole. tried_at, outcome,
    reason: of the last collection.
    """

    whole_until: datetime | None = None
    changes: str | None = None
    changes_begun: str | None = None
    whole_at: datetime | None = None
    tried_at: datetime | None = None
    outcome: str | None = None
    reason: str | None = None


_INSTANTS = ("whole_until", "whole_at", "tried_at")


@dataclass
class Watermarks:
    """The lists of one instance. Each change is on disk before `set` returns."""

    path: Path
    lists: dict[str, ListState] = field(default_factory=dict)

    def get(self, name: str) -> ListState:
        """Return what is known of a list."""
        return self.lists.get(name, ListState())

    def set(self, name: str, **said: Any) -> None:
        """Note something of a list."""
        self.lists[name] = replace(self.get(name), **said)
        make_private(self.path.parent)
        rows = {key: {k: _text(v) for k, v in asdict(one).items()} for key, one in sorted(self.lists.items())}
        write_private(self.path, json.dumps({"version": 1, "lists": rows}, indent=1))


def watermarks_of(home: Path, system: str, instance: str) -> Watermarks:
    """Read what is known of an instance; nothing where there is no file, or none that can be read."""
    path = _place(home, system, instance).with_suffix(".json")
    found = Watermarks(path)
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        said = json.loads(path.read_text(encoding="utf-8"))
        for name, row in said["lists"].items():
            values: dict[str, Any] = {
                k: datetime.fromisoformat(v) if k in _INSTANTS and v else v for k, v in row.items()
            }
            found.lists[name] = ListState(**values)
    return found


@contextlib.contextmanager
def collecting_alone(home: Path, system: str, instance: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock of one instance's collection. Raises StoreLocked, which names the holder."""
    make_private(home)
    place = _place(home, system, instance)
    make_private(place.parent)
    holder = place.with_suffix(".holder")
    lock = FileLock(place.with_suffix(".lock"), mode=0o600)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        said = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise StoreLocked(f"{system} is being collected by {said}; `--wait SECONDS` waits for it") from error
    try:
        write_private(holder, f"process {os.getpid()} on {socket.gethostname()}")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _place(home: Path, system: str, instance: str) -> Path:
    return home / "collect" / f"{system}-{re.sub(r'[^a-z0-9-]+', '_', instance.lower())}"


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
