"""Reading a merchant text: who took the money, which addresses are in it, what is left of the name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from discovery.catalog.load import data_rows
from discovery.catalog.naming import LONGEST, fold, has_known_suffix, registrable_domain, tokens_of
from discovery.matching.words import PACKAGE, kind_of, kinds_of

__all__ = ["PACKAGE", "Line", "Processor", "kind_of", "normalise", "read_line"]

_HOST = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+")
_SCHEME = re.compile(r"https?[:/]+|https?(?=www\.)|(?<=\s)(?:https?)(?=\s)")
_PATH = re.compile(r"(?<=[a-z])/(?=[a-z])")
_MASK = re.compile(r"x{4,}|[*#]{2,}")
_GAP = re.compile(r"(?<=[^\s*]) {2,}(?=\S)|\t+|,(?=\s*[^\s,])")
_MARK_LENGTH = 2
"""Letters by which a processor's mark is looked up."""
SHORT_MARKS = frozenset(["pp"])
"""Marks of two letters with which no word of a language begins: they are seen where they are glued to a name."""
SHORT_FORM = 3
"""Letters of the short form that processors put in front of a name: `FIG*FIGMA`."""


@dataclass(frozen=True)
class Processor:
    """Who prints his own mark before the merchant's name.

    channel: `software` (a reseller of software), `shop` (tills and shops), `any`, or `app` (the line is the
    app's own, whatever follows).
    """

    name: str
    channel: str
    app_id: str | None = None


class Line(NamedTuple):
    """A merchant text, read. `body` is what follows the processor's mark; among `words` a host is one.

    `kinds` say what each of `words` is; `field` is the first of the words that another column or a comma sets
    apart. `before_star` are the letters and digits before a star that is not the processor's, `behind_star` the
    words behind it.
    """

    text: str
    folded: str
    body: str
    processor: Processor | None
    has_star: bool
    words: tuple[str, ...]
    kinds: tuple[str, ...]
    all_words: tuple[str, ...]
    field: int | None = None
    hosts: tuple[str, ...] = ()
    before_star: str = ""
    behind_star: tuple[str, ...] = ()

    def kinds_for(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return the kinds of words that are the end of `words`, or of other words by themselves."""
        if words is self.words:
            return self.kinds
        if len(words) <= len(self.words) and words == self.words[len(self.words) - len(words) :]:
            return self.kinds[len(self.words) - len(words) :]
        if (
            words
            and len(words) <= len(self.words)
            and words[1:] == self.words[len(self.words) - len(words) + 1 :]
        ):
            return (kind_of(words[0]), *self.kinds[len(self.words) - len(words) + 1 :])
        return tuple(kind_of(word) for word in words)


_EXTRAS = r"(?:\s+(?:card|kort|karte|nr|no|vom|du|le|date)?\s*[\dx*][\dx*/.:-]*)*"
"""What rails print behind their words: dates, numbers of cards, terminals."""


@cache
def _processors() -> dict[str, list[tuple[re.Pattern[str], Processor, bool]]]:
    """Return patterns by the first letters of the mark, longer marks first."""
    rows = sorted(data_rows("processor.csv", PACKAGE), key=lambda row: -len(row["prefix"]))
    found: dict[str, list[tuple[re.Pattern[str], Processor, bool]]] = {}
    for row in rows:
        start = re.escape(row["prefix"]).replace(r"\ ", r"\s+")
        processor = Processor(row["name"], row["channel"], row["app_id"] or None)
        patterns = found.setdefault(row["prefix"][:_MARK_LENGTH], [])
        if processor.name == "card rail" and not row["star"]:
            patterns.append((re.compile(rf"{start}{_EXTRAS}\s+(?=\S)"), processor, False))
        patterns.append((re.compile(rf"{start}\s*[*]+\s*(?=\S)"), processor, True))
        if row["star"]:  # some statements print a hyphen for the star
            patterns.append((re.compile(rf"{start}-(?=[a-z]{{2}})"), processor, False))
        else:
            if "." in row["prefix"]:
                patterns.append((re.compile(rf"{start}(?=[a-z0-9]{{3}})"), processor, False))
            following = r"\S" if processor.app_id else r"\S*[a-z]{2}"
            patterns.append((re.compile(rf"{start}(?:\s+|\s*[-:|/]\s*)(?={following})"), processor, False))
    return found


@cache
def _mark_beginnings() -> dict[str, tuple[str, ...]]:
    """Return the first words of marks by their first letters: no pattern is tried on a text that begins with none."""
    found: dict[str, set[str]] = {}
    for row in data_rows("processor.csv", PACKAGE):
        found.setdefault(row["prefix"][:_MARK_LENGTH], set()).add(row["prefix"].split(" ")[0])
    return {letters: tuple(words) for letters, words in found.items()}


def read_line(text: str) -> Line:
    """Read one merchant text; answers for any text, an empty one has no words."""
    folded = fold(text)
    plain = (
        _MASK.sub(lambda m: m.group()[0] if m.group()[0] in "*#" else " ", folded)
        if _has_mask(folded)
        else folded
    )
    rest, processor, has_star = plain, None, False
    for _ in range(3):
        shorter, found, star = _without_processor(rest)
        if found is None:
            break
        rest, processor, has_star = shorter, found, star
        if found.app_id is not None:
            break
    words = _words(rest)
    all_words = words if rest is plain else _words(plain)
    field = _field(text, words)
    hosts = (
        tuple(w for w in words if "." in w and (w == words[0] or w not in _mark_hosts()))
        if "." in rest
        else ()
    )
    kinds = kinds_of(words, len(folded), field)
    start, mark, end = rest.partition("*")
    before, behind = ("".join(tokens_of(start)), _words(end)) if mark else ("", ())
    return Line(
        text, folded, rest, processor, has_star, words, kinds, all_words, field, hosts, before, behind
    )


def _has_mask(text: str) -> bool:
    return "xxxx" in text or "**" in text or "##" in text or "*#" in text or "#*" in text


def _field(text: str, words: tuple[str, ...]) -> int | None:
    """Return the number of the first word behind a gap or comma that at least one word stands before."""
    if "  " not in text and "," not in text and "\t" not in text:
        return None
    for gap in _GAP.finditer(text[:LONGEST]):
        behind = len(_words(fold(text[gap.end() : LONGEST])))
        if 0 < behind < len(words):
            return len(words) - behind
    return None


def _without_processor(text: str) -> tuple[str, Processor | None, bool]:
    letters = text[:_MARK_LENGTH]
    if text.startswith(_mark_beginnings().get(letters, ())):
        for pattern, processor, star in _processors()[letters]:
            match = pattern.match(text)
            if match:
                return text[match.end() :], processor, star
    return text, None, False


def _words(text: str) -> tuple[str, ...]:
    if "http" in text:
        text = _SCHEME.sub(" ", text)
    if "." not in text:
        return tuple(_plain(w) for w in tokens_of(text) if w != "www")
    found: list[str] = []
    at = 0
    for match in _HOST.finditer(text):
        host = match.group().removeprefix("www.")
        if not has_known_suffix(host) or (len(host.split(".")[0]) < 2 and host.count(".") > 1):
            continue
        found += map(_plain, tokens_of(text[at : match.start()]))
        found.append(host)
        at = match.end()
    found += map(_plain, tokens_of(text[at:]))
    return tuple(w for w in found if w != "www")


def _plain(word: str) -> str:
    """Return a word without `www` glued in front of it, as statements print addresses that lost their dots."""
    return word[3:] if word.startswith("www") and len(word) > 5 else word


@cache
def _mark_hosts() -> frozenset[str]:
    return frozenset(row["prefix"] for row in data_rows("processor.csv", PACKAGE) if "." in row["prefix"])


@cache
def marks() -> frozenset[str]:
    """Return the letters and digits of all processors' marks."""
    return frozenset("".join(tokens_of(row["prefix"])) for row in data_rows("processor.csv", PACKAGE))


@cache
def mark_patterns() -> dict[str, str]:
    """Return patterns by which SQL sees marks.

    `own_marks`: an app's own or a reseller's; `glued_marks`: the longest counts; `short_marks`: the shortest;
    `marks`: at the beginning; `stars`: with a star; `rails`: a bank's, behind which more may stand, or two marks.
    """
    rows = list(data_rows("processor.csv", PACKAGE))
    own = sorted(
        {re.escape(r["prefix"]) for r in rows if r["channel"] in ("app", "software")}, key=len, reverse=True
    )
    any_mark = "|".join(sorted({re.escape(r["prefix"]) for r in rows}, key=lambda p: (-len(p), p)))
    rails = sorted(re.escape(r["prefix"]) for r in rows if r["name"] == "card rail")
    glued = sorted((m for m in marks() if _may_be_glued(m) and m.isascii()), key=lambda m: (-len(m), m))
    dotted = "|".join(sorted(map(re.escape, _mark_hosts())))
    return {
        "own_marks": rf"(^|\*)\s*({'|'.join(own)})([^a-z0-9]|$)|^({dotted})",
        "glued_marks": f"^({'|'.join(glued)})",
        "short_marks": f"^({'|'.join(reversed(glued))})",
        "marks": rf"^({any_mark})[^a-z0-9]",
        "stars": rf"^({any_mark})\s*\*",
        "rails": rf"^({'|'.join(rails)})[^a-z0-9]|^({any_mark})[^a-z0-9]+({any_mark})[^a-z0-9]",
    }


@cache
def reseller_marks() -> frozenset[str]:
    """Return the letters and digits of the marks of resellers of software."""
    rows = data_rows("processor.csv", PACKAGE)
    return frozenset("".join(tokens_of(row["prefix"])) for row in rows if row["channel"] == "software")


def is_bare_mark(line: Line) -> bool:
    """Return whether a text names a reseller of software and nothing else."""
    words = name_words(line.words, line.kinds)
    return len(words) < 3 and glued(words) in reseller_marks()


def _may_be_glued(mark: str) -> bool:
    return len(mark) > 2 or mark in SHORT_MARKS


def without_glued(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without an order code in front or a mark glued to the first; none if neither."""
    sizes = _glued_marks(words)
    if sizes:
        return (words[0][sizes[-1] :], *words[1:])
    first = words[0] if words else ""
    is_code = len(first) >= 8 and any(c.isdigit() for c in first) and any(c.isalpha() for c in first)
    return words[1:] if is_code and "." not in first else ()


def without_beginning(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without an article, a short form of the name (`figfigma`) or the shortest mark; else none."""
    first = words[0] if words else ""
    if first == "the":
        return words[1:]
    rest = first[SHORT_FORM:]
    if len(rest) > SHORT_FORM + 1 and is_short_form(first[:SHORT_FORM], rest):
        return (rest, *words[1:])
    sizes = _glued_marks(words)
    return (first[sizes[0] :], *words[1:]) if len(sizes) > 1 else ()


def _glued_marks(words: tuple[str, ...]) -> list[int]:
    """Return the lengths of the marks with which the first word begins and at least five letters follow."""
    first, known = words[0] if words else "", marks()
    if "." in first:
        return []
    return [
        size
        for size in range(2, len(first) - 4)
        if first[:size] in known
        and _may_be_glued(first[:size])
        and (first[size:].isalpha() or not first[0].isdigit())
    ]


def name_words(words: tuple[str, ...], kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without references, legal forms, product words and places at the end, never none."""
    end = len(words)
    while end > 1 and kinds[end - 1] in ("reference", "legal", "product", "place"):
        end -= 1
    return words[:end]


def normalise(text: str) -> str:
    """Return the merchant's name as far as the text tells it; normalising that again changes nothing."""
    current = " ".join(_name_of(text))
    for _ in range(50):
        following = " ".join(_name_of(current))
        if following == current:
            break
        current = following
    return current


def _name_of(text: str) -> tuple[str, ...]:
    line = read_line(text)
    return name_words(line.words, line.kinds)


def host_label(host: str) -> str:
    """Return the label of a host that names its owner: `www.gl-assessment.co.uk` → `gl-assessment`."""
    return (registrable_domain(host) or host).split(".")[0]


def glued(words: Sequence[str]) -> str:
    """Return the letters and digits of the words in one piece."""
    return "".join(word if word.isalnum() else "".join(tokens_of(word)) for word in words)


def is_short_form(short: str, name: str) -> bool:
    """Return whether the letters stand in the name in that order, the first one first: `ntn`, `notion`."""
    letters = iter(name)
    return short[0] == name[0] and all(letter in letters for letter in short)
