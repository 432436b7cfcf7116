"""Matching a set of mentions at once: merchants through candidates, everything else by exact evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from discovery.catalog.load import App, Catalog
from discovery.decisions import Decision
from discovery.matching.candidates import find_candidates
from discovery.matching.compare import Comparer, Setting
from discovery.matching.decide import Match, decide, overrule
from discovery.matching.evidence import Hypothesis
from discovery.matching.identify import Identifier, Mention
from discovery.matching.normalise import Line, is_bare_mark, read_line
from discovery.store import Store


def match_mentions(
    store: Store,
    mentions: Sequence[Mention],
    catalog: Catalog,
    own_domains: tuple[str, ...] = (),
    decisions: Mapping[tuple[str, ...], Decision] | None = None,
) -> list[Match]:
    """Return one match per mention, in their order; what people decided (by kind and mention) wins."""
    identifier = Identifier(catalog, own_domains)
    merchants = [m for m in mentions if m.kind == "merchant"]
    found = iter(match_merchants(store, merchants, catalog))
    matches = [next(found) if m.kind == "merchant" else identifier.identify(m) for m in mentions]
    if decisions:
        matches = [_decided(m, catalog, decisions) for m in matches]
    return matches


def match_merchants(store: Store, mentions: Sequence[Mention], catalog: Catalog) -> list[Match]:
    """Return one match per merchant text, in their order."""
    ranked = rank_merchants(store, mentions, catalog)
    return [
        decide(mention.mention, mention.kind, found, catalog, _note(line) if not found else "")
        for mention, (line, found) in zip(mentions, ranked, strict=True)
    ]


def rank_merchants(
    store: Store, mentions: Sequence[Mention], catalog: Catalog
) -> list[tuple[Line, list[Hypothesis]]]:
    """Return each merchant text as it was read, and the apps it may name, best first."""
    comparer = Comparer(catalog)
    lines = [read_line(mention.mention) for mention in mentions]
    pairs = find_candidates(store, lines, catalog)
    return [
        (
            line,
            []
            if is_bare_mark(line)
            else comparer.hypotheses(line, Setting(mention.mcc), pairs.get(number, ())),
        )
        for number, (mention, line) in enumerate(zip(mentions, lines, strict=True))
    ]


def _note(line: Line) -> str:
    if not line.all_words:
        return "The text holds no word."
    if is_bare_mark(line):
        return "A reseller's mark alone: the text does not say for which app."
    if line.processor is not None and line.processor.channel in ("software", "any"):
        return f"{line.processor.name} took the payment; the text does not say for which app of the catalog."
    return ""


def _decided(match: Match, catalog: Catalog, decisions: Mapping[tuple[str, ...], Decision]) -> Match:
    decision = decisions.get((match.kind, match.mention))
    if decision is None:
        return match
    app_id, name = decision.app_id, ""
    if app_id:
        app = catalog.app_of(app_id) or (catalog.app_of(app_id[2:]) if app_id.startswith("x-") else None)
        app = app or App(app_id, app_id, in_catalog=False)
        app_id, name = app.app_id, app.name
    return overrule(match, decision.action, decision.by, decision.at, app_id, name)
