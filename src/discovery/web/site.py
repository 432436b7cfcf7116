"""What every page needs: the settings, the open publication, the cases of the ledger, and who opened whose scope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from discovery.ledger import FILE as LEDGER
from discovery.ledger.actor import user
from discovery.offboarding.case import Case, read_cases
from discovery.report.opened import record_opened
from discovery.settings import Settings
from discovery.web.reading import Reading


class Site:
    """One running web view."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.reading = Reading(settings)
        self.user = user()
        self._cases: tuple[tuple[int, int] | None, Mapping[str, Case]] = (None, {})

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
        """Keep who looked at a person's scope, before it is shown."""
        record_opened(self.settings.home, person_id=person_id, page=page, by=self.user)


def now() -> datetime:
    """Return the time, UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
