"""When things start by themselves: at night, when the inbox changes, when somebody departs.

All of it is off unless the settings say `[schedule] enabled = true`, or somebody turns it on in the UI.
"""

import json
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from discovery.errors import DiscoveryError, StoreLocked
from discovery.offboarding.departure import new_departures, read_departures
from discovery.run import fingerprint_of, is_current, last_run
from discovery.settings import Settings
from discovery.sources.inbox import inbox_files
from discovery.store import writer_lock
from pipelines.clock import WATCH_HOURS_LATER, hour_and_minute
from pipelines.defs.cases import ADVANCE_CASES, OPEN_CASE
from pipelines.defs.jobs import NIGHTLY, REBUILD_DAYS, SCOPE_PERSON, WATCH
from pipelines.forgetting import forget_old_runs
from pipelines.published import published, read_run
from pipelines.wording import told

LOST_AFTER = timedelta(minutes=10)
"""How long a started run may say nothing, while nobody holds the writer's lock, before it counts as gone."""


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Return the night's schedule, the watch over it some hours later, and the hourly look at cases."""
    return [_nightly(settings), _watch(settings), _advance(settings)]


def sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """Return the sensors on the inbox and on departures."""
    return [_inbox(settings), _departures(settings)]


def busy(settings: Settings) -> str | None:
    """Return who is writing to the warehouse, or None."""
    try:
        with writer_lock(settings.home):
            return None
    except StoreLocked as error:
        return told(error)


def end_lost_runs(instance: dg.DagsterInstance, now: datetime) -> int:
    """Mark runs as failed whose process is gone, where nobody holds the writer's lock; returns how many.

    A `discovery run` that was killed stays "started", and while one runs the queue begins no other. A run that
    writes holds the lock but for moments at its beginning and end, in which it writes events.
    """
    lost = [
        run
        for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        if run.job_name in (NIGHTLY, REBUILD_DAYS) and now - _last_heard_of(instance, run) > LOST_AFTER
    ]
    for run in lost:
        instance.report_run_failed(run, "Nobody holds the writer's lock: the process of this run is gone.")
    return len(lost)


def _last_heard_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> datetime:
    events = instance.get_records_for_run(run.run_id, limit=1, ascending=False).records
    [record] = instance.get_run_records(dg.RunsFilter(run_ids=[run.run_id]))
    return datetime.fromtimestamp(events[0].timestamp if events else record.create_timestamp.timestamp(), UTC)


def _nightly(settings: Settings) -> dg.ScheduleDefinition:
    hour, minute = hour_and_minute(settings)

    @dg.schedule(
        name=NIGHTLY,
        job_name=NIGHTLY,
        cron_schedule=f"{minute} {hour} * * *",
        execution_timezone=settings.timezone,
        default_status=_schedule_status(settings),
        description="Every night at the time that the settings say, in their time zone.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if holder := busy(settings):
            return dg.SkipReason(holder)
        end_lost_runs(context.instance, datetime.now(UTC))
        forget_old_runs(settings, context.instance, datetime.now(UTC))
        return dg.RunRequest()

    return nightly


def _watch(settings: Settings) -> dg.ScheduleDefinition:
    hour, minute = hour_and_minute(settings)
    return dg.ScheduleDefinition(
        name=WATCH,
        job_name=WATCH,
        cron_schedule=f"{minute} {(hour + WATCH_HOURS_LATER) % 24} * * *",
        execution_timezone=settings.timezone,
        default_status=_schedule_status(settings),
        description=f"{WATCH_HOURS_LATER} hours after the night: has it published? If not, the run is red.",
    )


def _advance(settings: Settings) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=ADVANCE_CASES,
        job_name=ADVANCE_CASES,
        cron_schedule="17 * * * *",
        execution_timezone=settings.timezone,
        default_status=_schedule_status(settings),
        description="Every hour: each offboarding case is moved on as far as it may go without a person.",
    )


def _inbox(settings: Settings) -> dg.SensorDefinition:
    @dg.sensor(
        name="inbox",
        job_name=NIGHTLY,
        minimum_interval_seconds=60,
        default_status=_sensor_status(settings),
        description="Starts the night when files in the inbox, decisions or settings are new or changed, and have "
        "stopped changing: two looks in a row find the same.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        holder = busy(settings)
        if holder is None:
            end_lost_runs(context.instance, datetime.now(UTC))
        last = last_run(settings)
        # Of the day of the last run: that a day has passed is the schedule's business.
        day = date.fromisoformat(last.as_of) if last else date.min
        if last and is_current(settings, day):
            return dg.SkipReason(f"nothing is new since the run of {last.finished_at}")
        if not inbox_files(settings.inbox):
            return dg.SkipReason(f"the inbox {settings.inbox} is empty, or not there")
        if holder:
            return dg.SkipReason(holder)
        fingerprint = fingerprint_of(settings, day)
        if context.cursor != fingerprint:
            return dg.SensorResult(
                skip_reason="files have changed; waiting until they change no more", cursor=fingerprint
            )
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=fingerprint)], cursor=fingerprint)

    return inbox


def _departures(settings: Settings) -> dg.SensorDefinition:
    opens = settings.offboarding.open_cases
    job = OPEN_CASE if opens else SCOPE_PERSON
    ahead = settings.offboarding.open_ahead_days if opens else 0

    @dg.sensor(
        name="departures",
        job_name=job,
        minimum_interval_seconds=300,
        default_status=_sensor_status(settings),
        description="Opens a case for each person who turned disabled or deleted, or whose last day of work came or is "
        "near; where the settings say `open_cases = false`, scopes them only.",
    )
    def departures(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if not settings.published.is_file():
            return dg.SkipReason("nothing is published yet")
        before = json.loads(context.cursor) if context.cursor else {}
        try:
            with published(settings) as store:
                run_id, as_of = read_run(store)
                if before.get("run_id") == run_id:
                    return dg.SkipReason(f"nothing is published since the graph of {as_of}")
                found = read_departures(store, ahead)
        except DiscoveryError as error:
            return dg.SkipReason(told(error))
        new, known = new_departures(before.get("known"), found, as_of)
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(
                    run_key=f"{one.person_id}:{one.kind}:{day}",
                    run_config={"person_id": one.person_id} | ({} if opens else {"as_of": as_of.isoformat()}),
                    tags={"person_id": one.person_id, "departure": one.kind},
                )
                for one, day in new
            ],
            skip_reason=None if new else "nobody has departed since the last look",
            cursor=json.dumps({"run_id": run_id, "known": known}),
        )

    return departures


def _schedule_status(settings: Settings) -> dg.DefaultScheduleStatus:
    return dg.DefaultScheduleStatus.RUNNING if settings.schedule_enabled else dg.DefaultScheduleStatus.STOPPED


def _sensor_status(settings: Settings) -> dg.DefaultSensorStatus:
    return dg.DefaultSensorStatus.RUNNING if settings.schedule_enabled else dg.DefaultSensorStatus.STOPPED
