"""The stage canonical: one meaning per column. Usage comes first and commits what the sources staged."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import dagster as dg

from discovery.settings import Settings
from pipelines.defs.sources import key_of_system, source_systems
from pipelines.engine import by_pipes
from pipelines.metadata import rows_shown
from pipelines.resources import OpenNight
from pipelines.steps import USAGE, filled, op_name, spec_of, stage_steps, step_assets
from pipelines.wording import in_words

USAGE_MONTH = "canonical.usage_month"

_BALANCE = """
    SELECT coalesce(system, '(none)') AS system, state, count(*) AS files, sum(rows_read) AS rows_read,
        sum(rows_loaded) AS loaded, sum(rows_duplicate) AS duplicate, sum(rows_ignored) AS ignored,
        sum(rows_quarantined) AS quarantined
    FROM sources.source_file GROUP BY ALL ORDER BY ALL
"""


class Days(dg.Config):
    """Days to build anew from the lake, from the first to the last; none: only those that inputs touched."""

    from_on: str | None = None
    to_on: str | None = None


def assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return one asset per table; usage and its months are filled by one step."""
    return [_usage(settings), *step_assets("canonical", skipping=(USAGE, USAGE_MONTH))]


def _usage(settings: Settings) -> dg.AssetsDefinition:
    [step] = [step for step in stage_steps("canonical") if step.table == USAGE]
    sources = [key_of_system(system) for system in source_systems(settings)]

    @dg.multi_asset(
        name=op_name(USAGE),
        specs=[
            spec_of(USAGE, sources, {"duckdb", "parquet"}),
            spec_of(USAGE_MONTH, sources, {"duckdb", "sql"}),
        ],
        required_resource_keys={"night"},
    )
    def usage(context: dg.AssetExecutionContext, config: Days) -> Iterator[dg.MaterializeResult[None]]:
        night: OpenNight = context.resources.night
        with in_words():
            run = night.begin(USAGE)
            run.night = replace(run.night, launch=by_pipes(context))
            marked = 0
            if config.from_on and config.to_on:
                marked = run.rebuild_days(
                    date.fromisoformat(config.from_on), date.fromisoformat(config.to_on)
                )
            rebuilt = run.build(step)
            result = filled(run.store, USAGE)
            balance = rows_shown(run.store.dicts(_BALANCE))
        yield dg.MaterializeResult(
            asset_key=result.asset_key,
            metadata={
                **(result.metadata or {}),
                "rows_rebuilt": rebuilt,
                "parts_marked": marked,
                "records_by_system": balance,
            },
        )
        yield filled(run.store, USAGE_MONTH)

    return usage
