from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from discovery.settings import Settings
from discovery.store import Store
from tests.cli.conftest import AS_OF, LEAVER, Run

Asked = Callable[..., Any]


def test_a_leavers_scope_is_what_the_file_says_in_its_order(asked: Asked, sample: Settings) -> None:
    answer = asked("scope", LEAVER)
    (one,) = answer["persons"]
    assert one["person"]["left_on"] == "2026-09-10"
    with Store(sample.published, read_only=True) as store:
        wanted = store.rows(f"SELECT app_id, route, action FROM scope('{LEAVER}')")
    assert [(r["app_id"], r["route"], r["action"]) for r in one["scope"]] == wanted
    assert [r["priority"] for r in one["scope"]] == list(range(1, len(wanted) + 1))
    assert all(r["reasons"] and r["sources"] and r["last_seen_on"] for r in one["scope"])
    assert one["blind_spots"]
    assert answer["as_of"] == AS_OF.isoformat()


def test_the_table_tells_status_last_day_apps_reasons_and_what_is_not_seen(ask: Run) -> None:
    result = ask("scope", LEAVER)
    for text in ("Linnea O'Brien", "last day 2026-09-10", "survive disabling", "Figma", "Why:", "Not seen:"):
        assert text in result.stdout
    assert "days ago" in result.stderr, "the sample is older than a day"
    assert "days ago" not in result.stdout


def test_a_person_goes_by_any_identifier(asked: Asked) -> None:
    by_mail = asked("scope", LEAVER)
    who = by_mail["persons"][0]["person"]
    assert asked("scope", LEAVER.upper()) == by_mail
    assert asked("scope", who["person_id"]) == by_mail
    assert asked("scope", LEAVER, f" {who['person_id']}") == by_mail, "nobody comes twice"


def test_an_unknown_person_is_bad_use_with_who_may_be_meant(ask: Run) -> None:
    result = ask("scope", "linnea.obrian@nordwind.example", "nobody@nowhere.example")
    assert result.exit_code == 2
    assert LEAVER in result.stderr
    assert "nobody@nowhere.example" in result.stderr
    assert result.stdout == ""


def test_a_name_that_several_have_is_not_guessed(ask: Run) -> None:
    result = ask("scope", "maria patel")
    assert result.exit_code == 2
    assert "maria.patel@nordwind.example" in result.stderr
    assert "maria.patel2@nordwind.example" in result.stderr


@pytest.mark.parametrize(
    "content",
    [
        f"name,Email\nx,{LEAVER}\ny,zoe.demir@nordwind.example\n",
        f"\ufeffperson;left\n{LEAVER};x\nzoe.demir@nordwind.example;\n",
        f"{LEAVER}\n\nzoe.demir@nordwind.example\n",
        f"who\r\n{LEAVER}\r\nzoe.demir@nordwind.example\r\n",
    ],
)
def test_leavers_come_from_a_csv(asked: Asked, content: str) -> None:
    Path("leavers.csv").write_text(content, encoding="utf-8", newline="")
    people = [p["person"]["email"] for p in asked("scope", "--file", "leavers.csv")["persons"]]
    assert people == [LEAVER, "zoe.demir@nordwind.example"]


def test_nobody_or_a_missing_file_is_bad_use(ask: Run) -> None:
    assert ask("scope").exit_code == 2
    assert ask("scope", "--file", "nowhere.csv").exit_code == 2


def test_as_of_a_day_tells_what_was_held_then(asked: Asked, sample: Settings) -> None:
    answer = asked("scope", LEAVER, "--as-of", "2026-08-01")
    rows = answer["persons"][0]["scope"]
    with Store(sample.published, read_only=True) as store:
        wanted = {r[0] for r in store.rows(f"SELECT app_id FROM access_as_of('{LEAVER}', DATE '2026-08-01')")}
    assert {r["app_id"] for r in rows} == wanted
    assert all(r["from_on"] <= "2026-08-01" for r in rows)
    assert answer["as_of"] == "2026-08-01"
    assert asked("scope", LEAVER, "--as-of", AS_OF) == asked("scope", LEAVER)


def test_a_day_ahead_is_told_to_be_unknown(ask: Run) -> None:
    assert "Nothing is known of 2030-01-01 yet" in ask("scope", LEAVER, "--as-of", "2030-01-01").stderr


def test_an_earlier_publication_may_be_asked(asked: Asked, ask: Run) -> None:
    run_id = asked("scope", LEAVER)["run_id"]
    assert asked("scope", LEAVER, "--known-at", run_id[:8])["run_id"] == run_id
    unknown = ask("scope", LEAVER, "--known-at", "nosuchrun")
    assert (unknown.exit_code, run_id in unknown.stderr) == (2, True)


def test_the_csv_has_a_row_per_app_and_person(ask: Run, asked: Asked) -> None:
    result = ask("scope", LEAVER, "zoe.demir@nordwind.example", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout_bytes.decode(), newline="")))
    people = asked("scope", LEAVER, "zoe.demir@nordwind.example")["persons"]
    assert [(r["email"], r["app_id"]) for r in rows] == [
        (p["person"]["email"], r["app_id"]) for p in people for r in p["scope"]
    ]
    assert rows[0]["survives_idp_disable"] == "true"


def test_markdown_is_a_table_for_a_ticket(ask: Run) -> None:
    out = ask("scope", LEAVER, "--format", "markdown").stdout
    assert out.startswith("## Linnea")
    assert "| # | app |" in out


def test_an_exclusion_is_told_with_who_and_why(cli: Run, own_home: Path) -> None:
    with Store(own_home / "access_graph.duckdb") as store:
        store.run(
            "INSERT INTO exclusion SELECT person_id, 'figma', 'her own plan', 'cy', now()::TIMESTAMP FROM person "
            f"WHERE email = '{LEAVER}'"
        )
    out = cli("scope", LEAVER, "--home", own_home).stdout
    assert "Taken out of the scope by decision:\n  Figma: her own plan (cy)" in out


def test_hostile_text_in_the_file_reaches_no_terminal_and_no_formula(cli: Run, own_home: Path) -> None:
    with Store(own_home / "access_graph.duckdb") as store:
        store.run("UPDATE app SET name = '=cmd|x' || chr(27) || '[2J[red]x'")
        store.run("UPDATE access SET action = '@go'")
        store.run("UPDATE person SET display_name = chr(27) || ']0;owned' || chr(7)")
    for form in ("table", "markdown", "json"):
        out = cli("scope", LEAVER, "--home", own_home, "--format", form).stdout
        assert "\x1b" not in out
        assert "\x07" not in out
    assert "[red]x" in cli("scope", LEAVER, "--home", own_home).stdout
    out = cli("scope", LEAVER, "--home", own_home, "--format", "csv").stdout
    assert ",'=cmd|x" in out
    assert ",'@go," in out


def test_without_a_published_file_it_is_said_what_to_do(cli: Run) -> None:
    result = cli("scope", LEAVER)
    assert result.exit_code == 2
    assert "discovery run" in result.stderr


def test_asking_works_on_a_home_that_may_only_be_read(cli: Run, own_home: Path) -> None:
    own_home.chmod(0o500)
    try:
        assert cli("scope", LEAVER, "--home", own_home).exit_code == 0
    finally:
        own_home.chmod(0o700)
    assert os.listdir(own_home) == ["access_graph.duckdb"]
