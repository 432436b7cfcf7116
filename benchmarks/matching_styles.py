"""Invented card lines of other countries and processors: what was accepted, by half and by style.

    .venv/bin/python benchmarks/matching_styles.py [--errors]

`tests/matching/data/styles.csv` holds texts with the domain of their app (none: no app). Only the half `seen` may be
looked at when words, weights or the catalog are changed; the half `unseen` is for measuring.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from collections import Counter
from pathlib import Path

from discovery.catalog import Catalog, read_catalog
from discovery.matching import TextMatch, match_texts

FILE = Path(__file__).parent.parent / "tests" / "matching" / "data" / "styles.csv"


def half_of(text: str) -> str:
    """Return the half of a text."""
    return "unseen" if zlib.crc32(text.encode()) % 2 else "seen"


def is_right(catalog: Catalog, match: TextMatch, domain: str) -> bool:
    """Return whether a match names the app that the domain belongs to."""
    if not domain or match.app_id is None:
        return False
    owners = {a.app_id for k in ("domain", "app_domain") if (a := catalog.find(k, domain))}
    return match.app_id in owners or domain in (match.app_domain, match.app_id.removeprefix("x-"))


def measured() -> dict[str, Counter[str]]:
    """Return the counts of each half and style, and print nothing."""
    return {name: counts for name, (counts, _) in _measured().items()}


def _measured() -> dict[str, tuple[Counter[str], list[str]]]:
    catalog = read_catalog()
    with FILE.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    found: dict[str, tuple[Counter[str], list[str]]] = {}
    for row, match in zip(rows, match_texts(None, [r["text"] for r in rows]), strict=True):
        right = is_right(catalog, match, row["domain"])
        for name in (half_of(row["text"]), row["style"]):
            counts, errors = found.setdefault(name, (Counter(), []))
            counts["apps" if row["domain"] else "others"] += 1
            counts["right"] += right and match.decision == "accept"
            counts["right in review"] += right and match.decision == "review"
            counts["accepted"] += match.decision == "accept"
            counts["others accepted"] += match.decision == "accept" and not row["domain"]
            counts["others in review"] += match.decision == "review" and not row["domain"]
            is_fine = right and match.decision == "accept" if row["domain"] else match.decision == "reject"
            if not is_fine:
                errors.append(f"{row['text']} [{row['domain']}] {match.explanation}")
    return found


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list what went wrong in the half `seen`")
    options = parser.parse_args()
    found = _measured()
    halves = ("seen", "unseen")
    print(
        f"{'':24}{'apps':>6}{'right':>7}{'review':>8}{'wrong':>7}{'others':>8}{'accepted':>10}{'review':>8}"
    )
    for name in (*halves, *sorted(set(found) - set(halves))):
        c = found[name][0]
        wrong = c["accepted"] - c["right"] - c["others accepted"]
        print(
            f"{name:24}{c['apps']:6}{c['right']:7}{c['right in review']:8}{wrong:7}"
            f"{c['others']:8}{c['others accepted']:10}{c['others in review']:8}"
        )
    for name in halves:
        c = found[name][0]
        print(
            f"{name}: precision {c['right'] / max(1, c['accepted']):.3f}, recall {c['right'] / c['apps']:.3f}, "
            f"with review {(c['right'] + c['right in review']) / c['apps']:.3f}"
        )
    if options.errors:
        print(*found["seen"][1], sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
