"""The nightly job as one call: what `discovery run` starts."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import dagster as dg

from discovery.errors import DiscoveryError
from discovery.publish import Publication
from discovery.run import Removed, steps, writing
from discovery.settings import Settings
from discovery.sources.ingest import Outcome
from pipelines.assembly import definitions_for
from pipelines.defs.jobs import NIGHTLY
from pipelines.defs.sources import key_of_system
from pipelines.forgetting import forget_old_runs
from pipelines.history import open_instance
from pipelines.resources import Watch

GARBAGE_AFTER = 50_000
"""New objects after which Python looks for garbage."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own lines stay in its instance and do not reach the terminal."""


@dataclass(frozen=True)
class FailedCheck:
    """A check that did not pass. `is_warning`: it is told, and the night is fine all the same."""

    asset: str
    name: str
    sentence: str
    wrong_rows: int | None
    is_blocking: bool
    is_warning: bool


@dataclass(frozen=True)
class FailedSource:
    """A system that could not be read as a whole; `reason` in full, for a terminal, not for Dagster."""

    system: str
    reason: str


@dataclass(frozen=True)
class NightResult:
    """How a night ended. `publication` is None if it did not come to publishing."""

    run_id: str
    success: bool
    publication: Publication | None
    outcomes: dict[str, Outcome]
    failed_sources: tuple[FailedSource, ...]
    failed_checks: tuple[FailedCheck, ...]
    errors: tuple[str, ...]
    removed: Removed | None = None

    @property
    def is_fine(self) -> bool:
        """All went well: exit code 0."""
        red = any(not check.is_warning for check in self.failed_checks)
        return self.success and self.publication is not None and not self.failed_sources and not red


def run_nightly(settings: Settings, as_of: date, *, force: bool = False, wait_seconds: float = 0,
                on_step: Callable[[str], None] | None = None) -> NightResult:  # fmt: skip
    """Execute the nightly job in this process, recorded in the instance `home/dagster`.

    `force`: look into files again whose size and time are as before. `on_step` hears each step's name as it
    begins. Raises StoreLocked if somebody else is still writing after `wait_seconds`.
    """
    before, often = os.umask(0o077), gc.get_threshold()  # Dagster makes files of its own in the home
    # Dagster's definitions are millions of objects that stay; to look through them again and again for garbage takes
    # a tenth of a small company's night.
    gc.set_threshold(GARBAGE_AFTER, *often[1:])
    try:
        return _run(settings, as_of, force, wait_seconds, Watch(on_step))
    finally:
        gc.set_threshold(*often)
        os.umask(before)


def _run(settings: Settings, as_of: date, force: bool, wait_seconds: float, watch: Watch) -> NightResult:
    definitions = definitions_for(settings, watch)
    job = definitions.resolve_job_def(NIGHTLY)
    # Who has to wait, or is refused, leaves no run behind. Systems that a company does not have are left out:
    # sixty assets that find nothing cost seconds in the event log.
    with writing(settings, as_of, wait_seconds=wait_seconds) as run:
        run.scan(again=force)
        watch.is_scanned, watch.idle = True, run.idle_systems()
    selected = job.asset_layer.selected_asset_keys - {key_of_system(system) for system in watch.idle}
    config = {
        **QUIET,
        "resources": {"night": {"config": {"as_of": as_of.isoformat()}}},
        "ops": {"sources__inbox": {"config": {"again": force}}},
    }
    with open_instance(settings) as instance:
        forget_old_runs(settings, instance, datetime.now(UTC))
        try:
            result = job.execute_in_process(
                run_config=config, instance=instance, raise_on_error=False, asset_selection=sorted(selected)
            )
        except dg.DagsterResourceFunctionError as error:
            if isinstance(error.user_exception, DiscoveryError):
                raise error.user_exception from error
            raise
    return _night_result(definitions, result, watch)


def step_count() -> int:
    """Return about how many steps a night has, for a progress bar."""
    return len(steps()) + len(steps()) // 2


def _night_result(
    definitions: dg.Definitions, result: dg.ExecuteInProcessResult, watch: Watch
) -> NightResult:
    outcomes = watch.night.run.outcomes if watch.night else {}
    return NightResult(
        run_id=result.run_id,
        success=result.success,
        publication=watch.night.published if watch.night else None,
        outcomes=outcomes,
        failed_sources=tuple(FailedSource(s, o.failure) for s, o in sorted(outcomes.items()) if o.failure),
        failed_checks=_failed_checks(definitions, result),
        errors=tuple(_errors(result)),
        removed=watch.night.run.removed if watch.night else None,
    )


def _failed_checks(definitions: dg.Definitions, result: dg.ExecuteInProcessResult) -> tuple[FailedCheck, ...]:
    specs = {
        spec.key: spec
        for made in (*(definitions.assets or ()), *(definitions.asset_checks or ()))
        if isinstance(made, dg.AssetsDefinition)
        for spec in made.check_specs
    }
    failed = []
    for one in result.get_asset_check_evaluations():
        if one.passed:
            continue
        spec = specs[one.asset_check_key]
        wrong = one.metadata.get("wrong_rows")
        failed.append(
            FailedCheck(
                asset=one.asset_key.to_user_string(),
                name=one.check_name,
                sentence=one.description or spec.description or "",
                wrong_rows=None if wrong is None else int(str(wrong.value)),
                is_blocking=spec.blocking,
                is_warning=one.severity is dg.AssetCheckSeverity.WARN,
            )
        )
    return tuple(failed)


def _errors(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    """Yield what stopped a step, in words; a red check that blocks is told as a check."""
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data is not None and data.user_failure_data.description:
                yield f"{event.step_key}: {data.user_failure_data.description}"
            elif data.error is not None and "DagsterAssetCheckFailedError" not in data.error.message:
                yield f"{event.step_key}: {data.error.message.strip()}"
