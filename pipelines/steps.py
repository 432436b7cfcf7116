"""One asset for each step of the library."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import dagster as dg

from discovery.run import steps
from discovery.stage import Step
from discovery.store import Store
from discovery.tables import TABLES, Table
from pipelines.lineage import column_lineage
from pipelines.metadata import OWNERS, column_schema, description, preview
from pipelines.resources import OpenNight
from pipelines.wording import in_words

USAGE = "canonical.usage"
_DICTIONARY = Path(__file__).parent.parent / "docs" / "data_dictionary.md"


def key_of(table: str) -> dg.AssetKey:
    """`graph.access` → graph/access."""
    return dg.AssetKey(table.split("."))


def op_name(table: str) -> str:
    """Return the name of the step that fills a table, as run configuration says it."""
    return table.replace(".", "__")


def stage_steps(stage: str) -> tuple[Step, ...]:
    """Return the steps whose table lies in a stage."""
    return tuple(step for step in steps() if step.table.split(".")[0] == stage)


def deps_of(step: Step) -> list[dg.AssetKey]:
    """Return the assets that a step stands on.

    Usage commits what the sources staged, so whatever reads registry or lake comes after it.
    """
    made = {other.table for other in steps()}
    reads = {table for table in step.reads if table in made and table != step.table}
    if step.table.startswith("canonical.") or any(table.startswith("sources.") for table in step.reads):
        reads.add(USAGE)
    return [key_of(table) for table in sorted(reads - {step.table})]


def spec_of(table: str, deps: Iterable[dg.AssetKey], kinds: set[str]) -> dg.AssetSpec:
    """Return a table as an asset: described, owned, with its columns."""
    declared = TABLES[table]
    return dg.AssetSpec(
        key_of(table),
        deps=list(deps),
        description=description(declared),
        group_name=declared.schema,
        owners=OWNERS,
        kinds=kinds,
        metadata={
            "dagster/column_schema": column_schema(declared),
            **_sources(declared),
            "published": "yes, in access_graph.duckdb" if declared.published else "no, warehouse only",
        },
    )


def _sources(table: Table) -> dict[str, dg.PathMetadataValue]:
    """Where a table is made, and where its columns are explained, as paths."""
    sql = Path(str(files(f"discovery.{table.schema}"))) / f"{table.name}.sql"
    named = {"query": sql, "data dictionary": _DICTIONARY}
    return {name: dg.MetadataValue.path(str(path)) for name, path in named.items() if path.exists()}


def filled(store: Store, table: str) -> dg.MaterializeResult[None]:
    """Say what a table holds now."""
    lineage = column_lineage(table)
    return dg.MaterializeResult(
        asset_key=key_of(table),
        metadata={
            "dagster/row_count": store.count(table),
            "preview": preview(store, TABLES[table]),
            **({"dagster/column_lineage": lineage} if lineage else {}),
        },
    )


def step_assets(stage: str, skipping: tuple[str, ...] = ()) -> list[dg.AssetsDefinition]:
    """Return the assets of a stage, except tables that another step fills on the way."""
    return [_step_asset(step) for step in stage_steps(stage) if step.table not in skipping]


def _step_asset(step: Step) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=op_name(step.table),
        specs=[spec_of(step.table, deps_of(step), {"duckdb", "sql"})],
        required_resource_keys={"night"},
    )
    def build(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        night: OpenNight = context.resources.night
        with in_words():
            run = night.begin(step.table)
            run.build(step)
            return filled(run.store, step.table)

    return build
