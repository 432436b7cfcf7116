"""When the night is due, by the settings."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from discovery.errors import BadSettings
from discovery.settings import Settings

WATCH_HOURS_LATER = 6
"""How long after the night begins `watch` looks whether it has published."""

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def hour_and_minute(settings: Settings) -> tuple[int, int]:
    """Return when the night begins. Raises BadSettings."""
    found = _CLOCK.fullmatch(settings.nightly_at.strip())
    if found is None:
        raise BadSettings(
            f"{settings.config or 'settings'}: schedule.at = {settings.nightly_at!r}; expected a time, 02:30"
        )
    return int(found[1]), int(found[2])


def last_due(settings: Settings, now: datetime) -> datetime:
    """Return when the last night began that should have published by now.

    A night has an hour less than `watch` gives it: where clocks go forward, the watch comes an hour early.
    """
    hour, minute = hour_and_minute(settings)
    by = (now - timedelta(hours=WATCH_HOURS_LATER - 1)).astimezone(ZoneInfo(settings.timezone))
    due = by.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return due if due <= by else due - timedelta(days=1)
