"""The published file as people ask it: who a person is, what an app is, which run it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from discovery.errors import BadUse, UnknownName
from discovery.settings import Settings
from discovery.store import Store

NEAR = 5
_NEAR_PERSONS = """
SELECT coalesce(p.email, p.display_name, p.person_id) AS who
FROM person AS p LEFT JOIN person_identifier AS i USING (person_id)
WHERE $low <> ''
GROUP BY who
HAVING max(greatest(jaro_winkler_similarity(lower(coalesce(i.identifier, '')), $low),
                    jaro_winkler_similarity(lower(coalesce(p.display_name, '')), $low))) > 0.8
ORDER BY max(greatest(jaro_winkler_similarity(lower(coalesce(i.identifier, '')), $low),
                      jaro_winkler_similarity(lower(coalesce(p.display_name, '')), $low))) DESC, who
LIMIT $most
"""
_NEAR_APPS = """
SELECT name, app_id
FROM (SELECT name, app_id, greatest(jaro_winkler_similarity(lower(name), $low),
                                    jaro_winkler_similarity(lower(coalesce(domain, '')), $low)) AS nearness FROM app)
WHERE nearness > 0.85
ORDER BY app_id IN (SELECT app_id FROM access) DESC, nearness DESC, app_id
LIMIT $most
"""


@dataclass(frozen=True)
class Person:
    """One person of the published file."""

    person_id: str
    email: str | None
    display_name: str | None
    status: str | None
    department: str | None
    manager_email: str | None
    left_on: date | None

    @property
    def name(self) -> str:
        """How to call the person in one word."""
        return self.email or self.display_name or self.person_id


@dataclass(frozen=True)
class App:
    """One app of the published file."""

    app_id: str
    name: str
    domain: str | None
    approval: str | None


@contextmanager
def published(settings: Settings, path: Path | None = None) -> Iterator[Store]:
    """Open the published file, or an earlier one, for reading. Raises BadUse if there is none."""
    file = path or settings.published
    if not file.is_file():
        raise BadUse(f"{file} is not there yet: `discovery run` makes it (or name the folder with --home).")
    with Store(file, read_only=True, memory_limit=settings.memory_limit, threads=settings.threads) as store:
        yield store


def run_of(store: Store) -> dict[str, Any]:
    """Return the row that says what the file stands on."""
    return store.dicts("SELECT * FROM run")[0]


def generation(settings: Settings, run_id: str) -> Path:
    """Return the published file of an earlier run, by its id or the beginning of it. Raises UnknownName."""
    known: dict[str, Path] = {}
    for path in [*sorted((settings.home / "generations").glob("*.duckdb")), settings.published]:
        if path.is_file():
            with Store(path, read_only=True) as store:
                known.setdefault(str(run_of(store)["run_id"]), path)
    hits = [run for run in known if run == run_id] or [run for run in known if run.startswith(run_id)]
    if len(hits) != 1:
        which = "is not kept" if not hits else "is the beginning of several"
        raise UnknownName(f"the run {run_id!r} {which}. Kept: {', '.join(sorted(known)) or 'none'}.")
    return known[hits[0]]


def find_person(store: Store, text: str) -> Person:
    """Return who goes by an e-mail address, any known identifier or a person_id. Raises UnknownName."""
    said = text.strip()
    binds = {"said": said, "low": said.lower()}
    columns = "person_id, email, display_name, status, department, manager_email, left_on"
    found = store.dicts(f"SELECT {columns} FROM person WHERE person_id = $said OR lower(email) = $low", binds)  # noqa: S608
    if not found:
        found = store.dicts(
            f"SELECT {columns} FROM person SEMI JOIN (SELECT person_id FROM person_identifier "  # noqa: S608 - constants
            "WHERE lower(identifier) = $low) USING (person_id) ORDER BY email, person_id",
            binds,
        )
    if len(found) == 1:
        return Person(**found[0])
    if found:
        names = [str(row["email"] or row["person_id"]) for row in found]
        if len(set(names)) < len(names):  # an address that was handed on
            names = [f"{row['display_name'] or row['email']} ({row['person_id']})" for row in found]
        several = ", ".join(names)
        raise UnknownName(f"{text!r} are several persons: {several}. Give the address or person_id of one.")
    near = [str(row[0]) for row in store.rows(_NEAR_PERSONS, {**binds, "most": NEAR})]
    raise UnknownName(f"nobody goes by {text!r}.{_near(near)}")


def find_app(store: Store, text: str) -> App:
    """Return the app of an app_id, name, domain or other alias. Raises UnknownName."""
    said = text.strip()
    binds = {"said": said, "low": said.lower(), "most": NEAR}
    columns = "app_id, name, domain, approval"
    for condition in (
        "app_id = $said",
        "lower(domain) = $low OR lower(name) = $low",
        "app_id IN (SELECT app_id FROM app_alias WHERE lower(alias) = $low)",
    ):
        found = store.dicts(f"SELECT {columns} FROM app WHERE {condition} ORDER BY app_id", binds)  # noqa: S608
        if len(found) > 1:
            used = {str(row[0]) for row in store.rows("SELECT DISTINCT app_id FROM access")}
            found = [row for row in found if row["app_id"] in used] or found
        if len(found) == 1:
            return App(**found[0])
        if found:
            several = ", ".join(f"{row['app_id']} ({row['name']})" for row in found)
            raise UnknownName(f"{text!r} are several apps: {several}. Give the app_id of one.")
    near = [f"{row[0]} ({row[1]})" for row in store.rows(_NEAR_APPS, binds)]
    raise UnknownName(f"no app goes by {text!r}.{_near(near)}")


def _near(names: list[str]) -> str:
    return f" Near: {', '.join(names)}." if names else ""
