"""How many apps the catalog has, how many of them count, and what it lacks of reference lists.

    DISCOVERY_EXTRA_DATA=DIR .venv/bin/python benchmarks/catalog_coverage.py [--missing 20]

Without the data that is not part of the project (catalog/*.csv) only the catalog itself is measured.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from discovery.catalog import read_catalog
from discovery.catalog.facts import read_facts
from discovery.catalog.identifiers import apps_that_count
from discovery.catalog.load import Catalog
from discovery.catalog.naming import host_of, name_key, registrable_domain

REFERENCES = {
    "two_factor_auth.csv": ("name", ("domain", "additional_domains"), "categories"),
    "just_delete_me.csv": ("name", ("domains",), ""),
    "entra_gallery.csv": ("name", (), "kind"),
    "scim_tax.csv": ("vendor", ("pricing_page_url",), ""),
    "sso_tax.csv": ("name", ("vendor_url",), ""),
}
"""File → the columns with the name, the domains and the group."""


@dataclass
class Coverage:
    """What of one reference list the catalog has. Groups: rows, rows found."""

    rows: int = 0
    found: int = 0
    missing: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)
    groups: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def cover(catalog: Catalog, path: Path) -> Coverage:
    """Look up every row of a reference list by its domains, else by its name."""
    name_column, domain_columns, group_column = REFERENCES[path.name]
    result = Coverage()
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            domains = [
                registrable_domain(host_of(part)) or host_of(part)
                for column in domain_columns
                for part in (row[column] or "").split("|")
                if part
            ]
            by_domain = {a.app_id for d in domains if (a := catalog.find("domain", d)) is not None}
            named = catalog.find("name", name_key(row[name_column]))
            is_found = bool(by_domain) or named is not None
            result.rows += 1
            result.found += is_found
            for group in (row[group_column] if group_column else "").split("|"):
                result.groups[group][0] += 1
                result.groups[group][1] += is_found
            if not is_found:
                result.missing.append(row[name_column])
            if named is not None and domains and named.app_id not in by_domain:
                own = catalog.apps[named.app_id].domain
                result.disagreeing.append(f"{row[name_column]}: {own} here, {', '.join(domains)} there")
    return result


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--missing", type=int, default=0, help="names to show of what is missing or disagrees"
    )
    options = parser.parse_args()
    catalog, facts = read_catalog(), read_facts()
    counting = set(apps_that_count(catalog))
    print(f"{len(catalog.apps)} apps, {len(counting)} of them count; {len(catalog.aliases)} aliases")
    kinds = Counter(alias.kind for alias in catalog.aliases)
    print("aliases:", ", ".join(f"{kind} {number}" for kind, number in kinds.most_common()))
    said = Counter(fact.fact for rows in facts.values() for fact in rows)
    print(
        f"facts of {len(facts)} apps:", ", ".join(f"{fact} {number}" for fact, number in said.most_common())
    )
    categories = Counter(app.category or "none" for app in catalog.apps.values())
    counted = Counter(catalog.apps[app_id].category or "none" for app_id in counting)
    for category, number in categories.most_common():
        print(f"  {category}: {number} apps, {counted[category]} count")
    folder = os.environ.get("DISCOVERY_EXTRA_DATA")
    if not folder:
        print("DISCOVERY_EXTRA_DATA is not set: no reference list was read")
        return 0
    for name in REFERENCES:
        path = Path(folder) / "catalog" / name
        if not path.exists():
            print(f"{name}: not in {path.parent}")
            continue
        result = cover(catalog, path)
        print(
            f"{name}: {result.found} of {result.rows} are known; {len(result.disagreeing)} domains disagree"
        )
        for group, (rows, found) in sorted(result.groups.items(), key=lambda g: -g[1][0]):
            if group and rows >= 10:
                print(f"  {group}: {found} of {rows}")
        if options.missing:
            print("  missing:", "; ".join(result.missing[: options.missing]))
            print("  disagreeing:", "; ".join(result.disagreeing[: options.missing]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
