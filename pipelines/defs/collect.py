"""Collecting by schedule: people every quarter of an hour, logs every hour, the rest daily; off unless enabled.

The jobs are there for systems that the settings name. They write export files into the inbox and need no lock of the
warehouse; the inbox sensor starts a night for what they bring.
"""

from collections.abc import Callable
from functools import partial

import dagster as dg

from discovery.collect import GROUPS, Outcome, collect, configured
from discovery.settings import Settings
from pipelines.wording import in_words, without_personal_data

NAME = "collect_{}"
_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]  # fmt: skip


def collect_jobs(settings: Settings) -> list[dg.JobDefinition]:
    """Return a job for people, logs and the directory each; none where nothing is to be collected from."""
    return [_job(group) for group in GROUPS] if configured(settings) else []


def collect_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Return the schedules of those jobs."""
    if not configured(settings):
        return []
    own = settings.collect
    hour, minute = own.directory_at.split(":")
    crons = {"people": _every(own.people_minutes), "logs": _every(own.logs_minutes),
             "directory": f"{int(minute)} {int(hour)} * * *"}  # fmt: skip
    return [_schedule(settings, group, cron) for group, cron in crons.items()]


def _every(minutes: int) -> str:
    return "0 * * * *" if minutes == 60 else f"*/{minutes} * * * *"


def _job(group: str) -> dg.JobDefinition:
    @dg.op(name=f"fetch_{group}", out=dg.Out(dg.Nothing), required_resource_keys={"settings"})
    def fetch(context: dg.OpExecutionContext) -> None:
        """Read the APIs of all systems that are set up; red where a list failed or is refused."""
        settings: Settings = context.resources.settings
        outcomes: list[tuple[str, Outcome]] = []
        for system in configured(settings):
            with in_words():
                outcomes += [
                    (system, one) for one in collect(settings, system, groups=[group], wait_seconds=60)
                ]
        counts: dict[str, str | int] = {
            f"{system} {one.name}": one.records if one.state == "collected" else one.state
            for system, one in outcomes
        }
        context.add_output_metadata({**counts, "files": sum(len(one.files) for _, one in outcomes)})
        wrong = [f"{system} {one.name} {one.state}: {without_personal_data(one.reason or '')}"
                 for system, one in outcomes if not one.is_fine]  # fmt: skip
        if wrong:
            raise dg.Failure(description="; ".join(wrong), allow_retries=False)

    @dg.job(
        name=NAME.format(group),
        description=f"Reads {group} from the APIs that the settings name into the inbox.",
    )
    def job() -> None:
        fetch()

    return job


def _schedule(settings: Settings, group: str, cron: str) -> dg.ScheduleDefinition:
    status = (
        dg.DefaultScheduleStatus.RUNNING if settings.collect.enabled else dg.DefaultScheduleStatus.STOPPED
    )
    tick: Callable[[dg.ScheduleEvaluationContext], dg.RunRequest | dg.SkipReason] = partial(_tick, group)
    return dg.ScheduleDefinition(
        name=NAME.format(group), job_name=NAME.format(group), cron_schedule=cron, execution_timezone=settings.timezone,
        default_status=status, execution_fn=tick,
        description=f"Collects {group}; a tick is skipped while the last run of it is not finished.",
    )  # fmt: skip


def _tick(group: str, context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    waiting = context.instance.get_runs(
        dg.RunsFilter(job_name=NAME.format(group), statuses=_UNFINISHED), limit=1
    )
    return dg.SkipReason("the last run of it is not finished") if waiting else dg.RunRequest()
