"""`discovery scope`: what has to be ended when people leave."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from discovery.cli.handover import print_by_app, print_handover
from discovery.cli.options import Day, example, with_settings
from discovery.cli.output import csv_text, markdown, markdown_table, print_bytes, print_json
from discovery.cli.published import Person, find_person, generation, published, run_of, warn_if_old
from discovery.cli.terminal import note, say, table
from discovery.errors import BadUse, UnknownName
from discovery.settings import Settings
from discovery.store import Store

FORMATS = ("table", "json", "csv", "markdown")
UNLINKED_SHOWN = 5

NOW = (
    "priority",
    "app_name",
    "app_id",
    "class",
    "survives_idp_disable",
    "route",
    "action",
    "last_seen_on",
    "sources",
    "reasons",
    "owner_email",
    "handover",
    "licence",
    "monthly_amount",
    "monthly_currency",
    "confidence",
)
TABLE_HIDES = ("app_id", "reasons", "methods", "owner_email", "handover", "licence", "monthly_amount",
               "monthly_currency", "confidence")  # fmt: skip
THEN = ("app_name", "app_id", "class", "sources", "from_on", "to_on", "end_reason", "methods")
HEADINGS = {
    "priority": "#",
    "app_name": "app",
    "survives_idp_disable": "survives",
    "last_seen_on": "last seen",
    "from_on": "from",
    "to_on": "to",
    "end_reason": "ended by",
}


@click.command(
    epilog=example(
        "discovery scope ada@example.com",
        "discovery scope --file leavers.csv --format csv > scope.csv",
        "discovery scope --file leavers.csv --by-app",
        "discovery scope ada@example.com --as-of 2026-06-30",
    )
)
@click.argument("persons", nargs=-1, metavar="PERSON...")
@click.option(
    "--file",
    "leavers",
    type=click.Path(path_type=Path),
    help="CSV of persons: its column `email` or `person`, else its first one.",
)
@click.option("--as-of", type=Day(), help="What was held at the end of that day, as known today.")
@click.option(
    "--known-at", metavar="RUN", help="Ask an earlier published file, by run id (or its beginning)."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--by-app", is_flag=True, help="One list for all persons, by owner and app: who has to end what."
)
@with_settings
def scope(
    settings: Settings,
    persons: tuple[str, ...],
    leavers: Path | None,
    as_of: date | None,
    known_at: str | None,
    form: str,
    *,
    as_json: bool,
    by_app: bool,
) -> None:
    """Show what has to be ended when people leave.

    A person is given by e-mail address, any other known identifier or person_id. Rows come in the order in
    which to end them; `survives` says whether access goes on after the directory account is disabled.
    """
    form = "json" if as_json else form
    wanted = list(dict.fromkeys([*persons, *(read_leavers(leavers) if leavers else ())]))
    if not wanted:
        raise BadUse("nobody is named: give persons, or a CSV of them with --file.")
    with published(settings, generation(settings, known_at) if known_at else None) as store:
        run = run_of(store)
        found, unknown = _all_found(store, wanted)
        past = as_of if as_of is not None and as_of < run["as_of"] else None
        if as_of is not None and as_of > run["as_of"]:
            note(f"Nothing is known of {as_of} yet: this is the end of {run['as_of']}.")
        answers = [_answer(store, person, past) for person in found]
        if by_app and past is not None:
            raise BadUse("--by-app shows what is to be ended now: leave --as-of out")
        if by_app:
            print_by_app([(a["person"], a["scope"]) for a in answers], form)
        else:
            _print(answers, form, past or run["as_of"], run, is_past=past is not None)
        if known_at is None:
            warn_if_old(store)
    if unknown:
        raise UnknownName("\n       ".join([*unknown, "Of the others the scope is printed."]))


def _all_found(store: Store, wanted: list[str]) -> tuple[list[Person], list[str]]:
    """Find everybody, and what to say of each who is unknown. Raises UnknownName if nobody is known."""
    found: dict[str, Person] = {}
    unknown = []
    for text in wanted:
        try:
            person = find_person(store, text)
            found.setdefault(person.person_id, person)
        except UnknownName as error:
            unknown.append(str(error))
    if unknown and not found:
        raise UnknownName("\n       ".join(unknown))
    return list(found.values()), unknown


def read_leavers(path: Path) -> list[str]:
    """Return the persons of a CSV, in order. Raises BadUse."""
    from discovery.cli.csv_file import place, read_csv

    rows = read_csv(path)
    named = next((at for name in ("email", "person") if (at := place(rows[0], name)) is not None), None)
    # Without a header of that name the first line is a header too, unless an address stands there.
    body = rows if named is None and "@" in rows[0][0] else rows[1:]
    at = named or 0
    return [row[at].strip() for row in body if len(row) > at and row[at].strip()]


def _answer(store: Store, person: Person, past: date | None) -> dict[str, Any]:
    binds = {"person": person.person_id, "day": past}
    if past is None:
        rows = store.dicts(
            "SELECT * FROM offboarding_scope WHERE person_id = $person ORDER BY priority", binds
        )
    else:
        rows = store.dicts(
            "SELECT a.*, coalesce(app.name, a.app_id) AS app_name FROM access_as_of($person, $day) AS a "
            "LEFT JOIN app USING (app_id) ORDER BY app_name, a.app_id",
            binds,
        )
    return {
        "person": person,
        "scope": rows,
        "excluded": store.dicts(
            "SELECT e.app_id, app.name AS app_name, e.reason, e.decided_by FROM exclusion AS e "
            "LEFT JOIN app USING (app_id) WHERE e.person_id = $person ORDER BY e.app_id",
            binds,
        ),
        "blind_spots": store.dicts(
            "SELECT source, from_at, to_at, reason, person_id IS NOT NULL AS is_personal FROM blind_spot "
            "WHERE person_id = $person OR person_id IS NULL "
            "ORDER BY is_personal DESC, source, from_at, reason",
            binds,
        ),
        "perhaps_theirs": store.dicts(
            "SELECT a.system, a.identifier, a.account_name, a.kind, c.method FROM identity_candidate AS c "
            "JOIN account AS a USING (account_id) WHERE c.person_id = $person AND c.state = 'open' "
            "ORDER BY a.account_name, a.system LIMIT $most",
            {**binds, "most": UNLINKED_SHOWN},
        )
        if store.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'identity_candidate'")
        else [],
        "unlinked_count": store.value(
            "SELECT count(*) FROM account SEMI JOIN account_access USING (account_id) "
            "WHERE person_id IS NULL AND kind IN ('human', 'unknown', 'personal')"
        ),
    }


def _print(
    answers: list[dict[str, Any]], form: str, day: date, run: dict[str, Any], *, is_past: bool
) -> None:
    columns = THEN if is_past else NOW
    if form == "json":
        print_json(
            {
                "as_of": day,
                "run_id": run["run_id"],
                "content_hash": run["content_hash"],
                "persons": [{**a, "person": vars(a["person"])} for a in answers],
            }
        )
    elif form == "csv":
        body = [
            (a["person"].email, a["person"].person_id, *(row.get(c) for c in columns))
            for a in answers
            for row in a["scope"]
        ]
        print_bytes(csv_text(("email", "person_id", *columns), body))
    else:
        for number, answer in enumerate(answers):
            if number:
                say()
            (_print_markdown if form == "markdown" else _print_table)(answer, columns, day)


def _state(person: Person) -> str:
    return f"status {person.status or 'unknown'}, " + (
        f"last day {person.left_on}" if person.left_on else "no last day known"
    )


def _counts(answer: dict[str, Any]) -> str:
    rows = answer["scope"]
    survive = [row.get("survives_idp_disable") for row in rows]
    words = [f"{len(rows)} app{'' if len(rows) == 1 else 's'}"]
    if rows and "survives_idp_disable" in rows[0]:
        count = survive.count(True)
        words.append(f"{count} survive{'s' if count == 1 else ''} disabling the directory account")
        words.append(f"{survive.count(None)} more may")
    return ", ".join(words)


def _print_table(answer: dict[str, Any], columns: tuple[str, ...], day: date) -> None:
    person = answer["person"]
    say(f"{person.display_name or ''} <{person.name}>".strip())
    say(f"{_state(person)}; as of the end of {day}: {_counts(answer)}")
    say()
    shown = [c for c in columns if c not in TABLE_HIDES]
    table(
        [HEADINGS.get(c, c) for c in shown],
        [_cells(row, shown) for row in answer["scope"]],
        right=("#",),
        whole=("#", "last seen", "route", "from", "to", "survives"),
    )
    if "reasons" in columns and answer["scope"]:
        say("\nWhy:")
        for row in answer["scope"]:
            say(f"  {row['priority']:>2} {row['app_name']}: {'; '.join(row['reasons'] or [])}")
        print_handover(answer["scope"])
    for title, lines in _remarks(answer):
        say(f"\n{title}")
        for line in lines:
            say(f"  {line}")


def _print_markdown(answer: dict[str, Any], columns: tuple[str, ...], day: date) -> None:
    person = answer["person"]
    say(f"## {markdown(person.display_name or person.name)}\n")
    say(f"{markdown(person.name)}: {_state(person)}; as of the end of {day}: {_counts(answer)}.\n")
    shown = [c for c in columns if c not in ("app_id", "confidence")]
    say(markdown_table([HEADINGS.get(c, c) for c in shown], [_cells(row, shown) for row in answer["scope"]]))
    for title, lines in _remarks(answer):
        say(f"\n**{title}**\n")
        for line in lines:
            say(f"- {markdown(line)}")


def _cells(row: dict[str, Any], columns: list[str]) -> list[Any]:
    survives = {True: "yes", False: "no", None: "unknown"}
    return [survives[row[c]] if c == "survives_idp_disable" else row.get(c) for c in columns]


def _remarks(answer: dict[str, Any]) -> list[tuple[str, list[str]]]:
    remarks = []
    if answer["excluded"]:
        remarks.append(
            (
                "Taken out of the scope by decision:",
                [
                    f"{row['app_name'] or row['app_id']}: {row['reason'] or 'no reason'} ({row['decided_by']})"
                    for row in answer["excluded"]
                ],
            )
        )
    if answer["blind_spots"]:
        remarks.append(("Not seen:", [_blind(row) for row in answer["blind_spots"]]))
    if answer["perhaps_theirs"]:
        remarks.append(
            (
                "Accounts that are linked to nobody and look like this person's:",
                [
                    f"{row['account_name'] or row['identifier']} in {row['system']} ({row['kind']}; {row['method']})"
                    for row in answer["perhaps_theirs"]
                ],
            )
        )
    elif answer["unlinked_count"]:
        remarks.append(
            (
                f"Accounts with access that belong to nobody known: {answer['unlinked_count']}; "
                "none looks like this person's.",
                [],
            )
        )
    return remarks


def _blind(row: dict[str, Any]) -> str:
    begin, end = row["from_at"], row["to_at"]
    when = f" from {begin:%Y-%m-%d}" if begin else ""
    when += f" to {end:%Y-%m-%d}" if end else ""
    return f"{row['source']}{when}: {row['reason']}"
