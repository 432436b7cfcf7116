"""`[retention]`: for how many days what was read is kept. Not set: for ever."""

from __future__ import annotations

from dataclasses import dataclass

from discovery.settings.reader import Reader

LEAST_EVENT_DAYS = 31
"""Less would take days from the month that is not over yet."""


@dataclass(frozen=True)
class RetentionSettings:
    """event_days: single sign-ins and visits. vault_days: exports as they were delivered. None: for ever."""

    event_days: int | None = None
    vault_days: int | None = None


def retention_of(reader: Reader) -> RetentionSettings:
    """Return the section `[retention]`. Raises BadSettings."""
    block = reader.section("retention", {"event_days", "vault_days"})
    return RetentionSettings(
        reader.at_least(block, "event_days", 0, LEAST_EVENT_DAYS) if "event_days" in block else None,
        reader.at_least(block, "vault_days", 0, 1) if "vault_days" in block else None,
    )
