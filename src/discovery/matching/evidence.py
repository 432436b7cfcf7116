"""What one comparison says, and the facts about merchants that comparisons look up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import iso18245

from discovery.catalog.load import data_rows
from discovery.catalog.naming import tokens_of
from discovery.matching.words import PACKAGE


class Evidence(NamedTuple):
    """One comparison and its points; `strength` of the name by which the points were chosen."""

    comparison: str
    left: str | None
    right: str | None
    weight: int
    strength: str = ""


class Hypothesis(NamedTuple):
    """One app that a text may name, and why.

    `length` is how much of the text it explains, `score` the sum of the points, 0 to 100.
    """

    app_id: str
    method: str
    length: int
    evidence: tuple[Evidence, ...]
    score: int


def hypothesis(app_id: str, method: str, length: int, evidence: Iterable[Evidence]) -> Hypothesis:
    """Make a hypothesis of 0 to 100 points; what is over or under stands in a row of its own."""
    rows = [e for e in evidence if e.weight]
    total = sum(e.weight for e in rows)
    if total > 100:
        rows.append(Evidence("at most 100", None, None, 100 - total))
    if total < 0:
        rows.append(Evidence("at least 0", None, None, -total))
    return Hypothesis(app_id, method, length, tuple(rows), max(0, min(100, total)))


@cache
def mcc_effect(mcc: str | None) -> tuple[str, str]:
    """Return what a merchant category code says, `support`, `against` or nothing, and its meaning (ISO 18245)."""
    code = (mcc or "").strip().removesuffix(".0").zfill(4)
    if not (code.isascii() and code.isdigit() and len(code) == 4):
        return "", ""
    for row in data_rows("mcc.csv", PACKAGE):
        if int(row["low"]) <= int(code) <= int(row["high"]):
            return row["effect"], _meaning(code)
    return "", ""


def _meaning(code: str) -> str:
    try:
        found = iso18245.get_mcc(code)
    except iso18245.MCCNotFound:
        return code
    return found.iso_description or found.usda_description or found.range.description


@cache
def false_friends() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, by app, the beginnings of text that mean somebody else, with who that is."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in data_rows("false_friend.csv", PACKAGE):
        found[row["not_app"]] = (
            *found.get(row["not_app"], ()),
            ("".join(tokens_of(row["text"])), row["who"]),
        )
    return found


@cache
def umbrellas() -> tuple[tuple[str, bool, str], ...]:
    """Return beginnings of text that stand for many products, whether only as the whole text, and why."""
    return tuple(
        ("".join(tokens_of(row["text"])), row["whole"] == "yes", row["why"])
        for row in data_rows("umbrella.csv", PACKAGE)
    )
