"""The picture of a person's part of the graph and the timeline, as positions; the templates draw them as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

MOST_APPS = 40
ROW = 30
WIDTH = 920
_PERSON_X, _ACCOUNT_X, _APP_X = 150, 350, 640
_FIRST_X, _LAST_X = 190, WIDTH - 14
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Edge:
    """One line. `survives`: yes, no or unknown; `evidence`: what proves it, in words."""

    path: str
    survives: str
    app_id: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Node:
    """One box: where, what it is called, and what stands below it."""

    x: int
    y: int
    name: str
    below: str = ""
    app_id: str = ""
    survives: str = "unknown"


@dataclass
class Picture:
    """Person, accounts, apps and the edges between them. `left_out`: apps that found no room."""

    height: int
    person: Node
    accounts: list[Node] = field(default_factory=list)
    apps: list[Node] = field(default_factory=list)
    links: list[Edge] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    left_out: int = 0
    width: int = WIDTH


@dataclass(frozen=True)
class Bar:
    """One span of the timeline."""

    x: float
    width: float
    y: int
    source: str
    says: str
    is_open: bool


@dataclass
class Timeline:
    """Apps over time. `lines`: app_id, name, y; `months`: label and x; `left_x`: the last day of work."""

    height: int
    lines: list[tuple[str, str, int]] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    months: list[tuple[str, float]] = field(default_factory=list)
    left_x: float | None = None
    width: int = WIDTH


def survives_word(value: bool | None) -> str:
    """Return whether access survives as one word."""
    return {True: "yes", False: "no", None: "unknown"}[value]


def picture_of(name: str, scope: Sequence[Row], accounts: Sequence[Row], evidence: Sequence[Row]) -> Picture:
    """Lay out a person's part of the graph: the person, the accounts, the apps in the order of the scope."""
    shown = scope[:MOST_APPS]
    used = {account for row in shown for account in row["accounts"] or ()}
    known = [row for row in accounts if row["account_id"] in used]
    rows = max(len(shown), len(known), 3)
    made = Picture(
        rows * ROW + 20, Node(_PERSON_X, rows * ROW // 2 + 10, name), left_out=len(scope) - len(shown)
    )
    proof: dict[str, list[Row]] = {}
    for row in evidence:
        proof.setdefault(row["app_id"], []).append(row)
    places: dict[str, Node] = {}
    for at, row in enumerate(known):
        y = round((at + 0.5) * rows * ROW / max(1, len(known))) + 10
        node = Node(_ACCOUNT_X, y, str(row["system"]), str(row["name"]))
        places[row["account_id"]] = node
        made.accounts.append(node)
        made.links.append(Edge(_curve(_PERSON_X, made.person.y, _ACCOUNT_X - 8, y), "unknown"))
    for at, row in enumerate(shown):
        y = round((at + 0.5) * rows * ROW / len(shown)) + 10
        word = survives_word(row["survives_idp_disable"])
        seen = ", ".join(row["sources"] or ())
        last = f" · {row['last_seen_on']}" if row["last_seen_on"] else ""
        made.apps.append(Node(_APP_X, y, str(row["app_name"]), seen + last, row["app_id"], word))
        says = "; ".join(
            f"{one['observed_at']:%Y-%m-%d}: {one['summary']}" for one in proof.get(row["app_id"], [])[-3:]
        )
        for account in row["accounts"] or ():
            if account in places:
                start = places[account]
                path = _curve(start.x + 8, start.y, _APP_X - 12, y)
                made.edges.append(Edge(path, word, row["app_id"], says or "no record is kept"))
    return made


def timeline_of(spans: Sequence[Row], as_of: date, left_on: date | None) -> Timeline | None:
    """Lay out when access was seen; None if no time is known."""
    dated = [row for row in spans if row["from_on"] is not None]
    if not dated:
        return None
    ends = [_end(row, as_of) for row in dated]
    first: date = min(row["from_on"] for row in dated)
    last = max([as_of, *ends])
    days = max(1, (last - first).days)

    def x_of(on: date) -> float:
        return round(_FIRST_X + (on - first).days / days * (_LAST_X - _FIRST_X), 1)

    names = {row["app_id"]: str(row["app_name"]) for row in dated}
    order = sorted(names, key=lambda app: (names[app].lower(), app))[: 2 * MOST_APPS]
    made = Timeline(len(order) * 22 + 34)
    rows = {app: at * 22 + 34 for at, app in enumerate(order)}
    made.lines = [(app, names[app], y) for app, y in rows.items()]
    for row, end in zip(dated, ends, strict=True):
        if row["app_id"] not in rows:
            continue
        x, is_open = x_of(row["from_on"]), row["to_on"] is None
        until = (
            f"to {row['to_on']} ({row['end_reason']})" if not is_open else f"last seen {end}, no end is known"
        )
        says = f"{row['app_name']}, {row['source']}: from {row['from_on']} {until}"
        width = max(3.0, round(x_of(end) - x, 1))
        made.bars.append(Bar(x, width, rows[row["app_id"]], str(row["source"]), says, is_open))
    made.months = [(f"{on:%Y-%m}", x_of(on)) for on in _months(first, last)]
    made.left_x = x_of(left_on) if left_on is not None and first <= left_on <= last else None
    return made


def _end(row: Row, as_of: date) -> date:
    """Return the last day that a span is drawn to: its end, else the last day on which it was seen."""
    first: date = row["from_on"]
    end: date = row["to_on"] or row["last_seen_on"] or as_of
    return max(end, first)


def _months(first: date, last: date) -> list[date]:
    """Return beginnings of months, not more than a dozen."""
    found = []
    on = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while on <= last:
        found.append(on)
        on = (on + timedelta(days=32)).replace(day=1)
    return found[:: max(1, -(-len(found) // 12))]


def _curve(x1: int, y1: int, x2: int, y2: int) -> str:
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
