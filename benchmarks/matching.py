"""Precision and recall on labelled merchants, and every accepted vendor over a file of real lines.

    DISCOVERY_EXTRA_DATA=DIR .venv/bin/python benchmarks/matching.py [--accepted] [--half dev|held_out]

Needs the data that is not part of the project (matching/labels.csv, matching/reviewed.txt, expense/*.csv.gz).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import sys
import time
import zlib
from collections import Counter, defaultdict
from pathlib import Path

from discovery.catalog import read_catalog
from discovery.catalog.naming import registrable_domain
from discovery.matching import TextMatch, match_texts


def half_of(text: str) -> str:
    """Split by hash, so that a text is always in the same half."""
    return "dev" if zlib.crc32(text.encode()) % 2 == 0 else "held_out"


def labelled(data: Path) -> dict[str, dict[str, str]]:
    """Return all reviewed merchants with label, canonical_name and domain."""
    reviewed = (data / "matching" / "reviewed.txt").read_text(encoding="utf-8").splitlines()
    rows = {line: {"label": "NONE", "canonical_name": "", "domain": ""} for line in reviewed if line}
    with (data / "matching" / "labels.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            rows[row["merchant"]] = row
    return rows


def measure(data: Path, half: str | None = None) -> dict[str, float | int | list[str]]:
    """Return precision, recall (per string, per vendor), shares of accepted traps and others, and errors."""
    rows = {t: r for t, r in labelled(data).items() if half in (None, half_of(t))}
    matches = {m.text: m for m in match_texts(None, list(rows))}
    domains: dict[str, set[str]] = defaultdict(set)
    for alias in read_catalog().aliases:
        if alias.kind.endswith("domain"):
            domains[alias.app_id].add(registrable_domain(alias.alias.removeprefix("*.")) or alias.alias)
    for app in read_catalog().apps.values():
        if app.domain:
            domains[app.app_id].add(app.domain)
    counts: Counter[str] = Counter()
    wrong, missed, vendors, found = [], [], set(), set()
    for text, row in rows.items():
        match, label = matches[text], row["label"]
        if label in ("GREY", "UNSURE"):
            continue
        counts[label] += 1
        is_accepted = match.decision == "accept"
        is_right = label == "POS" and is_accepted and row["domain"] in domains[match.app_id or ""]
        counts["accepted"] += is_accepted
        counts["right"] += is_right
        counts[f"{label} accepted"] += is_accepted
        if label == "POS":
            vendors.add(row["canonical_name"])
            if is_right:
                found.add(row["canonical_name"])
            else:
                missed.append(
                    f"{text} | {row['canonical_name']} | {match.decision} {match.score} {match.explanation}"
                )
        if is_accepted and not is_right:
            wrong.append(f"{label} {text} -> {match.app_id}: {match.explanation}")
    return {
        "precision": counts["right"] / max(1, counts["accepted"]),
        "recall": counts["right"] / max(1, counts["POS"]),
        "vendor_recall": len(found) / max(1, len(vendors)),
        "traps_accepted": counts["TRAP accepted"] / max(1, counts["TRAP"]),
        "others_accepted": counts["NONE accepted"] / max(1, counts["NONE"]),
        "accepted": counts["accepted"], "positives": counts["POS"], "wrong": wrong, "missed": missed,
    }  # fmt: skip


def accepted(data: Path, decision: str = "accept") -> tuple[int, float, dict[str, list[TextMatch]]]:
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
    parser.add_argument("--half", choices=("dev", "held_out"))
    parser.add_argument(
        "--accepted", action="store_true", help="list every accepted text of the expense files"
    )
    parser.add_argument("--review", action="store_true", help="list every text under review")
    parser.add_argument(
        "--errors", action="store_true", help="list what was wrong and missed (dev half only)"
    )
    options = parser.parse_args()
    data = Path(os.environ["DISCOVERY_EXTRA_DATA"])
    for half in [options.half] if options.half else ["dev", "held_out"]:
        figures = measure(data, half)
        print(half, {k: round(v, 4) for k, v in figures.items() if isinstance(v, int | float)})
        if options.errors and half == "dev":
            print(*(f"  WRONG {w}" for w in figures["wrong"]), sep="\n")  # type: ignore[union-attr]
            print(*(f"  MISSED {m}" for m in figures["missed"]), sep="\n")  # type: ignore[union-attr]
    for decision in [d for d, wanted in (("accept", options.accepted), ("review", options.review)) if wanted]:
        lines, seconds, by_app = accepted(data, decision)
        print(
            f"{decision}: {sum(map(len, by_app.values()))} texts of {len(by_app)} apps; "
            f"{lines} lines in {seconds:.1f} s"
        )
        for app, rows in by_app.items():
            print(f"{app} ({len(rows)}): {' | '.join(r.text for r in rows[:8])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
