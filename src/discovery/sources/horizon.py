"""The day from which single events are kept; what is older is known by month, and is not read again.

The months before that day lie in the vault as one Parquet file with the day in its name. That file is the commit: a
warehouse that still holds older days, or was lost and lacks the months, is brought to it when it is opened.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

from discovery.store import Store, quoted

REASON = "older than what is kept; known by month"
FIRST_DAY = "1990-01-01"
"""A time before it is no time of an event: it goes to quarantine, not among what is old."""
_NAME = re.compile(r"usage_month_before_(\d{4}-\d\d-\d\d)\.parquet")


def months_file(home: Path, day: date) -> Path:
    """Where the months before a day lie."""
    return home / "vault" / f"usage_month_before_{day.isoformat()}.parquet"


def events_from(home: Path) -> date | None:
    """Return the day from which single events are kept; None: all of them."""
    found = [_NAME.fullmatch(path.name) for path in (home / "vault").glob("usage_month_before_*.parquet")]
    return max((date.fromisoformat(name[1]) for name in found if name), default=None)


def load_events_from(store: Store, home: Path) -> None:
    """Make the day known to this connection, as the variable `events_from`."""
    store.run("SET VARIABLE events_from = CAST($day AS DATE)", {"day": events_from(home)})


def kept_from(store: Store) -> date | None:
    """Return the day as this connection knows it."""
    day = store.value("SELECT getvariable('events_from')")
    return day if isinstance(day, date) else None


def is_too_old_sql(day: date, instant: str) -> str:
    """Return the SQL condition that an event is older than what is kept; `instant` is an expression."""
    last = quoted((day - timedelta(days=1)).isoformat())
    return f"coalesce(CAST({instant} AS DATE) BETWEEN DATE {quoted(FIRST_DAY)} AND DATE {last}, false)"
