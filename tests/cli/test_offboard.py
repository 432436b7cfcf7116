from __future__ import annotations

import json
from pathlib import Path

import pytest

from discovery.ledger import Ledger
from discovery.settings import Settings
from tests.cli.conftest import LEAVER, Run
from tests.offboarding.target import App, HttpConnector

ACCEPT = ("--as-published", "--accept-old", "all", "--reason", "the sample is of September")


def test_a_plan_prints_steps_reasons_and_source_ages_and_sends_nothing(cli: Run, own_home: Path) -> None:
    result = cli("offboard", "plan", LEAVER, "--home", own_home, *ACCEPT)
    assert result.exit_code == 0, result.output
    for text in (
        "Disable the directory account",
        "hand_over",
        "delete_later",
        "Sources:",
        "TOO OLD, accepted",
        "case-",
    ):
        assert text in result.stdout
    assert "Nothing was sent" in result.stderr
    assert [e.kind for e in Ledger(own_home).entries()] == ["case", "override", "plan"]
    again = json.loads(cli("offboard", "plan", LEAVER, "--home", own_home, *ACCEPT, "--json").stdout)
    assert again[0]["case_id"] in result.stdout
    assert len(Ledger(own_home).entries()) == 3, "the same plan again changes nothing"


def test_old_sources_and_unknown_persons_are_refused(cli: Run, own_home: Path) -> None:
    old = cli("offboard", "plan", LEAVER, "--home", own_home, "--as-published")
    assert (old.exit_code, "hr/hr_roster ends on 2026-09-30" in old.stderr) == (2, True)
    assert cli("offboard", "plan", "nobody@nowhere.example", "--home", own_home, *ACCEPT).exit_code == 2
    assert not (own_home / "ledger.jsonl").exists()


def test_the_scope_is_built_anew_unless_told_otherwise(
    cli: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = cli("offboard", "plan", LEAVER, "--home", own_home)
    assert (refused.exit_code, "--as-published" in refused.stderr) == (2, True)
    built = []
    monkeypatch.setattr(
        "discovery.cli.offboard_plan._build_anew", lambda settings: built.append(settings.home)
    )
    assert cli("offboard", "plan", LEAVER, "--home", own_home, *ACCEPT[1:]).exit_code == 0
    assert built == [own_home]


def test_compare_is_a_table_of_what_is_sent_when_and_what_is_forfeited(cli: Run, own_home: Path) -> None:
    result = cli("offboard", "plan", LEAVER, "--compare", "--home", own_home, "--as-published")
    assert result.exit_code == 0, result.output
    for text in (
        "disable first",
        "delete first",
        "unassign first",
        "on demand",
        "never",
        "forfeited",
        "https://",
    ):
        assert text in result.stdout
    (one,) = json.loads(
        cli("offboard", "plan", LEAVER, "--compare", "--home", own_home, "--as-published", "--json").stdout
    )
    assert len(one["alternatives"]) == 4
    assert not (own_home / "ledger.jsonl").exists(), "comparing opens no case"


def test_settings_of_offboarding_are_checked(cli: Run, own_home: Path, sample: Settings) -> None:
    for text in ("[offboarding]\ntask_days = 0\n", "[offboarding]\ncolour = 1\n", "[mail]\nhost = 'x'\n"):
        Path("discovery.toml").write_text(text, encoding="utf-8")
        assert cli("offboard", "plan", LEAVER, "--home", own_home, *ACCEPT).exit_code == 2


@pytest.fixture
def planned(cli: Run, own_home: Path) -> Path:
    assert cli("offboard", "plan", LEAVER, "--home", own_home, *ACCEPT).exit_code == 0
    return own_home


def test_nothing_is_sent_without_an_approved_plan(cli: Run, planned: Path) -> None:
    dry = cli("offboard", "execute", LEAVER, "--home", planned)
    assert (dry.exit_code, "nothing was sent" in dry.stderr) == (0, True)
    before = (planned / "ledger.jsonl").read_bytes()
    assert cli("offboard", "execute", LEAVER, "--home", planned).exit_code == 0
    assert (planned / "ledger.jsonl").read_bytes() == before
    refused = cli("offboard", "execute", LEAVER, "--home", planned, "--send")
    assert (refused.exit_code, "is not approved" in refused.stderr) == (1, True)


def test_from_approval_to_tasks_status_and_undo(cli: Run, planned: Path) -> None:
    wrong = cli("offboard", "approve", LEAVER, "--home", planned, "--plan", "0" * 16)
    assert (wrong.exit_code, "look at it" in wrong.stderr) == (2, True)
    assert "approved by os:" in cli("offboard", "approve", LEAVER, "--home", planned).stdout
    sent = json.loads(cli("offboard", "execute", LEAVER, "--home", planned, "--send", "--json").stdout)
    assert {one["what"] for one in sent} == {"task", "waits"}, "no connector is configured: people do it"
    one = json.loads(cli("offboard", "status", LEAVER, "--home", planned, "--json").stdout)
    assert one["state"] == "executing"
    assert {s["state"] for s in one["steps"]} == {"requested", "planned"}
    assert "Disable the" in cli("offboard", "status", LEAVER, "--home", planned).stdout
    everything = cli("offboard", "status", "--home", planned).stdout
    assert one["case_id"] in everything
    looked = cli("offboard", "verify", LEAVER, "--home", planned)
    assert (looked.exit_code, "is executing" in looked.stdout) == (1, True)
    assert cli("offboard", "undo", LEAVER, "--home", planned).exit_code == 2, "a reason is needed"
    assert "is undone" in cli("offboard", "undo", LEAVER, "--home", planned, "--reason", "she stays").stdout
    assert cli("offboard", "execute", LEAVER, "--home", planned, "--send").exit_code == 2
    assert cli("ledger", "verify", "--home", planned).exit_code == 0


def test_a_person_without_a_case_is_bad_use(cli: Run, own_home: Path) -> None:
    for command in ("approve", "execute", "status", "verify"):
        result = cli("offboard", command, LEAVER, "--home", own_home)
        assert (result.exit_code, "offboard plan" in result.stderr) == (2, True), command


def test_a_protected_person_gets_no_plan_and_that_is_kept(cli: Run, own_home: Path) -> None:
    Path("discovery.toml").write_text('[offboarding]\nprotected = ["linnea.*"]\n', encoding="utf-8")
    result = cli("offboard", "plan", LEAVER, "--home", own_home, *ACCEPT)
    assert (result.exit_code, "is protected" in result.stderr) == (1, True)
    assert [e.kind for e in Ledger(own_home).entries()] == ["refusal"]


ROSTER = (
    "Employee ID,Work Email,First Name,Last Name,Status,Termination Date\n"
    "1,ada@corp.example,Ada,Leaver,Active,{day}\n2,bob@corp.example,Bob,Stayer,Active,\n"
)


@pytest.mark.long
def test_a_plan_stands_on_a_scope_of_today_and_cases_do_not_make_it_old(cli: Run, tmp_path: Path) -> None:
    from discovery.cli.options import today

    inbox = tmp_path / "own" / "inbox"
    inbox.mkdir(parents=True)
    config = tmp_path / "own" / "discovery.toml"
    config.write_text(
        'domains = ["corp.example"]\n[[mapping]]\nname = "roster"\nkind = "directory_account"\n[mapping.columns]\n'
        'employee_id = "Employee ID"\nemail = "Work Email"\nleft_on = "Termination Date"\n',
        encoding="utf-8",
    )
    (inbox / "people.csv").write_text(ROSTER.format(day=today()), encoding="utf-8")
    first = cli("offboard", "plan", "ada@corp.example", "--config", config)
    assert first.exit_code == 0, first.output
    last = config.parent / ".discovery" / "last_run.json"
    run_id = json.loads(last.read_text(encoding="utf-8"))["run_id"]
    assert cli("offboard", "plan", "ada@corp.example", "--config", config).exit_code == 0
    assert json.loads(last.read_text(encoding="utf-8"))["run_id"] == run_id, (
        "a case alone is no news for the scope"
    )
    (inbox / "people.csv").write_text(ROSTER.format(day=today()).replace("Bob", "Robert"), encoding="utf-8")
    assert cli("offboard", "plan", "ada@corp.example", "--config", config).exit_code == 0
    assert json.loads(last.read_text(encoding="utf-8"))["run_id"] != run_id


def test_with_a_connector_an_approved_plan_acts_on_the_target_and_reads_it_back(
    cli: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = App(f"entra/{LEAVER}")
    try:
        connectors = {("idp", "entra"): HttpConnector(target.url, "entra")}
        for module in ("discovery.cli.offboard", "discovery.offboarding.route"):
            monkeypatch.setattr(f"{module}.configured_connectors", lambda settings: connectors)
        assert cli("offboard", "plan", LEAVER, "--home", own_home, *ACCEPT).exit_code == 0
        assert cli("offboard", "approve", LEAVER, "--home", own_home).exit_code == 0
        assert cli("offboard", "execute", LEAVER, "--home", own_home).exit_code == 0
        assert target.requests == [], "a dry run asks nothing either"
        target.answer["revoke_sessions"] = [403]
        sent = cli("offboard", "execute", LEAVER, "--home", own_home, "--send")
        assert sent.exit_code == 1, "a step failed"
        assert target.acts()[:2] == [
            (f"entra/{LEAVER}", "deactivate"),
            (f"entra/{LEAVER}", "revoke_sessions"),
        ]
        steps = json.loads(cli("offboard", "status", LEAVER, "--home", own_home, "--json").stdout)["steps"]
        states = {s["step_id"]: s["state"] for s in steps}
        assert states["disable-entra"] == "verified"
        assert states["end_sessions-entra"] == "failed"
        assert states["revoke_grant-zapier"] == "verified"
        acts = target.acts()
        assert cli("offboard", "execute", LEAVER, "--home", own_home, "--send").exit_code == 0
        assert target.acts() == acts, "nothing is done twice, and a refusal is not repeated"
        assert "idp" in cli("offboard", "status", "--home", own_home).stdout, "how long the route took"
        assert cli("ledger", "verify", "--home", own_home).exit_code == 0
    finally:
        target.close()
