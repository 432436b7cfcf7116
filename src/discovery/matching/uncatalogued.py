"""Merchants that no app of the catalog explains: an address or a reseller's line makes an app of its own."""

from __future__ import annotations

import re

from discovery.catalog.load import App
from discovery.matching.evidence import Evidence, Hypothesis, hypothesis, mcc_effect
from discovery.matching.hosts import HostFinder, domain_of
from discovery.matching.normalise import Line, name_words
from discovery.matching.weights import finding, start
from discovery.matching.words import SOFTWARE_WORDS, kind_of, software_pattern, software_suffixes

STRENGTH = "u"
"""How the weights name an app that the catalog does not know."""
PREFIX = "x-"


def outside(line: Line, mcc: str | None, seen: frozenset[str], hosts: HostFinder, *,
            is_monthly: bool) -> Hypothesis | None:  # fmt: skip
    """Return the app outside the catalog that a text may name: by its address, else by a reseller of software.

    A web address alone is no sign of software, for most shops print theirs; what else is known decides.
    """
    is_resold = line.processor is not None and line.processor.channel == "software"
    domain = next((d for d in map(domain_of, line.hosts) if d and _is_free(d, hosts)), None)
    maker = re.search(software_pattern(), line.body)
    if domain is None and not is_resold and maker is None:
        return None
    rows = [start()]
    if maker is not None:
        rows.append(finding("a word of makers of software", "", maker.group(1)))
    if domain is not None:
        app_id = PREFIX + domain
        rows.append(finding("address outside the catalog", "", domain))
        suffix = domain.rpartition(".")[2]
        if suffix in software_suffixes():
            rows.append(finding("suffix of software makers", "", f".{suffix}"))
    else:
        words = name_words(line.words, line.kinds) if maker is None else _whole_name(line)
        slug = "-".join(words)
        if len(slug) < 3 or len(slug) > 60 or not slug.isascii() or kind_of(words[0]) == "reference":
            return None
        if maker is not None and not any(kind_of(w) == "unknown" for w in words if w not in SOFTWARE_WORDS):
            return None
        app_id = PREFIX + slug
        rows.append(finding("name outside the catalog", "", " ".join(words)))
    rows += _setting(line, mcc, is_monthly=is_monthly)
    if domain in seen:
        rows.append(finding("the same person uses it", STRENGTH, domain))
    return hypothesis(app_id, "uncatalogued", len(domain or app_id) if domain else 0, rows)


def _whole_name(line: Line) -> tuple[str, ...]:
    """Return the words of a maker's name, those of software among them, without what stands behind it."""
    pairs = zip(line.words, line.kinds, strict=True)
    return tuple(word for word, kind in pairs if kind in ("unknown", "product", "trade"))


def _is_free(domain: str, hosts: HostFinder) -> bool:
    return domain not in hosts.shared and hosts.find(domain) is None


def _setting(line: Line, mcc: str | None, *, is_monthly: bool) -> list[Evidence]:
    rows = []
    if line.processor is not None and line.processor.channel in ("software", "shop"):
        is_shop = line.processor.channel == "shop"
        what = "paid at a till or web shop" if is_shop else "sold by a reseller of software"
        rows.append(finding(what, STRENGTH, line.processor.name))
    kinds = set(line.kinds)
    if "trade" in kinds:
        trade = " ".join(w for w, k in zip(line.words, line.kinds, strict=True) if k == "trade")
        rows.append(finding("words of another trade", STRENGTH, trade[:60]))
    if "product" in kinds:
        product = " ".join(w for w, k in zip(line.words, line.kinds, strict=True) if k == "product")
        rows.append(finding("words of a subscription", STRENGTH, product[:60]))
    effect, meaning = mcc_effect(mcc)
    if effect:
        kind = "software" if effect == "support" else "another trade"
        rows.append(finding(f"merchant category of {kind}", STRENGTH, mcc, meaning))
    if is_monthly:
        rows.append(finding("same amount every month", STRENGTH))
    return rows


def app_outside(app_id: str) -> App:
    """Return the app that an id of `outside` stands for."""
    name = app_id.removeprefix(PREFIX)
    return App(app_id, name if "." in name else name.replace("-", " "), domain=name if "." in name else None,
               in_catalog=False)  # fmt: skip
