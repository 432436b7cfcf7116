"""Match weights: how many points each finding is worth, as the file says that was learned from labelled data.

After Fellegi and Sunter: `m` is how often a finding turns up where text and app belong together, `u` how often
where they do not. log2(m/u) is its match weight in bits; each bit is BIT points, so that 50 points are even odds
and each BIT more double them. Points before any finding stand for the share of candidates that are right.
"""

from __future__ import annotations

from functools import cache

from discovery.catalog.load import data_rows
from discovery.matching.evidence import Evidence

PACKAGE = "discovery.matching"
BIT = 6
"""Points of one bit: 80 points are odds of 32 to 1."""
START = "before any comparison"


@cache
def _points() -> dict[tuple[str, str], int]:
    return {
        (row["comparison"], row["strength"]): int(row["points"]) for row in data_rows("weight.csv", PACKAGE)
    }


def points(comparison: str, strength: str = "") -> int:
    """Return the points of a finding for a name of that strength (see `catalog.load.Alias`)."""
    found = _points()
    weight = found.get((comparison, strength))
    return found[comparison, ""] if weight is None else weight


def finding(
    comparison: str, strength: str = "", left: str | None = None, right: str | None = None
) -> Evidence:
    """Return a finding as a row of evidence with its points."""
    return Evidence(comparison, left, right, points(comparison, strength), strength)


def start() -> Evidence:
    """Return the row that stands for the share of candidates that are right."""
    return finding(START)
