"""Merchant texts: the grammar of statements, evidence beside the text, apps outside the catalog, rules."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.catalog import read_catalog
from discovery.catalog.load import data_rows
from discovery.errors import BadSettings
from discovery.matching import explain_text, match_texts, preview_rules
from discovery.matching.candidates import possible_lines
from discovery.matching.compare import Comparer
from discovery.matching.engine import rank_merchants
from discovery.matching.identify import Mention
from discovery.matching.labelled import build_labelled_match, labelled_table
from discovery.matching.rules import FILE
from discovery.matching.weights import START, points
from discovery.stage import Night
from discovery.store import Store
from tests.matching.conftest import World

HEADER = "text,action,app,by,decided_on,reason\n"


@pytest.mark.parametrize(
    ("text", "app_id"),
    [
        ("INTUIT*MAILCHIMP", "mailchimp"),
        ("INTUIT*MAILCHIMP         ATLANTA", "mailchimp"),
        ("INTUIT *QBOOKS ONLINE    MOUNTAIN VIEW CA", "quickbooks"),
        ("CALENDLY           UNKNOWNTOWN", "calendly"),
        ("FIGMA, SMALLVILLE", "figma"),
        ("FIGMA KLEINKLECKERSDORF DE", "figma"),
        ("BITWARDEN 100 STATE ST SANTA BARBARA", "bitwarden"),
        ("POS DEBIT VISA CARD 1234 FIGMA", "figma"),
        ("LASTSCHRIFT FIGMA GMBH", "figma"),
        ("PAIEMENT CB FIGMA FACT 120626", "figma"),
        ("PAYPALDROPBOX", "dropbox"),
        ("cbabitdefender", "bitdefender"),
        ("FIG*FIGMA PRO PLAN", "figma"),
        ("FIGMA SUBSCRIPTIO", "figma"),
        ("FIGMA USD 24.00", "figma"),
        ("TWILIO SENDGRID WWW.TWILIO.CO", "sendgrid"),
        ("wwwfigmacom", "figma"),
        ("bitwardencom", "bitwarden"),
        ("smksurveymonkey.com", "surveymonkey"),
        ("figfigma", "figma"),
        ("2COBITDEFENDER 2CO.COM", "bitdefender"),
        ("2CO.COMBITDEFENDER", "bitdefender"),
        ("PADDLE.NETBITDEFENDE", "bitdefender"),
        ("ppbitwarden", "bitwarden"),
        ("skrmailchimp", "mailchimp"),
        ("paypal nuqliumltd", "nuqlium"),
        ("SKILL CAST LONDON", "skillcast"),
        ("CIRCLE INTERNET SERVICES SAN FRANCISCO", "circleci"),
        ("ANYSPHERE, INC.", "cursor"),
        ("LNKD*BILL 1234567", "linkedin"),
        ("AMZN WEB SERVICES", "aws"),
        ("ODOO INC BUFFALO", "odoo"),
        ("paypal sendibleuk", "sendible"),
        ("THE SURVEYMONKEY", "surveymonkey"),
    ],
)
def test_what_statements_print_around_a_name_is_known(text: str, app_id: str) -> None:
    row = match_texts(None, [text])[0]
    assert (row.decision, row.app_id) == ("accept", app_id), row.explanation


@pytest.mark.parametrize(
    "text", ["microsoft store", "MICROSOFT STORE LONDON", "msft", "MSFT", "PAYPAL *QASIM786"]
)
def test_a_mark_of_many_products_alone_is_not_accepted(text: str) -> None:
    assert match_texts(None, [text])[0].decision != "accept"


def test_a_processor_is_not_the_merchant() -> None:
    assert explain_text("PAYPAL *QASIM786")[0].score < 50
    assert match_texts(None, ["PADDLE.NET* PALO ALTO"])[0].app_id != "paddle"


def test_a_word_of_makers_of_software_makes_a_question_of_an_unknown_name() -> None:
    rows = match_texts(
        None, ["QUIBBLETON SOFTWARE LTD", "quibbleton-hosting.co.uk", "HOSTING CATERING", "SOFTWARE LTD"]
    )
    assert [row.decision for row in rows] == ["review", "review", "reject", "reject"]
    assert [row.app_id for row in rows[:2]] == ["x-quibbleton-software", "x-quibbleton-hosting.co.uk"]


@pytest.mark.parametrize(
    ("text", "mcc", "decision"),
    [
        ("WWW.QUIBBLETON.COM", None, "reject"),
        ("QUIBBLETON.IO", None, "review"),
        ("QUIBBLETON.IO SUBSCRIPTION", "5734", "accept"),
        ("WWW.QUIBBLETON.COM", "5812", "reject"),
        ("SP QUIBBLETON.COM", None, "reject"),
    ],
)
def test_an_address_outside_the_catalog_needs_more_than_itself(
    text: str, mcc: str | None, decision: str
) -> None:
    row = match_texts(None, [text], [mcc])[0]
    assert row.decision == decision, row.explanation
    if decision != "reject":
        domain = f"quibbleton.{text.split('.')[1][:2].lower()}"
        assert (row.app_id, row.app_domain, row.method) == (f"x-{domain}", domain, "uncatalogued")


def charge(world: World, merchant: str, months: int, amount: str = "12.00") -> None:
    for month in range(1, months + 1):
        world.store.run(
            "INSERT INTO canonical.charge BY NAME SELECT 'amex' AS system, '' AS instance, 'c1' AS identifier, "
            "$m AS merchant, make_date(2026, $n, 3) AS charged_on, CAST($a AS DECIMAL(18,2)) AS amount, "
            "'EUR' AS currency, $m || $n AS event_id",
            {"m": merchant, "n": month, "a": amount},
        )
    world.mention("merchant", merchant)


def person_of(world: World, system: str, identifier: str, person: str = "p1") -> None:
    world.store.run(
        "INSERT INTO canonical.account BY NAME SELECT $s || $i AS account_id, $p AS person_id, $s AS system, "
        "'' AS instance, $i AS identifier",
        {"s": system, "i": identifier, "p": person},
    )


def visit(world: World, host: str) -> None:
    world.store.run(
        "INSERT INTO canonical.usage_known BY NAME SELECT 'web_visit' AS source, 'chrome' AS system, '' AS instance, "
        "'b1' AS identifier, 'domain' AS mention_kind, $h AS mention",
        {"h": host},
    )
    world.mention("domain", host)


def test_the_same_person_using_the_app_supports_a_common_name(world: World) -> None:
    charge(world, "NOTION", 1)
    world.run()
    assert world.match("merchant", "NOTION")["decision"] == "review"
    person_of(world, "amex", "c1")
    person_of(world, "chrome", "b1")
    visit(world, "www.notion.so")
    world.run()
    match = world.match("merchant", "NOTION")
    assert match["decision"] == "accept"
    assert "the same person uses it" in match["explanation"]


def test_another_persons_use_says_nothing(world: World) -> None:
    charge(world, "NOTION", 1)
    person_of(world, "amex", "c1")
    person_of(world, "chrome", "b1", "p2")
    visit(world, "www.notion.so")
    world.run()
    assert world.match("merchant", "NOTION")["decision"] == "review"


def test_the_same_amount_every_month_is_evidence_and_other_amounts_are_not(world: World) -> None:
    charge(world, "NOTION", 4)
    charge(world, "LOOM", 1)
    charge(world, "LOOM", 1, "13.00")
    world.run()
    rows = world.store.dicts(
        "SELECT * FROM matching.match_evidence WHERE comparison = 'same amount every month'"
    )
    assert {row["mention"] for row in rows} == {"NOTION"}


def test_visits_and_charges_of_one_person_make_an_app_outside_the_catalog(world: World) -> None:
    charge(world, "WWW.QUIBBLETON.COM", 3)
    person_of(world, "amex", "c1")
    person_of(world, "chrome", "b1")
    visit(world, "app.quibbleton.com")
    world.run()
    match = world.match("merchant", "WWW.QUIBBLETON.COM")
    assert (match["decision"], match["app_id"]) == ("accept", "x-quibbleton.com")
    app = world.app("x-quibbleton.com")
    assert (app["domain"], app["in_catalog"]) == ("quibbleton.com", False)


def test_no_text_that_scores_is_left_out_before_it_is_compared() -> None:
    chosen, catalog = random.Random(11), read_catalog()
    names = [a.alias for a in catalog.aliases if a.kind in ("name", "descriptor", "domain")]
    forms = ("{}", "PAYPAL *{}", "paypal{}", "{} PRO PLAN", "SQ *{} 123", "X9*{}", "checkcard 0612 {}", "{}INC", "{}99",
             "WWW.{}", "the {} shop", "{}.com", "88wm5pl9bs {}", "www{}com", "2co.com{}", "pp{}", "the {}", "{} software ltd")  # fmt: skip
    texts = [chosen.choice(forms).format(chosen.choice(names).strip("*")) for _ in range(1500)]
    texts += [text[: chosen.randint(6, 22)] for text in texts[:500]]
    texts += [text[:at] + text[at + 1 :] for text in texts[:500] if (at := len(text) // 2 + 2)]
    texts += [row["text"] for row in data_rows("labelled.csv", "discovery.matching")]
    with Store(None) as store:
        kept = set(possible_lines(store, texts, catalog, [None] * len(texts)))
        ranked = rank_merchants(store, [Mention(text, "merchant") for text in texts], Comparer(catalog))
    lost = [
        (texts[n], found[0])
        for n, (_, found) in enumerate(ranked)
        if n not in kept and found and found[0].score >= 50
    ]
    assert lost == []


def test_the_labelled_set_is_matched_again_when_what_it_stands_on_changed(
    world: World, tmp_path: Path
) -> None:
    catalog = tmp_path / "catalog.csv"
    mine = replace(world.settings, catalog=catalog)
    text = "QUIBBLETON LTD"
    catalog.write_text(
        "app_id,name,domain,aliases\nquibbleton,Quibbleton,quibbleton.example,\n", encoding="utf-8"
    )
    rows = build_labelled_match(world.store, Night(mine, date(2026, 6, 30)))
    assert rows == len(list(data_rows("labelled.csv", "discovery.matching")))
    world.store.run("UPDATE matching.labelled_match SET app_id = 'left as it was'")
    assert build_labelled_match(world.store, Night(mine, date(2026, 6, 30))) == rows
    left = "SELECT count(*) FROM matching.labelled_match WHERE app_id = 'left as it was'"
    assert world.store.value(left) == rows, "the same catalog: not matched again"
    catalog.write_text(
        f"app_id,name,domain,aliases\nquibbleton,Quibbleton,quibbleton.example,{text}\n", encoding="utf-8"
    )
    assert build_labelled_match(world.store, Night(mine, date(2026, 6, 30))) == rows
    assert world.store.value(left) == 0
    world.store.run("ALTER TABLE matching.labelled_match DROP COLUMN stands_on")
    assert build_labelled_match(world.store, Night(mine, date(2026, 6, 30))) == rows, "of an earlier program"


@pytest.mark.long
@given(st.text(max_size=40))
@settings(max_examples=60)
def test_the_explained_rows_of_any_text_sum_to_its_score(text: str) -> None:
    rows = explain_text(text)
    for app_id in {row.app_id for row in rows}:
        mine = [row for row in rows if row.app_id == app_id]
        assert sum(row.weight for row in mine) == mine[0].score


def test_common_names_are_worth_less_than_strong_ones() -> None:
    assert points("name is the whole text", "c") < points("name is the whole text", "m")
    assert points("an unknown word behind it", "c") < points("an unknown word behind it", "s") < 0
    assert points(START) < 50


def test_the_labelled_set_is_large_holds_traps_and_is_matched_precisely() -> None:
    with Store(None) as store:
        rows = labelled_table(store, read_catalog()).to_pylist()
    accepted = [row for row in rows if row["decision"] == "accept"]
    assert len(rows) >= 400
    assert sum(row["expected_app_id"] is None for row in rows) >= 150
    assert sum(row["app_id"] == row["expected_app_id"] for row in accepted) / len(accepted) >= 0.98


def test_a_rule_decides_texts_that_begin_alike_and_a_single_decision_wins(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_text(
        HEADER + "QUIBBLETON,accept,figma.com,ana,2026-01-01,\nQUIBBLETON CAFE,ignore,,ana,2026-01-01,food\n",
        encoding="utf-8",
    )
    for text in ("PAYPAL *QUIBBLETON 12", "QUIBBLETON CAFE OSLO", "QUIBBLETONS"):
        world.mention("merchant", text)
    world.run()
    assert world.match("merchant", "PAYPAL *QUIBBLETON 12")["app_id"] == "figma"
    assert "ana (rule 'QUIBBLETON')" in world.match("merchant", "PAYPAL *QUIBBLETON 12")["explanation"]
    assert world.match("merchant", "QUIBBLETON CAFE OSLO")["decision"] == "ignore"
    assert world.match("merchant", "QUIBBLETONS")["decision"] == "reject"


def test_a_preview_says_what_rules_would_hit_and_change(tmp_path: Path) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text(HEADER + "FIGMA,accept,figma,ana,,\nSHELL,ignore,,ana,,fuel\n", encoding="utf-8")
    hits = preview_rules(["FIGMA INC", "SHELL 4821", "ALDI"], rules)
    assert [(h.text, h.was, h.changes) for h in hits] == [
        ("FIGMA INC", "accept", False), ("SHELL 4821", "reject", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",ignore,,ana,,", "column text"),
        ("X,maybe,,ana,,", "column action: 'maybe'"),
        ("X,accept,no such app,ana,,", "column app"),
        ("X,ignore,,,,", "column by"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(tmp_path: Path, row: str, said: str) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(BadSettings, match=said):
        preview_rules(["x"], rules)
