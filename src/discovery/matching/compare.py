"""What speaks for and against an app in a merchant text: comparisons with points, whose sum is the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from discovery.catalog.load import Alias, App, Catalog
from discovery.catalog.naming import fold, tokens_of
from discovery.matching.candidates import Pair, form_words
from discovery.matching.evidence import Evidence, Hypothesis, false_friends, hypothesis, mcc_effect, umbrellas
from discovery.matching.hosts import HostFinder, HostHit, domain_of
from discovery.matching.normalise import Line, glued, host_label, is_short_form, marks, reseller_marks
from discovery.matching.pieces import (
    End,
    beginnings,
    end_of,
    inner_ends,
    is_reference,
    kind_of_piece,
    without_form,
)
from discovery.matching.uncatalogued import outside
from discovery.matching.weights import finding, start
from discovery.matching.words import EXPLAINED, kind_of

SURE = 80
"""Points from which the name that explains more of the text goes before the one with more points."""
REVIEW = 50
"""Points from which an app of the catalog goes before a name that it does not know."""
LIKELY = 60
"""Points from which a cut name speaks against a shorter one."""
LONG = 9
"""Letters of a name that no two words of a shop give by chance."""
PADDLE_CUTS = 10
"""Letters that Paddle prints of a name at most."""
HOSTED_CATEGORIES = frozenset({"payments", "web", "ecommerce", "marketplace", "events", "hosting", "forms"})
"""Apps behind other people's shops and sites: their address behind another name says little."""
NAMES = (
    "name is the whole text",
    "name before known words",
    "name begins the text",
    "name within the text",
)
PIECES = {
    "address": "its own address, dots lost",
    "form": "form glued to the name",
    "reference": "reference glued to the name",
    "word": "word glued to the name",
    "part": "name is part of a longer word",
}
"""What follows a name within a word, as `pieces.kind_of_piece` tells it, and its comparison."""
UNKNOWN = ("an unknown word behind it", "two unknown words behind it", "more unknown words behind it")
DOUBTFUL = frozenset([*UNKNOWN, *NAMES[2:]])
"""Comparisons that leave words unexplained."""


@dataclass(frozen=True)
class Setting:
    """What is known of a merchant beside its text.

    mcc: merchant category code; is_monthly: the same amount every month on one card; seen: apps that persons
    charged by it use by other evidence, and domains that they sign in to.
    """

    mcc: str | None = None
    is_monthly: bool = False
    seen: frozenset[str] = frozenset()


@lru_cache(maxsize=2)
def _names_and_words(catalog: Catalog) -> tuple[dict[tuple[str, str], str], dict[str, set[str]]]:
    """Return the strength of each name by app and key, and the words of all names and descriptors of each app."""
    strengths: dict[tuple[str, str], str] = {}
    words: dict[str, set[str]] = {}
    for alias in catalog.spoken:
        if alias.kind == "name":
            strengths[alias.app_id, alias.key] = alias.strength or "m"
        words.setdefault(alias.app_id, set()).update(tokens_of(alias.alias.lower()))
    return strengths, words


class Comparer:
    """Compares lines with the apps of one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.umbrellas = umbrellas()
        self.hosts = HostFinder(catalog)
        self._name_strength, self._words = _names_and_words(catalog)
        self._names = {key for _, key in self._name_strength}
        self._ends: dict[tuple[str, str], set[int]] = {}

    def _ends_of(self, alias: Alias) -> set[int]:
        """Return where the words of a name end, its last aside."""
        key = (alias.kind, alias.key)
        found = self._ends.get(key)
        if found is None:
            found = self._ends[key] = inner_ends(tokens_of(fold(alias.alias)), len(alias.key))
        return found

    def hypotheses(self, line: Line, setting: Setting, pairs: Sequence[Pair]) -> list[Hypothesis]:
        """Return the best hypothesis for each app, best first; ties by explained length, then id."""
        found = [h for h in (self._address(line, host) for host in line.hosts) if h is not None]
        if line.processor is not None and line.processor.app_id in self.catalog.apps:
            found.append(self._own_mark(line))
        if pairs:
            whole = glued(line.all_words)
            forms: dict[str, tuple[str, ...]] = {}
            shops = [each for each in self.umbrellas if whole.startswith(each[0])]
            for pair in pairs:
                words = forms.get(pair.form)
                if words is None:
                    words = forms[pair.form] = form_words(line, pair.form)
                named = self._name(line, setting, pair, words)
                if named is not None:
                    found.append(_as_shop(line, pair, named, whole, shops) if shops else named)
        best: dict[str, Hypothesis] = {}
        for each in found:
            kept = best.get(each.app_id)
            if kept is None or _rank(each) < _rank(kept):
                best[each.app_id] = each
        ranked = self._doubted(sorted(best.values(), key=_rank))
        if not ranked or ranked[0].score < SURE:
            made = outside(line, setting.mcc, setting.seen, self.hosts, is_monthly=setting.is_monthly)
            if made is not None and (made.length or not ranked or ranked[0].score < REVIEW):
                ranked = sorted([*ranked, made], key=_rank)
        return ranked

    def _doubted(self, ranked: list[Hypothesis]) -> list[Hypothesis]:
        """Doubt a name that leaves words unexplained where a longer one may be cut: `AZURE DEVO`."""
        first = ranked[0] if ranked else None
        if first is None or DOUBTFUL.isdisjoint([e.comparison for e in first.evidence]):
            return ranked
        longer = [
            h
            for h in ranked[1:]
            if h.length > first.length and h.score >= LIKELY and h.method == "fuzzy name"
        ]
        if not longer or first.app_id == longer[0].app_id:
            return ranked
        row = finding("a longer name may be cut here", "", None, self.catalog.apps[longer[0].app_id].name)
        doubted = hypothesis(first.app_id, first.method, first.length, [*first.evidence, row])
        return sorted([doubted, *ranked[1:]], key=_rank)

    def _address(self, line: Line, host: str) -> Hypothesis | None:
        hit = self.hosts.find(host) or self._doubled(host)
        if hit is None:
            return None
        app = self.catalog.apps[hit.alias.app_id]
        is_tenant = hit.alias.alias.startswith("*.")
        what = "workspace address in the text" if is_tenant else "address in the text"
        rows = [start(), finding(what, "", host, hit.alias.alias)]
        before = line.words[: line.words.index(host)] if host in line.words else line.all_words
        strange = [
            w
            for w in before
            if kind_of(w) in ("unknown", "trade") and w not in self._words.get(app.app_id, ())
        ]
        if strange:
            is_hosted = app.category in HOSTED_CATEGORIES
            behind = "a shop's platform behind another name" if is_hosted else "behind another name"
            rows.append(finding(behind, "", " ".join(strange)[:60], app.name))
        rows += self._friends(line, app)
        return hypothesis(app.app_id, "domain", len(host), rows)

    def _doubled(self, host: str) -> HostHit | None:
        """Find the address of an app with its name or a processor's mark glued in front: `figmafigma.com`."""
        for i in range(3, len(host.split(".")[0]) - 2):
            name = host[:i].replace("-", "")
            if name not in self._names and name not in marks():
                continue
            hit = self.hosts.by_domain(host[i:])
            if hit is not None and ((hit.alias.app_id, name) in self._name_strength or name in marks()):
                return hit
        return None

    def _own_mark(self, line: Line) -> Hypothesis:
        assert line.processor is not None
        app = self.catalog.apps[line.processor.app_id or ""]
        what = "mark at the beginning with its star" if line.has_star else "mark at the beginning"
        rows = [start(), finding(what, "", line.folded.split()[0], app.name), *self._friends(line, app)]
        return hypothesis(app.app_id, "descriptor", 3, rows)

    def _friends(self, line: Line, app: App) -> list[Evidence]:
        known = false_friends().get(app.app_id, ())
        if not known:
            return []
        starts = {*beginnings(line.all_words), *beginnings(line.words)}
        return [
            finding("somebody else of that name", "", line.text[:60], who)
            for beginning, who in known
            if beginning in starts
        ][:1]

    def _name(self, line: Line, setting: Setting, pair: Pair, words: tuple[str, ...]) -> Hypothesis | None:
        """Weigh a name; `words` are those of the pair's form."""
        alias, app = pair.alias, self.catalog.apps[pair.alias.app_id]
        is_descriptor, strength = alias.kind == "descriptor", alias.strength or "m"
        if is_descriptor:
            strength = "s"
            name_strength = self._name_strength.get((app.app_id, alias.key))
            if name_strength in ("s", "m"):
                return None
            if name_strength == "c" and not alias.alias.endswith("*"):
                return None
            is_descriptor = name_strength is None or len(tokens_of(alias.alias)) > 1
            if pair.form == "star" or pair.form.startswith("inner"):
                return None
        if pair.relation in ("cut", "near"):
            if len(words) == 1 and kind_of(words[0]) not in ("unknown", "host"):
                return None  # a word of the language is no name with something missing
            return self._inexact(line, setting, pair, glued(words))
        length = len(pair.key)
        is_one_word = words[0].isalnum() and len(words[0]) >= length
        end = End(1, words[0][length:], None) if is_one_word else end_of(words, length)
        piece, inside = end.piece, end.host
        tail = list(zip(words[end.next :], line.kinds_for(words)[end.next :], strict=True))
        if not is_one_word and not inner_ends(words, length) <= self._ends_of(alias):
            if is_descriptor:
                return None
            if pair.form.startswith("inner"):
                return None
            # A long name behind which nothing unknown stands is that name, however it is spaced.
            if length < LONG or piece or not {kind for _, kind in tail} <= EXPLAINED:
                strength = {"s": "m", "m": "c", "c": "c"}[strength]
        rows = [start()]
        if is_descriptor:
            if not alias.alias.endswith("*") and (
                piece or any(kind in ("unknown", "trade") for _, kind in tail)
            ):
                return None
            if piece and not is_reference(piece) and len(pair.key) < 6:
                return None
            rows.append(finding("statement descriptor", "", line.text[:60], alias.alias))
        else:
            is_inner, is_known = pair.form.startswith("inner"), {kind for _, kind in tail} <= EXPLAINED
            what = ""
            if piece and not inside:
                addresses = self._addresses_of(app) if strength != "c" else ()
                what = kind_of_piece(line, piece, pair.key, tail, addresses)
            is_known = is_known and what in ("", "address", "form")
            number = 3 if is_inner else 0 if not tail and not piece else 1 if is_known and not inside else 2
            rows.append(finding(NAMES[number], strength, " ".join(words)[:60], alias.alias))
            if what:
                if (app.app_id, piece) in self._name_strength and what == "part":
                    what = "word"
                rows.append(finding(PIECES[what], strength, piece))
            rows += self._before(line, pair, strength)
            if _is_its_mark(line, pair):
                rows.append(finding("it takes the payment for another", "", alias.alias, line.body[:60]))
        if tail:
            rows += self._tail(line, app, tail, strength, is_descriptor=is_descriptor)
        if line.hosts:
            found = self._addresses(line, app, inside, strength)
            rows += [e for e in found if e.weight > 0 or not is_descriptor]
        rows += self._setting(line, setting, app, strength)
        rows += self._friends(line, app)
        return hypothesis(app.app_id, "descriptor" if is_descriptor else "alias", len(pair.key), rows)

    def _before(self, line: Line, pair: Pair, strength: str) -> list[Evidence]:
        """Say what stands before the name: a star, a short form of it, a mark, other words."""
        before = line.before_star
        if pair.form == "star":
            is_short = len(before) > 1 and is_short_form(before, pair.key)
            what = "short form before the star" if is_short else "unknown mark before the star"
            return [finding(what, strength, before, pair.alias.alias)]
        if pair.form.startswith("inner"):
            ahead = line.kinds[: int(pair.form.removeprefix("inner"))]
            return [finding("only known words before it", strength)] if set(ahead) <= EXPLAINED else []
        if before == pair.key:
            return [finding("star behind the name", strength, pair.alias.alias)]
        if pair.form in ("bare", "short"):
            return self._glued_before(line.words[0], form_words(line, pair.form)[0], strength)
        return []

    def _glued_before(self, first: str, rest: str, strength: str) -> list[Evidence]:
        """Say what was taken from the first word: an article, a mark, a short form of the name; of a code nothing."""
        mark = first.removesuffix(rest)
        if first == "the":
            return [finding("an article before it", strength)]
        if mark == first:
            return []
        if mark not in marks():
            return [finding("short form before the star", strength, mark)]
        rows = [finding("mark glued to the name", strength, mark)]
        if mark in reseller_marks():
            rows.append(finding("sold by a reseller of software", strength, mark))
        return rows

    def _addresses_of(self, app: App) -> list[str]:
        """Return the letters and digits of an app's addresses."""
        return [glued((domain,)) for domain in self.hosts.domains_of(app.app_id)]

    def _inexact(self, line: Line, setting: Setting, pair: Pair, key: str) -> Hypothesis:
        alias, app = pair.alias, self.catalog.apps[pair.alias.app_id]
        strength = alias.strength or "m"
        if pair.relation == "cut" and len(key) > without_form(alias):
            rows = [start(), finding(NAMES[1], strength, key, alias.alias)]
        elif pair.relation == "cut":
            rows = [start(), finding("text ends within the name", strength, key, alias.alias)]
            if len(key) == PADDLE_CUTS and line.processor is not None and line.processor.name == "Paddle":
                rows.append(finding("length at which its mark cuts", strength, str(len(key))))
            elif len(line.folded) >= 18 or (line.processor is not None and line.processor.name == "PayPal"):
                rows.append(finding("length at which statements cut", strength, str(len(line.folded))))
        else:
            what = "long name but for one letter" if len(key) >= 11 else "name but for one letter"
            what = "name with letters left out" if len(alias.key) > len(key) + 1 else what
            rows = [start(), finding(what, strength, key, alias.alias)]
        rows += [
            e for e in self._addresses(line, app, None, strength) if glued((host_label(e.left or ""),)) != key
        ]
        rows += self._setting(line, setting, app, strength)
        return hypothesis(app.app_id, "fuzzy name", len(key), rows)

    def _tail(self, line: Line, app: App, tail: Sequence[tuple[str, str]], strength: str, *,
              is_descriptor: bool) -> list[Evidence]:  # fmt: skip
        own = self._words.get(app.app_id, ())
        kinds: dict[str, list[str]] = {}
        for word, kind in tail:
            is_own = kind in ("unknown", "trade") and (
                word in own or (len(word) > 3 and any(each.startswith(word) for each in own))
            )
            kinds.setdefault("product" if is_own else kind, []).append(word)
        unknown = kinds.get("unknown", [])
        if unknown and line.before_star:
            unknown = unknown[1:]  # the first word behind a star is a product or a reference
        rows = []
        if unknown:
            what = (
                "unknown words behind the descriptor" if is_descriptor else UNKNOWN[min(3, len(unknown)) - 1]
            )
            rows.append(finding(what, strength, " ".join(unknown)[:60]))
        if "trade" in kinds:
            is_outlet = strength != "c" and set(kinds["trade"]) <= {"shop", "store"}
            what = (
                "words of another trade behind the descriptor" if is_descriptor else "words of another trade"
            )
            rows.append(finding("an outlet" if is_outlet else what, strength, " ".join(kinds["trade"])[:60]))
        if not rows and "product" in kinds:
            rows.append(finding("words of a subscription", strength, " ".join(kinds["product"])[:60]))
        if not rows and "legal" in kinds:
            rows.append(finding("legal form", strength, " ".join(kinds["legal"])[:60]))
        return rows

    def _addresses(self, line: Line, app: App, inside: str | None, strength: str) -> list[Evidence]:
        rows: list[Evidence] = []
        for host in line.hosts:
            hit = self.hosts.find(host)
            if hit is not None and hit.alias.app_id == app.app_id:
                rows.append(finding("its own address", "", host, hit.alias.alias))
            elif self._is_cut_address(app, host):
                rows.append(finding("its own address, cut", "", host, app.domain))
            elif host == inside and self._is_billing_address(app, host):
                continue
            elif host == inside:
                rows.append(finding("the address is another's", "", host, app.domain))
            elif (domain_of(host) or "") not in self.hosts.shared and not self._is_named_after(app, host):
                rows.append(finding("another address in the text", strength, host, app.domain))
        return rows[:1]

    def _is_named_after(self, app: App, host: str) -> bool:
        """Return whether the app's own names have the host's: SendGrid is `Twilio SendGrid`, `twilio.com`."""
        return host_label(host) in self._words.get(app.app_id, ())

    def _is_cut_address(self, app: App, host: str) -> bool:
        return any(d.startswith(host.removeprefix("https")) for d in self.hosts.domains_of(app.app_id))

    def _is_billing_address(self, app: App, host: str) -> bool:
        """Return whether a host is a strong name and words of billing: `weebly-charge.com`."""
        name, *others = host_label(host).split("-")
        return (
            self._name_strength.get((app.app_id, name)) == "s"
            and bool(others)
            and all(kind_of(word) == "product" for word in others)
        )

    def _setting(self, line: Line, setting: Setting, app: App, strength: str) -> list[Evidence]:
        rows = []
        if line.processor is not None and line.processor.channel == "software":
            rows.append(finding("sold by a reseller of software", strength, line.processor.name))
        if line.processor is not None and line.processor.channel == "shop":
            rows.append(finding("paid at a till or web shop", strength, line.processor.name))
        effect, meaning = mcc_effect(setting.mcc)
        if effect:
            kind = "software" if effect == "support" else "another trade"
            rows.append(finding(f"merchant category of {kind}", strength, setting.mcc, meaning))
        if setting.is_monthly:
            rows.append(finding("same amount every month", strength))
        if app.app_id in setting.seen:
            rows.append(finding("the same person uses it", strength, None, app.name))
        return rows


def _as_shop(line: Line, pair: Pair, named: Hypothesis, whole: str,
             shops: Sequence[tuple[str, bool, str]]) -> Hypothesis:  # fmt: skip
    """Weigh that all letters of the text are a mark of many products, or begin with one."""
    if pair.relation in ("cut", "near"):
        return named
    for beginning, is_whole, why in shops:
        if whole == beginning or (not is_whole and pair.key in (beginning, whole)):
            row = finding("a shop of many products", "", line.text[:60], why)
            rows = [e for e in named.evidence if not e.comparison.startswith(("at most", "at least"))]
            return hypothesis(named.app_id, named.method, named.length, [*rows, row])
    return named


def _is_its_mark(line: Line, pair: Pair) -> bool:
    """Return whether a name is a processor's mark before somebody else's name, or before a star and nothing."""
    if line.processor is None:
        return line.body.rstrip().endswith("*") and pair.key in marks()
    if pair.form != "raw":
        return False
    mark = glued(line.all_words[: len(line.all_words) - len(line.words)])
    kinds = set(line.kinds)
    is_other = line.has_star or not kinds <= {"legal", "place", "product"} or kinds == {"place"}
    return mark.startswith(pair.key) and is_other


def _rank(hypothesis: Hypothesis) -> tuple[bool, int, int, int, str]:
    """Order hypotheses: of those that are sure, the one that explains most of the text goes first."""
    is_sure = hypothesis.score >= SURE
    return (
        not is_sure,
        -hypothesis.length if is_sure else 0,
        -hypothesis.score,
        -hypothesis.length,
        hypothesis.app_id,
    )
