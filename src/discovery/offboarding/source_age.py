"""How old the knowledge is that a plan stands on: one line per source, against its limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from discovery.errors import BadUse
from discovery.settings import Settings
from discovery.sources.registry import known_formats
from discovery.store import Store

_NEWEST = """
SELECT system, coalesce(instance, '') AS instance, format,
    coalesce(max(coalesce(snapshot_on, CAST(window_to AS DATE))), CAST(max(loaded_at) AS DATE)) AS newest_on
FROM source_file WHERE state IN ('loaded', 'duplicate') AND system IS NOT NULL
GROUP BY ALL ORDER BY ALL
"""
EVERYTHING = "all"


@dataclass(frozen=True)
class SourceAge:
    """One source: the day of its newest record or list, its age on the day of asking, and the limit, in days."""

    source: str
    newest_on: date
    age_days: int
    limit_days: int

    @property
    def is_old(self) -> bool:
        """Older than its limit."""
        return self.age_days > self.limit_days

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {"source": self.source, "newest_on": self.newest_on.isoformat(), "age_days": self.age_days,
                "limit_days": self.limit_days, "is_old": self.is_old}  # fmt: skip


def source_ages(store: Store, settings: Settings, on: date) -> list[SourceAge]:
    """Return the age of each source on a day. The limit is the greater of its cadence and the settings' limit."""
    cadence = {fmt.name: fmt.cadence_days for fmt in known_formats(settings)} | dict(settings.cadence_days)
    least = settings.offboarding.max_source_age_days
    return [
        SourceAge(
            f"{system}/{form}" + (f" ({instance})" if instance not in ("", "default") else ""),
            newest,
            max(0, (on - newest).days),
            max(least, cadence.get(form, 0)),
        )
        for system, instance, form, newest in store.rows(_NEWEST)
    ]


def overridden(ages: Iterable[SourceAge], accepted: Iterable[str], reason: str | None) -> list[str]:
    """Return the names of the old sources that somebody accepts. Raises BadUse for old ones that nobody does.

    `accepted`: names as printed, systems, or `all`.
    """
    wanted = set(accepted)
    old = [age for age in ages if age.is_old]
    open_ones = [
        age
        for age in old
        if not wanted & {EVERYTHING, age.source, age.source.split("/")[0], age.source.split(" ")[0]}
    ]
    if open_ones:
        said = "; ".join(
            f"{age.source} ends on {age.newest_on}, {age.age_days} days ago (limit {age.limit_days})"
            for age in open_ones
        )
        raise BadUse(
            f"the scope stands on sources that are too old: {said}. Load newer exports, or accept them by name with "
            "--accept-old SOURCE and a --reason."
        )
    if old and not (reason or "").strip():
        raise BadUse("accepting old sources needs a --reason: it goes into the ledger")
    return [age.source for age in old]
