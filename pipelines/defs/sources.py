"""The stage sources: the inbox, and one asset per system that some format reads."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

import dagster as dg

from discovery.settings import Settings
from discovery.sources.ingest import Outcome, systems
from discovery.sources.registry import known_formats
from discovery.sources.source import Format
from discovery.store import Store
from pipelines.metadata import OWNERS, rows_shown
from pipelines.resources import OpenNight
from pipelines.wording import in_words, without_personal_data

INBOX = dg.AssetKey(["sources", "inbox"])
READ_WHOLE = "read_whole"

_LISTED = """
    SELECT state, count(*) AS files FROM sources.source_file GROUP BY ALL ORDER BY ALL
"""
_KNOWN = """
    SELECT format, state, count(*) AS files, sum(rows_read) AS rows_read, sum(rows_loaded) AS loaded,
        sum(rows_duplicate) AS duplicate, sum(rows_ignored) AS ignored, sum(rows_quarantined) AS quarantined
    FROM sources.source_file WHERE system = $system GROUP BY ALL ORDER BY ALL
"""
_LOADED = """
    SELECT coalesce(CAST(sum(rows_loaded) AS BIGINT), 0) FROM sources.source_file
    WHERE system = $system AND state IN ('staged', 'loaded')
"""


class Look(dg.Config):
    """How to look at the inbox. `again`: open files too whose size and time are as before."""

    again: bool = False


def source_systems(settings: Settings) -> tuple[str, ...]:
    """Return the systems that have an asset: of shipped formats, plug-ins and mappings."""
    return tuple(sorted({*systems(settings), "mapping"}))


def key_of_system(system: str) -> dg.AssetKey:
    """Return a system's asset key; characters that Dagster does not take become underscores."""
    return dg.AssetKey(["sources", re.sub(r"[^A-Za-z0-9_]", "_", system)])


def assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """Return the inbox and the systems, one asset each."""
    return [_inbox(), _systems(settings)]


def _inbox() -> dg.AssetsDefinition:
    @dg.asset(
        key=INBOX,
        group_name="sources",
        owners=OWNERS,
        kinds={"file"},
        description="The folder that exports are put into. Each file is copied once under its SHA-256 and "
        "recognised by its content; what is new waits for the system that it belongs to.",
        required_resource_keys={"night"},
    )
    def inbox(context: dg.AssetExecutionContext, config: Look) -> dg.MaterializeResult[None]:
        night: OpenNight = context.resources.night
        with in_words():
            run = night.begin("sources.inbox")
            pending = night.scan(again=config.again)
            files = run.store.count("sources.inbox_file")
            return dg.MaterializeResult(
                metadata={
                    "files": files,
                    "to_be_read": pending,
                    "inputs_by_state": rows_shown(run.store.dicts(_LISTED)),
                }
            )

    return inbox


def _systems(settings: Settings) -> dg.AssetsDefinition:
    """One step for all systems, of which any can be chosen: sixty steps that mostly find nothing cost seconds."""
    formats = known_formats(settings)
    keys = {key_of_system(system): system for system in source_systems(settings)}

    @dg.multi_asset(
        name="sources__systems",
        can_subset=True,
        specs=[
            dg.AssetSpec(
                key,
                deps=[INBOX],
                group_name="sources",
                owners=OWNERS,
                kinds={"duckdb", "parquet"},
                description=_described([f for f in formats if f.system == system]),
                metadata={"formats": [f.name for f in formats if f.system == system]},
            )
            for key, system in keys.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                READ_WHOLE, asset=key,
                description="All that lay in the inbox for it was read. If not, what was known of it stays "
                "and is marked stale, and everything else goes on.",
            )
            for key in keys
        ],
        required_resource_keys={"night"},
    )  # fmt: skip
    def read(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        night: OpenNight = context.resources.night
        with in_words():
            night.scan_unless_done()
        for key, system in keys.items():
            if key in context.selected_asset_keys:
                with in_words():
                    run = night.begin(f"sources.{system}")
                    result = _read(run.store, key, system, run.ingest(system))
                yield result

    return read


def _described(formats: Sequence[Format]) -> str:
    """Say in Markdown what is read and how to get it."""
    if not formats:
        return "No [[mapping]] block in the settings yet: none of its files is read."
    listed = "\n".join(f"- **{f.title}** ({', '.join(f.kinds)}): {f.how_to_get}" for f in formats)
    return f"Files of the inbox that are recognised as one of these, and how to get them:\n\n{listed}"


def _read(store: Store, key: dg.AssetKey, system: str, outcome: Outcome) -> dg.MaterializeResult[None]:
    """Say what became of a system's records in this run, and what is known of it in all."""
    loadable = outcome.rows_read - outcome.rows_ignored - outcome.rows_quarantined
    check = partial(
        dg.AssetCheckResult, asset_key=key, check_name=READ_WHOLE, severity=dg.AssetCheckSeverity.ERROR
    )
    if outcome.error:
        result = check(passed=False, metadata={
            # Not the name of the file; and of the engine's words not those that quote a line.
            "why": without_personal_data(outcome.error.partition("\n")[0]),
            "in_full": "table source_status of access_graph.duckdb",
        })  # fmt: skip
    else:
        result = check(passed=True, metadata={"refused_files": outcome.refused})
    return dg.MaterializeResult(
        asset_key=key,
        metadata={
            "dagster/row_count": store.value(_LOADED, {"system": system}),
            "files": outcome.files,
            "files_refused": outcome.refused,
            "rows_read": outcome.rows_read,
            "rows_loaded_or_duplicate": loadable,
            "rows_ignored": outcome.rows_ignored,
            "rows_quarantined": outcome.rows_quarantined,
            "in_all": rows_shown(store.dicts(_KNOWN, {"system": system})),
        },
        check_results=[result],
    )
