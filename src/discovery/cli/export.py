"""`discovery export`: an app's accounts for review, the graph for other programs, copies for others to read."""

from __future__ import annotations

from pathlib import Path

import click

from discovery.cli.options import app_names, example, json_option, with_settings
from discovery.cli.output import csv_text, print_bytes, print_json
from discovery.cli.published import find_app, find_person, published, run_of, warn_if_old
from discovery.cli.terminal import note
from discovery.errors import BadUse
from discovery.privacy import minimise, pseudonymise
from discovery.report.graph_file import FORMATS, write_graph
from discovery.settings import Settings

REVIEW = (
    "app_id",
    "app_name",
    "person",
    "display_name",
    "department",
    "manager_email",
    "status",
    "left_on",
    "system",
    "account",
    "account_kind",
    "via",
    "role",
    "is_admin",
    "is_active",
    "first_seen_on",
    "last_seen_on",
    "sources",
    "methods",
    "class",
    "survives_idp_disable",
    "confidence",
    "findings",
    "as_of",
)
TO_FILL_IN = ("decision", "reviewer", "reviewed_on", "remark")
_REVIEW = """
SELECT h.app_id, h.app_name, h.email AS person, h.display_name, p.department, p.manager_email, h.status, h.left_on,
    h.system, a.account_name AS account, h.account_kind, h.via, h.role, h.is_admin, h.is_active, h.first_seen_on,
    h.last_seen_on, h.sources, h.methods, x.class, x.survives_idp_disable, x.confidence, f.rules AS findings
FROM who_has($app) AS h
LEFT JOIN person AS p ON p.person_id = h.person_id
LEFT JOIN account AS a ON a.account_id = h.account_id
LEFT JOIN access AS x ON x.person_id = h.person_id AND x.app_id = h.app_id
LEFT JOIN (SELECT person_id, app_id, list_sort(list(DISTINCT rule)) AS rules FROM finding GROUP BY ALL) AS f
    ON f.person_id = h.person_id AND (f.app_id = h.app_id OR f.app_id IS NULL)
ORDER BY person NULLS LAST, system, account, via
"""

_output = click.option("--output", type=click.Path(path_type=Path), required=True, help="Where to write.")


@click.group(
    epilog=example(
        "discovery export access-review figma.com --output figma.csv",
        "discovery export graph --output graph.graphml",
        "discovery export person ada@example.com --output ada.duckdb",
        "discovery export pseudonymised --output shared.duckdb",
    )
)
def export() -> None:
    """Write an app's accounts for review, the access graph for other programs, or copies for others to read.

    A copy holds some persons and nobody else, or nobody by name.
    """


@export.command(
    "access-review", epilog=example("discovery export access-review figma.com --output figma.csv")
)
@click.argument("app", shell_complete=app_names)
@click.option("--output", type=click.Path(path_type=Path), help="File to write; default standard output.")
@with_settings
@json_option
def access_review(settings: Settings, app: str, output: Path | None, *, as_json: bool) -> None:
    """Write who has access to an app as a CSV to review: one row an account, and who is in an assigned group.

    The last columns are for the reviewer to fill in: decision, reviewer, reviewed_on, remark.
    """
    with published(settings) as store:
        one = find_app(store, app)
        day = run_of(store)["as_of"]
        rows = [{**row, "as_of": day} for row in store.dicts(_REVIEW, {"app": one.app_id})]
        text = csv_text((*REVIEW, *TO_FILL_IN), [[*(row[c] for c in REVIEW), "", "", "", ""] for row in rows])
        if output is None:
            print_json(rows) if as_json else print_bytes(text)
        else:
            try:
                output.write_text(text, encoding="utf-8", newline="")
            except OSError as error:
                raise BadUse(f"{output}: cannot be written: {error.strerror}") from error
            if as_json:
                print_json({"app_id": one.app_id, "rows": len(rows), "output": str(output)})
            else:
                note(f"{len(rows)} rows about {one.name} were written to {output}.")
        warn_if_old(store)


@export.command(
    epilog=example(
        "discovery export graph --output graph.graphml", "discovery export graph --format csv --output graph"
    )
)
@click.option("--format", "form", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True)
@_output
@with_settings
@json_option
def graph(settings: Settings, form: str, output: Path, *, as_json: bool) -> None:
    """Write persons, accounts, apps and groups, and who reaches what, for NetworkX, Gephi or Neo4j.

    graphml is one file that NetworkX and Gephi open; csv is a folder with nodes.csv and edges.csv, whose headers
    neo4j-admin imports as they are.
    """
    with published(settings) as store:
        nodes, edges = write_graph(store, form, output)
        if as_json:
            print_json({"nodes": nodes, "edges": edges, "output": str(output)})
        else:
            note(f"{nodes} nodes and {edges} edges were written to {output}.")
        warn_if_old(store)


@export.command(epilog=example("discovery export person ada@example.com --output ada.duckdb"))
@click.argument("persons", nargs=-1, required=True, metavar="PERSON...")
@_output
@with_settings
@json_option
def person(settings: Settings, persons: tuple[str, ...], output: Path, *, as_json: bool) -> None:
    """Write a copy of the published file that holds these persons and nobody else.

    For who works on a leaver's case and need not see the company. Tables, views and macros are those of the published
    file: scope, explain and timeline answer as there. Owners, managers and who decided something stay named.
    """
    with published(settings) as store:
        found = [find_person(store, text) for text in persons]
        warn_if_old(store)
    counts = minimise(settings, [one.person_id for one in found], output)
    rows = sum(counts.values())
    if as_json:
        print_json({"rows": rows, "tables": counts, "output": str(output)})
    else:
        note(
            f"{rows} rows about {', '.join(one.email or one.person_id for one in found)} were written to {output}."
        )


@export.command(epilog=example("discovery export pseudonymised --output shared.duckdb"))
@_output
@with_settings
@json_option
def pseudonymised(settings: Settings, output: Path, *, as_json: bool) -> None:
    """Write a copy of the published file in which nobody is named, for analysis and for questions to others.

    Who is meant is a keyed pseudonym, the same in all tables and in the next export; names, addresses and texts in
    words are left out. The key lies in keys/pseudonyms of the home: whoever has it can tell persons again, so it stays
    there. Apps, days, counts and amounts stay as they are: few people in an app may still be told apart by them.
    """
    counts = pseudonymise(settings, output)
    rows = sum(counts.values())
    if as_json:
        print_json({"rows": rows, "tables": counts, "output": str(output)})
    else:
        note(f"{rows} rows of {len(counts)} tables were written to {output}; nobody is named in them.")
