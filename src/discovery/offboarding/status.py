"""How long each route takes: from the request of a step to its verified end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from discovery.offboarding.case import Case


def times_to_revoke(cases: Iterable[Case]) -> dict[str, dict[str, Any]]:
    """Return per route the number of verified steps and the 50th and 90th percentile of their seconds.

    Percentiles by nearest rank: a time that was really measured, never one between two.
    """
    seconds: dict[str, list[float]] = {}
    for case in cases:
        for one in case.steps.values():
            if (
                one.is_done
                and one.requested_at is not None
                and one.verified_at is not None
                and one.step.route != "observe"
            ):
                taken = (one.verified_at - one.requested_at).total_seconds()
                seconds.setdefault(one.step.route, []).append(max(0.0, taken))
    return {
        route: {"count": len(taken), "p50": _rank(sorted(taken), 50), "p90": _rank(sorted(taken), 90)}
        for route, taken in sorted(seconds.items())
    }


def duration(seconds: float) -> str:
    """Return a time in words: seconds, minutes, hours or days."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _rank(values: list[float], percent: int) -> float:
    return values[max(0, -(-len(values) * percent // 100) - 1)]
