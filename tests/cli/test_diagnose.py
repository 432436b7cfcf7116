"""`diagnose` and `readiness` on the sample company: its three jobs, its leavers, and what docs show of them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHOWN = [
    (page, command, shown)
    for page in ("entra_deprovisioning.md", "offboarding.md")
    for command, shown in re.findall(
        r"```console\n\$ discovery (.+?)\n(.+?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL
    )
]
NILS = "nils.novak@nordwind.example"


def points(ask: Callable[..., Any], *arguments: str) -> dict[int, dict[str, Any]]:
    result = ask("diagnose", *arguments, "--json")
    said = json.loads(result.stdout)["points"]
    assert result.exit_code == (1 if any(p["answer"] == "fail" for p in said) else 0)
    return {p["number"]: p for p in said}


def test_the_doc_shows_diagnose_and_readiness() -> None:
    assert {(page, command.split()[0]) for page, command, _ in SHOWN} == {
        ("entra_deprovisioning.md", "diagnose"), ("offboarding.md", "diagnose"), ("offboarding.md", "readiness"),
    }  # fmt: skip


@pytest.mark.parametrize(("command", "shown"), [s[1:] for s in SHOWN], ids=[c for _, c, _ in SHOWN])
def test_shown_output_is_what_the_command_prints(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, command: str, shown: str
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    printed = [line.rstrip() for line in ask(*shlex.split(command)).stdout.splitlines()]
    assert printed == [line.rstrip() for line in shown.rstrip().splitlines()]


def test_the_classic_case_fails_at_its_trigger(ask: Callable[..., Any]) -> None:
    of_nils = points(ask, "slack", "--person", NILS)
    assert of_nils[1]["answer"] == "fail"
    assert "deleted without having been disabled" in of_nils[1]["reason"]
    assert of_nils[4]["answer"] == "pass", "nothing is wrong with the job"


def test_a_quarantined_job_fails_at_its_set_up(ask: Callable[..., Any]) -> None:
    assert points(ask, "nordwind-calibration-portal")[4]["answer"] == "fail"


def test_a_refused_change_fails_at_the_token(ask: Callable[..., Any]) -> None:
    of_github = points(ask, "github")
    assert of_github[3]["answer"] == "fail" or "failed" in " ".join(of_github[3]["evidence"])
    assert "Delete is not ticked" in of_github[4]["reason"]


def test_only_who_left_counts_as_a_leaver(ask: Callable[..., Any]) -> None:
    of_github = points(ask, "github")
    assert of_github[2]["reason"] == "1 of 2 events did not arrive"
    assert {line.split(",")[0].split(":")[0] for p in (1, 2) for line in of_github[p]["evidence"]} == {
        "tariq.holm@nordwind.example"
    }


def test_an_app_without_a_job_says_so(ask: Callable[..., Any]) -> None:
    assert points(ask, "box")[4]["answer"] in ("fail", "unknown")


def test_a_rehearsal_follows_an_account(ask: Callable[..., Any]) -> None:
    steps = points(ask, "slack", "--rehearse", NILS)
    assert [steps[n]["title"] for n in (1, 2, 3, 4)] == ["create", "update", "disable", "delete"]
    assert [steps[n]["answer"] for n in (1, 2, 3, 4)] == ["pass", "pass", "unknown", "unknown"]


def test_unknown_names_are_bad_use(ask: Callable[..., Any]) -> None:
    assert ask("diagnose", "no-such-app-at-all").exit_code == 2
    assert ask("diagnose", "slack", "--person", "nobody@x.example").exit_code == 2


def test_readiness_says_of_every_job_whether_it_would(ask: Callable[..., Any]) -> None:
    result = ask("readiness", "--leavers", "1000", "--json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    would = {job["app_name"]: job["would_deprovision"] for job in said["jobs"]}
    assert would["Slack"] == "yes"
    assert would["Nordwind Calibration Portal"] == "no"
    assert all("in scope" in job["what_if"] for job in said["jobs"])
