"""What speaks for and against an app in a merchant text: comparisons with points, whose sum is the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from discovery.catalog.load import App, Catalog
from discovery.catalog.naming import fold, registrable_domain, tokens_of
from discovery.matching.candidates import Pair, form_words, glued
from discovery.matching.evidence import Evidence, Hypothesis, false_friends, hypothesis, mcc_effect
from discovery.matching.hosts import HostFinder, HostHit
from discovery.matching.normalise import Line, host_label, kind_of, marks

WHOLE_TEXT = "name is the whole text"
SURE = 80
"""Points from which a name that is the whole text outranks any that leaves words unexplained."""
BASE = {"s": 90, "m": 84, "c": 60}
"""A name alone, by its strength (see `catalog.load.Alias`)."""
PREFIX = {"s": 88, "m": 82, "c": 45}
UNKNOWN = {"s": (-9, -36), "m": (-22, -44), "c": (-40, -60)}
"""Each unknown word behind the name, and the most that they take away together."""
PRODUCT = {"s": 2, "m": 2, "c": 15}
LEGAL = {"s": 2, "m": 2, "c": 8}
SOFTWARE_SELLER = {"s": 4, "m": 6, "c": 25}
TILL = {"s": -6, "m": -12, "c": -30}
STAR = {"s": 10, "m": 16, "c": 30}
"""The text has a star right behind the name: what follows is a product or a reference."""
MCC_SUPPORT = {"s": 3, "m": 5, "c": 22}
MCC_AGAINST = {"s": -25, "m": -45, "c": -60}
HOSTED_CATEGORIES = frozenset({"payments", "web", "ecommerce", "marketplace", "events", "hosting", "forms"})
"""Apps behind other people's shops and sites: their address behind another name says little."""


class Comparer:
    """Compares lines with the apps of one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.hosts = HostFinder(catalog)
        self._name_strength: dict[tuple[str, str], str] = {}
        self._words: dict[str, set[str]] = {}
        for alias in catalog.aliases:
            if alias.kind == "name":
                self._name_strength[alias.app_id, alias.key] = alias.strength or "m"
            if alias.kind in ("name", "descriptor"):
                self._words.setdefault(alias.app_id, set()).update(tokens_of(alias.alias.lower()))

    def hypotheses(self, line: Line, mcc: str | None, pairs: Sequence[Pair]) -> list[Hypothesis]:
        """Return the best hypothesis for each app, best first; ties by explained length, then id."""
        found = [h for h in (self._address(line, host) for host in line.hosts) if h is not None]
        if line.processor is not None and line.processor.app_id in self.catalog.apps:
            found.append(self._own_mark(line))
        found += [h for h in (self._name(line, mcc, pair) for pair in pairs) if h is not None]
        best: dict[str, Hypothesis] = {}
        for each in found:
            kept = best.get(each.app_id)
            if kept is None or _rank(each) < _rank(kept):
                best[each.app_id] = each
        return sorted(best.values(), key=_rank)

    def _address(self, line: Line, host: str) -> Hypothesis | None:
        hit = self.hosts.find(host) or self._doubled(host)
        if hit is None:
            return None
        app = self.catalog.apps[hit.alias.app_id]
        is_tenant = hit.alias.alias.startswith("*.")
        rows = [Evidence("address in the text", host, hit.alias.alias, 65 if is_tenant else 95)]
        before = line.words[: line.words.index(host)] if host in line.words else line.all_words
        strange = [
            w for w in before if kind_of(w) in ("unknown", "trade") and w not in self._words[app.app_id]
        ]
        if strange:
            weight = -45 if app.category in HOSTED_CATEGORIES else -10
            rows.append(Evidence("behind another name", " ".join(strange), app.name, weight))
        rows += self._friends(line, app)
        return hypothesis(app.app_id, "domain", len(host), rows)

    def _doubled(self, host: str) -> HostHit | None:
        """Find the address of an app with its name or a processor's mark glued in front: `figmafigma.com`."""
        for i in range(3, len(host.split(".")[0]) - 2):
            hit, start = self.hosts.by_domain(host[i:]), host[:i].replace("-", "")
            if hit is not None and ((hit.alias.app_id, start) in self._name_strength or start in marks()):
                return hit
        return None

    def _own_mark(self, line: Line) -> Hypothesis:
        assert line.processor is not None
        app = self.catalog.apps[line.processor.app_id or ""]
        rows = [
            Evidence("mark at the beginning", line.folded.split()[0], app.name, 95 if line.has_star else 84)
        ]
        rows += self._friends(line, app)
        return hypothesis(app.app_id, "descriptor", 3, rows)

    def _friends(self, line: Line, app: App) -> list[Evidence]:
        keys = {glued(line.all_words), glued(line.words)}
        return [
            Evidence("somebody else of that name", line.text[:60], who, -100)
            for start, who in false_friends().get(app.app_id, ())
            if any(key.startswith(start) for key in keys)
        ][:1]

    def _name(self, line: Line, mcc: str | None, pair: Pair) -> Hypothesis | None:
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
        words = form_words(line, pair.form)
        if pair.relation in ("cut", "near"):
            return self._inexact(line, mcc, pair, glued(words))
        if not _inner_ends(words, len(pair.key)) <= _inner_ends(tokens_of(fold(alias.alias)), len(pair.key)):
            if is_descriptor:
                return None
            strength = {"s": "m", "m": "c", "c": "c"}[strength]
        end = _end_of(words, len(pair.key))
        rest, piece, inside = words[end.next :], end.piece, end.host
        rows: list[Evidence] = []
        if is_descriptor:
            if not alias.alias.endswith("*") and (
                piece or any(kind_of(w) in ("unknown", "trade") for w in rest)
            ):
                return None
            if piece and not _is_reference(piece) and len(pair.key) < 6:
                return None
            rows.append(Evidence("statement descriptor", line.text[:60], alias.alias, 93))
        else:
            base = BASE if not rest and not piece else PREFIX
            what = WHOLE_TEXT if base is BASE else "name begins the text"
            rows.append(Evidence(what, " ".join(words)[:60], alias.alias, base[strength]))
            if piece and not inside:
                rows.append(self._glued_piece(app, piece, strength))
            if line.before_star == pair.key:
                rows.append(Evidence("star behind the name", alias.alias, None, STAR[strength]))
        rows += self._tail(app, rest, strength, is_descriptor=is_descriptor)
        rows += [e for e in self._addresses(line, app, inside) if e.weight > 0 or not is_descriptor]
        rows += self._setting(line, mcc, strength)
        rows += self._friends(line, app)
        return hypothesis(app.app_id, "descriptor" if is_descriptor else "alias", len(pair.key), rows)

    def _glued_piece(self, app: App, piece: str, strength: str) -> Evidence:
        if _is_reference(piece):
            return Evidence("reference glued to the name", piece, None, -2 if strength == "s" else -8)
        if kind_of(piece) in ("product", "legal") or (app.app_id, piece) in self._name_strength:
            return Evidence("word glued to the name", piece, None, -2 if strength == "s" else -10)
        return Evidence("the name is part of a longer word", piece, None, -25 if strength == "s" else -60)

    def _inexact(self, line: Line, mcc: str | None, pair: Pair, key: str) -> Hypothesis:
        alias, app = pair.alias, self.catalog.apps[pair.alias.app_id]
        strength = alias.strength or "m"
        if pair.relation == "cut":
            rows = [Evidence("text ends within the name", key, alias.alias, 66)]
            if len(line.folded) >= 18 or (line.processor is not None and line.processor.name == "PayPal"):
                rows.append(Evidence("length at which statements cut", str(len(line.folded)), None, 8))
        else:
            weight = 80 if len(key) >= 11 and strength == "s" else 62
            rows = [Evidence("name but for one letter", key, alias.alias, weight)]
        rows += [e for e in self._addresses(line, app, None) if glued((host_label(e.left or ""),)) != key]
        rows += self._setting(line, mcc, strength)
        return hypothesis(app.app_id, "fuzzy name", len(key), rows)

    def _tail(self, app: App, rest: Sequence[str], strength: str, *, is_descriptor: bool) -> list[Evidence]:
        own = self._words[app.app_id]
        kinds: dict[str, list[str]] = {}
        for word in rest:
            kind = kind_of(word)
            kinds.setdefault("product" if word in own and kind in ("unknown", "trade") else kind, []).append(
                word
            )
        rows = []
        if "product" in kinds:
            rows.append(
                Evidence("words of a subscription", " ".join(kinds["product"]), None, PRODUCT[strength])
            )
        if "legal" in kinds:
            rows.append(Evidence("legal form", " ".join(kinds["legal"]), None, LEGAL[strength]))
        if "unknown" in kinds:
            each, most = (-4, -12) if is_descriptor else UNKNOWN[strength]
            weight = max(most, each * len(kinds["unknown"]))
            rows.append(Evidence("unknown words behind it", " ".join(kinds["unknown"])[:60], None, weight))
        if "trade" in kinds:
            is_outlet = strength == "s" and set(kinds["trade"]) <= {"shop", "store"}
            weight = -6 if is_outlet else -20 if is_descriptor else -50
            rows.append(Evidence("words of another trade", " ".join(kinds["trade"]), None, weight))
        return rows

    def _addresses(self, line: Line, app: App, inside: str | None) -> list[Evidence]:
        rows: list[Evidence] = []
        for host in line.hosts:
            hit = self.hosts.find(host)
            if hit is not None and hit.alias.app_id == app.app_id:
                rows.append(Evidence("its own address", host, hit.alias.alias, 30))
            elif self._is_cut_address(app, host):
                rows.append(Evidence("its own address, cut", host, app.domain, 20))
            elif host == inside and self._is_billing_address(app, host):
                continue
            elif host == inside:
                rows.append(Evidence("the address is another's", host, app.domain, -60))
            elif (registrable_domain(host) or "") not in self.hosts.shared:
                rows.append(Evidence("another address in the text", host, app.domain, -20))
        return rows[:1]

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

    def _setting(self, line: Line, mcc: str | None, strength: str) -> list[Evidence]:
        rows = []
        if line.processor is not None and line.processor.channel == "software":
            rows.append(
                Evidence(
                    "sold by a reseller of software", line.processor.name, None, SOFTWARE_SELLER[strength]
                )
            )
        if line.processor is not None and line.processor.channel == "shop":
            rows.append(Evidence("paid at a till or web shop", line.processor.name, None, TILL[strength]))
        effect, meaning = mcc_effect(mcc)
        if effect:
            weight = (MCC_SUPPORT if effect == "support" else MCC_AGAINST)[strength]
            rows.append(Evidence("merchant category", mcc, meaning, weight))
        return rows


@dataclass(frozen=True)
class _End:
    next: int
    piece: str
    host: str | None


def _end_of(words: Sequence[str], length: int) -> _End:
    """Say where a key of that length ends among the words: next word, rest of the last word, its host."""
    at = 0
    for number, word in enumerate(words):
        plain = glued((word,))
        if at + len(plain) >= length:
            return _End(number + 1, plain[length - at :], word if "." in word else None)
        at += len(plain)
    return _End(len(words), "", None)


def _inner_ends(words: Sequence[str], length: int) -> set[int]:
    """Return where words end before `length` letters are over; the labels of a host count as words."""
    ends, at = set(), 0
    for token in (t for word in words for t in tokens_of(word)):
        at += len(token)
        if at >= length:
            break
        ends.add(at)
    return ends


def _is_reference(piece: str) -> bool:
    return any(c.isdigit() for c in piece)


def _rank(hypothesis: Hypothesis) -> tuple[bool, int, int, str]:
    """Order hypotheses: one whose name is the whole text goes before those that leave words unexplained."""
    is_whole = any(e.comparison == WHOLE_TEXT for e in hypothesis.evidence) and hypothesis.score >= SURE
    return (not is_whole, -hypothesis.score, -hypothesis.length, hypothesis.app_id)
