"""What a word of a merchant text is: host, reference, legal form, product word, place, trade or unknown."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources

from discovery.catalog.load import data_rows

PACKAGE = "discovery.matching"
EXPLAINED = frozenset(["host", "reference", "legal", "product", "place"])
"""Kinds of word that say nothing against the name before them."""
VAGUE_REGIONS = frozenset(["in", "or", "me", "on", "no", "is", "it", "at", "be", "id", "my"])
"""Codes of states and countries that are words as well: they count only behind a place."""
HOME_REGIONS = frozenset(["uk", "us", "usa", "gb", "gbr", "eu"])
"""Codes that companies carry in their names: they do not make a place of the word before them."""
CERTAIN_FORMS = frozenset([
    "ab", "aps", "bv", "bhd", "corp", "gmbh", "inc", "kk", "kft", "limited", "llc", "llp", "ltd", "ltda", "nv", "oy",
    "oyj", "plc", "pte", "pty", "pvt", "sarl", "sas", "sdn", "sl", "spzoo", "srl", "sro",
])  # fmt: skip
"""Legal forms that are no words: what stands behind one is no part of the name any more, but a place."""
MIDDLE_FORMS = frozenset(["ag", "sa"])
"""Legal forms that are also codes of places: a form only where more follows than that."""
PLACE_NOUNS = frozenset([
    "bay", "beach", "creek", "falls", "grove", "heights", "hills", "island", "junction", "lake", "park", "springs",
    "valley",
])  # fmt: skip
"""Last words of the names of towns: what stands before one belongs to it, as in `surry hills`."""
FILLERS = frozenset(["and", "und", "et", "en", "och", "og", "the", "of"])
"""Words that lead to a next one; where only what is known follows, that one was cut away."""
COMPOUND = 5
"""Letters from which a word of a trade at the end of a longer word tells the trade: `yogastudio`."""
CUT_AT = 18
"""Texts of this length and more may end within a word: 22 characters less a processor's mark."""


@cache
def _word_kinds() -> dict[str, str]:
    return {row["word"]: row["kind"] for row in data_rows("word.csv", PACKAGE)}


def _lines(name: str) -> frozenset[str]:
    return frozenset(resources.files(PACKAGE).joinpath("data", name).read_text(encoding="utf-8").split())


@cache
def _places() -> frozenset[str]:
    return _lines("place.txt")


@cache
def _towns() -> frozenset[str]:
    """Return places too small for a cut word to be taken for one: whole words only."""
    return _places() | _lines("town.txt")


@cache
def software_suffixes() -> frozenset[str]:
    """Return the top-level domains that mostly makers of software use."""
    return frozenset(row["suffix"] for row in data_rows("software_suffix.csv", PACKAGE))


@cache
def suffix_pattern() -> str:
    """Return the pattern of an address below one of them."""
    return rf"[a-z0-9]\.({'|'.join(sorted(software_suffixes()))})([^a-z0-9]|$)"


SOFTWARE_WORDS = (
    "software", "softwares", "hosting", "webhosting", "antivirus", "elearning", "e-learning", "e learning", "saas",
    "plugin", "plugins", "wordpress", "joomla", "webhost",
)  # fmt: skip
"""Words in the names of makers of software and hosts; a text that has one may be an app that no catalog knows."""


@cache
def software_pattern() -> str:
    """Return the pattern of those words, also at the end of a longer one."""
    return rf"({'|'.join(sorted(SOFTWARE_WORDS))})([^a-z0-9]|$)"


@cache
def _streets() -> frozenset[str]:
    return _lines("street.txt")


@cache
def _regions() -> frozenset[str]:
    return _lines("region.txt")


@cache
def _beginnings() -> tuple[list[str], dict[str, str]]:
    """Return words that a cut may hit, in order, and their kinds."""
    kinds = {w: k for w, k in _word_kinds().items() if k in ("legal", "product", "trade") and len(w) > 4}
    kinds.update({place: "place" for place in _places() if len(place) > 4})
    return sorted(kinds), kinds


@lru_cache(maxsize=1 << 16)
def kind_of(word: str) -> str:
    """Return what a word is, by itself."""
    if "." in word:
        return "host"
    kind = _word_kinds().get(word)
    if kind is not None:
        return kind
    if any(c.isdigit() for c in word) or len(word) < 2:
        return "reference"
    if word in _towns() or _spelled_out(word) in _towns():
        return "place"
    return "trade" if _is_compound(word) else "unknown"


def _spelled_out(word: str) -> str:
    """Return a word with its umlauts as accents are folded: `goeppingen` stands for `göppingen`."""
    for letters, vowel in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")):
        word = word.replace(letters, vowel)
    return word


def _is_compound(word: str) -> bool:
    """Return whether a word ends in one of a trade, as words of German, Dutch and the North do."""
    kinds = _word_kinds()
    return any(kinds.get(word[at:]) == "trade" for at in range(3, len(word) - COMPOUND + 1))


def kind_of_cut(word: str) -> str:
    """Return what a word is whose end may be missing: `platfor` is a product word, `francisc` a place."""
    if len(word) < 3:
        return "place" if len(word) < 2 or word in _regions() else "unknown"
    words, kinds = _beginnings()
    at = bisect_left(words, word)
    return kinds[words[at]] if at < len(words) and words[at].startswith(word) else "unknown"


@cache
def _forms() -> tuple[str, ...]:
    return tuple(
        sorted(w for w, k in _word_kinds().items() if k == "legal" or (k == "product" and len(w) > 4))
    )


def is_cut_form(piece: str) -> bool:
    """Return whether a piece is the beginning of a legal form or of a word of a subscription: `inte`, `lt`."""
    at = bisect_left(_forms(), piece)
    return len(piece) > 1 and at < len(_forms()) and _forms()[at].startswith(piece)


def _mark_street(words: Sequence[str], kinds: list[str]) -> None:
    """Make a place of what follows a house number where one of the words is a street's: `106 bd haussmann`."""
    for number in range(1, len(words) - 1):
        if words[number].isdigit() and len(words[number]) < 6 and _streets() & set(words[number + 1 :]):
            for at in range(number + 1, len(words)):
                if kinds[at] in ("unknown", "trade"):
                    kinds[at] = "place"
            return


def _mark_behind_form(words: Sequence[str], kinds: list[str]) -> None:
    """Make a place of unknown words behind a legal form; a filler before what is known says nothing."""
    form = next(
        (at for at in range(1, len(words)) if (words[at] in CERTAIN_FORMS and kinds[at] == "legal")
         or (words[at] in MIDDLE_FORMS and kinds[at + 1 :][:1] == ["unknown"])),
        len(words),
    )  # fmt: skip
    for at in range(form + 1, len(words)):
        if kinds[at] == "unknown":
            kinds[at] = "place"
    for at in range(1, len(words)):
        if words[at] in FILLERS and kinds[at] == "unknown" and set(kinds[at + 1 :]) <= EXPLAINED:
            kinds[at] = "reference"


def kinds_of(words: Sequence[str], length: int, field: int | None) -> tuple[str, ...]:
    """Return what each word of a text is where it stands.

    `length` of the text in characters: a long one may be cut; `field`: the number of the first word behind a
    column gap or comma, where statements print the place. A word before a state or country at the end is one.
    """
    kinds = [kind_of(word) for word in words]
    if not kinds:
        return ()
    _mark_street(words, kinds)
    last = len(kinds) - 1
    while last > 0 and kinds[last] == "reference":
        last -= 1
    ends_at = length - sum(len(word) + 1 for word in words[last + 1 :])
    if kinds[last] == "unknown" and ends_at >= CUT_AT and last > 0:
        kinds[last] = kind_of_cut(words[last])
    if last > 1 and words[last] in VAGUE_REGIONS and kinds[last - 1] == "place":
        kinds[last] = "place"
    if last > 0 and words[last] in _regions() and kinds[last] in ("unknown", "place", "product", "legal"):
        kinds[last] = "place"
        if last > 1 and kinds[last - 1] == "unknown" and words[last] not in HOME_REGIONS:
            kinds[last - 1] = "place"
    if last > 1 and words[last] in PLACE_NOUNS and kinds[last - 1] == "unknown":
        kinds[last - 1] = kinds[last] = "place"
    _mark_behind_form(words, kinds)
    if field is not None:
        for number in range(field, len(kinds)):
            if kinds[number] == "unknown":
                kinds[number] = "place"
    return tuple(kinds)
