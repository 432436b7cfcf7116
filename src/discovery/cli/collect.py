"""`discovery collect`: read the API of an identity provider and write export files into the inbox."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path

import click

from discovery.cli.options import CONFIG_HELP, HOME_HELP, Day, example, json_option, settings_of
from discovery.cli.output import print_json
from discovery.cli.terminal import console, say, table
from discovery.collect import GROUPS, SYSTEMS, Outcome


@click.command(epilog=example("discovery collect entra", "discovery collect entra --what people",
                              "discovery collect okta --since 2026-09-01"))  # fmt: skip
@click.argument("system", type=click.Choice(SYSTEMS))
@click.option("--config", type=click.Path(path_type=Path), help=CONFIG_HELP)
@click.option("--home", type=click.Path(path_type=Path), help=HOME_HELP)
@click.option(
    "--inbox", type=click.Path(path_type=Path), help="Folder of the exports; default from settings."
)
@click.option("--what", "groups", type=click.Choice(GROUPS), multiple=True,
              help="Only people (users, changes, deleted users), logs or directory (apps, assignments, groups, "
              "provisioning, consents, licences); default all.")  # fmt: skip
@click.option("--since", type=Day(), help="Day from which logs are read; default from where they are whole.")
@click.option("--whole", is_flag=True, help="Take all users, not only what has changed.")
@click.option("--wait", "wait_seconds", type=click.FloatRange(min=0), default=0, metavar="SECONDS",
              help="How long to wait while another collection of it runs; default not at all.")  # fmt: skip
@json_option
@click.pass_context
def collect(
    ctx: click.Context,
    system: str,
    config: Path | None,
    home: Path | None,
    inbox: Path | None,
    groups: tuple[str, ...],
    since: date | None,
    wait_seconds: float,
    *,
    whole: bool,
    as_json: bool,
) -> None:
    """Read the API of Entra ID, Okta or Google Workspace and write export files into the inbox.

    Each list is whole or failed; a failed one is not read, and the next collection goes on from it. `discovery run`
    reads the files. Exit code 1 if a list failed or was refused; docs say which permission each needs.
    """
    from discovery.collect import collect as collect_system

    settings = settings_of(config, home, inbox)
    with _progress() as said:
        outcomes = collect_system(
            settings, system, groups=groups or GROUPS, whole=whole, wait_seconds=wait_seconds, said=said,
            since=datetime.combine(since, time()) if since else None,
        )  # fmt: skip
    is_fine = all(one.is_fine for one in outcomes)
    if as_json:
        lists = [{"list": one.name, **asdict(one), "is_fine": one.is_fine} for one in outcomes]
        print_json({"system": system, "inbox": str(settings.inbox), "is_fine": is_fine, "lists": lists})
    else:
        _print(outcomes, settings.inbox)
    ctx.exit(0 if is_fine else 1)


def _print(outcomes: list[Outcome], inbox: Path) -> None:
    table(
        ("list", "became", "records", "files", "requests", "seconds"),
        [(o.name, o.state, o.records, len(o.files), o.requests, o.seconds) for o in outcomes],
        right=("records", "files", "requests", "seconds"),
        whole=("list", "became"),
    )
    for one in outcomes:
        if one.reason:
            say(f"{one.name}: {one.reason}")
        if one.permission:
            say(f"  needs {one.permission}; lost without it: {one.lost}")
    files = sum(len(one.files) for one in outcomes)
    say(f"{files} files are new in {inbox}; `discovery run` reads them." if files else "Nothing is new.")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int], None] | None]:
    """Show what is being fetched on stderr if it is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console(error=True), transient=True) as progress:
        task = progress.add_task("signing in", total=None)
        yield lambda name, records: progress.update(task, description=f"{name}: {records:,} records")
