"""`discovery run`: the nightly job, and what a person has to know after it."""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import click

from discovery.cli.options import CONFIG_HELP, HOME_HELP, Day, example, settings_of, today
from discovery.cli.output import print_json
from discovery.cli.progress import night_progress
from discovery.cli.report import RunReport, print_report, read_report, removed_of
from discovery.cli.terminal import say
from discovery.connectors import configured_apps
from discovery.errors import BadUse
from discovery.settings import Settings
from discovery.store import Store


@click.command(epilog=example("discovery run", "discovery run --as-of 2026-09-30 --strict"))
@click.option("--config", type=click.Path(path_type=Path), help=CONFIG_HELP)
@click.option(
    "--inbox", type=click.Path(path_type=Path), help="Folder of the exports; default from settings."
)
@click.option("--home", type=click.Path(path_type=Path), help=HOME_HELP)
@click.option("--as-of", type=Day(), help="Day at whose end (UTC) to look; default today.")
@click.option("--force", is_flag=True, help="Run though nothing is new, and look into every file again.")
@click.option(
    "--strict", is_flag=True, help="Exit 1 also for quarantined records and files that were not read."
)
@click.option(
    "--wait",
    "wait_seconds",
    type=click.FloatRange(min=0),
    default=0,
    metavar="SECONDS",
    help="How long to wait while another run is writing; default not at all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def run(
    ctx: click.Context,
    config: Path | None,
    inbox: Path | None,
    home: Path | None,
    as_of: date | None,
    wait_seconds: float,
    *,
    force: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Read the inbox, build the access graph and publish it.

    Prints what was read, matched and found, and what needs a person. A source that fails does not stop the
    others: what was known of it stays. Where nothing is new, nothing is done.
    """
    settings = settings_of(config, home, inbox)
    refuse_nothing_to_read(settings)
    configured_apps(settings)  # refuses a wrong block before a run exists
    day = as_of or today()
    from discovery.run import is_current, mark_good_night

    if not force and (last := is_current(settings, day)) is not None:
        with Store(settings.published, read_only=True) as store:
            report = read_report(store, settings.published)
        # A source that failed is tried again, though nothing else is new.
        if not report.failed_sources:
            if as_json:
                print_json({"is_new": False, "run_id": last.run_id, "as_of": day, **report.as_dict()})
            else:
                say(
                    f"Nothing is new since the run of {last.finished_at}: inbox, decisions, catalog, settings "
                    f"and day are unchanged.\nThe access graph as of {last.as_of} is {settings.published} "
                    f"(content {last.content_hash[:16]}). `--force` runs all the same."
                )
                if strict and report.is_incomplete:
                    say(
                        f"Not in it: {len(report.not_read)} file{'' if len(report.not_read) == 1 else 's'}, and "
                        f"{sum(r['record_count'] for r in report.quarantine)} records in quarantine; `--strict` "
                        "therefore fails. `discovery doctor` lists them."
                    )
            mark_good_night(settings)
            ctx.exit(1 if strict and report.is_incomplete else 0)
    nightly = _nightly()
    with night_progress(settings.home, nightly.step_count()) as on_step:
        result = nightly.run_nightly(settings, day, force=force, wait_seconds=wait_seconds, on_step=on_step)
    if result.publication is None:
        report = RunReport(
            settings.published, outcomes={name: vars(one) for name, one in result.outcomes.items()}
        )
    else:
        with Store(settings.published, read_only=True) as store:
            report = read_report(store, settings.published)
        report.unproven = _unproven(settings, report)
    report.failed_sources = [
        (one.system, one.reason) for one in result.failed_sources
    ] or report.failed_sources
    report.failed_checks = [
        (
            f"{one.asset}: {_not_so(one.wrong_rows)}{one.sentence or one.name}",
            one.is_warning,
        )
        for one in result.failed_checks
    ]
    report.errors = list(result.errors)
    report.removed = removed_of(result.removed)
    if as_json:
        print_json(
            {
                "is_new": True,
                "run_id": result.run_id,
                "as_of": day,
                "is_fine": result.is_fine,
                **report.as_dict(),
            }
        )
    else:
        print_report(report)
    is_fine = result.is_fine and not report.failed_sources
    if is_fine:
        mark_good_night(settings)
    ctx.exit(0 if is_fine and not (strict and report.is_incomplete) else 1)


def _not_so(rows: int | None) -> str:
    """A check's sentence says what should hold: say in how many rows it does not."""
    return f"not so in {rows} row{'' if rows == 1 else 's'}: " if rows else ""


def refuse_nothing_to_read(settings: Settings) -> None:
    """Say what is missing before anything is made. Raises BadUse."""
    if settings.inbox.is_dir():
        return
    if settings.config is None and not settings.inbox.exists():
        raise BadUse(
            f"there is no discovery.toml here and no inbox at {settings.inbox}.\n"
            "`discovery init` makes both; or name them with --config FILE or --inbox DIR."
        )
    raise BadUse(
        f"the inbox {settings.inbox} is not a folder that is there. Make it and put exports into it, or set "
        f"`inbox` in {settings.config or 'discovery.toml'} or with --inbox. Nothing was changed."
    )


def nightly_job() -> Any:
    """Return the pipeline's nightly job, for a command that needs a fresh graph."""
    return _nightly()


def _nightly() -> Any:
    """Load the pipeline: the one place where the library's command line meets Dagster."""
    try:
        importlib.import_module("pipelines.definitions")
        return importlib.import_module("pipelines.nightly")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "pipelines":
            raise
        # The package lies beside the library in a checkout and in the wheel.
        sys.path.append(str(Path(__file__).parents[3]))
        importlib.import_module("pipelines.definitions")
        return importlib.import_module("pipelines.nightly")


def _unproven(settings: Settings, report: RunReport) -> dict[str, int]:
    """Count the files of this run whose format was never compared with a public example."""
    from discovery.sources.registry import unproven

    names = unproven(settings)
    return dict(sorted(Counter(f["format"] for f in report.files if f["format"] in names).items()))
