"""Learn the match weights from labelled pairs of text and app, and write them into the package.

    DISCOVERY_EXTRA_DATA=DIR .venv/bin/python benchmarks/matching_weights.py [--write]

After Fellegi and Sunter (see docs/matching.md): the points of a finding are its match weight log2(m/u) in bits,
times BIT. How a name stands in a text and what is around it are levels of one comparison, learned as the odds of
all pairs at that level; findings beside it (address, seller, star, category) are learned as m/u among pairs with a
name of the same strength. Rare findings are drawn towards the points that were judged by hand (column `judged`), as
if PSEUDO pairs had been seen that bear them out. Learned from the project's own labelled set and the half `dev`.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from math import log2, sqrt
from pathlib import Path

from matching_labels import domains_of, halves, labels_folder, read_labels

from discovery.catalog import read_catalog
from discovery.catalog.load import data_rows
from discovery.matching.compare import Comparer
from discovery.matching.engine import rank_merchants
from discovery.matching.evidence import Hypothesis
from discovery.matching.identify import Mention
from discovery.matching.weights import BIT, START
from discovery.store import Store

FILE = Path(__file__).parents[1] / "src/discovery/matching/data/weight.csv"
PSEUDO = 12.0
"""Pairs that a judged weight is worth."""
MADE_UP = 0.25
"""What a text of the project's own set counts: it shows a form, not how frequent it is."""
SCARCE = 2.0
"""Pairs below which a level is not learned for itself."""
EVEN = 50
BASES = frozenset({
    "name is the whole text", "name before known words", "name begins the text", "name within the text",
    "statement descriptor", "text ends within the name", "name but for one letter", "long name but for one letter",
    "name with letters left out", "address in the text", "workspace address in the text",
    "mark at the beginning with its star", "mark at the beginning", "address outside the catalog",
    "name outside the catalog",
})  # fmt: skip
"""Findings that make a pair a candidate: exactly one in each."""
BESIDE = frozenset({
    "an unknown word behind it", "two unknown words behind it", "more unknown words behind it",
    "words of another trade", "an outlet", "unknown words behind the descriptor", "words of a subscription",
    "legal form", "words of another trade behind the descriptor", "reference glued to the name",
    "word glued to the name", "name is part of a longer word", "behind another name",
    "a shop's platform behind another name", "unknown mark before the star", "short form before the star",
    "mark glued to the name", "suffix of software makers",
})  # fmt: skip
"""Findings that are levels of the same comparison as the base: learned together with it."""
FIXED = frozenset({
    START, "somebody else of that name", "a shop of many products", "a longer name may be cut here",
    "it takes the payment for another", "same amount every month", "the same person uses it",
    "merchant category of software", "merchant category of another trade",
})  # fmt: skip
"""Findings that the labels cannot teach: definite no, and what a text alone does not show (the labelled codes are
made up as well)."""
MOST = 76
"""A name alone is worth no more: with START odds of 200 to 1, however often it was right in the sample."""

TAUGHT = frozenset({START, "merchant category of software", "merchant category of another trade"})
"""Fixed findings beside which the others can be learned all the same."""

Key = tuple[str, str]


def pairs(data: Path) -> list[tuple[Hypothesis, bool, float]]:
    """Return hypotheses with whether they are right and how much they count: many texts of one vendor count less."""
    catalog = read_catalog()
    domains = domains_of(catalog)
    texts: list[tuple[str, str | None, str, str]] = []
    for row in data_rows("labelled.csv", "discovery.matching"):
        texts.append((row["text"], row["mcc"] or None, row["app_id"], ""))
    for each in halves(read_labels(data))["dev"]:
        if each.label in ("POS", "TRAP", "NONE"):
            texts.append((each.text, None, "", each.domain if each.label == "POS" else ""))
    per_vendor = Counter(app_id or domain for _, _, app_id, domain in texts)
    with Store(None) as store:
        ranked = rank_merchants(
            store, [Mention(t, "merchant", mcc=mcc) for t, mcc, _, _ in texts], Comparer(catalog)
        )
    found = []
    made_up = len(list(data_rows("labelled.csv", "discovery.matching")))
    for number, ((_, _, app_id, domain), (_, hypotheses)) in enumerate(zip(texts, ranked, strict=True)):
        is_real = number >= made_up
        vendor = app_id or domain
        weight = 1 / sqrt(per_vendor[vendor]) if vendor else 1.0
        weight *= MADE_UP if not is_real else 1.0
        for each in hypotheses:
            own = domains.get(each.app_id) or {each.app_id.removeprefix("x-")}
            is_right = each.app_id == app_id if app_id else domain in own
            found.append((each, is_right, weight))
    return found


def learn(rows: list[tuple[Hypothesis, bool, float]]) -> dict[Key, tuple[int, float, float]]:
    """Return points, matches and others of every finding that the labels teach something about."""
    judged = {
        (r["comparison"], r["strength"]): int(r["judged"])
        for r in data_rows("weight.csv", "discovery.matching")
    }
    start = judged[START, ""]
    levels: dict[tuple[Key, Key | None], list[float]] = defaultdict(lambda: [0.0, 0.0])
    beside: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each, is_right, weight in rows:
        keys = [_key(e.comparison, e.strength, judged) for e in each.evidence if (e.comparison, "") in judged
                or (e.comparison, e.strength) in judged]  # fmt: skip
        base = next(k for k in keys if k[0] in BASES)
        if any(k[0] in FIXED - TAUGHT for k in keys):
            continue  # a definite no says nothing about the other findings
        modifiers = [k for k in keys if k[0] in BESIDE] or [None]
        for modifier in modifiers:
            levels[base, modifier][not is_right] += weight / len(modifiers)
        totals[base[1]][not is_right] += weight
        for key in keys:
            if key[0] not in BASES | BESIDE | FIXED:
                beside[key][not is_right] += weight
    learned: dict[Key, tuple[int, float, float]] = {}
    for (base, modifier), (yes, no) in levels.items():
        if modifier is None and yes + no >= SCARCE:
            points = _odds_points(yes, no, start + judged[base] - EVEN)
            learned[base] = (min(MOST, round(points) + EVEN - start), yes, no)
    for strength in "smc":
        before, begins = ("name before known words", strength), ("name begins the text", strength)
        if before in learned:  # the same but for what is behind the name, which has points of its own
            learned[begins] = (
                learned[before][0] + judged[begins] - judged[before],
                *learned.get(begins, (0, 0.0, 0.0))[1:],
            )
    sums: dict[Key, list[tuple[float, float, float]]] = defaultdict(list)
    for (base, modifier), (yes, no) in levels.items():
        if modifier is not None:
            before = learned[base][0] if base in learned else judged[base]
            points = _odds_points(yes, no, start + before + judged[modifier] - EVEN)
            sums[modifier].append((points - (start + before - EVEN), yes, no))
    for modifier, parts in sums.items():
        total = sum(y + n for _, y, n in parts)
        mean = sum(p * (y + n) for p, y, n in parts) / total
        learned[modifier] = (round(mean), sum(y for _, y, _ in parts), sum(n for _, _, n in parts))
    for key, (yes, no) in beside.items():
        all_yes, all_no = (
            totals[key[1]] if key[1] in "smc" and key[1] else map(sum, zip(*totals.values(), strict=True))
        )
        u0 = min(0.4, max(0.02, (yes + no) / max(1.0, all_yes + all_no)))
        m0 = min(0.98, u0 * 2 ** (judged[key] / BIT))
        m, u = (yes + PSEUDO * m0) / (all_yes + PSEUDO), (no + PSEUDO * u0) / (all_no + PSEUDO)
        learned[key] = (round(BIT * log2(m / u)), yes, no)
    return learned


def _key(comparison: str, strength: str, judged: dict[Key, int]) -> Key:
    return (comparison, strength) if (comparison, strength) in judged else (comparison, "")


def _odds_points(yes: float, no: float, expected: float) -> float:
    """Return the log odds of a level in points, drawn towards what was expected."""
    share = 1 / (1 + 2 ** (-expected / BIT))
    return BIT * log2((yes + PSEUDO * share) / (no + PSEUDO * (1 - share)))


def main() -> int:
    """Print what was learned; with --write put it into the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    learned = learn(pairs(labels_folder()))
    rows = []
    for row in data_rows("weight.csv", "discovery.matching"):
        points, yes, no = learned.get((row["comparison"], row["strength"]), (int(row["judged"]), 0.0, 0.0))
        rows.append((row["comparison"], row["strength"], points, row["judged"], f"{yes:.1f}", f"{no:.1f}"))
        print(
            f"{row['comparison']:46} {row['strength']:1} {points:5} judged {row['judged']:>4}  {yes:7.1f} {no:7.1f}"
        )
    if options.write:
        with FILE.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(("comparison", "strength", "points", "judged", "matches", "others"))
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
