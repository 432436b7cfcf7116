"""The collectors' jobs and schedules: there for what is set up, off unless enabled, red where a list is not whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from discovery.settings import CollectSettings, EntraSettings, Settings
from pipelines.assembly import definitions_for
from sample_data.tenant import Tenant, serving

TOKEN = "canary-token-that-nobody-prints"
JOBS = {"collect_people", "collect_logs", "collect_directory"}


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setenv("DISCOVERY_ENTRA_TOKEN", TOKEN)
    return Tenant(now=datetime.now(UTC))


@pytest.fixture
def settings(tenant: Tenant, tmp_path: Path) -> Iterator[Settings]:
    with serving(tenant) as url:
        own = EntraSettings(tenant.id, "", url, "token")
        yield Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", entra=own)


def jobs_of(settings: Settings) -> set[str]:
    return {job.name for job in definitions_for(settings).resolve_all_job_defs()}


def test_the_jobs_are_there_for_what_is_set_up_only(settings: Settings) -> None:
    assert jobs_of(settings) >= JOBS
    assert not jobs_of(replace(settings, entra=None)) & JOBS


def test_the_schedules_are_off_until_enabled_and_as_often_as_set(settings: Settings) -> None:
    on = replace(settings, timezone="Europe/London", collect=CollectSettings(True, 5, 30, "03:15"))
    for own, status in ((settings, dg.DefaultScheduleStatus.STOPPED), (on, dg.DefaultScheduleStatus.RUNNING)):
        made = [definitions_for(own).resolve_schedule_def(name) for name in sorted(JOBS)]
        assert {one.default_status for one in made} == {status}
    assert {one.name: (one.cron_schedule, one.execution_timezone) for one in made} == {
        "collect_people": ("*/5 * * * *", "Europe/London"), "collect_logs": ("*/30 * * * *", "Europe/London"),
        "collect_directory": ("15 3 * * *", "Europe/London"),
    }  # fmt: skip


def test_a_tick_is_skipped_while_the_last_run_is_not_finished(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    made = definitions_for(settings)
    schedule = made.resolve_schedule_def("collect_people")
    with dg.build_schedule_context(
        instance, scheduled_execution_time=datetime(2026, 10, 1, 2, 30)
    ) as context:
        assert len(schedule.evaluate_tick(context).run_requests or []) == 1
        instance.create_run_for_job(
            made.resolve_job_def("collect_people"), status=dg.DagsterRunStatus.STARTED
        )
        assert "not finished" in (schedule.evaluate_tick(context).skip_message or "")


def test_a_job_collects_and_is_red_where_a_list_is_refused_without_personal_data(
    settings: Settings, tenant: Tenant
) -> None:
    tenant.add_user("ann.secret")
    job = definitions_for(settings).resolve_job_def("collect_people")
    with dg.DagsterInstance.ephemeral() as ephemeral:
        fine = job.execute_in_process(instance=ephemeral)
        assert fine.success
        tenant.tokens[TOKEN] = {"Application.Read.All"}
        red = job.execute_in_process(instance=ephemeral, raise_on_error=False)
        assert not red.success
        logs = [str(event) for run in ephemeral.get_runs() for event in ephemeral.all_logs(run.run_id)]
    assert any("entra deleted_users denied" in text for text in logs)
    assert not any("ann.secret" in text or TOKEN in text for text in logs)
    assert list(settings.inbox.rglob("users_*.zst"))
