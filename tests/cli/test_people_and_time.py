"""Whose an account is, by `review`; what changed, one person's story, how far the sources tell, owner lists."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from discovery.decisions import read_decisions
from discovery.settings import Settings
from discovery.store import Store
from tests.cli.conftest import LEAVER, Run

OPEN = "laptop-lobrien"
Asked = Callable[..., Any]


def doubtful(home: Path) -> Path:
    """Put a device into the file that may be the leaver's."""
    with Store(home / "access_graph.duckdb") as store:
        store.run(
            "INSERT INTO account BY NAME SELECT 'acc-1' AS account_id, 'push' AS system, 'main' AS instance, "
            f"'{OPEN}' AS identifier, '{OPEN}' AS account_name, 'unknown' AS kind"
        )
        store.run(
            "INSERT INTO identity_candidate BY NAME SELECT 'acc-1' AS account_id, person_id, 'device or login that spells "
            f"the name' AS method, 0.5 AS confidence, 'open' AS state, 'not sure' AS reason FROM person WHERE email = '{LEAVER}'"
        )
    return home


def test_whose_an_account_is_is_decided_and_taken_back(cli: Run, own_home: Path) -> None:
    home = doubtful(own_home)

    def review(*args: object) -> Any:
        return cli("review", *args, "--home", home)

    assert [row["account_name"] for row in json.loads(review("list", "--accounts", "--json").stdout)] == [
        OPEN
    ]
    assert OPEN in review("list").stdout
    who = ("--account", OPEN, "--person", LEAVER)
    assert review("undo", *who).exit_code == 2, "nobody has decided yet"
    assert review("accept", "--account", OPEN).exit_code == 2, "whose?"
    assert review("accept", "--account", "nobody-at-all", "--person", LEAVER).exit_code == 2
    done = review("accept", *who, "--reason", "her desk")
    assert done.exit_code == 0, done.output
    assert "It counts from the next run" in done.stdout
    standing = read_decisions(home).standing("identity")
    assert [(key[0], d.action, d.reason) for key, d in standing.items()] == [("acc-1", "accept", "her desk")]
    assert json.loads(review("list", "--accounts", "--json").stdout) == []
    assert review("undo", *who).exit_code == 0
    assert review("reject", "--account", "acc-1", "--person", LEAVER).exit_code == 0
    assert [d.action for d in read_decisions(home).standing("identity").values()] == ["reject"]
    assert json.loads(review("list", "--accounts", "--json").stdout) == []


def test_an_account_that_may_be_theirs_is_said_with_the_scope(cli: Run, own_home: Path) -> None:
    out = cli("scope", LEAVER, "--home", doubtful(own_home)).stdout
    assert f"{OPEN} in push (unknown; device or login that spells the name)" in out


def test_owner_lists_for_many_leavers(ask: Run, asked: Asked, tmp_path: Path) -> None:
    people = [LEAVER, "tariq.holm@nordwind.example"]
    file = tmp_path / "leavers.csv"
    file.write_text("email\n" + "\n".join(people) + "\n", encoding="utf-8")
    rows = asked("scope", "--file", file, "--by-app")
    whole = asked("scope", "--file", file)
    assert len(rows) == sum(len(p["scope"]) for p in whole["persons"])
    assert {row["person"] for row in rows} == set(people)
    owners = [row["owner_email"] for row in rows]
    assert [o for o in owners if o] == sorted(o for o in owners if o)
    assert None not in owners[: owners.index(None)] if None in owners else True
    table = list(
        csv.DictReader(io.StringIO(ask("scope", "--file", file, "--by-app", "--format", "csv").stdout))
    )
    assert [row["person"] for row in table] == [row["person"] for row in rows]
    assert ask("scope", LEAVER, "--by-app", "--as-of", "2026-08-01").exit_code == 2


def test_what_to_hand_over_and_to_get_back_is_said(ask: Run, asked: Asked, sample: Settings) -> None:
    with Store(sample.published, read_only=True) as file:
        who = file.value(
            "SELECT email FROM offboarding_scope WHERE monthly_amount IS NOT NULL AND len(handover) > 0 ORDER BY email LIMIT 1"
        )
    out = ask("scope", who).stdout
    assert "Hand over first:" in out
    assert "billing: the subscription" in out
    assert "To get back:" in out
    assert "a month" in out


def test_a_persons_story(ask: Run, asked: Asked) -> None:
    events = asked("timeline", LEAVER)["events"]
    assert [e["happened_at"] for e in events] == sorted(e["happened_at"] for e in events)
    assert {"access began", "first seen", "last day of work", "finding"} <= {e["event"] for e in events}
    one = asked("timeline", LEAVER, "--app", events[0]["app_id"])["events"]
    assert {e["app_id"] for e in one} == {events[0]["app_id"]}
    assert "last day of work" in ask("timeline", LEAVER).stdout


def test_how_far_the_sources_tell(ask: Run, asked: Asked) -> None:
    said = asked("coverage")
    assert {row["subject"] for row in said["estimate"]} == {"app", "access"}
    estimate = {row["subject"]: row for row in said["estimate"]}
    assert estimate["app"]["estimate"] >= estimate["app"]["observed_count"]
    assert estimate["access"]["estimate"] is None, "more than 60 persons with all apps would be no estimate"
    assert {row["bucket"] for row in said["confidence"]} == {"high", "medium", "low"}
    assert all(row["age_days"] >= 0 for row in said["freshness"])
    out = ask("coverage").stdout
    assert "What each source shows" in out
    assert "Not seen:" in out


def test_an_earlier_run_is_asked_and_compared(cli: Run, own_home: Path) -> None:
    now = own_home / "access_graph.duckdb"
    (own_home / "generations").mkdir(mode=0o700)
    earlier = own_home / "generations" / "monday.duckdb"
    earlier.write_bytes(now.read_bytes())
    with Store(earlier) as store:
        store.run("UPDATE run SET run_id = 'monday', started_at = started_at - INTERVAL 1 DAY")
        gone = store.value(
            "SELECT app_id FROM offboarding_scope WHERE email = $e ORDER BY priority LIMIT 1", {"e": LEAVER}
        )
        store.run(
            "DELETE FROM access WHERE app_id = $a AND person_id = (SELECT person_id FROM person WHERE email = $e)",
            {"a": gone, "e": LEAVER},
        )

    def apps(*options: str) -> list[str]:
        found = json.loads(cli("scope", LEAVER, "--home", own_home, "--json", *options).stdout)
        return [row["app_id"] for row in found["persons"][0]["scope"]]

    assert set(apps()) - set(apps("--known-at", "mon")) == {gone}
    assert cli("scope", LEAVER, "--home", own_home, "--known-at", "friday").exit_code == 2
    rows = json.loads(cli("changes", "--home", own_home, "--json").stdout)
    assert [(r["kind"], r["email"], r["app_id"]) for r in rows] == [("new access", LEAVER, gone)]
    back = cli("changes", "--from", "monday", "--kind", "new app", "--home", own_home)
    assert back.exit_code == 0
    assert "0 changes" in back.stdout


def test_nothing_changed_needs_two_runs(ask: Run) -> None:
    result = ask("changes")
    assert result.exit_code == 2
    assert "it takes two runs" in result.stderr
