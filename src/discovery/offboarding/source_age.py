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
WITH own AS (
    SELECT system, coalesce(instance, '') AS instance, format,
        max(coalesce(snapshot_on, CAST(window_to AS DATE))) AS told_on, CAST(max(loaded_at) AS DATE) AS loaded_on,
        list_distinct(flatten(list(kinds))) AS kinds
    FROM source_file WHERE state IN ('loaded', 'duplicate') AND system IS NOT NULL
    GROUP BY ALL
),
-- The day of loading says nothing of how new the records are: a file of last year may be loaded today.
record AS (
    SELECT source AS kind, system, coalesce(instance, '') AS instance, max(last_at) AS last_at FROM source_freshness
    GROUP BY ALL
    UNION ALL
    SELECT 'provisioning_event', system, coalesce(instance, ''), max(last_at) FROM provisioning_step GROUP BY ALL
)
SELECT o.system, o.instance, o.format, coalesce(o.told_on, CAST(max(r.last_at) AS DATE), o.loaded_on) AS newest_on,
    o.told_on IS NULL AND max(r.last_at) IS NULL AS is_day_of_loading
FROM own AS o
LEFT JOIN record AS r ON r.system = o.system AND r.instance = o.instance AND list_contains(o.kinds, r.kind)
GROUP BY o.system, o.instance, o.format, o.told_on, o.loaded_on
ORDER BY ALL
"""
EVERYTHING = "all"


@dataclass(frozen=True)
class SourceAge:
    """One source: the day of its newest record or list, its age on the day of asking, and the limit, in days.

    `is_day_of_loading`: neither the file nor its records tell a day; it is the day on which it was loaded.
    """

    source: str
    newest_on: date
    age_days: int
    limit_days: int
    is_day_of_loading: bool = False

    @property
    def is_old(self) -> bool:
        """Older than its limit."""
        return self.age_days > self.limit_days

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {"source": self.source, "newest_on": self.newest_on.isoformat(), "age_days": self.age_days,
                "limit_days": self.limit_days, "is_old": self.is_old,
                "is_day_of_loading": self.is_day_of_loading}  # fmt: skip


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
            bool(is_day_of_loading),
        )
        for system, instance, form, newest, is_day_of_loading in store.rows(_NEWEST)
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
        said = "".join(
            f"\n  {age.source} ends on {age.newest_on}, {age.age_days} days ago (limit {age.limit_days})"
            for age in open_ones
        )
        raise BadUse(
            f"the scope stands on sources that are too old:{said}\nLoad newer exports, or accept them by name with "
            "--accept-old SOURCE and a --reason."
        )
    if old and not (reason or "").strip():
        raise BadUse("accepting old sources needs a --reason: it goes into the ledger")
    return [age.source for age in old]
