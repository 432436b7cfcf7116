from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from discovery.settings import Settings
from discovery.store import Store
from tests.cli.conftest import LEAVER, Run

Asked = Callable[..., Any]


def test_who_has_an_app_is_told_with_accounts_of_nobody(asked: Asked, ask: Run) -> None:
    answer = asked("who-has", "figma.com")
    assert answer["app"]["app_id"] == "figma"
    assert LEAVER in {row["email"] for row in answer["accounts"]}
    assert asked("who-has", "FIGMA") == asked("who-has", "figma") == answer
    shown = ask("who-has", "figma.com").stdout
    assert shown.startswith("Figma (figma.com, approved): ")
    assert all(row["email"] in shown for row in answer["accounts"] if row["email"])


def test_an_unknown_app_is_bad_use_with_what_may_be_meant(ask: Run) -> None:
    result = ask("who-has", "figmaa")
    assert result.exit_code == 2
    assert "Figma (figma)" in result.stderr


def test_evidence_leads_back_to_the_file_and_the_record(asked: Asked, ask: Run) -> None:
    answer = asked("explain", LEAVER, "figma.com")
    assert answer["access"]["survives_idp_disable"] is True
    assert answer["evidence"]
    for one in answer["evidence"]:
        assert one["file_name"]
        assert one["record"]
        assert one["summary"]
    shown = ask("explain", LEAVER, "figma").stdout
    assert "has access to Figma" in shown
    assert answer["evidence"][0]["file_name"] in shown


def test_what_is_not_access_is_explained(ask: Run, asked: Asked, sample: Settings) -> None:
    with Store(sample.published, read_only=True) as store:
        email, app_id, reason = store.rows(
            "SELECT p.email, n.app_id, n.reason FROM not_access AS n JOIN person AS p USING (person_id) "
            "WHERE n.app_id IS NOT NULL ORDER BY ALL LIMIT 1"
        )[0]
        other, mention = store.rows(
            "SELECT p.email, n.mention FROM not_access AS n JOIN person AS p USING (person_id) "
            "WHERE n.app_id IS NULL AND n.mention NOT IN (SELECT alias FROM app_alias) ORDER BY ALL LIMIT 1"
        )[0]
    answer = asked("explain", email, app_id)
    assert answer["access"] is None
    assert reason in [n["reason"] for n in answer["not_access"]]
    assert "is not known to have access" in ask("explain", email, app_id).stdout
    assert asked("explain", other, mention)["not_access"][0]["mention"] == mention


def test_two_that_have_nothing_to_do_with_each_other_are_told_so(ask: Run) -> None:
    assert "No record names the two" in ask("explain", LEAVER, "workday").stdout


def test_findings_may_be_narrowed_down(asked: Asked, ask: Run) -> None:
    every = asked("findings")
    high = asked("findings", "--severity", "high")
    assert high == [f for f in every if f["severity"] == "high"]
    assert 0 < len(high) < len(every)
    rule = every[0]["rule"]
    assert asked("findings", "--rule", rule) == [f for f in every if f["rule"] == rule]
    assert ask("findings", "--rule", "nosuch").exit_code == 2
    assert f"{len(every)} findings" in ask("findings").stdout


def test_hostile_text_in_evidence_is_shown_as_it_is(cli: Run, own_home: Path) -> None:
    with Store(own_home / "access_graph.duckdb") as store:
        store.run("UPDATE evidence SET summary = chr(27) || '[8m[blink]hidden'")
        store.run("UPDATE finding SET summary = chr(27) || '[8m[blink]hidden'")
    for command in (["explain", LEAVER, "figma"], ["findings"]):
        out = cli(*command, "--home", own_home).stdout
        assert "\x1b" not in out
        assert "[blink]hidden" in out.replace("\n", "")
