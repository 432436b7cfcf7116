"""Asset checks: wrong rows of a table, sources that deliver no more, a graph that grows old.

What was read as a whole (`read_whole`) is checked where a source is read (sources.py).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

import dagster as dg

from discovery.checks import read_checks
from discovery.connectors.notify import NotDelivered, call_alive
from discovery.run import NightRun, last_run, mark_good_night
from discovery.settings import Settings
from discovery.sources.registry import known_formats
from discovery.store import Store
from pipelines.clock import last_due
from pipelines.defs.jobs import WATCH
from pipelines.defs.offboarding import ACCESS_GRAPH
from pipelines.defs.sources import key_of_system, source_systems
from pipelines.hosted import Hosted, host
from pipelines.metadata import rows_shown
from pipelines.resources import OpenNight
from pipelines.steps import USAGE, key_of
from pipelines.wording import in_words, without_personal_data

IS_FRESH = "is_fresh"
IS_RECENT = "is_recent"
WRONG_ROWS_SHOWN = 10

_NEWEST = """
    SELECT f.format, f.system, max(d.day) AS newest
    FROM sources.source_file AS f JOIN (
        SELECT file_id, day FROM sources.source_part WHERE day IS NOT NULL
        UNION ALL SELECT file_id, snapshot_on FROM sources.source_file WHERE snapshot_on IS NOT NULL
        UNION ALL SELECT file_id, charged_on FROM canonical.charge
    ) AS d USING (file_id)
    WHERE f.state = 'loaded' AND d.day <= $as_of GROUP BY ALL ORDER BY ALL
"""


def asset_checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    """Return one step of checks per table, one for the sources' freshness, one for the age of the graph."""
    by_table: dict[str, list[Hosted]] = defaultdict(list)
    for check in read_checks():
        hosted = host(check)
        by_table[hosted.table].append(hosted)
    return [
        *(_table_checks(table, checks) for table, checks in sorted(by_table.items())),
        _freshness(settings),
        _recent(),
    ]


def _table_checks(table: str, checks: list[Hosted]) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"checks_of_{table.replace('.', '__')}",
        specs=[
            dg.AssetCheckSpec(
                one.name,
                asset=key_of(table),
                description=f"{one.check.sentence}.",
                blocking=one.check.blocking,
                additional_deps=[key_of(other) for other in one.reads],
            )
            for one in checks
        ],
        can_subset=True,
        required_resource_keys={"night"},
    )
    def run_checks(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        night: OpenNight = context.resources.night
        run = night.begin(f"checks of {table}")
        asked = {key.name for key in context.selected_asset_check_keys}
        for one in checks:
            if one.name in asked:
                with in_words():
                    result = _result(run, one)
                yield result

    return run_checks


def _result(run: NightRun, hosted: Hosted) -> dg.AssetCheckResult:
    check = hosted.check
    body = check.sql.strip().rstrip(";")
    wrong = int(run.store.value(f"SELECT count(*) FROM ({body})", run.night.binds))  # noqa: S608 - the check's own
    metadata: dict[str, dg.MetadataValue | int] = {"wrong_rows": wrong}
    if wrong:
        rows = run.store.dicts(
            f"SELECT * FROM ({body}) LIMIT {WRONG_ROWS_SHOWN}",  # noqa: S608 - the check's own
            run.night.binds,
        )
        metadata["first_wrong_rows"] = rows_shown(rows)
        metadata["query"] = dg.MetadataValue.md(
            f"All of them, with what is not shown here:\n```sql\n{body}\n```"
        )
    return dg.AssetCheckResult(
        asset_key=key_of(hosted.table),
        check_name=hosted.name,
        passed=wrong == 0,
        severity=dg.AssetCheckSeverity.ERROR if check.blocking else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def _freshness(settings: Settings) -> dg.AssetChecksDefinition:
    cadence = {
        f.name: settings.cadence_days.get(f.name, settings.cadence_days.get(f.system, f.cadence_days))
        for f in known_formats(settings)
    }
    systems = {key_of_system(system): system for system in source_systems(settings)}

    @dg.multi_asset_check(
        name="freshness_of_sources",
        specs=[
            dg.AssetCheckSpec(
                IS_FRESH, asset=key, additional_deps=[key_of(USAGE), key_of("canonical.charge")],
                description="Its newest event or list is not older than its exports usually are. A source "
                "that has never delivered anything is not late.",
            )
            for key in systems
        ],
        can_subset=True,
        required_resource_keys={"night"},
    )  # fmt: skip
    def freshness(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        night: OpenNight = context.resources.night
        with in_words():
            run = night.begin("freshness of sources")
            newest = read_newest(run.store, run.night.as_of)
        for key, system in systems.items():
            check_key = dg.AssetCheckKey(key, IS_FRESH)
            if check_key in context.selected_asset_check_keys:
                yield freshness_of(check_key, newest.get(system, {}), cadence, run.night.as_of)

    return freshness


def read_newest(store: Store, as_of: date) -> dict[str, dict[str, date]]:
    """Return system → format → newest day, of what was ever loaded."""
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for name, system, day in store.rows(_NEWEST, {"as_of": as_of}):
        found[str(system)][str(name)] = day
    return found


def freshness_of(key: dg.AssetCheckKey, newest: dict[str, date], cadence: dict[str, int],
                 as_of: date) -> dg.AssetCheckResult:  # fmt: skip
    """Compare the newest day of each format of a system with how often its exports come."""
    late = {
        name: f"newest {day}, {(as_of - day).days} days before {as_of}; expected every {cadence[name]}"
        for name, day in newest.items()
        if name in cadence and (as_of - day).days > cadence[name]
    }
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description="late: " + "; ".join(f"{name}, {said}" for name, said in late.items()) if late else None,
        metadata=late or {"newest": max(newest.values()).isoformat() if newest else "never delivered"},
    )


def _recent() -> dg.AssetChecksDefinition:
    @dg.asset_check(
        name=IS_RECENT,
        asset=ACCESS_GRAPH,
        description="The graph was published since the last night was due (the settings' [schedule] and timezone).",
        # Blocking, so that the run of the job `watch` is red and not only its check.
        blocking=True,
        required_resource_keys={"settings"},
    )
    def is_recent(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        settings: Settings = context.resources.settings
        result = recent(settings, datetime.now(UTC))
        # A night that the schedule started has nobody else to say so; a daemon that stands still says nothing.
        if result.passed and context.run.job_name == WATCH:
            mark_good_night(settings)
            return told_elsewhere(settings, result)
        return result

    return is_recent


def told_elsewhere(settings: Settings, result: dg.AssetCheckResult) -> dg.AssetCheckResult:
    """Call the watch elsewhere, if there is one; that it did not hear is said, and it raises the alarm itself."""
    if settings.notify.alive_url is None:
        return result
    try:
        call_alive(settings.notify.alive_url)
        said = "told"
    except NotDelivered as error:
        said = f"not told: {without_personal_data(str(error))}"
    return result._replace(metadata={**result.metadata, "watch_elsewhere": dg.MetadataValue.text(said)})


def recent(settings: Settings, now: datetime) -> dg.AssetCheckResult:
    """Compare the time of the last publication with when a night should have published."""
    last = last_run(settings)
    due = last_due(settings, now)
    return dg.AssetCheckResult(
        passed=last is not None and datetime.fromisoformat(last.finished_at) >= due,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "due_since": due.isoformat(),
            "published_at": last.finished_at if last else "never",
            "as_of": last.as_of if last else "never",
        },
    )
