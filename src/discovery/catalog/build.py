"""Builds `data/app.csv` and `data/alias.csv`: `python -m discovery.catalog.build [--packages DIR]`.

Fetches the packages it names into a temporary folder (npm pack, pip download), reads what may be shipped, and
writes the same files for the same input. An id never changes its meaning: `data/ids.csv` remembers every id
that was ever given out, with the name and domain it stands for.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from pathlib import Path

from discovery.catalog.load import data_rows
from discovery.catalog.naming import fold, name_key, registrable_domain, tokens_of
from discovery.catalog.packages import (
    Product,
    fetch,
    read_brands,
    read_comparedge,
    read_wappalyzer,
    read_words,
)
from discovery.errors import StoreDamaged

CURATED = "curated 2026-11-23"
APP_COLUMNS = ("app_id", "name", "vendor", "domain", "category", "scim_support", "scim_plan", "facts_source",
               "facts_as_of", "source")  # fmt: skip
PLAIN = frozenset(
    [
        "com",
        "net",
        "org",
        "app",
        "dev",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mercury",
        "venus",
        "mars",
        "jupiter",
        "saturn",
        "uranus",
        "neptune",
        "pluto",
        "kronos",
        "apollo",
        "athena",
        "zeus",
        "hermes",
        "sibelius",
        "shanon",
        "bronto",
        "nessus",
    ]
)
"""Words that the list of words leaves out because they are written with a capital, and ends of addresses."""
ALIAS_COLUMNS = ("app_id", "alias", "kind", "strength", "source")


class Builder:
    """Collects apps and aliases; the first to claim an alias keeps it."""

    def __init__(self, words: frozenset[str], ids: list[dict[str, str]], shared: frozenset[str]) -> None:
        self.words, self.shared = words, shared
        self.apps: dict[str, dict[str, str]] = {}
        self.aliases: dict[tuple[str, str], dict[str, str]] = {}
        self.ledger = {row["app_id"]: row for row in ids}
        self._by_domain = {row["domain"]: row["app_id"] for row in ids if row["domain"]}
        self._by_name = {name_key(row["name"]): row["app_id"] for row in ids}

    def add_app(self, app_id: str, source: str, **values: str) -> None:
        """Add an app under an id that is new or already its own."""
        self.apps[app_id] = {**dict.fromkeys(APP_COLUMNS, ""), **values, "app_id": app_id, "source": source}
        self.ledger.setdefault(
            app_id, {"app_id": app_id, "name": values["name"], "domain": values.get("domain", "")}
        )

    def add_alias(self, app_id: str, alias: str, kind: str, source: str, strength: str = "") -> None:
        """Add an alias unless another app has it."""
        key = alias if kind.endswith("domain") or kind == "entra_app_id" else name_key(alias)
        if key:
            row = {"app_id": app_id, "alias": alias, "kind": kind, "strength": strength, "source": source}
            self.aliases.setdefault((kind, key), row)

    def id_for(self, name: str, domain: str) -> str:
        """Return the id that the ledger has for a domain or name, else a new one made from the name."""
        known = self._by_domain.get(domain) or self._by_name.get(name_key(name))
        if known is not None and known not in self.apps:
            return known
        slug = "-".join(t for t in tokens_of(fold(name)) if t.isascii())[:60] or domain.replace(".", "-")
        app_id, number = slug, 2
        while app_id in self.apps or app_id in self.ledger:
            app_id, number = f"{slug}-{number}", number + 1
        return app_id

    def strength(self, name: str, *, curated: bool) -> str:
        """Return how far a name speaks for itself on a card line: s, m or c (see `load.Alias`)."""
        tokens = tokens_of(fold(name))
        if len("".join(tokens)) < (5 if curated else 6):
            return "c"
        is_plain = all(t in self.words or t in PLAIN or t.isdigit() or len(t) < 3 for t in tokens)
        if len(tokens) == 1:
            return "c" if is_plain else "m"
        return "c" if is_plain and not curated else "m"

    def is_name_of(self, app_id: str, name: str) -> bool:
        """Return whether a brand's name resembles the app's: brand portals host the pictures of others."""
        key, own = name_key(name), name_key(self.apps[app_id]["name"])
        label = self.apps[app_id]["domain"].split(".")[0].replace("-", "")
        return any(len(k) > 2 and (key.startswith(k) or k.startswith(key)) for k in (own, label))


def build(data: Path, packages: Path) -> tuple[int, int]:
    """Write app.csv, alias.csv and ids.csv into `data`; return the numbers of apps and aliases."""
    ids = _read(data / "ids.csv")
    builder = Builder(
        read_words(packages), ids, frozenset(row["domain"] for row in data_rows("shared_domain.csv"))
    )
    _add_curated(builder, data)
    for product in (*read_comparedge(packages), *read_wappalyzer(packages)):
        _add_product(builder, product)
    by_domain = {row["alias"]: row["app_id"] for row in builder.aliases.values() if row["kind"] == "domain"}
    for name, domain, source in read_brands(packages):
        if domain in by_domain and builder.is_name_of(by_domain[domain], name):
            builder.add_alias(by_domain[domain], name, "name", source, builder.strength(name, curated=False))
    for row in data_rows("scim.csv"):
        app = builder.apps.get(row["app_id"])
        if app is None:
            raise StoreDamaged(f"data/scim.csv names app {row['app_id']!r}, which is not in the catalog")
        app |= {k: row[k] for k in ("scim_support", "scim_plan", "facts_source", "facts_as_of")}
    _write(data / "app.csv", APP_COLUMNS, sorted(builder.apps.values(), key=lambda r: r["app_id"]))
    _write(
        data / "alias.csv",
        ALIAS_COLUMNS,
        sorted(builder.aliases.values(), key=lambda r: (r["kind"], r["alias"])),
    )
    _write(
        data / "ids.csv",
        ("app_id", "name", "domain"),
        sorted(builder.ledger.values(), key=lambda r: r["app_id"]),
    )
    return len(builder.apps), len(builder.aliases)


def _add_curated(builder: Builder, data: Path) -> None:
    for row in _read(data / "curated.csv"):
        domains = _split(row["domains"])
        builder.add_app(
            row["app_id"], CURATED, name=row["name"], vendor=row["vendor"], category=row["category"],
            domain=(registrable_domain(domains[0]) or domains[0]) if domains else "", facts_source="curated", facts_as_of="2026-11-23",
        )  # fmt: skip
        strength = row["strength"] or builder.strength(row["name"], curated=True)
        builder.add_alias(row["app_id"], row["name"], "name", CURATED, strength)
        for kind, column in (("domain", "domains"), ("app_domain", "hosts"), ("login_domain", "logins"),
                             ("descriptor", "descriptors"), ("browser_app_type", "types")):  # fmt: skip
            for value in _split(row[column]):
                if kind != "domain" or registrable_domain(value) == value:
                    builder.add_alias(row["app_id"], value, kind, CURATED)
    for row in _read(data / "curated.csv"):
        for name in _split(row["aliases"]):
            builder.add_alias(row["app_id"], name, "name", CURATED, _alias_strength(builder, row, name))
    for row in _read(data / "entra.csv"):
        builder.add_alias(row["app_id"], row["entra_app_id"], "entra_app_id", row["source"])


def _alias_strength(builder: Builder, row: dict[str, str], name: str) -> str:
    """A made-up word is as strong as the app's own name; a short form of a common word is common too."""
    strength, key = builder.strength(name, curated=False), name_key(name)
    if strength == "m" and row["strength"] == "c" and key in name_key(row["name"]):
        return "c"
    is_made_up = len(tokens_of(fold(name))) == 1 and len(key) >= 6
    return "s" if strength == "m" and is_made_up and row["strength"] == "s" else strength


def _add_product(builder: Builder, product: Product) -> None:
    """Add a product of a package, unless an app already goes by its domain or name."""
    domain = registrable_domain(product.host) or ""
    if not domain or domain in builder.shared or ("domain", domain) in builder.aliases:
        return
    if ("name", name_key(product.name)) in builder.aliases:
        return
    app_id = builder.id_for(product.name, domain)
    builder.add_app(app_id, product.source, name=product.name, domain=domain, category=product.category,
                    facts_source=product.source, facts_as_of=product.as_of)  # fmt: skip
    builder.add_alias(
        app_id, product.name, "name", product.source, builder.strength(product.name, curated=False)
    )
    builder.add_alias(app_id, domain, "domain", product.source)
    for host in product.app_hosts:
        builder.add_alias(app_id, host, "app_domain", product.source)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def main(arguments: list[str] | None = None) -> int:
    """Build the catalog's files in place."""
    parser = argparse.ArgumentParser(prog="python -m discovery.catalog.build", description=__doc__)
    parser.add_argument("--packages", type=Path, help="folder with unpacked packages; fetched if it is empty")
    options = parser.parse_args(arguments)
    data = Path(__file__).parent / "data"
    with tempfile.TemporaryDirectory() as temporary:
        packages: Path = options.packages or Path(temporary)
        fetch(packages)
        apps, aliases = build(data, packages)
    sys.stdout.write(f"{apps} apps, {aliases} aliases in {data}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
