"""Invented card lines of other countries and processors, and the grammar that reads them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from discovery.catalog import Catalog, read_catalog
from discovery.matching import TextMatch, match_texts
from discovery.matching.normalise import read_line
from discovery.matching.words import kind_of

FILE = Path(__file__).parent / "data" / "styles.csv"


def is_right(catalog: Catalog, match: TextMatch, domain: str) -> bool:
    """Return whether a match names the app that the domain belongs to."""
    owners = {a.app_id for k in ("domain", "app_domain") if (a := catalog.find(k, domain))}
    return match.app_id in owners or domain == match.app_domain


def test_lines_of_other_countries_are_matched_precisely() -> None:
    with FILE.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) >= 300
    catalog = read_catalog()
    pairs = list(zip(rows, match_texts(None, [row["text"] for row in rows]), strict=True))
    accepted = [(row, match) for row, match in pairs if match.decision == "accept"]
    right = [row for row, match in accepted if is_right(catalog, match, row["domain"])]
    apps = sum(bool(row["domain"]) for row in rows)
    others = sum(not row["domain"] for row, _ in accepted)
    assert len(right) / len(accepted) >= 0.97
    assert len(right) / apps >= 0.80
    assert others / (len(rows) - apps) <= 0.01


@pytest.mark.parametrize(
    ("text", "app_id"),
    [
        ("TEAMVIEWER GERMANY GMBH OBERUNTERDORF", "teamviewer"),  # behind a legal form stands the place
        ("HUBSPOT INC NOWHERESVILLE", "hubspot"),
        ("YIELDIFY SOFTWARE PLATFOR 42570865", "yieldify"),  # cut, and a reference behind it
        ("WP-ZEN SOFTWARE LI", "zen-software"),  # a hyphen for the star
        ("GODADDY DOMAINS AND MUMBAI", "godaddy"),  # what the filler led to was cut away
        ("PAYPAL *DROPBOXINTE", "dropbox"),  # a glued legal form or word, cut
        ("KORTKJOP MICROSOFT*365 MSBILL.INFO IE", "microsoft-365"),
    ],
)
def test_the_grammar_accepts(text: str, app_id: str) -> None:
    (match,) = match_texts(None, [text])
    assert (match.decision, match.app_id) == ("accept", app_id)


@pytest.mark.parametrize(
    "text",
    [
        "ASANA KAFFEHOTEL BERLIN",
        "LINEAR GMBH SANITAERSHOP",
        "CANVA SAREES SURAT",
        "PAYPAL *ZOOMTOYS",
        "PAYPAL OXFORD",
    ],
)
def test_the_grammar_does_not_accept(text: str) -> None:
    assert match_texts(None, [text])[0].decision != "accept"


def test_words_are_known_in_the_spelling_of_statements() -> None:
    assert kind_of("koebenhavn") == "place"
    assert kind_of("goeppingen") == "place"
    assert kind_of("hundesalon") == "trade"
    assert read_line("FIGMA LTD ANYWHERE").kinds == ("unknown", "legal", "place")
    assert read_line("FIGMA ANYWHERE").kinds == ("unknown", "unknown")
