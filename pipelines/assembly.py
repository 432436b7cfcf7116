"""All definitions for given settings, with the policies that hold for all of them."""

from __future__ import annotations

import dagster as dg

from discovery.settings import Settings
from pipelines.defs import canonical, checks, collect, graph, jobs, matching, offboarding, schedules, sources
from pipelines.resources import Watch, night_resource, ready_resource


def definitions_for(settings: Settings, watch: Watch | None = None) -> dg.Definitions:
    """Assemble assets, checks, jobs, schedules and sensors. `watch` is told of the night while it runs.

    One executor for everything: DuckDB has one writer, so the steps of a run share one process and one
    connection (docs/decisions/0004-file-lock-guards-the-writer.md).
    """
    return dg.Definitions(
        assets=[
            *sources.assets(settings),
            *canonical.assets(settings),
            *matching.assets(),
            *graph.assets(),
            *offboarding.assets(),
        ],
        asset_checks=checks.asset_checks(settings),
        jobs=[*jobs.all_jobs(settings), *collect.collect_jobs(settings)],
        schedules=[*schedules.schedules(settings), *collect.collect_schedules(settings)],
        sensors=schedules.sensors(settings),
        resources={"night": night_resource(settings, watch), "settings": ready_resource(settings)},
        executor=dg.in_process_executor,
    )
