"""Which aliases may begin which texts: blocking in SQL, then distances for the pairs that are left."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, Indel

from discovery.catalog.load import HOST_KINDS, Alias, Catalog
from discovery.catalog.naming import tokens_of
from discovery.matching.normalise import (
    Line,
    glued,
    host_label,
    mark_patterns,
    marks,
    name_words,
    without_beginning,
    without_glued,
)
from discovery.matching.words import software_pattern, suffix_pattern
from discovery.store import Store, sql_file

BLOCK = 3
"""Names shorter than this are found by address and descriptor only."""

OPEN = 4
"""Letters from which a strong or middling name may go on within a word."""
LONG = 8
"""Letters from which a name may be cut or misspelled."""
STRONG = 5
"""Letters of a strong name from which it may stand within a text (`candidates.sql` has the same number)."""
KEPT = 5
"""Letters at the beginning that a shortened name keeps."""
SLICE = 250_000
"""Texts that are sifted at a time: memory does not grow with the file."""
INNER = 4
"""Words after the first at which a strong name may begin."""
INNER_FORMS = tuple(f"inner{number}" for number in range(INNER + 1))


class Pair(NamedTuple):
    """A text and an alias that may be the same; `form` tells which words of the text the key is made of.

    relation: full, prefix, cut (the text ends within the name) or near (one edit apart).
    """

    alias: Alias
    form: str
    relation: str
    key: str


def form_words(line: Line, form: str) -> tuple[str, ...]:
    """Return the words of a form.

    `raw` with the processor's mark, `line` without it, `bare` without an order code or a mark glued to the
    first word, `short` without an article, a short form of the name or a shorter mark in front, `name` without the
    tail too, `star` what follows a star that no known processor printed,
    `inner1` … from the second word on.
    """
    if form == "raw":
        return line.all_words
    if form == "line":
        return line.words
    if form == "bare":
        return without_glued(line.words)
    if form == "short":
        return without_beginning(line.words)
    if form == "star":
        return line.behind_star
    if form.startswith("inner"):
        return line.words[int(form.removeprefix("inner")) :]
    return tuple(host_label(w) if "." in w else w for w in name_words(line.words, line.kinds))


@lru_cache(maxsize=2)
def _names_and_domains(catalog: Catalog) -> tuple[pa.Table, pa.Table]:
    """Return the names of a catalog and the domains in it as tables, for `possible_lines`."""
    aliases = [
        (
            a.kind,
            a.key,
            a.key[:OPEN],
            a.key[:BLOCK],
            a.key[:LONG] if a.kind == "name" and len(a.key) >= LONG else None,
            a.key in marks(),
            len(a.key) >= OPEN and (a.kind == "descriptor" or a.strength in ("s", "m")),
            len(a.key) >= STRONG and a.kind == "name" and a.strength == "s",
        )
        for a in catalog.spoken
        if len(a.key) >= BLOCK
    ]
    kinds = (*[pa.string()] * 5, *[pa.bool_()] * 3)
    names = ("kind", "key", "block", "short_block", "long_block", "is_mark", "is_open", "is_inner")
    columns = zip(names, zip(*aliases, strict=True), kinds, strict=True)
    domains = sorted({a.alias.removeprefix("*.") for a in catalog.aliases if a.kind in HOST_KINDS})
    return (
        pa.table({name: pa.array(values, kind) for name, values, kind in columns}),
        pa.table({"domain": pa.array(domains, pa.string())}),
    )


@lru_cache(maxsize=2)
def _names(catalog: Catalog) -> tuple[list[Alias], pa.Table]:
    """Return the names of a catalog that are long enough to be looked for, and the same as a table of their places."""
    aliases = [a for a in catalog.spoken if len(a.key) >= BLOCK]
    rows = [(i, a.kind, a.strength, a.key, a.key[:BLOCK]) for i, a in enumerate(aliases)]
    return aliases, _table(("alias_no", "kind", "strength", "key", "block"), rows)


@lru_cache(maxsize=2)
def _beginnings(catalog: Catalog) -> tuple[set[str], set[str]]:
    """Return the first letters of those names: of all, and the longer beginnings of strong ones."""
    aliases = _names(catalog)[0]
    strong = {a.key[:STRONG] for a in aliases if a.kind == "name" and a.strength == "s"}
    return {a.key[:BLOCK] for a in aliases}, strong


def possible_lines(
    store: Store, texts: Sequence[str], catalog: Catalog, codes: Sequence[object]
) -> list[int]:
    """Return the numbers of the texts that may name an app; all that could be accepted or reviewed are among them.

    `codes`: for each text whatever is known beside it, e.g. a merchant category code; None if nothing.
    """
    names, domains = _names_and_domains(catalog)
    binds = {**mark_patterns(), "suffixes": suffix_pattern()}
    binds["certain"] = f"{binds.pop('own_marks')}|{software_pattern()}"
    found: list[int] = []
    with (
        store.relation("app_domain", domains),
        store.relation("alias_key", names),
    ):
        for at in range(0, len(texts), SLICE):
            lines = {
                "line_no": pa.array(range(at, min(at + SLICE, len(texts))), pa.int64()),
                "text": pa.array(texts[at : at + SLICE], pa.string()),
                "has_code": pa.array([code is not None for code in codes[at : at + SLICE]], pa.bool_()),
            }
            with store.relation("text_line", pa.table(lines)):
                rows = store.rows(sql_file("discovery.matching", "possible"), binds)
            found += [number for (number,) in rows]
    return found


def find_candidates(store: Store, lines: Sequence[Line], catalog: Catalog) -> dict[int, list[Pair]]:
    """Return the pairs of each line by its number, in a fixed order."""
    aliases, table = _names(catalog)
    begun, strong = _beginnings(catalog)
    keys: list[tuple[int, str, str]] = []
    for number, line in enumerate(lines):
        seen: set[str] = set()
        for form, key in _forms(line, strong):
            if key[:BLOCK] in begun and (form == "name" or key not in seen):
                seen.add(key)
                if form != "name" or len(key) >= LONG:
                    keys.append((number, form, key))
    with (
        store.relation("line_key", _table(("line_no", "form", "key", "block"),
                                          [(n, f, k, k[:BLOCK]) for n, f, k in keys])),
        store.relation("alias_key", table),
    ):  # fmt: skip
        pairs = store.rows(sql_file("discovery.matching", "candidates"))
    relations = _measured([p[3] for p in pairs], [p[4] for p in pairs], [p[5] for p in pairs])
    found: dict[int, list[Pair]] = {}
    for (number, form, alias_no, _, _, key), relation in zip(pairs, relations, strict=True):
        if relation != "far":
            found.setdefault(number, []).append(Pair(aliases[alias_no], form, relation, key))
    return found


def _forms(line: Line, strong: set[str]) -> list[tuple[str, str]]:
    """Return the forms of a line with their keys; one that cannot differ from the line is left out.

    `strong` are the first letters of the strong names, which alone may begin within the line.
    """
    pieces = [word if word.isalnum() else "".join(tokens_of(word)) for word in line.words]
    whole = "".join(pieces)
    forms = [("line", whole)]
    if line.all_words is not line.words:
        forms.append(("raw", glued(line.all_words)))
    others = (
        ("bare", without_glued(line.words)),
        ("short", without_beginning(line.words)),
        ("star", line.behind_star),
    )
    forms += [(form, glued(words)) for form, words in others if words]
    forms.append(("name", glued(form_words(line, "name"))))
    at = 0
    for number in range(1, min(len(pieces), INNER + 1)):
        at += len(pieces[number - 1])
        if whole[at : at + STRONG] in strong:
            forms.append((INNER_FORMS[number], whole[at:]))
    return forms


def _measured(relations: list[str], left: list[str], right: list[str]) -> list[str]:
    """Replace `near` by `far` where the keys are more than one edit apart, and more than letters are left out."""
    near = [i for i, relation in enumerate(relations) if relation == "near"]
    if near:
        distances = process.cpdist(
            [left[i] for i in near], [right[i] for i in near],
            scorer=DamerauLevenshtein.distance, score_cutoff=1,
        )  # fmt: skip
        for i, distance in zip(near, distances.tolist(), strict=True):
            if distance > 1 and not _is_shortened(left[i], right[i]):
                relations[i] = "far"
    return relations


def _is_shortened(text: str, name: str) -> bool:
    """Return whether a text is the name with some of its later letters left out: `backupasst`."""
    return (
        len(text) < len(name)
        and text[:KEPT] == name[:KEPT]
        and text[-1] == name[-1]
        and Indel.distance(text, name) == len(name) - len(text)
    )


def _table(names: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    types = [pa.int64() if name.endswith("_no") else pa.string() for name in names]
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})
