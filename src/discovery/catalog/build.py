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

from discovery.catalog.builder import ALIAS_COLUMNS, APP_COLUMNS, Builder
from discovery.catalog.curated import RENAMED, add_curated, add_later, rows_of
from discovery.catalog.facts import problem_of
from discovery.catalog.load import data_rows
from discovery.catalog.naming import name_key, registrable_domain
from discovery.catalog.packages import (
    Product,
    fetch,
    read_brands,
    read_comparedge,
    read_proper_nouns,
    read_wappalyzer,
    read_words,
)
from discovery.errors import StoreDamaged


def build(data: Path, packages: Path) -> tuple[int, int]:
    """Write app.csv, alias.csv and ids.csv into `data`; return the numbers of apps and aliases.

    Raises StoreDamaged with every row that is wrong or claims what belongs to another app.
    """
    builder = Builder(
        read_words(packages) | frozenset(row["word"] for row in data_rows("plain_word.csv")),
        {row["app_id"]: row for row in _read(data / "ids.csv")},
        read_proper_nouns(packages),
        frozenset(row["domain"] for row in data_rows("shared_domain.csv")),
    )
    try:
        add_curated(builder, data)
    except (ValueError, csv.Error) as error:
        raise StoreDamaged(f"{data}: {error}") from error
    for product in (*read_comparedge(packages), *read_wappalyzer(packages)):
        _add_product(builder, product)
    add_later(builder)
    by_domain = {row["alias"]: row["app_id"] for row in builder.aliases.values() if row["kind"] == "domain"}
    for name, domain, source in read_brands(packages):
        if domain in by_domain and builder.is_name_of(by_domain[domain], name):
            builder.add_alias(by_domain[domain], name, "name", source, builder.strength(name, curated=False))
    for where, row in rows_of(data / "scim.csv"):
        app = builder.apps.get(row["app_id"])
        if app is None:
            builder.conflicts.append(f"{where}: app_id {row['app_id']!r} is not in the catalog")
            continue
        app |= {k: row[k] for k in ("scim_support", "scim_plan", "facts_source", "facts_as_of")}
    _add_facts(builder, data)
    _add_former_ids(builder, data)
    if builder.conflicts:
        raise StoreDamaged("the catalog cannot be built:\n" + "\n".join(builder.conflicts))
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


def _add_facts(builder: Builder, data: Path) -> None:
    """Check all facts; what they say of SCIM goes into the app's row."""
    for where, row in (*rows_of(data / "fact.csv"), *rows_of(data / "entra_gallery.csv")):
        app = builder.apps.get(row["app_id"])
        if app is None:
            builder.conflicts.append(f"{where}: app_id {row['app_id']!r} is not in the catalog")
        elif "fact" in row:
            problem = problem_of(row["fact"], row["value"])
            if problem or not row["source"] or not row["as_of"]:
                builder.conflicts.append(f"{where}, {problem or 'source and as_of: expected both'}")
            elif row["fact"].startswith("scim_"):
                app |= {row["fact"]: row["value"], "facts_source": row["source"], "facts_as_of": row["as_of"]}


def _add_former_ids(builder: Builder, data: Path) -> None:
    """Make every id of the ledger that no app has any more an alias of the app that `renamed.csv` names."""
    renamed = {row["former_id"]: (where, row["app_id"]) for where, row in rows_of(data / "renamed.csv")}
    for former in sorted(set(builder.ledger) - set(builder.apps) - set(renamed)):
        builder.conflicts.append(
            f"ids.csv: app_id {former!r} ({builder.ledger[former]['domain']}) was given out and is in no file "
            "any more; expected a row in renamed.csv that says which app it is now, or `gone`"
        )
    for former, (where, app_id) in sorted(renamed.items()):
        if app_id == "gone":
            continue
        if former in builder.apps or app_id not in builder.apps:
            builder.conflicts.append(
                f"{where}: {former!r} to {app_id!r}; expected a former id and an app's id"
            )
            continue
        builder.add_alias(app_id, former, "former_id", RENAMED, where=where)


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
