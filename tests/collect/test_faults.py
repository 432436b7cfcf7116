"""Whatever goes wrong on the way, what is collected is what was served, or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from discovery.collect import Patience
from tests.collect.conftest import Desk, now

PAGES = 9


@pytest.fixture
def people(desk: Desk) -> set[str]:
    """Twenty-five users on nine pages."""
    desk.scenario.largest_page = 3
    desk.without("deleted_users")
    return {desk.scenario.add_user(f"user{n}") for n in range(25)}


FAULTS: dict[str, list[dict[str, Any]]] = {
    "429 with Retry-After": [{"kind": "throttled", "retry_after": "7", "after": 3, "times": 2}],
    "429 with a date": [{"kind": "throttled", "retry_after": format_datetime(now() + timedelta(seconds=20)), "after": 1}],
    "429 without Retry-After": [{"kind": "throttled", "after": 3, "times": 3}],
    "503": [{"kind": "unavailable", "after": 2, "times": 2}],
    "500": [{"kind": "error", "after": 5, "times": 2}],
    "502 in HTML": [{"kind": "gateway", "after": 5}],
    "reset in mid-body": [{"kind": "reset", "after": 4, "times": 2}],
    "short pages": [{"kind": "short_page", "path": "/users", "after": 1, "times": 3}],
    "empty pages": [{"kind": "empty_page", "path": "/users", "after": 2, "times": 2}],
    "an empty first page": [{"kind": "empty_page", "path": "/users"}],
    "records twice": [{"kind": "repeated_records", "path": "/users", "after": 2, "times": 3}],
    "an expired token": [{"kind": "expired_token", "after": 6}],
    "one after the other": [
        {"kind": "reset", "after": 2}, {"kind": "throttled", "after": 1, "retry_after": "1"},
        {"kind": "error", "after": 1}, {"kind": "empty_page", "path": "/users", "after": 1},
        {"kind": "short_page", "path": "/users"}, {"kind": "gateway"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS.keys())
def test_the_collected_set_is_the_served_set(
    desk: Desk, people: set[str], script: list[dict[str, Any]]
) -> None:
    for fault in script:
        desk.scenario.faults.add(**fault)
    outcome = desk.collect()["users"]
    assert (outcome.state, outcome.reason) == ("collected", None)
    assert not desk.scenario.faults.waiting, "every fault was met"
    assert desk.ids("users") == people
    assert [desk.read(path)[0]["is_complete"] for path in desk.files("users")] == [True]


def test_a_server_that_says_when_is_obeyed_and_one_that_does_not_is_left_alone_longer_each_time(
    desk: Desk, people: set[str]
) -> None:
    desk.scenario.faults.add("throttled", retry_after="7", times=2)
    desk.scenario.faults.add("unavailable", after=2, times=5)
    desk.collect()
    assert desk.waits[:2] == [7.0, 7.0]
    for wait, longest in zip(desk.waits[2:], (1, 2, 4, 8, 16), strict=True):
        assert longest / 2 <= wait <= longest


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "repeated_link", "path": "/users", "after": 2, "times": -1}, "a second time"),
        ({"kind": "foreign_link", "path": "/users", "after": 2}, "graph.attacker.invalid"),
        ({"kind": "error", "path": "/users", "after": 2, "times": -1}, "no whole answer after 8 attempts"),
        ({"kind": "reset", "path": "/users", "after": 2, "times": -1}, "no whole answer after 8 attempts"),
        ({"kind": "throttled", "path": "/users", "after": 2, "retry_after": "3600"}, "3600 s more"),
        ({"kind": "expired_token", "path": "/users", "after": 2, "times": -1}, "sign-in is not accepted"),
    ],
    ids=[
        "a next link again",
        "a link elsewhere",
        "500 for ever",
        "resets for ever",
        "an hour to wait",
        "a dead token",
    ],
)
def test_what_does_not_come_to_its_end_is_no_file_and_goes_on_next_time(
    desk: Desk, people: set[str], fault: dict[str, Any], said: str
) -> None:
    desk.scenario.faults.add(**fault)
    outcome = desk.collect()["users"]
    assert outcome.state == "failed"
    assert said in str(outcome.reason)
    assert desk.files("users") == []
    asked = len(desk.scenario.requests)
    desk.scenario.faults.waiting.clear()
    assert desk.collect()["users"].state == "collected"
    assert desk.ids("users") == people
    # Two pages were whole, and are not asked for again.
    assert len(desk.scenario.requests) - asked < PAGES


def test_a_server_that_is_down_or_hangs_fails_the_list_and_not_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.scenario.add_user("ann")
    desk.scenario.faults.add("hang", "/users", seconds=0.4, times=-1)
    patience = Patience(attempts=2, sleep=desk.waits.append)
    monkeypatch.setattr("discovery.connectors.entra_reader.TIMEOUT", 0.1)
    found = desk.collect(patience=patience)
    assert (found["users"].state, found["deleted_users"].state) == ("failed", "empty")
    assert "Timeout" in str(found["users"].reason)


def test_a_killed_collection_goes_on_after_its_last_whole_page(desk: Desk, people: set[str]) -> None:
    desk.scenario.faults.add("hang", "/users", seconds=60, after=5)
    code = (
        "import sys; from pathlib import Path; from discovery.settings import Settings, EntraSettings; "
        "from discovery.collect import collect; h, i, t, u = sys.argv[1:]; "
        "collect(Settings(home=Path(h), inbox=Path(i), entra=EntraSettings(t, '', u, 'token')), 'entra', groups=['people'])"
    )
    own = desk.settings.entra
    assert own is not None
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            code,
            str(desk.settings.home),
            str(desk.settings.inbox),
            own.tenant,
            own.graph_url,
        ],
        env=dict(os.environ),
    )
    while not desk.scenario.faults.played:
        assert process.poll() is None
    process.kill()
    process.wait()
    assert desk.files("users") == []
    asked = len(desk.scenario.requests)
    assert desk.collect()["users"].state == "collected"
    assert desk.ids("users") == people
    assert len(desk.scenario.requests) - asked < PAGES


def test_a_list_whose_links_are_forgotten_meanwhile_begins_anew(desk: Desk, people: set[str]) -> None:
    desk.scenario.faults.add("error", "/users", after=3, times=8)
    assert desk.collect()["users"].state == "failed"
    desk.scenario.listings.forget()
    assert desk.collect()["users"].state == "collected"
    assert desk.ids("users") == people
