"""The labelled merchants beside the project, split by vendor, and what a set of answers to them is worth."""

from __future__ import annotations

import csv
import hashlib
import os
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from discovery.catalog import Catalog
from discovery.catalog.naming import registrable_domain
from discovery.matching import TextMatch

SEED = "1"
SAME_VENDOR = (
    {"goto.com", "logmein.com", "citrixonline.com", "gotomeeting.com", "logme.in"},
    {"ionos.com", "ionos.co.uk", "1and1.co.uk", "1and1.com"},
    {"istockphoto.com", "istock.com"},
    {"meta.com", "facebook.com", "fb.com"},
    {"x.com", "twitter.com"},
)
"""Registrable domains of one vendor each; labels were written with one of them."""


@dataclass(frozen=True)
class Label:
    """One reviewed merchant. label: POS, TRAP, NONE, GREY or UNSURE; vendor: what it is or must not become."""

    text: str
    label: str
    vendor: str
    domain: str


def labels_folder() -> Path:
    """Return where the labels lie; ends the benchmark with a line that says so, if nobody has said where."""
    folder = os.environ.get("DISCOVERY_EXTRA_DATA")
    if not folder:
        print(
            "skipped: labelled merchants, which are not part of the project; DISCOVERY_EXTRA_DATA names their folder"
        )
        sys.exit(0)
    return Path(folder)


def half_of(label: Label) -> str:
    """Split by vendor: all texts of one vendor lie in one half; others by their first word."""
    name = label.vendor or label.text.split()[0]
    return "held_out" if hashlib.sha256(f"{SEED}:{name}".encode()).digest()[0] % 2 else "dev"


def read_labels(data: Path) -> list[Label]:
    """Return all reviewed merchants; one without a label of its own is NONE."""
    with (data / "matching" / "labels.csv").open(encoding="utf-8", newline="") as handle:
        known = {
            row["merchant"]: Label(row["merchant"], row["label"], row["canonical_name"], row["domain"])
            for row in csv.DictReader(handle)
        }
    lines = (data / "matching" / "reviewed.txt").read_text(encoding="utf-8").splitlines()
    return [known.pop(line, Label(line, "NONE", "", "")) for line in lines if line.strip()] + [
        *known.values()
    ]


def halves(labels: Sequence[Label]) -> dict[str, list[Label]]:
    """Return the half to tune on, the other one, and of that the vendors that no earlier tuning saw.

    Before the split by vendor, texts were split by CRC-32: a vendor with a text of even CRC-32 was seen.
    """
    found: dict[str, list[Label]] = {"dev": [], "held_out": [], "untouched": []}
    seen = {each.vendor for each in labels if each.label == "POS" and zlib.crc32(each.text.encode()) % 2 == 0}
    for each in labels:
        half = half_of(each)
        found[half].append(each)
        if half == "held_out" and each.vendor not in seen:
            found["untouched"].append(each)
    return found


@dataclass
class Figures:
    """What a set of answers is worth; shares are None where there is nothing to divide by."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    by_app: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    vendors: dict[str, str] = field(default_factory=dict)
    scored: list[tuple[int, bool]] = field(default_factory=list)

    def share(self, part: str, whole: str) -> float:
        """Return one count as a share of another."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else 0.0

    def summary(self) -> dict[str, float]:
        """Return the figures by name."""
        best = Counter(self.vendors.values())
        vendors = max(1, len(self.vendors))
        return {
            "positives": self.counts["POS"],
            "accepted": self.counts["accepted"],
            "precision": self.share("right", "accepted"),
            "precision_vendor": sum(sum(r) / len(r) for r in self.by_app.values()) / max(1, len(self.by_app)),
            "recall": self.share("right", "POS"),
            "recall_with_review": (self.counts["right"] + self.counts["right in review"])
            / max(1, self.counts["POS"]),
            "recall_vendor": best["accept"] / vendors,
            "recall_vendor_with_review": (best["accept"] + best["review"]) / vendors,
            "recall_of_catalogued": self.share("right", "catalogued"),
            "traps_accepted": self.share("TRAP accepted", "TRAP"),
            "others_accepted": self.share("NONE accepted", "NONE"),
            "others_in_review": self.share("NONE review", "NONE"),
        }


def domains_of(catalog: Catalog) -> dict[str, set[str]]:
    """Return the registrable domains of each app, with those of the same vendor."""
    found: dict[str, set[str]] = defaultdict(set)
    for alias in catalog.aliases:
        if alias.kind.endswith("domain"):
            found[alias.app_id].add(registrable_domain(alias.alias.removeprefix("*.")) or alias.alias)
    for app in catalog.apps.values():
        if app.domain:
            found[app.app_id].add(app.domain)
    for own in found.values():
        for group in SAME_VENDOR:
            if own & group:
                own |= group
    return found


def measure(labels: Sequence[Label], matches: Mapping[str, TextMatch], catalog: Catalog) -> Figures:
    """Compare answers with labels; GREY and UNSURE are not scored."""
    domains, figures = domains_of(catalog), Figures()
    known = set().union(*domains.values())
    for row in labels:
        if row.label in ("GREY", "UNSURE"):
            continue
        match = matches[row.text]
        own = domains.get(match.app_id or "") or {match.app_domain or ""}
        is_right = row.label == "POS" and match.app_id is not None and row.domain in own
        decision = match.decision
        figures.counts.update([row.label, f"{row.label} {decision}"])
        if row.label == "POS":
            figures.counts["catalogued"] += row.domain in known
            figures.counts["right in review"] += is_right and decision == "review"
            state = decision if is_right else "reject"
            before = figures.vendors.get(row.vendor, "reject")
            figures.vendors[row.vendor] = min(before, state, key=("accept", "review", "reject").index)
        if match.app_id is not None:
            figures.scored.append((match.score, is_right))
        if decision == "accept":
            figures.counts.update(["accepted", f"{row.label} accepted"])
            figures.counts["right"] += is_right
            figures.by_app[match.app_id or ""].append(is_right)
        said = f"{decision} {match.score} {match.app_id} {match.explanation}"
        if decision == "accept" and not is_right:
            figures.wrong.append(f"{row.label} {row.text} ({row.vendor}) -> {said}")
        if row.label == "POS" and not (is_right and decision == "accept"):
            figures.missed.append(
                f"{row.text} | {row.vendor} {row.domain} {'' if row.domain in known else 'NOT IN CATALOG'} | {said}"
            )
    return figures


def calibration(figures: Sequence[Figures]) -> list[tuple[str, int, float]]:
    """Return score band, number of answers, and the share that was right."""
    bands: dict[int, list[bool]] = defaultdict(list)
    for each in figures:
        for score, is_right in each.scored:
            bands[min(90, score // 10 * 10)].append(is_right)
    return [
        (f"{low}-{low + 9 if low < 90 else 100}", len(r), sum(r) / len(r)) for low, r in sorted(bands.items())
    ]
