"""The published file as Dagster reads it: what is to be ended for a person."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from discovery.errors import BadUse, UnknownName
from discovery.settings import Settings
from discovery.store import Store

_PERSON_ID = re.compile(r"[0-9a-f]{32}")
_SCOPE = """
    SELECT priority, app_id, app_name, class, route, survives_idp_disable, last_seen_on
    FROM offboarding_scope WHERE person_id = $person_id ORDER BY priority
"""
_SCOPE_THEN = """
    SELECT row_number() OVER (ORDER BY app_id) AS priority, app_id, class, from_on, to_on, end_reason
    FROM access_as_of($person_id, $day) ORDER BY app_id
"""


@dataclass(frozen=True)
class Scope:
    """What is to be ended for a person at the end of a day; no row holds personal data."""

    as_of: date
    rows: list[dict[str, Any]]


def check_person_id(person_id: str) -> None:
    """Raise BadUse for anything but a person_id: Dagster keeps the configuration of runs."""
    if not _PERSON_ID.fullmatch(person_id):
        raise BadUse(
            "person_id must be a person_id of the published graph (32 hexadecimal digits), not an e-mail address "
            "or a name: Dagster keeps the configuration of runs. `discovery scope` takes an address."
        )


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
