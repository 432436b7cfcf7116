"""Two publications: what changed between them, what the earlier one said, and one person's story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from discovery.decisions import record_decision
from discovery.publish import publish
from discovery.report.change import changes_between, two_runs
from discovery.report.published import generation
from discovery.store import Store
from tests.canonical.world import World, at, on

ANNA, BEN = "anna@acme.test", "ben@acme.test"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Monday's run, then Tuesday's: later exports, a decision, a list that lacks one."""
    world = World(tmp_path_factory.mktemp("runs") / "home")
    world.file("old")
    world.file("new")
    world.hr("1", ANNA, left_on=on("08-31"))
    world.hr("2", BEN)
    for number, email in (("1", ANNA), ("2", BEN)):
        world.entra(f"o-{number}", email)
    for app in ("slack", "zoom", "box"):
        world.app(app, f"{app}-id", approval="approved")
    world.app("dropbox", "dropbox.com", kind="domain")
    world.app("miro", "Miro", kind="label", approval="approved")
    world.use("sign_in", "o-1", "slack-id", "07-01")
    world.use("sign_in", "o-2", "slack-id", "07-01", "09-20")
    for name in (BEN, ANNA):
        world.record("app_account", system="app_list", account_name=name, mention_kind="label", mention="Miro",
                     status="active", file_id="old", snapshot_on=on("08-20"))  # fmt: skip
    world.record("assignment", system="entra", principal_kind="group", group_key="g-1", group_name="sg-sales",
                 mention_kind="app_id", mention="box-id")  # fmt: skip
    world.record("assignment", system="entra", account_key="o-2", group_key="g-1", group_name="sg-sales",
                 mention_kind="app_id", mention="zoom-id")  # fmt: skip
    for key, is_group in (("o-1", False), ("g-2", True)):
        world.record("membership", system="entra", group_key="g-1", group_name="sg-sales",
                     principal_kind="group" if is_group else "user", account_key=None if is_group else key,
                     member_group_key=key if is_group else None)  # fmt: skip
    world.record("membership", system="entra", group_key="g-2", group_name="sg-inner", principal_kind="user",
                 account_key="o-2")  # fmt: skip
    world.record("assignment", system="entra", principal_kind="group", group_key="g-3", group_name="sg-far",
                 mention_kind="app_id", mention="box-id")  # fmt: skip
    world.build()
    publish(world.store, world.night, run_id="monday", started_at=datetime(2026, 10, 5, 2))
    world.record("app_account", system="app_list", account_name=BEN, mention_kind="label", mention="Miro",
                 status="active", file_id="new", snapshot_on=on("09-20"))  # fmt: skip
    world.use("web_visit", "ben77@gmail.com", "dropbox.com", "09-22", method="password", holder_key="k")
    world.use("web_visit", BEN, "dropbox.com", "09-23", method="password", holder_key="k")
    world.use("sign_in", "o-1", "slack-id", "09-25")
    world.canonical()
    record_decision(world.night.settings.home, by="kim", kind="exclusion", action="ignore", reason="stays", at=datetime(2026, 9, 26),
                    subject={"person_id": str(world.person(BEN)), "app_id": "zoom"})  # fmt: skip
    world.graph()
    publish(world.store, world.night, run_id="tuesday", started_at=datetime(2026, 10, 6, 2))
    yield world
    world.store.close()


def test_what_changed_between_two_runs(world: World) -> None:
    settings = world.night.settings
    rows = changes_between(*two_runs(settings, None, None))
    told = [(row["kind"], row["email"], row["app_id"]) for row in rows]
    assert told == [
        ("new app", None, "dropbox"),
        ("first personal account", BEN, "dropbox"),
        ("access after leaving", ANNA, "slack"),
        ("new access", BEN, "dropbox"),
        ("access ended", ANNA, "miro"),
        ("new finding", BEN, "dropbox"),
    ]
    assert rows[4]["what"] == "absent from list on 2026-09-19"
    back = changes_between(*two_runs(settings, "tues", "mon"))
    assert {
        ("app gone", None, "dropbox"),
        ("finding gone", BEN, "dropbox"),
        ("new access", ANNA, "miro"),
    } <= {(row["kind"], row["email"], row["app_id"]) for row in back}
    assert changes_between(*two_runs(settings, "tuesday", "tuesday")) == []


def test_an_earlier_publication_says_what_it_said(world: World) -> None:
    settings = world.night.settings
    had: dict[str, set[str]] = {}
    for run in ("monday", "tuesday"):
        with Store(generation(settings, run), read_only=True) as file:
            had[run] = {r[0] for r in file.rows("SELECT app_id FROM scope($p)", {"p": ANNA})}
    assert had == {"monday": {"box", "slack", "miro"}, "tuesday": {"box", "slack"}}


def ask(world: World, sql: str) -> list[tuple[Any, ...]]:
    with Store(world.night.settings.published, read_only=True) as file:
        return file.rows(sql)


def test_a_persons_story_in_order(world: World) -> None:
    events = ask(world, f"SELECT event, app_id, source FROM timeline('{ANNA}')")
    assert [e for e in events if e[1] == "miro" and e[0].startswith("access")] == [
        ("access began", "miro", "app_account"),
        ("access ended", "miro", "app_account"),
    ]
    assert ("last day of work", None, None) in events
    assert [e for e in events if e[1] == "slack"][-2:] == [
        ("finding", "slack", "activity_after_leaving"),
        ("last seen", "slack", "sign_in"),
    ]
    ben = ask(
        world,
        f"SELECT happened_at, event, app_id, summary FROM timeline('{BEN}') WHERE event IN ('excluded', 'personal account')",
    )
    assert ben == [
        (at("09-22 00:00"), "personal account", None, "ben77@gmail.com"),
        (datetime(2026, 9, 26), "excluded", "zoom", "kim: stays"),
    ]


def test_who_has_an_app_also_through_groups(world: World) -> None:
    # Who is in a group inside the group has nothing by it: Entra assigns to direct members only.
    assert ask(world, "SELECT email, sources, via FROM who_has('Box')") == [
        (ANNA, ["assignment"], "own account, group sg-sales"),
        (None, ["assignment"], "group sg-far: its members are not known"),
    ]
    assert ask(world, "SELECT email, via FROM who_has('zoom')") == [(BEN, "own account")]


def test_what_somebody_had_on_a_day(world: World) -> None:
    when = "SELECT app_id, methods, to_on, end_reason FROM access_as_of('{}', DATE '{}') ORDER BY 1"
    assert ask(world, when.format(BEN, "2026-09-21")) == [
        ("miro", [], None, None), ("slack", ["idp_interactive"], None, None), ("zoom", [], None, None),
    ][:2]  # fmt: skip
    assert [row for row in ask(world, when.format(ANNA, "2026-09-10")) if row[0] != "box"] == [
        ("miro", [], on("09-19"), "absent_from_list"),
        ("slack", ["idp_interactive"], None, None),
    ]
    assert "miro" not in {r[0] for r in ask(world, when.format(ANNA, "2026-09-20"))}


def test_the_scope_is_a_view_in_order_with_the_person_and_the_app(world: World) -> None:
    rows = ask(world, "SELECT email, priority, app_name, handover FROM offboarding_scope")
    assert [(r[0], r[1]) for r in sorted(rows)] == sorted((r[0], r[1]) for r in rows)
    assert sorted(r[1] for r in rows if r[0] == ANNA) == [1, 2]
    assert {r[2] for r in rows if r[0] == ANNA} == {"Slack", "Box"}
    assert "zoom" not in {r[2].lower() for r in rows}
    assert ask(world, f"SELECT * FROM scope('{ANNA}')") == ask(
        world, f"FROM offboarding_scope WHERE email = '{ANNA}'"
    )
    described = [ask(world, f"DESCRIBE FROM {of}") for of in (f"scope('{ANNA}')", "offboarding_scope")]
    assert [row[:2] for row in described[0]] == [row[:2] for row in described[1]]


def test_two_runs_need_two_runs(tmp_path: Path) -> None:
    from discovery.errors import BadUse

    lone = World(tmp_path)
    with pytest.raises(BadUse, match="discovery run"):
        two_runs(lone.night.settings, None, None)
