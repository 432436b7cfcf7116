"""`discovery forget`: a person is taken out of everything that the home holds."""

from __future__ import annotations

import importlib

import click

from discovery.cli.options import example, json_option, today, with_settings
from discovery.cli.output import print_json
from discovery.cli.progress import night_progress
from discovery.cli.run import nightly_job
from discovery.cli.terminal import note, say, working
from discovery.errors import SourceFailed
from discovery.ledger.actor import actor
from discovery.privacy.forget import forget as forgetting
from discovery.report.published import find_person, published
from discovery.settings import Settings


@click.command(epilog=example("discovery forget ada@example.com", "discovery forget ada@example.com --yes"))
@click.argument("person")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask: it cannot be taken back.")
@with_settings
@json_option
def forget(settings: Settings, person: str, *, is_sure: bool, as_json: bool) -> None:
    """Take a person out of everything that is kept.

    That is vault, lake, warehouse, publications, decisions, Dagster's runs and the private part of the ledger.
    Keyed hashes of all their identifiers go onto a suppression list: what later exports say of them is left out as
    `forgotten person`, and what their names say of them is shown as `[forgotten …]`. The ledger stays whole.
    Everything is then built anew. The inbox, the settings and backups are not touched: files of the inbox that name
    the person are listed. It cannot be taken back.
    """
    with published(settings) as store:
        who = find_person(store, person)
    if not is_sure:
        click.confirm(f"Forget {who.display_name or ''} <{who.name}> for good?", abort=True, err=True)
    with working("taking the person out"):
        done = forgetting(settings, who.person_id, by=actor(), as_of=today())
        runs = importlib.import_module("pipelines.forgetting").forget_runs(settings, who.person_id)
    nightly = nightly_job()
    with night_progress(settings.home, nightly.step_count(), "building everything anew") as on_step:
        result = nightly.run_nightly(settings, today(), on_step=on_step)
    if as_json:
        print_json({**vars(done), "dagster_runs": runs, "run_id": result.run_id})
    else:
        say(f"{done.records} records in {done.files} files of the vault, {done.decisions} decisions and {runs} runs of "
            f"Dagster are gone; {done.identifiers} identifiers are on the suppression list.")  # fmt: skip
        say("The ledger says when and by whom, with a keyed hash in place of the name.")
        if done.had_ledger:
            say("It keeps what was done before, under a pseudonym that nobody can lift any more.")
        for path in done.inbox:
            note(f"{path} still names the person: delete it, or put a file without them in its place.")
        if done.in_settings:
            note(f"{settings.config} still names the person: take the person out of it.")
        note("Backups, exports, dossiers and mails are out of reach here: they are yours to look through.")
    if result.publication is None:
        raise SourceFailed(
            f"the person is gone, but nothing could be published ({'; '.join(result.errors) or 'a check is red'}): "
            "`discovery run` says more"
        )
