"""Precision and recall on labelled merchants: per text, per vendor, by kind of evidence, by score.

    DISCOVERY_EXTRA_DATA=DIR .venv/bin/python benchmarks/matching.py [--errors] [--accepted] [--review]

Labels beside the project (matching/labels.csv, matching/reviewed.txt) are split by vendor: weights and words were
chosen on `dev` and on the project's own labelled set alone. `held_out` is the rest; `untouched` are its vendors
that no earlier tuning saw either.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from matching_labels import Label, calibration, halves, labels_folder, measure, read_labels

from discovery.catalog import Catalog, read_catalog
from discovery.catalog.load import data_rows
from discovery.matching import TextMatch, match_texts, weights


def measure_half(data: Path, half: str) -> dict[str, float | int | list[str]]:
    """Return the figures of one half by name, with what was wrong and missed."""
    rows = halves(read_labels(data))[half]
    figures = measure(rows, {m.text: m for m in match_texts(None, [r.text for r in rows])}, read_catalog())
    return {**figures.summary(), "wrong": figures.wrong, "missed": figures.missed}


EVIDENCE = {
    "addresses": ("address", "a shop's platform"),
    "words of another trade": ("words of another trade", "an outlet"),
    "unknown words": ("an unknown", "two unknown", "more unknown", "unknown words"),
    "words of a subscription, legal form": ("words of a subscription", "legal form"),
    "star and marks": ("star", "short form", "unknown mark", "mark glued", "it takes the payment"),
    "reseller or till": ("sold by", "paid at"),
    "merchant category": ("merchant category",),
    "somebody else of that name": ("somebody else", "a shop of many"),
    "letters off or cut": ("name but", "long name but", "name with letters", "text ends"),
}
"""Kinds of evidence by the beginnings of their comparisons."""


def contributions(labels: Sequence[Label], catalog: Catalog) -> list[tuple[str, float, float, float, float]]:
    """Return, for each kind of evidence left out: precision and recall on labels, and on the project's own set."""
    own = list(data_rows("labelled.csv", "discovery.matching"))
    kept = dict(weights._points())
    found = []
    for kind, starts in {"nothing": (), **EVIDENCE}.items():
        weights._points().update({k: 0 for k in kept if starts and k[0].startswith(starts)})
        try:
            figures = measure(
                labels, {m.text: m for m in match_texts(None, [r.text for r in labels])}, catalog
            )
            rows = match_texts(None, [r["text"] for r in own], [r["mcc"] or None for r in own])
        finally:
            weights._points().update(kept)
        hits = sum(m.decision == "accept" and m.app_id == r["app_id"] for m, r in zip(rows, own, strict=True))
        accepted = sum(m.decision == "accept" for m in rows)
        positives = sum(bool(r["app_id"]) for r in own)
        summary = figures.summary()
        found.append(
            (kind, summary["precision"], summary["recall"], hits / max(1, accepted), hits / positives)
        )
    return found


def decided(data: Path, decision: str) -> tuple[int, float, dict[str, list[TextMatch]]]:
    """Match every line of the expense files; return lines, seconds, and the matches of a decision by app."""
    texts = []
    for path in sorted((data / "expense").glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
            texts += [row["merchant_name"] for row in csv.DictReader(handle)]
    started = time.perf_counter()
    matches = match_texts(None, texts)
    seconds = time.perf_counter() - started
    by_app: dict[str, dict[str, TextMatch]] = defaultdict(dict)
    for match in matches:
        if match.decision == decision:
            by_app[match.app_id or ""][match.text] = match
    return len(texts), seconds, {app: list(rows.values()) for app, rows in sorted(by_app.items())}


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accepted", action="store_true", help="list accepted texts of the expense files")
    parser.add_argument("--review", action="store_true", help="list texts under review")
    parser.add_argument("--errors", action="store_true", help="list what was wrong and missed (dev only)")
    options = parser.parse_args()
    data, catalog = labels_folder(), read_catalog()
    labels = read_labels(data)
    matches = {m.text: m for m in match_texts(None, [each.text for each in labels])}
    measured = {half: measure(rows, matches, catalog) for half, rows in halves(labels).items()}
    names = list(measured["dev"].summary())
    print(f"{'':28}" + "".join(f"{half:>12}" for half in measured))
    for name in names:
        values = [figures.summary()[name] for figures in measured.values()]
        print(f"{name:28}" + "".join(f"{v:12d}" if isinstance(v, int) else f"{v:12.4f}" for v in values))
    if options.errors:
        print(*(f"  WRONG {w}" for w in measured["dev"].wrong), sep="\n")
        print(*(f"  MISSED {m}" for m in measured["dev"].missed), sep="\n")
    print("\nscore     answers  right (dev and held_out)")
    for band, count, share in calibration([measured["dev"], measured["held_out"]]):
        print(f"{band:9} {count:7}  {share:.3f}")
    print(f"\n{'left out':38} labels: precision, recall   own set: precision, recall")
    scored = [each for each in labels if each.label in ("POS", "TRAP", "NONE")]
    for kind, *shares in contributions(scored, catalog):
        print(f"{kind:38}" + "".join(f"{share:12.4f}" for share in shares))
    categories = Counter(
        catalog.apps[m.app_id].category or "none"
        for m in matches.values() if m.decision == "accept" and m.app_id in catalog.apps
    )  # fmt: skip
    print("\naccepted texts by category:", dict(categories.most_common()))
    for decision in [d for d, wanted in (("accept", options.accepted), ("review", options.review)) if wanted]:
        lines, seconds, by_app = decided(data, decision)
        texts = sum(map(len, by_app.values()))
        print(f"{decision}: {texts} texts of {len(by_app)} apps; {lines} lines in {seconds:.1f} s")
        for app, rows in by_app.items():
            print(f"{app} ({len(rows)}): {' | '.join(r.text for r in rows[:8])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
