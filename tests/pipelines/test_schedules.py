from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from discovery.offboarding.departure import Departure, new_departures
from discovery.run import LastRun
from discovery.settings import NotifySettings, Settings
from discovery.store import writer_lock
from pipelines.assembly import definitions_for
from pipelines.clock import last_due
from pipelines.defs.checks import freshness_of, recent
from pipelines.defs.schedules import end_lost_runs
from pipelines.nightly import QUIET
from tests.connectors.receiver import receiving
from tests.pipelines.conftest import Execute, Sample, sample_settings

DAY = date(2026, 9, 30)


def test_a_tick_is_skipped_while_somebody_writes(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    settings = sample_settings(tmp_path / "home")
    nightly = definitions_for(settings).resolve_schedule_def("nightly")
    night = datetime(2026, 10, 1, 2, 30)
    with dg.build_schedule_context(instance, scheduled_execution_time=night) as context:
        with writer_lock(settings.home):
            held = nightly.evaluate_tick(context)
        free = nightly.evaluate_tick(context)
    assert not held.run_requests
    assert f"process {os.getpid()}" in (held.skip_message or "")
    assert len(free.run_requests or []) == 1


@pytest.mark.long
def test_a_run_whose_process_is_gone_does_not_block_the_queue_for_ever(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    made = definitions_for(sample_settings(tmp_path / "home"))
    started = dg.DagsterRunStatus.STARTED
    lost = instance.create_run_for_job(made.resolve_job_def("nightly"), status=started)
    other = instance.create_run_for_job(made.resolve_job_def("watch"), status=started)
    now = datetime.now(UTC)
    assert end_lost_runs(instance, now + timedelta(minutes=5)) == 0
    assert end_lost_runs(instance, now + timedelta(minutes=11)) == 1
    states = {run.run_id: run.status for run in instance.get_runs()}
    assert states == {lost.run_id: dg.DagsterRunStatus.FAILURE, other.run_id: started}


def inbox_tick(settings: Settings, cursor: str | None) -> tuple[list[str | None], str | None, str | None]:
    sensor = definitions_for(settings).resolve_sensor_def("inbox")
    with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance, cursor) as context:
        tick = sensor.evaluate_tick(context)
    return [r.run_key for r in tick.run_requests or []], tick.cursor, tick.skip_message


def test_the_inbox_starts_a_night_once_its_files_rest(copied: Settings, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "one.csv").write_text("a\n1\n")
    settings = replace(copied, inbox=inbox)
    keys, cursor, said = inbox_tick(settings, None)
    assert (keys, said) == ([], "files have changed; waiting until they change no more")
    (inbox / "one.csv").write_text("a\n1\n2\n")
    keys, later, _ = inbox_tick(settings, cursor)
    assert keys == []
    assert later != cursor
    keys, last, _ = inbox_tick(settings, later)
    assert keys == [later]
    assert inbox_tick(settings, last)[0] == keys


def test_an_inbox_without_news_starts_nothing(sample: Sample) -> None:
    keys, _, said = inbox_tick(sample.settings, None)
    assert keys == []
    assert "nothing is new" in (said or "")


def test_departures_are_news_once(sample: Sample) -> None:
    sensor = definitions_for(sample.settings).resolve_sensor_def("departures")
    with dg.build_sensor_context() as context:
        first = sensor.evaluate_tick(context)
    known = json.loads(first.cursor or "{}")
    assert known["known"]
    forgotten = sorted(known["known"])[0]
    before = {
        "run_id": "an earlier run",
        "known": {k: v for k, v in known["known"].items() if k != forgotten},
    }
    with dg.build_sensor_context(cursor=json.dumps(before)) as context:
        [request] = sensor.evaluate_tick(context).run_requests or []
    person_id, kind = forgotten.split(":")
    assert request.run_key == f"{forgotten}:{known['known'][forgotten]}"
    assert (sensor.job_name, request.run_config) == ("open_case", {"person_id": person_id})
    assert (request.tags["person_id"], request.tags["departure"]) == (person_id, kind)
    assert "@" not in repr((request.run_key, request.run_config, request.tags, first.cursor))
    with dg.build_sensor_context(cursor=first.cursor) as context:
        again = sensor.evaluate_tick(context)
    assert not again.run_requests
    assert "nothing is published since" in (again.skip_message or "")


def test_nothing_published_is_no_departure(tmp_path: Path) -> None:
    sensor = definitions_for(sample_settings(tmp_path / "home")).resolve_sensor_def("departures")
    with dg.build_sensor_context() as context:
        assert sensor.evaluate_tick(context).skip_message == "nothing is published yet"


def keys_of(known: dict[str, str] | None, *found: Departure, day: date = DAY) -> list[str]:
    return [f"{one.person_id}:{one.kind}:{on}" for one, on in new_departures(known, list(found), day)[0]]


def test_a_first_look_hears_of_the_last_days_only() -> None:
    assert keys_of(
        None, Departure("a", "left", DAY), Departure("b", "left", DAY - timedelta(days=30)),
        Departure("c", "disabled", None),
    ) == ["a:left:2026-09-30"]  # fmt: skip


def test_a_status_keeps_the_day_on_which_it_was_first_published_and_returns_are_forgotten() -> None:
    disabled = Departure("a", "disabled", None)
    new, known = new_departures({}, [disabled], DAY)
    assert [on for _, on in new] == ["2026-09-30"]
    assert new_departures(known, [disabled], DAY + timedelta(days=1)) == ([], known)
    _, known = new_departures(known, [], DAY + timedelta(days=2))
    assert known == {}
    assert keys_of(known, disabled, day=DAY + timedelta(days=3)) == ["a:disabled:2026-10-03"]


def test_a_last_day_that_moves_is_news() -> None:
    assert keys_of({"a:left": "2026-09-15"}, Departure("a", "left", date(2026, 9, 20))) == [
        "a:left:2026-09-20"
    ]


@pytest.mark.parametrize(
    ("newest", "passed"),
    [({}, True), ({"daily": DAY - timedelta(days=1)}, True), ({"daily": DAY - timedelta(days=2)}, False),
     ({"daily": DAY, "monthly": DAY - timedelta(days=31)}, True),
     ({"daily": DAY, "monthly": DAY - timedelta(days=32)}, False)],
)  # fmt: skip
def test_a_source_is_late_when_its_newest_day_is_older_than_its_cadence(
    newest: dict[str, date], passed: bool
) -> None:
    key = dg.AssetCheckKey(dg.AssetKey(["sources", "x"]), "is_fresh")
    result = freshness_of(key, newest, {"daily": 1, "monthly": 31}, DAY)
    assert result.passed is passed
    assert result.severity is dg.AssetCheckSeverity.WARN


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-07-02 08:30", "2026-07-02 02:30"),  # the watch after the night
        ("2026-07-02 07:00", "2026-07-01 02:30"),  # a night may take five hours
        ("2026-03-29 08:30", "2026-03-29 02:30"),  # the clocks went forward: 02:30 was not
        ("2026-10-25 08:30", "2026-10-25 02:30"),  # and back
    ],
)
def test_which_night_should_have_published(tmp_path: Path, now: str, due: str) -> None:
    settings = sample_settings(tmp_path / "home")
    zone = ZoneInfo(settings.timezone)
    when = datetime.fromisoformat(now).replace(tzinfo=zone).astimezone(UTC)
    assert last_due(settings, when).strftime("%Y-%m-%d %H:%M") == due


def published_at(settings: Settings, finished: datetime) -> None:
    last = LastRun("", "r", "2026-07-01", "h", finished.isoformat())
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "last_run.json").write_text(json.dumps(asdict(last)))


def test_the_first_night_that_fails_is_red(tmp_path: Path) -> None:
    settings = sample_settings(tmp_path / "home")
    watch = datetime(2026, 7, 2, 7, 30, tzinfo=UTC)  # 08:30 in London
    assert not recent(settings, watch).passed
    published_at(settings, watch - timedelta(hours=5, minutes=50))
    assert recent(settings, watch).passed
    published_at(settings, watch - timedelta(hours=29, minutes=50))
    assert not recent(settings, watch).passed


def test_the_watch_over_a_stale_graph_is_a_run_that_failed(copied: Settings, execute: Execute) -> None:
    good = copied.home / "last_good_night"
    good.unlink(missing_ok=True)
    assert execute(copied, "watch", run_config=QUIET).success
    good.unlink()
    published_at(copied, datetime.now(UTC) - timedelta(days=3))
    assert not execute(copied, "watch", run_config=QUIET).success
    assert not good.exists()


def test_the_watch_tells_a_watch_elsewhere_of_good_nights_alone(copied: Settings, execute: Execute) -> None:
    with receiving(lambda _: (200, b"")) as elsewhere:
        settings = replace(copied, notify=NotifySettings(alive_url=f"{elsewhere.url}/ping/id"))
        assert execute(settings, "watch", run_config=QUIET).success
        assert [call.path for call in elsewhere.calls] == ["/ping/id"]
        published_at(settings, datetime.now(UTC) - timedelta(days=3))
        assert not execute(settings, "watch", run_config=QUIET).success
        assert len(elsewhere.calls) == 1
    published_at(settings, datetime.now(UTC))
    result = execute(settings, "watch", run_config=QUIET)
    assert result.success, "what raises the alarm is the watch that was not called"
    [said] = [one.metadata["watch_elsewhere"].value for one in result.get_asset_check_evaluations()]
    assert said.startswith("not told: ")
