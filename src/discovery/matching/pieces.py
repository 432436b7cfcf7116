"""Pieces of names within texts: where a name ends among the words, what is glued to it, short forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from discovery.catalog.load import Alias
from discovery.catalog.naming import fold, tokens_of
from discovery.matching.normalise import Line, glued
from discovery.matching.words import CUT_AT, HOME_REGIONS, is_cut_form, kind_of


class End(NamedTuple):
    """Where a name ends: number of the next word, rest of the last word, and that word if it is a host."""

    next: int
    piece: str
    host: str | None


def end_of(words: Sequence[str], length: int) -> End:
    """Say where a key of that length ends among the words: next word, rest of the last word, its host."""
    at = 0
    for number, word in enumerate(words):
        plain = glued((word,))
        if at + len(plain) >= length:
            return End(number + 1, plain[length - at :], word if "." in word else None)
        at += len(plain)
    return End(len(words), "", None)


def inner_ends(words: Sequence[str], length: int) -> set[int]:
    """Return where words end before `length` letters are over; the labels of a host count as words."""
    ends, at = set(), 0
    for token in (t for word in words for t in tokens_of(word)):
        at += len(token)
        if at >= length:
            break
        ends.add(at)
    return ends


def without_form(alias: Alias) -> int:
    """Return the number of letters of a name without the legal form at its end; all of them if it has none."""
    words = tokens_of(fold(alias.alias))
    count = len(words)
    while count > 1 and kind_of(words[count - 1]) == "legal":
        count -= 1
    return sum(map(len, words[:count]))


def beginnings(words: Sequence[str]) -> set[str]:
    """Return what the text begins with, up to the end of each word; the labels of a host count as words."""
    plain = [token for word in words[:6] for token in tokens_of(word)]
    return {"".join(plain[:count]) for count in range(1, len(plain) + 1)}


def is_reference(piece: str) -> bool:
    """Return whether a piece holds a digit."""
    return any(c.isdigit() for c in piece)


BLANKS_LOST = frozenset(["PayPal", "Amazon Pay"])
"""Who prints a merchant's name without its blanks: `PAYPAL *DROPBOXINC`."""
FORM_LETTERS = 3
"""Letters of a legal form from which it is known also where blanks are not lost as a rule."""


def kind_of_piece(
    line: Line, piece: str, key: str, tail: Sequence[tuple[str, str]], addresses: Sequence[str]
) -> str:
    """Return what is glued to a name: address, form, reference, word, part of a longer word.

    address: with it the name is one of `addresses` without dots; form: a legal form, a home country, or a word of a
    subscription where blanks are lost, maybe cut.
    """
    if key + piece in addresses:
        return "address"
    if is_reference(piece):
        return "reference"
    is_lost = line.processor is not None and line.processor.name in BLANKS_LOST
    is_cut = (
        len(line.folded) >= CUT_AT
        and all(kind in ("place", "reference") for _, kind in tail)
        and is_cut_form(piece)
    )
    kind = kind_of(piece) if len(piece) > 1 else "unknown"
    is_form = kind == "legal" and (is_lost or len(piece) >= FORM_LETTERS)
    if is_form or (is_lost and (is_cut or piece in HOME_REGIONS or (kind == "product" and len(piece) > 2))):
        return "form"
    is_known = len(piece) > 2 and kind in ("host", "reference", "legal", "product", "place")
    return "word" if is_known or is_cut else "part"
