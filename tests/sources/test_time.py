"""Times as exports write them: hours in which clocks change, offsets, the ends of the calendar. No event is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery.settings import ColumnMapping
from discovery.sources.ingest import load_macros
from discovery.store import Store

ZONES = ("America/New_York", "Europe/London", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu",
         "America/St_Johns", "Asia/Kolkata", "UTC")  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.memory() as made:
        load_macros(made)
        yield made


def instant(store: Store, text: str, zone: str | None = None) -> datetime | None:
    value: datetime | None = store.value("SELECT instant_in($text, $zone)", {"text": text, "zone": zone})
    return value


def by_the_rule(local: datetime, zone: str) -> datetime:
    """What Python says: of an hour that comes twice the second one, of one that is left out the clock before the change."""
    there = ZoneInfo(zone)
    both = [local.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)]
    is_shown = both[0].astimezone(there).replace(tzinfo=None) == local
    return (max(both) if is_shown else both[0]).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("America/New_York", "2026-11-01 00:59:59", "2026-11-01 04:59:59"),
        ("America/New_York", "2026-11-01 01:30:00", "2026-11-01 06:30:00"),  # shown twice: the second
        ("America/New_York", "2026-11-01 02:00:00", "2026-11-01 07:00:00"),
        (
            "America/New_York",
            "2026-03-08 02:30:00",
            "2026-03-08 07:30:00",
        ),  # never shown: 03:30 of the new time
        ("Europe/London", "2026-10-25 01:30:00", "2026-10-25 01:30:00"),
        ("Europe/London", "2026-03-29 01:30:00", "2026-03-29 01:30:00"),
        ("Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04 15:15:00"),  # half an hour
        ("Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00"),  # a day that was left out
        ("Asia/Kathmandu", "2026-07-01 00:00:00", "2026-06-30 18:15:00"),
        (None, "2026-11-01 01:30:00", "2026-11-01 01:30:00"),  # nothing declared: UTC
    ],
)
def test_hours_in_which_clocks_change(store: Store, zone: str | None, local: str, utc: str) -> None:
    assert instant(store, local, zone) == datetime.fromisoformat(utc)
    if zone is not None:
        assert by_the_rule(datetime.fromisoformat(local), zone) == datetime.fromisoformat(utc)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)), st.sampled_from(ZONES))
def test_any_local_time_is_by_the_rule(store: Store, local: datetime, zone: str) -> None:
    assert instant(store, str(local), zone) == by_the_rule(local, zone)


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_of_the_days_around_a_change(store: Store, zone: str) -> None:
    for first in (datetime(2026, 3, 7), datetime(2026, 3, 28), datetime(2026, 4, 4), datetime(2026, 10, 3),
                  datetime(2026, 10, 24), datetime(2026, 10, 31)):  # fmt: skip
        for n in range(96):
            local = first + timedelta(minutes=30 * n)
            assert instant(store, str(local), zone) == by_the_rule(local, zone), local


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-06-30T10:00:00+05:45", "2026-06-30 04:15:00"),
        ("2026-06-30T10:00:00+0545", "2026-06-30 04:15:00"),
        ("2026-06-30 10:00:00 +05:45", "2026-06-30 04:15:00"),
        ("2026-06-30T10:00:00-08", "2026-06-30 18:00:00"),
        ("2026-06-30T10:00:00-00:00", "2026-06-30 10:00:00"),
        ("2026-06-30T10:00:00+14:00", "2026-06-29 20:00:00"),
        ("2026-06-30T10:00:00.1234567Z", "2026-06-30 10:00:00.123456"),
        ("2026-06-30T10:00:00z", "2026-06-30 10:00:00"),
        ("2026-06-30 10:00 UTC", "2026-06-30 10:00:00"),
        ("2026-06-30 10:00 GMT", "2026-06-30 10:00:00"),
        ("2026-06-30T24:00:00Z", "2026-07-01 00:00:00"),  # the end of a day is the beginning of the next
        ("2026-06-30 24:00:00", "2026-07-01 04:00:00"),
        ("2026-06-30T24:00:01Z", None),
        ("2026-06-30T25:00:00Z", None),
        ("2026-06-30T10:60:00Z", None),
        ("2016-12-31T23:59:60Z", None),  # a second that was, and that no engine counts
        ("2026-06-30T23:59:60", None),
        ("2026-06-30T10:00:00+19:00", None),
        ("2026-06-30 10:00 EST", None),  # a word that means several zones
        ("2026-06-30 10:00 Europe/Paris", None),
        ("2026-06-30T10:00:00+02:00[Europe/Paris]", None),
        ("2026-02-29T10:00:00", None),
        ("infinity", None),
        ("epoch", None),
        ("30-06-2026", None),
        ("", None),
    ],
)
def test_what_a_text_says_of_its_zone_goes_before_the_declared_one(
    store: Store, text: str, utc: str | None
) -> None:
    assert instant(store, text, "America/New_York") == (None if utc is None else datetime.fromisoformat(utc))


def test_no_event_is_lost_whatever_its_time_says(make_bench: Callable[..., Any]) -> None:
    good = ["2026-03-08 02:30:00", "2026-11-01 01:10:00", "2026-11-01 01:50:00", "2026-11-01T01:10:00-04:00",
            "2026-06-30T24:00:00", "2026-06-30T10:00:00+05:45"]  # fmt: skip
    bad = ["2026-06-30T23:59:60", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "2026-06-30 10:00 CST", "yesterday",
           "1969-12-31T23:59:59"]  # fmt: skip
    columns = {"observed_at": "When", "account_name": "User", "mention": "Service"}
    bench = make_bench(mappings=(
        ColumnMapping(name="Ours", kind="sign_in", columns=columns, timezone="America/New_York", date_order="ymd"),
    ))  # fmt: skip
    bench.put(
        "log.csv", "When,User,Service\n" + "".join(f"{text},ada@acme.example,Wiki\n" for text in good + bad)
    )
    assert [one.error for one in bench.read().values() if one.error] == []
    assert bench.unbalanced() == []
    assert sorted(str(r["observed_at"]) for r in bench.records("sign_in")) == [
        "2026-03-08 07:30:00", "2026-06-30 04:15:00", "2026-07-01 04:00:00", "2026-11-01 05:10:00",
        "2026-11-01 06:10:00", "2026-11-01 06:50:00",
    ]  # fmt: skip
    quarantined = bench.quarantine()
    assert [(q["record"], q["column_name"]) for q in quarantined] == [
        (n, "observed_at") for n in range(7, 13)
    ]
    said = {q["record"]: q["reason"] for q in quarantined}
    assert "23:59:60" in said[7]
    assert "CST" in said[10]
    assert "a time between 1990 and 2200" in said[8]
