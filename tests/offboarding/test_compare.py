from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from discovery.offboarding.compare import Alternative, compare

AT = datetime(2026, 11, 20, 12)


def by_name(alternatives: list[Alternative]) -> dict[str, dict[str, str]]:
    return {one.name: {event.what: event.is_sent for event in one.events} for one in alternatives}


def test_the_classic_case_shows_what_each_order_sends_and_forfeits() -> None:
    found = compare(AT, "active")
    assert by_name(found) == {
        "disable first": {"PATCH active=false": "yes", "DELETE": "yes"},
        "delete first": {"PATCH active=false": "either", "DELETE": "yes"},
        "unassign first": {"PATCH active=false": "yes", "DELETE": "no"},
        "on demand": {"PATCH active=false": "yes", "DELETE": "no"},
    }
    assert {one.name: "DELETE" in one.forfeited for one in found} == {
        "disable first": False, "delete first": False, "unassign first": True, "on demand": True,
    }  # fmt: skip
    first = {one.name: one.events[0] for one in found}
    assert first["disable first"].latest_at == AT + timedelta(minutes=40)
    assert first["on demand"].latest_at == AT + timedelta(minutes=1)
    deleted = next(one for one in found if one.name == "delete first").events[1]
    assert deleted.earliest_at == AT + timedelta(days=30), "no DELETE for 30 days"


def test_on_demand_comes_too_late_for_a_disabled_account() -> None:
    found = by_name(compare(AT, "disabled"))
    assert found["on demand"] == {"PATCH active=false": "no", "DELETE": "no"}


@pytest.mark.parametrize(("days", "is_late"), [(10, False), (40, True)])
def test_a_soft_deleted_account_can_be_restored_until_a_day(days: int, is_late: bool) -> None:
    deleted_at = AT - timedelta(days=days)
    found = compare(AT, "soft_deleted", deleted_at)
    assert [one.name for one in found] == ["restore", "act now"]
    restore, act = found
    assert {event.is_sent for event in restore.events} == ({"no"} if is_late else {"yes"})
    assert "own groups" in restore.forfeited
    assert ("too late" in restore.advice) is is_late
    if not is_late:
        assert f"{deleted_at + timedelta(days=30):%Y-%m-%d}" in restore.advice
        assert act.events[1].earliest_at == deleted_at + timedelta(days=30)


def test_without_the_day_of_the_deletion_the_deadline_is_not_guessed() -> None:
    restore, act = compare(AT, "soft_deleted")
    assert "not known" in restore.advice
    assert (act.events[1].is_sent, act.events[1].earliest_at) == ("either", None)


def test_each_event_has_source_and_day() -> None:
    for status in ("active", "disabled", "soft_deleted"):
        for one in compare(AT, status):
            assert all(e.source.startswith("https://") and e.as_of for e in one.events)
