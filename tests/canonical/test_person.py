from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.canonical.world import World, at, on


def test_a_person_is_the_same_after_a_change_of_name_and_in_another_home(tmp_path: Path) -> None:
    before, after = World(tmp_path / "a"), World(tmp_path / "b")
    before.hr("1", "anna.birth@acme.test")
    after.hr("1", "anna.married@acme.test", "Anna Married")
    ids = [w.canonical().all("SELECT person_id FROM canonical.person") for w in (before, after)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 1


@pytest.mark.parametrize(
    ("setting", "systems", "expected"),
    [
        (None, ["hr", "entra", "okta"], "hr"),
        (None, ["okta", "entra"], "entra"),
        (None, ["google", "okta"], "okta"),
        (None, ["jumpcloud", "google"], "google"),
        (None, ["jumpcloud"], "jumpcloud"),
        (None, ["active_directory", "jumpcloud"], "active_directory"),
        ("jumpcloud", ["entra", "jumpcloud"], "jumpcloud"),
        ("okta", ["hr", "entra", "okta"], "okta"),
        ("hr", ["entra"], None),
    ],
)
def test_the_source_of_truth(
    tmp_path: Path, setting: str | None, systems: list[str], expected: str | None
) -> None:
    world = World(tmp_path, source_of_truth=setting)
    for system in systems:
        world.hr("7", f"anna@{system}.test", system=system)
    people = world.canonical().all("SELECT email FROM canonical.person")
    assert people == ([(f"anna@{expected}.test",)] if expected else [])


@pytest.mark.parametrize(
    ("hr", "entra", "expected"),
    [
        ({"status": "active"}, {"status": "active"}, ("active", None)),
        ({"status": "disabled", "left_on": on("08-01")}, {"status": "active"}, ("active", on("08-01"))),
        ({"status": "disabled", "left_on": on("08-01")}, {"status": "disabled"}, ("disabled", on("08-01"))),
        ({"status": "active"}, {"status": "soft_deleted"}, ("soft_deleted", None)),
        ({"status": "active"}, {"status": "unknown"}, ("active", None)),
        ({"status": "active"}, {"status": "active", "left_on": on("12-01")}, ("active", on("12-01"))),
        ({"status": "disabled"}, None, ("disabled", None)),
    ],
)
def test_status_and_last_day(
    world: World, hr: dict[str, Any], entra: dict[str, Any] | None, expected: tuple[Any, ...]
) -> None:
    world.hr("1", "anna@acme.test", **hr)
    if entra is not None:
        world.entra("o-1", "anna@acme.test", **entra)
    assert world.canonical().all("SELECT status, left_on FROM canonical.person") == [expected]


def test_two_rows_of_one_employee_are_one_person_and_the_active_one_tells(world: World) -> None:
    world.hr("1", "anna@acme.test", status="disabled", left_on=on("01-31"))
    world.hr("1", "anna@acme.test", status="active")
    assert world.canonical().all("SELECT status, left_on FROM canonical.person") == [("active", None)]


def test_an_account_missing_from_a_whole_roster_is_deleted(world: World) -> None:
    world.file("old")
    world.file("new")
    world.hr("1", "anna@acme.test")
    world.hr("2", "ben@acme.test")
    for file, day, people in (("old", "09-01", "ab"), ("new", "09-20", "b")):
        for who in people:
            name = {"a": "anna", "b": "ben"}[who]
            world.entra(f"o-{who}", f"{name}@acme.test", file_id=file, snapshot_on=on(day))
    rows = world.canonical().all("SELECT email, status FROM canonical.person ORDER BY 1")
    assert rows == [("anna@acme.test", "deleted"), ("ben@acme.test", "active")]
    absent = world.all(
        "SELECT identifier, absent_on FROM canonical.directory_account WHERE absent_on IS NOT NULL"
    )
    assert absent == [("o-a", on("09-20"))]


def test_a_roster_that_is_not_whole_takes_nobody_away(world: World) -> None:
    world.file("old")
    world.file("new", is_complete=False)
    world.hr("1", "anna@acme.test")
    world.entra("o-a", "anna@acme.test", file_id="old", snapshot_on=on("09-01"))
    world.entra("o-b", "ben@acme.test", file_id="new", snapshot_on=on("09-20"))
    assert world.canonical().all("SELECT status FROM canonical.person") == [("active",)]


def test_more_than_a_tenth_vanishing_at_once_is_not_believed_however_often_it_is_said(world: World) -> None:
    days = ("09-01", "09-10", "09-20")
    for day in days:
        world.file(f"f{day}")
        for number in range(20 if day == "09-01" else 15):
            world.entra(f"o-{number:02}", f"p{number:02}@acme.test", file_id=f"f{day}", snapshot_on=on(day))
    world.canonical()
    assert world.all("SELECT count(*) FROM canonical.directory_account WHERE absent_on IS NOT NULL") == [(0,)]
    assert world.all("SELECT day, is_believed, vanished_count FROM canonical.list_day ORDER BY day") == [
        (on("09-01"), True, 0),
        (on("09-10"), False, 5),
        (on("09-20"), False, 5),
    ]


def test_the_bin_of_deleted_users_is_no_roster(world: World) -> None:
    world.file("roster")
    world.file("bin")
    world.hr("1", "anna@acme.test")
    world.hr("2", "ben@acme.test")
    world.entra("o-a", "anna@acme.test", file_id="roster", snapshot_on=on("09-01"))
    world.entra(
        "o-b",
        "0123456789abcdef0123456789abcdefben@acme.test",
        email=None,
        status="soft_deleted",
        file_id="bin",
        snapshot_on=on("09-02"),
    )
    rows = world.canonical().all("SELECT email, status FROM canonical.person ORDER BY 1")
    assert rows == [("anna@acme.test", "active"), ("ben@acme.test", "soft_deleted")]


def test_a_list_after_the_day_asked_is_used_only_where_there_is_none_before(tmp_path: Path) -> None:
    world = World(tmp_path, as_of=on("09-10"))
    world.hr("1", "anna@acme.test", snapshot_on=on("09-30"), department="Sales")
    world.entra("o-1", "anna@acme.test", snapshot_on=on("09-05"), status="active")
    world.entra("o-1", "anna@acme.test", snapshot_on=on("09-20"), status="disabled")
    assert world.canonical().all("SELECT status, department FROM canonical.person") == [("active", "Sales")]


def test_of_one_day_the_row_collected_last_stands_and_a_removal_keeps_who_it_was(world: World) -> None:
    for number, status, hour in ((1, "disabled", 9), (2, "active", 10)):
        world.entra("u1", "ann@acme.test", status=status, file_id=f"f{number}")
        world.collected(f"f{number}", at(f"09-28 {hour:02}:00"))
    world.record("directory_account", system="entra", account_key="u2", status="deleted", file_id="f3")
    world.entra("u2", "bea@acme.test", file_id="f1", department="Sales")
    world.collected("f3", at("09-28 11:00"))
    rows = world.canonical().all(
        "SELECT account_name, status, department FROM canonical.directory_account ORDER BY account_name"
    )
    assert rows == [("ann@acme.test", "active", None), ("bea@acme.test", "deleted", "Sales")]


@pytest.mark.parametrize(
    ("name", "gone", "came", "persons"),
    [
        ("Anna Keller", "03-31", "06-01", 1),
        ("Keller, Anna", "03-31", "06-01", 1),
        ("Anna New", "03-31", "06-01", 2),  # the address was handed on to somebody else
        ("Anna Keller", "06-30", "06-01", 2),  # both at a time
        ("Anna Keller", "03-31", None, 2),  # not known since when
        ("Anna Keller", "03-31", "11-01", 2),  # not begun
    ],
)
def test_who_is_hired_again_under_a_new_number_is_one_person(
    world: World, name: str, gone: str, came: str | None, persons: int
) -> None:
    world.hr("1", "anna@acme.test", "Anna Keller", hired_on=on("01-01"), left_on=on(gone), status="disabled")
    world.hr("2", "anna@acme.test", name, hired_on=on(came) if came else None)
    world.entra("o-2", "anna@acme.test", employee_id="2")
    world.canonical()
    rows = world.all("SELECT person_id, status, left_on FROM canonical.person")
    assert len(rows) == persons
    if persons == 1:
        assert rows[0][1:] == ("active", None)
        before = World(world.night.settings.home / "before")
        before.hr("1", "anna@acme.test", "Anna Keller")
        assert before.canonical().all("SELECT person_id FROM canonical.person") == [rows[0][:1]]
        numbers = "SELECT identifier FROM canonical.person_identifier WHERE kind = 'employee_id' ORDER BY 1"
        assert world.all(numbers) == [("1",), ("2",)]


def test_a_guest_account_tells_the_status_only_where_there_is_no_other(world: World) -> None:
    world.hr("1", "anna@acme.test", status="disabled", left_on=on("08-01"))
    world.entra("o-1", "anna@acme.test", status="disabled")
    world.entra("g-1", "anna_acme.test#ext#@other.test", email="anna@acme.test", account_kind="external")
    world.hr("2", "ben@acme.test")
    world.entra("g-2", "ben_acme.test#ext#@other.test", email="ben@acme.test", account_kind="external")
    world.canonical()
    assert world.all("SELECT email, status FROM canonical.person ORDER BY 1") == [
        ("anna@acme.test", "disabled"), ("ben@acme.test", "active"),
    ]  # fmt: skip
