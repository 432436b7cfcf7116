"""Reading the catalog's files and laying the user's overlay over them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, lru_cache
from importlib import resources
from pathlib import Path

from discovery.catalog.naming import name_key

HOST_KINDS = ("app_domain", "login_domain", "domain")


@dataclass(frozen=True)
class App:
    """One app; the fields are the columns of `matching.app`."""

    app_id: str
    name: str
    vendor: str | None = None
    domain: str | None = None
    category: str | None = None
    in_catalog: bool = True
    approval: str = "discovered"
    owner_email: str | None = None
    scim_support: str | None = None
    scim_plan: str | None = None
    facts_source: str | None = None
    facts_as_of: date | None = None


@dataclass(frozen=True)
class Alias:
    """One further name, host or id of an app.

    strength (names only): `s` stands for the app wherever a merchant text begins with it, `m` if nothing
    unknown follows, `c` is a common word or a short name and needs a second sign.
    """

    app_id: str
    alias: str
    kind: str
    strength: str = ""

    @cached_property
    def key(self) -> str:
        """The form in which the alias is unique within its kind."""
        return self.alias if self.kind in (*HOST_KINDS, "entra_app_id") else name_key(self.alias)


@dataclass(frozen=True, eq=False)
class Catalog:
    """Apps by id, and their aliases; (kind, key) is unique.

    Equal is one only to itself, so that what is worked out of it once can be kept for it.
    """

    apps: dict[str, App]
    aliases: tuple[Alias, ...]
    by_key: dict[tuple[str, str], Alias] = field(repr=False, default_factory=dict)

    @classmethod
    def of(cls, apps: Iterable[App], aliases: Iterable[Alias]) -> Catalog:
        """Put apps and aliases together in an order of their own; of two equal aliases the first counts."""
        by_key: dict[tuple[str, str], Alias] = {}
        for alias in aliases:
            if alias.key:
                by_key.setdefault((alias.kind, alias.key), alias)
        ordered = sorted(by_key.values(), key=lambda a: (a.kind, a.alias, a.app_id))
        return cls({a.app_id: a for a in sorted(apps, key=lambda a: a.app_id)}, tuple(ordered), by_key)

    @cached_property
    def spoken(self) -> tuple[Alias, ...]:
        """The names and statement descriptors, by which merchant texts go."""
        return tuple(a for a in self.aliases if a.kind in ("name", "descriptor"))

    @cached_property
    def domains(self) -> dict[str, list[str]]:
        """The registrable domains of each app that has any."""
        found: dict[str, list[str]] = {}
        for alias in self.aliases:
            if alias.kind == "domain":
                found.setdefault(alias.app_id, []).append(alias.alias)
        return found

    def find(self, kind: str, key: str) -> Alias | None:
        """Return the alias of a kind with that key."""
        return self.by_key.get((kind, key))

    def app_of(self, text: str) -> App | None:
        """Return the app that goes by an id, a former id, a domain or a name."""
        if text in self.apps:
            return self.apps[text]
        for kind in ("former_id", "domain", "app_domain", "name"):
            alias = self.find(kind, text.lower() if kind in HOST_KINDS else name_key(text))
            if alias is not None:
                return self.apps[alias.app_id]
        return None


def data_rows(name: str, package: str = "discovery.catalog") -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV in a package's `data` folder."""
    text = resources.files(package).joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))


@cache
def _shipped() -> Catalog:
    apps = [
        App(
            app_id=row["app_id"],
            name=row["name"],
            vendor=row["vendor"] or None,
            domain=row["domain"] or None,
            category=row["category"] or None,
            scim_support=row["scim_support"] or None,
            scim_plan=row["scim_plan"] or None,
            facts_source=row["facts_source"] or None,
            facts_as_of=date.fromisoformat(row["facts_as_of"]) if row["facts_as_of"] else None,
        )
        for row in data_rows("app.csv")
    ]
    aliases = [Alias(r["app_id"], r["alias"], r["kind"], r["strength"]) for r in data_rows("alias.csv")]
    return Catalog.of(apps, aliases)


def read_catalog(overlay: Path | None = None) -> Catalog:
    """Return the shipped catalog with the user's overlay laid over it. Raises BadSettings for the overlay."""
    if overlay is None:
        return _shipped()
    return _overlaid(overlay, hashlib.sha256(overlay.read_bytes()).digest() if overlay.is_file() else b"")


@lru_cache(maxsize=4)
def _overlaid(overlay: Path, content: bytes) -> Catalog:  # noqa: ARG001 - a changed overlay is read anew
    from discovery.catalog.overlay import lay_over

    return lay_over(_shipped(), overlay)
