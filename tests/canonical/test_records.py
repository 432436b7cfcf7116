from __future__ import annotations

import random
from typing import Any

import pytest

from discovery.stage import Night
from discovery.tables import TABLES
from tests.canonical.world import AS_OF, World, at, on

CHARGE: dict[str, Any] = {
    "system": "amex",
    "charged_on": on("09-01"),
    "merchant": "ZOOM",
    "amount": 10,
    "currency": "EUR",
    "account_name": "anna@acme.test",
}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_contents_of_one_record_the_fuller_stands_whatever_the_order(world: World, order: int) -> None:
    rows = [
        {**CHARGE, "event_id": "t1", "file_id": "a"},
        {**CHARGE, "event_id": "t1", "file_id": "b", "mcc": "5734"},
    ]
    for row in rows[::order]:
        world.record("charge", **row)
    assert world.canonical().all("SELECT file_id, mcc FROM canonical.charge") == [("b", "5734")]


def test_equally_full_contents_are_decided_by_their_hash_not_by_the_order(tmp_path: Any) -> None:
    found = set()
    for seed in range(4):
        world = World(tmp_path / str(seed))
        rows = [
            {**CHARGE, "event_id": "t1", "file_id": f, "amount": a} for f, a in (("a", 1), ("b", 2), ("c", 3))
        ]
        random.Random(seed).shuffle(rows)
        for row in rows:
            world.record("charge", **row)
        found.update(world.canonical().all("SELECT amount FROM canonical.charge"))
    assert len(found) == 1


def test_the_same_id_in_two_instances_is_two_records(world: World) -> None:
    world.record("charge", **{**CHARGE, "event_id": "t1", "instance": "x"})
    world.record("charge", **{**CHARGE, "event_id": "t1", "instance": "y"})
    assert world.canonical().all("SELECT count(*) FROM canonical.charge") == [(2,)]


def test_nothing_after_as_of_is_used(world: World) -> None:
    world.record("charge", **{**CHARGE, "charged_on": on("10-01")})
    world.record(
        "grant", system="entra", account_key="o-1", mention_kind="app_id", mention="m", granted_at=at("10-02")
    )
    world.use("sign_in", "o-1", "m", "10-01")
    world.canonical()
    assert world.all("SELECT count(*) FROM canonical.mention") == [(0,)]
    assert world.all("SELECT count(*) FROM canonical.account") == [(0,)]


def test_a_grant_is_named_as_the_list_of_apps_names_its_client(world: World) -> None:
    world.record(
        "app_registration",
        system="entra",
        app_key="sp-1",
        mention_kind="app_id",
        mention="app-1",
        mention_name="Zapier",
        owner_tenant="t-9",
    )
    world.record(
        "grant", system="entra", account_key="o-1", client_key="sp-1", scopes=["b", "a"], consent="user"
    )
    world.record("assignment", system="entra", account_key="o-1", client_key="sp-2", mention_name="Unknown")
    world.canonical()
    assert world.all("SELECT mention_kind, mention, mention_name, scopes FROM canonical.grant") == [
        ("app_id", "app-1", "Zapier", ["a", "b"])
    ]
    assert world.all("SELECT mention_kind, mention FROM canonical.assignment") == [("client_id", "sp-2")]
    assert world.all(
        "SELECT kind, mention, mention_name, owner_tenant, account_count FROM canonical.mention ORDER BY 2"
    ) == [("app_id", "app-1", "Zapier", "t-9", 1), ("client_id", "sp-2", "Unknown", None, 1)]


def test_a_grant_that_a_later_whole_list_lacks_has_ended_the_day_before(world: World) -> None:
    world.file("old")
    world.file("new")
    for who in "ab":
        world.record(
            "grant",
            system="entra",
            account_key=who,
            mention_kind="app_id",
            mention="m",
            file_id="old",
            snapshot_on=on("09-01"),
            event_id=f"g{who}",
        )
    world.record(
        "grant",
        system="entra",
        account_key="b",
        mention_kind="app_id",
        mention="m",
        file_id="new",
        snapshot_on=on("09-20"),
        event_id="gb",
    )
    rows = world.canonical().all(
        "SELECT account_key, from_on, ended_on, end_reason FROM canonical.grant ORDER BY 1"
    )
    assert rows == [("a", on("09-01"), on("09-19"), "absent_from_list"), ("b", on("09-01"), None, None)]


def test_a_removal_in_the_log_ends_the_assignment_before_it(world: World) -> None:
    for who, changes in {
        "a": [("added", "07-01"), ("removed", "08-01")],
        "b": [("removed", "07-01"), ("added", "08-01")],
        "c": [("added", "07-01"), ("removed", "07-05"), ("added", "08-01")],
    }.items():
        for change, day in changes:
            world.record(
                "assignment",
                system="okta",
                account_key=who,
                mention_kind="label",
                mention="Zendesk",
                change=change,
                assigned_at=at(day),
            )
    rows = world.canonical().all(
        "SELECT account_key, from_on, ended_on FROM canonical.assignment WHERE change = 'added' ORDER BY ALL"
    )
    assert rows == [
        ("a", on("07-01"), on("08-01")),
        ("b", on("08-01"), None),
        ("c", on("07-01"), on("07-05")),
        ("c", on("08-01"), None),
    ]


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ([("09-01", "active")], (None, None)),
        ([("09-01", "active"), ("09-20", "disabled")], (on("09-19"), "disabled_in_app")),
        ([("09-01", "disabled"), ("09-20", "active")], (None, None)),
        (
            [("09-01", "active"), ("09-10", "disabled"), ("09-20", "deleted")],
            (on("09-09"), "disabled_in_app"),
        ),
        ([("09-01", "active"), ("09-20", None)], (on("09-19"), "absent_from_list")),
    ],
)
def test_when_an_account_of_an_app_has_ended(
    world: World, lists: list[tuple[str, str | None]], expected: Any
) -> None:
    for day, status in lists:
        world.file(f"f{day}")
        for who in ["anna", "ben"] if status else ["ben"]:
            world.record(
                "app_account",
                system="slack",
                account_name=f"{who}@acme.test",
                mention_kind="label",
                mention="Slack",
                status=status if who == "anna" else "active",
                file_id=f"f{day}",
                snapshot_on=on(day),
            )
    assert world.canonical().all(
        "SELECT ended_on, end_reason FROM canonical.app_account WHERE identifier = 'anna@acme.test'"
    ) == [expected]


def test_what_an_app_says_of_the_time_after_as_of_is_not_used(world: World) -> None:
    world.record(
        "app_account",
        system="slack",
        account_name="anna@acme.test",
        mention_kind="label",
        mention="Slack",
        status="active",
        last_active_at=at("10-03"),
        snapshot_on=on("10-05"),
    )
    world.record(
        "app_account",
        system="slack",
        account_name="new@acme.test",
        mention_kind="label",
        mention="Slack",
        status="active",
        created_at=at("10-03"),
        snapshot_on=on("10-05"),
    )
    rows = world.canonical().all("SELECT identifier, from_on, last_active_at FROM canonical.app_account")
    assert rows == [("anna@acme.test", AS_OF, None)]


def test_each_step_reads_declared_tables_and_fills_its_own(world: World) -> None:
    from discovery.canonical import STEPS as CANONICAL
    from discovery.graph import STEPS as GRAPH

    steps = (*CANONICAL, *GRAPH)
    assert isinstance(world.night, Night)
    seen: set[str] = {
        "sources.source_file",
        "sources.source_part",
        "sources.source_status",
        "canonical.usage_month",
    }
    for step in steps:
        ahead = {t for t in step.reads if t.split(".")[0] in ("canonical", "graph")} - seen
        assert ahead == set(), f"{step.table} reads {ahead}, which is built later"
        seen.add(step.table)
    assert {s.table for s in steps} <= set(TABLES)
    built = {t for t in TABLES if t.split(".")[0] in ("canonical", "graph")}
    # A month is built with its days; the scope is a view.
    assert built - {s.table for s in steps} == {"canonical.usage_month", "graph.offboarding_scope"}
