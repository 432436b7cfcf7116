"""Reading a merchant text: who took the money, which addresses are in it, what is left of the name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from discovery.catalog.load import data_rows
from discovery.catalog.naming import fold, has_known_suffix, registrable_domain, tokens_of

PACKAGE = "discovery.matching"

_HOST = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)+")
_SCHEME = re.compile(r"https?[:/]+|https?(?=www\.)|(?<=\s)(?:https?)(?=\s)")
_PATH = re.compile(r"(?<=[a-z])/(?=[a-z])")
_MASK = re.compile(r"x{4,}|[*#]{2,}")


@dataclass(frozen=True)
class Processor:
    """Who prints his own mark before the merchant's name.

    channel: `software` (a reseller of software), `shop` (tills and shops), `any`, or `app` (the line is the
    app's own, whatever follows).
    """

    name: str
    channel: str
    app_id: str | None = None


@dataclass(frozen=True)
class Line:
    """A merchant text, read. `body` is what follows the processor's mark; among `words` a host is one."""

    text: str
    folded: str
    body: str
    processor: Processor | None
    has_star: bool
    words: tuple[str, ...]
    all_words: tuple[str, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Addresses in the text, the processor's own aside."""
        return tuple(w for w in self.words if "." in w)

    @property
    def before_star(self) -> str:
        """The letters and digits before a star that is not the processor's; empty if there is none."""
        start, star, _ = self.body.partition("*")
        return "".join(tokens_of(start)) if star else ""


@cache
def _word_kinds() -> dict[str, str]:
    return {row["word"]: row["kind"] for row in data_rows("word.csv", PACKAGE)}


@cache
def _processors() -> tuple[tuple[re.Pattern[str], Processor, bool], ...]:
    rows = sorted(data_rows("processor.csv", PACKAGE), key=lambda row: -len(row["prefix"]))
    found = []
    for row in rows:
        start = re.escape(row["prefix"]).replace(r"\ ", r"\s+")
        processor = Processor(row["name"], row["channel"], row["app_id"] or None)
        if processor.name == "card rail":
            found.append((re.compile(rf"{start}(?:\s+[\d/.-]+)*\s+(?=\S)"), processor, False))
        found.append((re.compile(rf"{start}\s*[*]+\s*(?=\S)"), processor, True))
        if not row["star"]:
            following = r"\S" if processor.app_id else r"\S*[a-z]{2}"
            found.append((re.compile(rf"{start}(?:\s+|\s*[-:|/]\s*)(?={following})"), processor, False))
    return tuple(found)


def kind_of(word: str) -> str:
    """Return what a word is: host, reference, legal, product, place, trade or unknown."""
    if "." in word:
        return "host"
    kind = _word_kinds().get(word)
    if kind is not None:
        return kind
    return "reference" if any(c.isdigit() for c in word) or len(word) < 2 else "unknown"


def read_line(text: str) -> Line:
    """Read one merchant text; answers for any text, an empty one has no words."""
    folded = fold(text)
    plain = _MASK.sub(lambda m: m.group()[0] if m.group()[0] in "*#" else " ", folded)
    rest, processor, has_star = plain, None, False
    for _ in range(3):
        shorter, found, star = _without_processor(rest)
        if found is None:
            break
        rest, processor, has_star = shorter, found, star
        if found.app_id is not None:
            break
    return Line(text, folded, rest, processor, has_star, _words(rest), _words(plain))


def _without_processor(text: str) -> tuple[str, Processor | None, bool]:
    for pattern, processor, star in _processors():
        match = pattern.match(text)
        if match:
            return text[match.end() :], processor, star
    return text, None, False


def _words(text: str) -> tuple[str, ...]:
    text = _SCHEME.sub(" ", text)
    found: list[str] = []
    at = 0
    for match in _HOST.finditer(text):
        host = match.group().removeprefix("www.")
        if not has_known_suffix(host) or (len(host.split(".")[0]) < 2 and host.count(".") > 1):
            continue
        found += tokens_of(text[at : match.start()])
        found.append(host)
        at = match.end()
    found += tokens_of(text[at:])
    return tuple(w for w in found if w != "www")


@cache
def marks() -> frozenset[str]:
    """Return the letters and digits of all processors' marks."""
    return frozenset("".join(tokens_of(row["prefix"])) for row in data_rows("processor.csv", PACKAGE))


@cache
def _reseller_marks() -> frozenset[str]:
    rows = data_rows("processor.csv", PACKAGE)
    return frozenset("".join(tokens_of(row["prefix"])) for row in rows if row["channel"] == "software")


def is_bare_mark(line: Line) -> bool:
    """Return whether a text names a reseller of software and nothing else."""
    return "".join("".join(tokens_of(w)) for w in name_words(line.words)) in _reseller_marks()


def without_glued(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without an order code in front or a mark glued to the first; none if neither."""
    if not words:
        return ()
    first = words[0]
    if (
        len(first) >= 8
        and "." not in first
        and any(c.isdigit() for c in first)
        and any(c.isalpha() for c in first)
    ):
        return words[1:]
    for size in range(len(first) - 5, 3, -1):
        if first[:size] in marks():
            return (first[size:], *words[1:])
    return ()


def name_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without references, legal forms, product words and places at the end, never none."""
    kept = list(words)
    while len(kept) > 1 and kind_of(kept[-1]) in ("reference", "legal", "product", "place"):
        kept.pop()
    return tuple(kept)


def normalise(text: str) -> str:
    """Return the merchant's name as far as the text tells it; normalising that again changes nothing."""
    current = fold(text)
    for _ in range(50):
        following = " ".join(name_words(read_line(current).words))
        if following == current:
            break
        current = following
    return current


def host_label(host: str) -> str:
    """Return the label of a host that names its owner: `www.gl-assessment.co.uk` → `gl-assessment`."""
    return (registrable_domain(host) or host).split(".")[0]
