"""The published file as Dagster reads it: who has departed, and what is to be ended for a person."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from discovery.errors import BadUse, UnknownName
from discovery.settings import Settings
from discovery.store import Store

_DEPARTED = """
    SELECT person_id, status AS kind, CAST(NULL AS DATE) AS left_on FROM person
    WHERE status IN ('disabled', 'soft_deleted', 'deleted')
    UNION ALL
    SELECT person_id, 'left' AS kind, left_on FROM person, run WHERE left_on <= run.as_of
    ORDER BY person_id, kind
"""
_SCOPE = """
    SELECT priority, app_id, app_name, class, route, survives_idp_disable, last_seen_on
    FROM offboarding_scope WHERE person_id = $person_id ORDER BY priority
"""
_SCOPE_THEN = """
    SELECT row_number() OVER (ORDER BY app_id) AS priority, app_id, class, from_on, to_on, end_reason
    FROM access_as_of($person_id, $day) ORDER BY app_id
"""
NEWS_DAYS = 30
"""How long ago a last day of work may lie to be news for a sensor that looks for the first time."""


@dataclass(frozen=True)
class Departure:
    """Somebody is disabled, soft_deleted or deleted, or their last day of work came (kind `left`)."""

    person_id: str
    kind: str
    left_on: date | None


@dataclass(frozen=True)
class Scope:
    """What is to be ended for a person at the end of a day; no row holds personal data."""

    as_of: date
    rows: list[dict[str, Any]]


@contextlib.contextmanager
def published(settings: Settings) -> Iterator[Store]:
    """Open the published file for reading. Raises BadUse if there is none."""
    if not settings.published.is_file():
        raise BadUse(f"{settings.published} is not there yet: the job `nightly` makes it.")
    with Store(settings.published, read_only=True, memory_limit=settings.memory_limit) as store:
        yield store


def read_run(store: Store) -> tuple[str, date]:
    """Return run and day of a published file."""
    run_id, as_of = store.rows("SELECT run_id, as_of FROM run")[0]
    return str(run_id), as_of


def read_departures(store: Store) -> list[Departure]:
    """Return who has departed by the day of a published file."""
    return [Departure(str(r[0]), str(r[1]), r[2]) for r in store.rows(_DEPARTED)]


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


def scope_person(store: Store, person_id: str, day: date | None) -> Scope:
    """Return what is to be ended for a person. Raises UnknownName, BadUse."""
    _, as_of = read_run(store)
    if day is not None and day > as_of:
        raise BadUse(f"nothing is known of {day} yet: the published graph is of the end of {as_of}.")
    binds = {"person_id": person_id, "day": day}
    if not store.value("SELECT count(*) FROM person WHERE person_id = $person_id", binds):
        raise UnknownName("nobody in the published graph has this person_id.")
    if day is None or day == as_of:
        return Scope(as_of, store.dicts(_SCOPE, binds))
    return Scope(day, store.dicts(_SCOPE_THEN, binds))
