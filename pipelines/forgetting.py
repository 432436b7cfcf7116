"""What Dagster keeps for too long: runs for a person who is forgotten, and runs of long ago."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from discovery.settings import Settings

DELETED_AT_ONCE = 50
"""Runs of long ago that one night deletes: the first one after years must not take hours."""
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def forget_runs(settings: Settings, person_id: str) -> int:
    """Delete the runs, with their events, that were about a person; returns how many."""
    folder = settings.home / "dagster"
    if not (folder / "dagster.yaml").exists():
        return 0
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        runs = [
            run
            for run in instance.get_runs()
            if run.tags.get("person_id") == person_id or person_id in str(run.run_config)
        ]
        for run in runs:
            _delete(instance, folder, run.run_id)
    return len(runs)


def forget_old_runs(settings: Settings, instance: dg.DagsterInstance, now: datetime) -> int:
    """Delete runs that ended, with their events, older than `history_days` of the settings; returns how many.

    The newest run of each job stays, however old. 0 days: nothing is ever deleted.
    """
    if not settings.history_days:
        return 0
    before = now - timedelta(days=settings.history_days)
    old = instance.get_run_records(
        dg.RunsFilter(statuses=_ENDED, created_before=before), limit=DELETED_AT_ONCE, ascending=True
    )
    newest = {
        job: instance.get_run_records(dg.RunsFilter(job_name=job), limit=1)[0].dagster_run.run_id
        for job in {record.dagster_run.job_name for record in old}
    }
    gone = [
        record.dagster_run
        for record in old
        if newest[record.dagster_run.job_name] != record.dagster_run.run_id
    ]
    for run in gone:
        _delete(instance, settings.home / "dagster", run.run_id)
    return len(gone)


def _delete(instance: dg.DagsterInstance, folder: Path, run_id: str) -> None:
    """Delete a run, its events, and what its own files still hold of them."""
    instance.delete_run(run_id)
    for path in (folder / "history" / "runs").glob(f"{run_id}.db*"):
        path.unlink(missing_ok=True)
    shutil.rmtree(folder / "storage" / run_id, ignore_errors=True)
