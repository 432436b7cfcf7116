"""Matching texts outside a run: a file of merchant texts, app names or domains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discovery.catalog.load import Catalog, read_catalog
from discovery.catalog.naming import has_known_suffix, host_of
from discovery.errors import BadUse
from discovery.matching.decide import Match
from discovery.matching.engine import match_mentions, rank_merchants
from discovery.matching.explain import name_of
from discovery.matching.hosts import HostFinder
from discovery.matching.identify import Mention
from discovery.matching.uncatalogued import app_outside
from discovery.store import Store


@dataclass(frozen=True)
class TextMatch:
    """One row of `discovery match`, in the order of its columns."""

    text: str
    decision: str
    app_id: str | None
    app_name: str | None
    app_domain: str | None
    score: int
    method: str
    runner_up: str | None
    explanation: str


@dataclass(frozen=True)
class Comparison:
    """One row of `discovery explain-match`: a reason for or against an app, whose points sum to `score`."""

    app_id: str
    app_name: str
    score: int
    position: int
    comparison: str
    value_left: str | None
    value_right: str | None
    weight: int


def match_texts(
    store: Store | None,
    texts: Sequence[str],
    mccs: Sequence[str | None] | None = None,
    overlay: Path | None = None,
) -> list[TextMatch]:
    """Match texts to the catalog: one row per text, in order; equal texts with equal codes get equal rows.

    A text is taken for a host if the catalog knows one of that form, for an app's name if it is spelled as
    the catalog spells it and has no merchant category, else for a merchant. Without a store an empty one in
    memory does the work. Raises BadUse if the codes are not as many as the texts, BadSettings for the overlay.
    """
    if mccs is not None and len(mccs) != len(texts):
        raise BadUse(f"{len(mccs)} merchant category codes for {len(texts)} texts; expected one each")
    if store is None:
        with Store(None) as fresh:
            return match_texts(fresh, texts, mccs, overlay)
    catalog = read_catalog(overlay)
    rows = list(zip(texts, mccs or [None] * len(texts), strict=True))
    distinct = sorted(set(rows), key=lambda row: (row[0], row[1] or ""))
    finder = HostFinder(catalog)
    mentions = [_mention(text, mcc, catalog, finder) for text, mcc in distinct]
    matches = match_mentions(store, mentions, catalog)
    found = {key: _row(match, key[0], catalog) for key, match in zip(distinct, matches, strict=True)}
    return [found[row] for row in rows]


def explain_text(
    text: str, mcc: str | None = None, overlay: Path | None = None, limit: int = 3
) -> list[Comparison]:
    """Return the comparisons behind the best apps for a text, the decision's own first."""
    catalog = read_catalog(overlay)
    mention = _mention(text, mcc, catalog, HostFinder(catalog))
    with Store(None) as store:
        if mention.kind != "merchant":
            match = match_mentions(store, [mention], catalog)[0]
            ranked = [(match.app_id, match.score, match.evidence)] if match.app_id else []
        else:
            _, found = rank_merchants(store, [mention], catalog)[0]
            ranked = [(h.app_id, h.score, h.evidence) for h in found[:limit]]
    return [
        Comparison(app_id, name_of(catalog, app_id), score, position, e.comparison, e.left, e.right, e.weight)
        for app_id, score, evidence in ranked
        for position, e in enumerate(evidence, 1)
    ]


def _mention(text: str, mcc: str | None, catalog: Catalog, finder: HostFinder) -> Mention:
    host = host_of(text)
    if host and has_known_suffix(host) and " " not in text.strip() and finder.find(host) is not None:
        return Mention(text, "domain")
    named = catalog.find("name", "".join(c for c in text.lower() if c.isalnum())) if not mcc else None
    if named is not None and named.alias == text.strip() and text != text.upper() and text != text.lower():
        return Mention(text, "label")
    return Mention(text, "merchant", mcc=mcc)


def _row(match: Match, text: str, catalog: Catalog) -> TextMatch:
    app = catalog.apps.get(match.app_id or "") or (app_outside(match.app_id) if match.app_id else None)
    name, domain = (app.name, app.domain) if app else (None, None)
    return TextMatch(
        text, match.decision, match.app_id, name, domain, match.score, match.method, match.runner_up,
        match.explanation,
    )  # fmt: skip
