"""What moves from one catalog to another: apps, names, and who owns which alias."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

from discovery.catalog.load import Alias, App, Catalog
from discovery.errors import BadUse
from discovery.store import Store

SAME = ("app_id", "name", "owner_email", "facts_as_of", "facts_source", "in_catalog")
"""Fields whose change is no news of its own."""


@dataclass(frozen=True)
class Change:
    """One thing that differs. `what`: added, removed, merged, renamed, changed, alias added/removed/moved."""

    what: str
    app_id: str
    before: str | None = None
    after: str | None = None
    field: str = ""


@dataclass(frozen=True)
class Difference:
    """All changes, by app; `merged` maps ids that are gone to those that took them over."""

    changes: tuple[Change, ...] = ()
    merged: dict[str, str] = field(default_factory=dict)

    def of(self, *what: str) -> list[Change]:
        """Return the changes of some sorts."""
        return [c for c in self.changes if c.what in what]


def compare(old: Catalog, new: Catalog) -> Difference:
    """Return what differs. An id that is gone and that the new catalog keeps as former id has been merged."""
    merged = {
        app_id: alias.app_id
        for app_id in old.apps
        if app_id not in new.apps and (alias := _former(new, app_id)) is not None
    }
    changes = [*_apps(old, new, merged), *_aliases(old, new, merged)]
    return Difference(
        tuple(sorted(changes, key=lambda c: (c.app_id, c.what, c.field, c.before or ""))), merged
    )


def _former(catalog: Catalog, app_id: str) -> Alias | None:
    return next((a for a in catalog.aliases if a.kind == "former_id" and a.alias == app_id), None)


def _apps(old: Catalog, new: Catalog, merged: dict[str, str]) -> Iterator[Change]:
    for app_id in sorted(set(old.apps) | set(new.apps)):
        before, after = old.apps.get(app_id), new.apps.get(app_id)
        if before is None and after is not None:
            yield Change("added", app_id, None, after.name)
        elif after is None and before is not None:
            what = "merged" if app_id in merged else "removed"
            yield Change(what, app_id, before.name, merged.get(app_id))
        elif before is not None and after is not None:
            if before.name != after.name:
                yield Change("renamed", app_id, before.name, after.name)
            for one in (f.name for f in fields(App) if f.name not in SAME):
                was, now = getattr(before, one), getattr(after, one)
                if was != now:
                    yield Change("changed", app_id, _text(was), _text(now), one)


def _aliases(old: Catalog, new: Catalog, merged: dict[str, str]) -> Iterator[Change]:
    for key in sorted(k for k in set(old.by_key) | set(new.by_key) if k[0] != "former_id"):
        was, now = old.by_key.get(key), new.by_key.get(key)
        if was is None and now is not None:
            yield Change("alias added", now.app_id, None, now.alias, now.kind)
        elif now is None and was is not None:
            yield Change("alias removed", merged.get(was.app_id, was.app_id), was.alias, None, was.kind)
        elif was is not None and now is not None and merged.get(was.app_id, was.app_id) != now.app_id:
            yield Change("alias moved", now.app_id, f"{was.alias} of {was.app_id}", now.alias, now.kind)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def catalog_in(folder: Path) -> Catalog:
    """Return the catalog of a folder with app.csv and alias.csv, as `data` of another version has them.

    Raises BadUse naming the file.
    """
    apps = [
        App(
            row["app_id"], row["name"], row["vendor"] or None, row["domain"] or None, row["category"] or None,
            scim_support=row["scim_support"] or None, scim_plan=row["scim_plan"] or None,
            facts_as_of=date.fromisoformat(row["facts_as_of"]) if row["facts_as_of"] else None,
        )
        for row in _rows(folder / "app.csv", ("app_id", "name", "vendor", "domain", "category", "scim_support",
                                              "scim_plan", "facts_as_of"))
    ]  # fmt: skip
    names = {app.app_id for app in apps}
    aliases = []
    for number, row in enumerate(_rows(folder / "alias.csv", ("app_id", "alias", "kind", "strength")), 2):
        if row["app_id"] not in names:
            raise BadUse(
                f"{folder / 'alias.csv'}: row {number}, column app_id: {row['app_id']!r}; expected an app of app.csv"
            )
        aliases.append(Alias(row["app_id"], row["alias"], row["kind"], row["strength"]))
    return Catalog.of(apps, aliases)


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle)
            missing = [c for c in columns if c not in (reader.fieldnames or ())]
            if missing:
                raise BadUse(
                    f"{path}: row 1: column {', '.join(missing)} is missing; expected a catalog's file"
                )
            return list(reader)
    except FileNotFoundError as error:
        raise BadUse(
            f"{path}: no such file; expected the folder of a catalog (app.csv, alias.csv)"
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadUse(f"{path}: cannot be read: {error}; expected a CSV in UTF-8") from error


def catalog_of(store: Store) -> Catalog:
    """Return the catalog that the last run wrote into the warehouse.

    Left out are the apps that only use made known, and former ids: some of them come from use as well.
    """
    names = ", ".join(f.name for f in fields(App))
    apps = [App(**row) for row in store.dicts(f"SELECT {names} FROM matching.app WHERE in_catalog")]  # noqa: S608 - our own names
    known = {app.app_id for app in apps}
    rows = store.rows(
        "SELECT app_id, alias, kind FROM matching.app_alias WHERE kind <> 'former_id' ORDER BY kind, alias"
    )
    aliases = [Alias(str(app_id), str(alias), str(kind)) for app_id, alias, kind in rows if app_id in known]
    return Catalog.of(apps, aliases)
