"""Matching a set of mentions at once: merchants through candidates, everything else by exact evidence."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

from discovery.catalog.load import App, Catalog
from discovery.decisions import Decision
from discovery.matching.candidates import find_candidates, possible_lines
from discovery.matching.compare import Comparer, Setting
from discovery.matching.decide import Match, decide, overrule
from discovery.matching.evidence import Hypothesis
from discovery.matching.identify import Identifier, Mention
from discovery.matching.normalise import Line, is_bare_mark, read_line
from discovery.matching.rules import Rule, apply_rules
from discovery.store import Store

PART = 25_000
"""Texts compared at a time, at most."""
WORKERS = 4
"""Processes at most: each holds the catalog."""


Observe = Callable[[Sequence[Mention], Sequence[Match]], Mapping[str, Setting]]
"""Tells what is known of merchants beside their texts, given the decisions on all other mentions."""


def match_mentions(
    store: Store,
    mentions: Sequence[Mention],
    catalog: Catalog,
    own_domains: tuple[str, ...] = (),
    decisions: Mapping[tuple[str, ...], Decision] | None = None,
    observe: Observe | None = None,
    rules: Sequence[Rule] = (),
) -> list[Match]:
    """Return one match per mention, in their order; what people decided wins: on one mention, else by a rule."""
    identifier = Identifier(catalog, own_domains)
    others = {number: identifier.identify(m) for number, m in enumerate(mentions) if m.kind != "merchant"}
    merchants = [number for number, m in enumerate(mentions) if m.kind == "merchant"]
    possible = possible_lines(
        store,
        [mentions[n].mention for n in merchants],
        catalog,
        [observe or mentions[n].mcc for n in merchants],
    )
    chosen = [merchants[n] for n in possible]
    texts = [mentions[n] for n in chosen]
    settings = observe(texts, list(others.values())) if observe else None
    found = others | dict(zip(chosen, match_possible(store, texts, catalog, settings), strict=True))
    matches = [found.get(n) or decide(m.mention, m.kind, (), catalog) for n, m in enumerate(mentions)]
    if rules:
        matches = apply_rules(matches, rules, catalog)
    if decisions:
        matches = [_decided(m, catalog, decisions) for m in matches]
    return matches


def match_chosen(store: Store, mentions: Sequence[Mention], catalog: Catalog) -> list[Match]:
    """Return one match per mention, without evidence; the merchants among them are texts that may name an app."""
    identifier = Identifier(catalog)
    merchants = [m for m in mentions if m.kind == "merchant"]
    found = iter(match_possible(store, merchants, catalog, with_evidence=False))
    return [next(found) if m.kind == "merchant" else identifier.identify(m) for m in mentions]


def match_possible(
    store: Store,
    mentions: Sequence[Mention],
    catalog: Catalog,
    settings: Mapping[str, Setting] | None = None,
    *,
    with_evidence: bool = True,
) -> list[Match]:
    """Return one match per merchant text that may name an app; many are shared out among processes, this one too.

    Without evidence less is handed from process to process.
    """
    workers = min(-(-len(mentions) // PART), os.cpu_count() or 1, WORKERS)
    # As many parts for each process, all of one size: none waits long for the last.
    rounds = max(1, -(-len(mentions) // (PART * max(1, workers))))
    size = max(1, -(-len(mentions) // (max(1, workers) * rounds)))
    parts = [mentions[at : at + size] for at in range(0, len(mentions), size)]
    comparer, known = Comparer(catalog), settings or {}
    if workers < 2:
        return [match for part in parts for match in _match_part(store, part, comparer, known)]
    others = ProcessPoolExecutor(
        workers - 1, multiprocessing.get_context("spawn"), _take, (catalog, with_evidence)
    )
    with others as pool:
        handed = {
            n: pool.submit(
                _match_shared, part, {m.mention: known[m.mention] for m in part if m.mention in known}
            )
            for n, part in enumerate(parts)
            if n % workers
        }
        own = {
            n: _without(_match_part(store, part, comparer, known), with_evidence)
            for n, part in enumerate(parts)
            if not n % workers
        }
        return [match for n in range(len(parts)) for match in (own[n] if n in own else handed[n].result())]


@contextlib.contextmanager
def _no_cycles() -> Iterator[None]:
    """Look for no garbage in cycles meanwhile: matching makes none, and looking takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_taken: list[tuple[Comparer, bool]] = []
"""In a process of `match_possible`: what compares with the catalog that it was given; with evidence or not."""


def _take(catalog: Catalog, with_evidence: bool) -> None:
    gc.disable()  # as in `_no_cycles`, for handing over too; the process ends with its work
    _taken[:] = [(Comparer(catalog), with_evidence)]


def _match_shared(mentions: Sequence[Mention], settings: Mapping[str, Setting]) -> list[Match]:
    comparer, with_evidence = _taken[0]
    with Store(None, threads=1) as store:
        return _without(_match_part(store, mentions, comparer, settings), with_evidence)


def _without(matches: list[Match], with_evidence: bool) -> list[Match]:
    return matches if with_evidence else [match._replace(evidence=()) for match in matches]


@_no_cycles()
def _match_part(
    store: Store, mentions: Sequence[Mention], comparer: Comparer, settings: Mapping[str, Setting] | None
) -> list[Match]:
    ranked = rank_merchants(store, mentions, comparer, settings)
    return [
        decide(mention.mention, mention.kind, found, comparer.catalog, _note(line) if not found else "")
        for mention, (line, found) in zip(mentions, ranked, strict=True)
    ]


def rank_merchants(
    store: Store,
    mentions: Sequence[Mention],
    comparer: Comparer,
    settings: Mapping[str, Setting] | None = None,
) -> list[tuple[Line, list[Hypothesis]]]:
    """Return each merchant text as it was read, and the apps it may name, best first."""
    lines = [read_line(mention.mention) for mention in mentions]
    pairs = find_candidates(store, lines, comparer.catalog)
    known = settings or {}
    return [
        (
            line,
            []
            if is_bare_mark(line)
            else comparer.hypotheses(
                line, known.get(mention.mention) or Setting(mention.mcc), pairs.get(number, ())
            ),
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
