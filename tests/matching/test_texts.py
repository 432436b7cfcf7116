"""Merchant texts: precision on labelled sets, and what holds for every text and every order."""

from __future__ import annotations

import os
import random
import string
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.catalog import Catalog, read_catalog
from discovery.catalog.load import data_rows
from discovery.errors import BadUse
from discovery.matching import explain_text, match_texts
from discovery.matching.engine import match_mentions
from discovery.matching.identify import Mention
from discovery.store import Store

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def labelled() -> dict[str, str]:
    return {row["text"]: row["app_id"] for row in data_rows("labelled.csv", "discovery.matching")}


def benchmark() -> ModuleType:
    sys.path.append(str(ROOT / "benchmarks"))
    spec = spec_from_file_location("benchmark_matching", ROOT / "benchmarks" / "matching.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_own_set_precision_and_recall() -> None:
    expected = labelled()
    accepted = {m.text: m.app_id for m in match_texts(None, list(expected)) if m.decision == "accept"}
    wrong = {text: app for text, app in accepted.items() if expected[text] != app}
    positives = [text for text, app in expected.items() if app]
    assert wrong == {}
    assert sum(text in accepted for text in positives) / len(positives) >= 0.93


def measured_sets() -> list[str]:
    """The halves of the real file where the data lies beside the project, else nothing more than our own set."""
    return ["dev", "held_out"] if os.environ.get("DISCOVERY_EXTRA_DATA") else ["own"]


@pytest.mark.parametrize("half", measured_sets())
def test_precision_on_real_lines(half: str) -> None:
    if half == "own":
        expected = labelled()
        found = [m for m in match_texts(None, list(expected)) if m.decision == "accept"]
        assert sum(expected[m.text] == m.app_id for m in found) / len(found) >= 0.98
        return
    figures = benchmark().measure_half(Path(os.environ["DISCOVERY_EXTRA_DATA"]), half)
    assert figures["precision"] >= 0.95, figures["wrong"]
    assert figures["traps_accepted"] <= 0.03
    assert figures["others_accepted"] <= 0.001
    assert figures["recall"] >= 0.7


ODD = ["", " ", "*", "x" * 10_000, "é" * 10_000, "😀 slack 😀", "\u202eslack", "\x00slack\x07", "שלום", "..", "a.b",
       "https://", "slack.com:443/x?y#z", "'; DROP TABLE matching.app; --", "=1+1", "1&1", "\n\n", "www.", "@", "-",
       "%00", "xn--bcher-kva.example", "slack\u200b.com", "ﬁgma.com", "[::1]", "a" * 300 + ".com"]  # fmt: skip


def test_odd_texts_are_answered_in_order() -> None:
    rows = match_texts(None, ODD)
    assert [row.text for row in rows] == ODD
    assert all(row.explanation and row.decision in ("accept", "review", "reject") for row in rows)


@pytest.mark.long
@given(st.lists(st.text(max_size=30), max_size=6))
@settings(max_examples=40)
def test_any_text_is_answered(texts: list[str]) -> None:
    assert [row.text for row in match_texts(None, texts)] == texts


@pytest.mark.long
def test_the_order_and_number_of_rows_change_nothing() -> None:
    texts = [*labelled(), *ODD]
    together = {row.text: row for row in match_texts(None, texts)}
    shuffled = texts * 2
    random.Random(7).shuffle(shuffled)
    assert all(row == together[row.text] for row in match_texts(None, shuffled))
    assert all(match_texts(None, [text])[0] == together[text] for text in texts[::40])


def test_the_order_of_the_catalog_changes_nothing() -> None:
    catalog = read_catalog()
    aliases, apps = list(catalog.aliases), list(catalog.apps.values())
    random.Random(7).shuffle(aliases)
    random.Random(8).shuffle(apps)
    mentions = [Mention(text, "merchant") for text in labelled()]
    with Store(None) as store:
        assert match_mentions(store, mentions, catalog) == match_mentions(
            store, mentions, Catalog.of(apps, aliases)
        )


def test_the_evidence_sums_to_the_score_for_every_text() -> None:
    words = [
        "slack",
        "zoom.us",
        "paypal *",
        "notion",
        "inc",
        "cafe",
        "T0123",
        "sq *",
        "figma",
        "san francisco",
        "*",
    ]
    chosen = random.Random(3)
    texts = [" ".join(chosen.choices(words, k=chosen.randint(1, 5))) for _ in range(300)]
    mentions = [
        Mention(t, "merchant", mcc=chosen.choice([None, "5734", "5812"])) for t in [*texts, *labelled()]
    ]
    with Store(None) as store:
        for match in match_mentions(store, mentions, read_catalog()):
            assert match.score == sum(e.weight for e in match.evidence), match
            assert 0 <= match.score <= 100
            assert (match.decision == "accept") <= (match.score >= 80)


@pytest.mark.parametrize(
    "name", ["Linear", "Notion", "Loom", "Mural", "Pitch", "Front", "Lever", "Box", "Square"]
)
def test_a_plain_word_before_unknown_words_is_never_accepted(name: str) -> None:
    chosen = random.Random(name)
    unknown = ["".join(chosen.choices(string.ascii_uppercase, k=7)) for _ in range(30)]
    texts = [f"{name.upper()} {word}" for word in unknown] + [f"{name.upper()} {w} LTD" for w in unknown]
    assert not [row for row in match_texts(None, texts) if row.decision == "accept"]


def test_the_merchant_category_helps_a_common_name_and_speaks_against_a_strong_one() -> None:
    texts = ["NOTION", "NOTION", "NOTION", "FIGMA", "FIGMA"]
    rows = match_texts(None, texts, [None, "5734", "5812", "7372", "5812"])
    assert [row.decision for row in rows] == ["review", "accept", "reject", "accept", "review"]


def test_names_and_hosts_are_told_from_merchants() -> None:
    rows = match_texts(
        None, ["Box", "BOX", "app.box.com", "monday.com", "MONDAY", "login.microsoftonline.com"]
    )
    assert [(row.app_id, row.decision) for row in rows] == [
        ("box", "accept"), ("box", "review"), ("box", "accept"), ("monday", "accept"), ("monday", "review"),
        (None, "reject"),
    ]  # fmt: skip
    assert rows[2].method == "app domain"


def test_a_resellers_mark_alone_names_no_app() -> None:
    for row in match_texts(None, ["PAYPAL *PADDLE.NET", "DIGITAL RIVER", "FS *", "2CO.COM", "CLEVERBRIDGE"]):
        assert row.decision != "accept", row


def test_as_many_codes_as_texts() -> None:
    with pytest.raises(BadUse, match="1 merchant category codes for 2 texts"):
        match_texts(None, ["a", "b"], ["5734"])


def test_an_overlay_name_is_found(tmp_path: Path) -> None:
    overlay = tmp_path / "apps.csv"
    overlay.write_text("name,domain\nFjordsheets,fjordsheets.example\n", encoding="utf-8")
    row = match_texts(None, ["FJORDSHEETS AS OSLO"], overlay=overlay)[0]
    assert (row.app_id, row.decision, row.app_domain) == ("fjordsheets", "accept", "fjordsheets.example")


def test_explaining_a_text_gives_rows_that_sum() -> None:
    for text in ("DROPBOX*K3X9", "BOX HILL CAFE", "app.asana.com", "Slack", "trello.com atlassian"):
        rows = explain_text(text)
        assert rows, text
        for app_id in {row.app_id for row in rows}:
            mine = [row for row in rows if row.app_id == app_id]
            assert sum(row.weight for row in mine) == mine[0].score
    assert explain_text("qwertz uiop") == []
