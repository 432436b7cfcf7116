from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import LEAVER, Run
from tests.cli.test_offboard import ACCEPT


@pytest.fixture
def home(cli: Run, own_home: Path) -> Path:
    for command in (("plan", *ACCEPT), ("approve",), ("execute", "--send")):
        assert cli("offboard", command[0], LEAVER, "--home", own_home, *command[1:]).exit_code == 0
    return own_home


def tasks(cli: Run, home: Path, *more: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cli("task", "list", "--home", home, "--json", *more).stdout)
    return found


def test_tasks_are_listed_by_leaver_app_and_owner(cli: Run, home: Path) -> None:
    found = tasks(cli, home)
    assert len(found) > 5
    assert {one["app_id"] for one in tasks(cli, home, "--app", "figma.com")} == {"figma"}
    assert tasks(cli, home, "--person", LEAVER) == found
    (figma,) = [one for one in found if one["step_id"] == "remove_by_hand-figma"]
    assert figma["owner_email"] == "theo.bennett@nordwind.example"
    assert figma in tasks(cli, home, "--owner", "Theo.Bennett@nordwind.example")
    assert "figma" not in {one["owner_email"] for one in found}
    shown = cli("task", "--home", home).stdout
    assert f"{len(found)} tasks" in shown
    assert LEAVER not in {one["owner_email"] for one in found}, "never the leaver"


def test_complete_and_decline_need_a_named_person(cli: Run, home: Path) -> None:
    (task,) = [one for one in tasks(cli, home) if one["step_id"] == "remove_by_hand-figma"]
    by = ("--by", "theo.bennett@nordwind.example")
    assert cli("task", "complete", task["task_id"], "--home", home, "--statement", "done").exit_code == 2
    assert (
        cli("task", "complete", task["task_id"], "--home", home, "--statement", "x", "--by", LEAVER).exit_code
        == 2
    )
    declined = cli(
        "task", "decline", task["task_id"], "--home", home, *by, "--outcome", "not_mine", "--statement", "no"
    )
    assert declined.exit_code == 0, declined.output
    Path("proof.png").write_bytes(b"a picture")
    (other,) = [one for one in tasks(cli, home) if one["step_id"] == "disable-entra"]
    done = cli(
        "task",
        "complete",
        other["task_id"],
        "--home",
        home,
        *by,
        "--statement",
        "disabled",
        "--attachment",
        "proof.png",
    )
    assert (done.exit_code, "done on the word of theo.bennett" in done.stdout) == (0, True)
    again = cli("task", "complete", other["task_id"], "--home", home, *by, "--statement", "disabled")
    assert (again.exit_code, "completed already" in again.stderr) == (2, True)
    (kept,) = [one for one in tasks(cli, home, "--all") if one["task_id"] == other["task_id"]]
    assert len(kept["attachment_sha256"]) == 64
    assert other["task_id"] not in {one["task_id"] for one in tasks(cli, home)}


def test_reminding_without_a_mail_server_says_what_to_set(cli: Run, home: Path) -> None:
    result = cli("task", "remind", "--home", home)
    assert (result.exit_code, "[mail]" in result.stderr) == (2, True)


def test_an_unknown_task_is_bad_use(cli: Run, home: Path) -> None:
    result = cli(
        "task", "complete", "task-nothing", "--home", home, "--by", "a@b.example", "--statement", "x"
    )
    assert (result.exit_code, "task list" in result.stderr) == (2, True)
