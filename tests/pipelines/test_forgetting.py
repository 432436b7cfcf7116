"""Runs of long ago leave Dagster's history; the newest of each job stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from discovery.settings import Settings
from pipelines.assembly import definitions_for
from pipelines.forgetting import forget_old_runs
from pipelines.history import open_instance
from pipelines.nightly import QUIET


def test_runs_of_long_ago_leave_the_history_and_its_files(copied: Settings) -> None:
    files = copied.home / "dagster" / "history" / "runs"
    with open_instance(copied) as instance:
        [night] = instance.get_runs()
        watch = definitions_for(copied).resolve_job_def("watch")
        runs = [watch.execute_in_process(instance=instance, run_config=QUIET).run_id for _ in range(3)]
        now = datetime.now(UTC)
        assert forget_old_runs(copied, instance, now) == 0
        later = now + timedelta(days=401)
        assert forget_old_runs(replace(copied, history_days=0), instance, later) == 0
        assert forget_old_runs(copied, instance, later) == 2
        assert {run.run_id for run in instance.get_runs()} == {night.run_id, runs[-1]}
        assert forget_old_runs(copied, instance, later) == 0
        assert instance.all_logs(runs[-1])
        assert instance.all_logs(night.run_id)
    left = {path.name.partition(".")[0] for path in files.glob("*-*.db*")}
    assert left == {night.run_id, runs[-1]}
