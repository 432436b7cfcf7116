"""Matching texts outside a run: a file of merchant texts, app names or domains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from discovery.catalog.load import Catalog, read_catalog
from discovery.catalog.naming import has_known_suffix, host_of
from discovery.errors import BadUse
from discovery.matching.candidates import possible_lines
from discovery.matching.compare import Comparer
from discovery.matching.decide import Match
from discovery.matching.engine import match_chosen, match_mentions, rank_merchants
from discovery.matching.explain import UNKNOWN, name_of
from discovery.matching.hosts import HostFinder
from discovery.matching.identify import Mention
from discovery.matching.rules import read_rules, rule_for
from discovery.matching.uncatalogued import app_outside
from discovery.store import Store


class TextMatch(NamedTuple):
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
    return match_with(store, read_catalog(overlay), texts, mccs)


def match_with(
    store: Store, catalog: Catalog, texts: Sequence[str], mccs: Sequence[str | None] | None = None
) -> list[TextMatch]:
    """Match texts to the apps of one catalog, as `match_texts` does."""
    codes = mccs or [None] * len(texts)
    asked_rows = list(zip(texts, codes, strict=True))
    distinct = list(dict.fromkeys(asked_rows))
    finder = HostFinder(catalog)
    # Most texts of a statement are in capitals and no address.
    mentions = [
        None if text.isupper() and "." not in text else _mention(text, mcc, catalog, finder)
        for text, mcc in distinct
    ]
    merchants = [number for number, mention in enumerate(mentions) if mention is None]
    asked = [distinct[n] for n in merchants]
    possible = possible_lines(store, [text for text, _ in asked], catalog, [mcc for _, mcc in asked])
    chosen = sorted(
        [*(merchants[n] for n in possible), *(n for n, m in enumerate(mentions) if m is not None)]
    )
    matches = match_chosen(
        store,
        [mentions[n] or Mention(distinct[n][0], "merchant", mcc=distinct[n][1]) for n in chosen],
        catalog,
    )
    found = {
        distinct[n]: _row(match, distinct[n][0], catalog) for n, match in zip(chosen, matches, strict=True)
    }
    nothing = ("reject", None, None, None, 0, "none", None, UNKNOWN)
    made = TextMatch._make
    return [found.get(row) or made((row[0], *nothing)) for row in asked_rows]


@dataclass(frozen=True)
class RuleHit:
    """What a rule would do to one text: `was` is the machine's decision, `app_id` the app that it took."""

    rule: str
    action: str
    text: str
    was: str
    app_id: str | None
    changes: bool


def preview_rules(texts: Sequence[str], rules_file: Path, overlay: Path | None = None) -> list[RuleHit]:
    """Return what the rules of a file would hit among texts; nothing is recorded. Raises BadSettings."""
    catalog = read_catalog(overlay)
    rules = read_rules(rules_file, catalog)
    hits = []
    for match in match_texts(None, list(dict.fromkeys(texts)), overlay=overlay):
        rule = rule_for(match.text, rules)
        if rule is not None:
            changes = (match.decision, match.app_id) != (rule.action, rule.app_id)
            hits.append(RuleHit(rule.text, rule.action, match.text, match.decision, match.app_id, changes))
    return hits


def explain_text(
    text: str, mcc: str | None = None, overlay: Path | None = None, limit: int = 3
) -> list[Comparison]:
    """Return the comparisons behind the best apps for a text, the decision's own first."""
    catalog = read_catalog(overlay)
    mention = _mention(text, mcc, catalog, HostFinder(catalog)) or Mention(text, "merchant", mcc=mcc)
    with Store(None) as store:
        if mention.kind != "merchant":
            match = match_mentions(store, [mention], catalog)[0]
            ranked = [(match.app_id, match.score, match.evidence)] if match.app_id else []
        else:
            _, found = rank_merchants(store, [mention], Comparer(catalog))[0]
            ranked = [(h.app_id, h.score, h.evidence) for h in found[:limit]]
    return [
        Comparison(app_id, name_of(catalog, app_id), score, position, e.comparison, e.left, e.right, e.weight)
        for app_id, score, evidence in ranked
        for position, e in enumerate(evidence, 1)
    ]


def _mention(text: str, mcc: str | None, catalog: Catalog, finder: HostFinder) -> Mention | None:
    """Return what a text is if it is no merchant's."""
    if "." in text and " " not in text.strip():
        host = host_of(text)
        if finder.find(host) is not None and has_known_suffix(host):
            return Mention(text, "domain")
    if not mcc and not text.isupper() and not text.islower():
        named = catalog.find("name", "".join(c for c in text.lower() if c.isalnum()))
        if named is not None and named.alias == text.strip():
            return Mention(text, "label")
    return None


def _row(match: Match, text: str, catalog: Catalog) -> TextMatch:
    if match.app_id is None:
        return TextMatch(text, match.decision, None, None, None, match.score, match.method, match.runner_up,
                         match.explanation)  # fmt: skip
    app = catalog.apps.get(match.app_id) or app_outside(match.app_id)
    return TextMatch(
        text, match.decision, match.app_id, app.name, app.domain, match.score, match.method, match.runner_up,
        match.explanation,
    )  # fmt: skip
