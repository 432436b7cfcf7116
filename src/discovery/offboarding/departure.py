"""Departures: who is disabled, deleted, past their last day or close to it, and which of these are news.

What is known is kept in `home/departures.json`; whoever loses it only looks for the first time again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from discovery.ledger.subject import put_on_disk
from discovery.store import Store

_DEPARTED = """
    SELECT person_id, status AS kind, CAST(NULL AS DATE) AS left_on FROM person
    WHERE status IN ('disabled', 'soft_deleted', 'deleted')
    UNION ALL
    SELECT person_id, CASE WHEN left_on <= as_of THEN 'left' ELSE 'leaving' END AS kind, left_on FROM person, run
    WHERE left_on <= as_of + CAST($ahead AS INTEGER)
    ORDER BY person_id, kind
"""
NEWS_DAYS = 30
"""How long ago a last day of work may lie to be news for somebody who looks for the first time."""
FILE = "departures.json"


@dataclass(frozen=True)
class Departure:
    """Somebody is disabled, soft_deleted or deleted, their last day of work came (`left`) or is near (`leaving`)."""

    person_id: str
    kind: str
    left_on: date | None


def read_departures(store: Store, ahead_days: int = 0) -> list[Departure]:
    """Return who has departed by the day of a published file, or does within some days after it."""
    return [Departure(str(r[0]), str(r[1]), r[2]) for r in store.rows(_DEPARTED, {"ahead": ahead_days})]


def new_departures(known: dict[str, str] | None, found: list[Departure],
                   as_of: date) -> tuple[list[tuple[Departure, str]], dict[str, str]]:  # fmt: skip
    """Return what is new, each with its day, and what is known from now on (`person_id:kind` → day).

    A status carries no day of its own: its day is the first on which it was published, and it is forgotten
    when the person returns. Who looks for the first time (`known` is None) hears only of last days of work of
    the last 30 days: everybody else left before anybody watched.
    """
    new: list[tuple[Departure, str]] = []
    now: dict[str, str] = {}
    for one in found:
        name = f"{one.person_id}:{one.kind}"
        before = (known or {}).get(name)
        day = (one.left_on or as_of).isoformat() if before is None or one.left_on else before
        now[name] = day
        if known is None:
            is_new = one.left_on is not None and one.left_on > as_of - timedelta(days=NEWS_DAYS)
        else:
            is_new = before != day
        if is_new:
            new.append((one, day))
    return new, now


def read_known(home: Path) -> dict[str, str] | None:
    """Return what is known, None for somebody who looks for the first time."""
    try:
        known = json.loads((home / FILE).read_text(encoding="utf-8"))["known"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {str(k): str(v) for k, v in known.items()}


def keep_known(home: Path, known: dict[str, str]) -> None:
    """Remember what is known; the file is replaced whole."""
    put_on_disk(home / FILE, json.dumps({"known": known}, indent=1, sort_keys=True).encode())
