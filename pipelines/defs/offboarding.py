"""The stage offboarding: the graph as published, and who has departed according to it."""

from collections import Counter

import dagster as dg

from discovery.checks import read_checks
from discovery.offboarding.departure import read_departures
from discovery.run import steps
from discovery.settings import Settings
from discovery.tables import PUBLISHED
from pipelines.hosted import host
from pipelines.metadata import OWNERS
from pipelines.published import published, read_run
from pipelines.resources import OpenNight
from pipelines.steps import key_of, step_assets
from pipelines.wording import in_words

ACCESS_GRAPH = dg.AssetKey(["offboarding", "access_graph"])
DEPARTURE = dg.AssetKey(["offboarding", "departure"])


def assets() -> list[dg.AssetsDefinition]:
    """Return cases and ledger as tables, the published file and the departures in it."""
    return [*step_assets("offboarding"), _access_graph(), _departure()]


def _access_graph() -> dg.AssetsDefinition:
    wanted = {table.qualified for table in PUBLISHED} | {host(check).table for check in read_checks()}
    made = [step.table for step in steps() if step.table in wanted]

    @dg.asset(
        key=ACCESS_GRAPH,
        deps=[key_of(table) for table in dict.fromkeys(made)],
        group_name="offboarding",
        owners=OWNERS,
        kinds={"duckdb"},
        description="access_graph.duckdb, the file that people open: built under another name, verified, and "
        "put in place whole. Until then, and if anything fails, the one of the last night stays.",
        required_resource_keys={"night"},
    )
    def access_graph(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        night: OpenNight = context.resources.night
        with in_words():
            run = night.begin("offboarding.access_graph")
            night.published = run.publish()
            run.remove_old()
            counts = night.published.row_counts
            return dg.MaterializeResult(
                metadata={
                    "dagster/row_count": counts["access"],
                    "as_of": run.night.as_of.isoformat(),
                    "content_hash": night.published.content_hash,
                    "file": dg.MetadataValue.path(run.settings.published),
                    "bytes": run.settings.published.stat().st_size,
                    "persons": counts["person"],
                    "apps": counts["app"],
                }
            )

    return access_graph


def _departure() -> dg.AssetsDefinition:
    @dg.asset(
        key=DEPARTURE,
        deps=[ACCESS_GRAPH],
        group_name="offboarding",
        owners=OWNERS,
        kinds={"duckdb"},
        description="One row: one person who is disabled or deleted, or whose last day of work has come, as "
        "the published graph tells. The sensor `departures` opens a case for each new one.",
        required_resource_keys={"settings"},
    )
    def departure(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        settings: Settings = context.resources.settings
        with in_words(), published(settings) as store:
            found = read_departures(store)
            _, as_of = read_run(store)
        kinds = Counter(one.kind for one in found)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(found),
                "as_of": as_of.isoformat(),
                **{f"kind_{kind}": count for kind, count in sorted(kinds.items())},
            }
        )

    return departure
