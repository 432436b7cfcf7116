"""`discovery dossier`: one page about one person, to keep or to attach."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.published import find_person, published, warn_if_old
from discovery.cli.terminal import say
from discovery.ledger.actor import user
from discovery.settings import Settings


@click.command(
    epilog=example(
        "discovery dossier ada@example.com --output ada.html",
        "discovery dossier ada@example.com --output ada.html --pack",
    )
)
@click.argument("person")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The page to write."
)
@click.option("--pack", is_flag=True, help="Also write its rows as a DuckDB file under the same name.")
@with_settings
@json_option
def dossier(settings: Settings, person: str, output: Path, *, pack: bool, as_json: bool) -> None:
    """Write what is known of a person as one page, with evidence.

    Scope, evidence, steps, tasks, ledger, blind spots, SQL and hashes.

    The page needs no program and no network. With --pack its rows lie beside it as a DuckDB file, for whoever wants to
    check them. Nothing that is there already is overwritten.
    """
    from discovery.report.dossier import make_dossier
    from discovery.report.pack import write_dossier

    with published(settings) as store:
        who = find_person(store, person)
        made = make_dossier(
            store,
            settings,
            who,
            made_at=datetime.now(UTC).replace(tzinfo=None),
            made_by=user(),
        )
        files = write_dossier(made, output.absolute(), with_pack=pack)
        if as_json:
            print_json({
                "person_id": who.person_id, "files": [str(file) for file in files], "ledger": made.ledger,
                "parts": [{"name": p.name, "rows": len(p.rows), "sha256": p.sha256} for p in made.parts.values()],
            })  # fmt: skip
        else:
            for file in files:
                say(f"{file} was written")
        warn_if_old(store)
