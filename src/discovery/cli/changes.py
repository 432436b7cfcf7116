"""`discovery changes`: what changed between two published runs."""

from __future__ import annotations

import click

from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.terminal import say, table
from discovery.report.change import KINDS, changes_between, two_runs
from discovery.settings import Settings


@click.command(
    epilog=example(
        "discovery changes",
        "discovery changes --from 2026-09 --kind 'new app' --kind 'access after leaving'",
    )
)
@click.option(
    "--from", "before", metavar="RUN", help="Earlier run, by id or its beginning; default the one before."
)
@click.option("--to", "after", metavar="RUN", help="Later run; default the newest.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind; may be repeated."
)
@with_settings
@json_option
def changes(
    settings: Settings, before: str | None, after: str | None, kinds: tuple[str, ...], *, as_json: bool
) -> None:
    """Show what changed between two published runs.

    New apps, the first personal account of somebody, access after leaving, accesses that came, ended or changed,
    findings that came and went. As many runs can be asked as `publish.keep_generations` keeps.
    """
    rows = changes_between(*two_runs(settings, before, after))
    rows = [row for row in rows if not kinds or row["kind"] in kinds]
    if as_json:
        print_json(rows)
        return
    table(
        ("change", "person", "app", "what"),
        [(row["kind"], row["email"], row["app_name"], row["what"]) for row in rows],
        whole=("change",),
    )
    say(f"\n{len(rows)} changes")
