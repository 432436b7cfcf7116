"""Candidates: what is left out before names are compared could not have been the same name."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from discovery.catalog import Catalog, read_catalog
from discovery.catalog.load import Alias, App, data_rows
from discovery.matching.candidates import BLOCK, INNER, LONG, STRONG, Pair, find_candidates, form_words
from discovery.matching.normalise import glued, read_line
from discovery.store import Store

LETTERS = "abc"


def pairs_of(texts: list[str], catalog: Catalog) -> dict[str, list[Pair]]:
    with Store(None) as store:
        found = find_candidates(store, [read_line(text) for text in texts], catalog)
    return {texts[number]: pairs for number, pairs in found.items()}


def one_edit_off(name: str) -> set[str]:
    """Every text one edit away: a letter left out, put in, another one, two that have changed places."""
    cuts = [(name[:at], name[at:]) for at in range(len(name) + 1)]
    return {
        *(a + b[1:] for a, b in cuts if b),
        *(a + letter + b for a, b in cuts for letter in LETTERS),
        *(a + letter + b[1:] for a, b in cuts if b for letter in LETTERS),
        *(a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1),
    }


@given(st.lists(st.text(LETTERS, min_size=LONG, max_size=12), min_size=1, max_size=3, unique=True))
@settings(max_examples=60)
def test_every_name_one_edit_off_is_a_candidate(names: list[str]) -> None:
    catalog = Catalog.of([App("app", "App")], [Alias("app", name, "name", "s") for name in names])
    # Few letters, so that many of the texts are near another name than their own, or far from all.
    texts = sorted({text for name in names for text in one_edit_off(name)} - set(names))
    expected = {
        (text, name)
        for text in texts
        for name in names
        if len(text) >= LONG and text[:4] == name[:4] and not text.startswith(name) and not name.startswith(text)
        and DamerauLevenshtein.distance(text, name) == 1
    }  # fmt: skip
    found = {
        (text, pair.alias.alias)
        for text, pairs in pairs_of(texts, catalog).items()
        for pair in pairs
        if pair.relation == "near" and DamerauLevenshtein.distance(text, pair.alias.alias) == 1
    }
    assert found == expected


@given(st.text(LETTERS, min_size=LONG + 2, max_size=14), st.data())
@settings(max_examples=60)
def test_every_name_with_letters_left_out_is_a_candidate(name: str, data: st.DataObject) -> None:
    """A shortened name keeps its first five letters and its last, and lacks two (see `Pair`)."""
    first, second = data.draw(
        st.lists(st.integers(5, len(name) - 2), min_size=2, max_size=2, unique=True).map(sorted)
    )
    text = name[:first] + name[first + 1 : second] + name[second + 1 :]
    catalog = Catalog.of([App("app", "App")], [Alias("app", name, "name", "s")])
    relations = {pair.relation for pair in pairs_of([text], catalog).get(text, ())}
    assert relations & ({"cut"} if name.startswith(text) else {"near"})


def test_every_name_that_stands_in_a_text_is_a_candidate() -> None:
    chosen, catalog = random.Random(3), read_catalog()
    aliases = [a for a in catalog.spoken if len(a.key) >= BLOCK]
    names = [a.alias.strip("*") for a in aliases]
    by_key: dict[str, list[Alias]] = {}
    for alias in aliases:
        by_key.setdefault(alias.key, []).append(alias)
    marks = [row["prefix"] for row in data_rows("processor.csv", "discovery.matching")]
    forms = (
        "{} {}",
        "my {} {}",
        "{m} {} {}",
        "{m} *{}",
        "x9*{} {}",
        "{m}{}",
        "the {} {}",
        "{} {} {} {} {} {}",
    )
    texts = [
        chosen.choice(forms).format(*chosen.choices(names, k=6), m=chosen.choice(marks)) for _ in range(800)
    ]
    texts += [f"{name} {name}" for name in names if len(name) < LONG and any(c.isdigit() for c in name)]
    found = pairs_of(texts, catalog)
    for text in texts:
        line = read_line(text)
        keys = {glued(form_words(line, form)) for form in ("line", "raw", "bare", "short", "star")}
        within = {glued(form_words(line, f"inner{n}")) for n in range(1, min(len(line.words), INNER + 1))}
        within.discard(glued(form_words(line, "name")))  # the name said twice: found where it begins
        expected = {
            (key, alias)
            for key in keys | within
            for size in range(BLOCK, len(key) + 1)
            for alias in by_key.get(key[:size], ())
            if key in keys or (alias.kind == "name" and alias.strength == "s" and size >= STRONG)
        }
        pairs = [pair for pair in found.get(text, ()) if pair.relation in ("full", "prefix")]
        assert {(glued(form_words(line, pair.form)), pair.alias) for pair in pairs} == expected, text
