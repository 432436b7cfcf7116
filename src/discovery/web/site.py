"""What every page needs: the settings, the open publication, the cases of the ledger, and who opened whose scope."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from discovery.ledger import FILE as LEDGER
from discovery.ledger.actor import actor
from discovery.offboarding.case import Case, read_cases
from discovery.settings import Settings
from discovery.web.reading import Reading

OPENED = "opened.jsonl"
"""In the home: one line for each time that somebody opened what is known of a person."""


class Site:
    """One running web view."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.reading = Reading(settings)
        self.user = actor().removeprefix("os:")
        self._cases: tuple[tuple[int, int] | None, Mapping[str, Case]] = (None, {})
        self._writing = threading.Lock()

    def cases(self) -> Mapping[str, Case]:
        """Return all cases as the ledger tells them now; it is read again when it has changed."""
        try:
            found = (self.settings.home / LEDGER).stat()
            state = (found.st_size, found.st_mtime_ns)
        except FileNotFoundError:
            state = (0, 0)
        if self._cases[0] != state:
            self._cases = (state, read_cases(self.settings.home))
        return self._cases[1]

    def case_of(self, person_id: str) -> Case | None:
        """Return a person's open case, else the newest one."""
        own = [case for case in self.cases().values() if case.person_id == person_id]
        return next((case for case in own if case.is_open), own[-1] if own else None)

    def opened(self, person_id: str, page: str) -> None:
        """Keep who looked at a person's scope, on disk before it is shown."""
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        line = json.dumps({"at": at, "by": self.user, "person_id": person_id, "page": page}) + "\n"
        path: Path = self.settings.home / OPENED
        with self._writing:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)


def now() -> datetime:
    """Return the time, UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
