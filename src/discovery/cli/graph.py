"""`discovery who-has` and `discovery explain`: both ways through the graph, with evidence."""

from __future__ import annotations

from typing import Any

import click

from discovery.cli.options import app_names, example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.published import App, Person, find_app, find_person, published, warn_if_old
from discovery.cli.terminal import say, shown, table
from discovery.errors import UnknownName
from discovery.settings import Settings
from discovery.store import Store

WHO = ("person", "status", "account", "system", "last seen", "sources", "methods", "admin", "through")

_ACCESS = "SELECT * FROM access WHERE person_id = $person AND app_id = $app"
_EXCLUSION = "SELECT * FROM exclusion WHERE person_id = $person AND app_id = $app"
_EVIDENCE = """
SELECT e.source, e.kind, e.observed_at, e.summary, f.file_name, e.record
FROM evidence AS e
LEFT JOIN (SELECT file_id, min(file_name) AS file_name FROM source_file GROUP BY file_id) AS f USING (file_id)
WHERE e.person_id = $person AND e.app_id = $app
ORDER BY e.observed_at, e.source, e.kind, e.record
"""
_SPANS = """
SELECT source, from_on, to_on, end_reason FROM access_span
WHERE person_id = $person AND app_id = $app
ORDER BY from_on, source
"""
_NOT_ACCESS = """
SELECT mention, source, event_count, last_seen_on, reason FROM not_access
WHERE person_id = $person AND (app_id = $app OR mention = $mention)
ORDER BY last_seen_on DESC, mention
"""
_MATCHES = """
SELECT DISTINCT m.mention, m.kind, m.decision, m.score, m.method, m.explanation
FROM match AS m
WHERE (m.app_id = $app OR m.mention = $mention)
    AND (m.mention IN (SELECT mention FROM usage_month WHERE person_id = $person)
         OR m.mention IN (SELECT mention FROM not_access WHERE person_id = $person))
ORDER BY ALL
"""
_MENTION = (
    "SELECT min(mention) FROM not_access WHERE person_id = $person AND lower(mention) = lower(trim($text))"
)


@click.command("who-has", epilog=example("discovery who-has figma.com"))
@click.argument("app", shell_complete=app_names)
@with_settings
@json_option
def who_has(settings: Settings, app: str, *, as_json: bool) -> None:
    """Show who has access to an app.

    The app is given by name, domain or app_id. Accounts that belong to nobody known are listed too.
    """
    with published(settings) as store:
        one = find_app(store, app)
        rows = store.dicts("SELECT * FROM who_has($app)", {"app": one.app_id})
        if as_json:
            print_json({"app": vars(one), "accounts": rows})
        else:
            persons = {row["person_id"] for row in rows if row.get("person_id")}
            say(
                f"{one.name} ({one.domain or one.app_id}, {one.approval}): {len(persons)} persons, "
                f"{len(rows)} accounts\n"
            )
            cells = [_who_cells(row) for row in rows]
            columns = [c for c in WHO if any(row[c] not in (None, []) for row in cells)]
            table(
                columns,
                [[row[c] for c in columns] for row in cells],
                whole=("person", "status", "last seen", "system"),
            )
        warn_if_old(store)


@click.command(epilog=example("discovery explain ada@example.com figma.com"))
@click.argument("person")
@click.argument("app", shell_complete=app_names)
@with_settings
@json_option
def explain(settings: Settings, person: str, app: str, *, as_json: bool) -> None:
    """Show why an app is, or is not, in a person's scope.

    With access: the records that prove it, each with its file. Without: what was seen all the same, and why
    it is no access.
    """
    with published(settings) as store:
        who = find_person(store, person)
        what = _app_or_mention(store, who, app)
        answer = _explanation(store, who, what)
        if as_json:
            print_json({"person": vars(who), "app": vars(what), **answer})
        else:
            _print_explanation(who, what, answer)
        warn_if_old(store)


@click.command(epilog=example("discovery timeline ada@example.com"))
@click.argument("person")
@click.option("--app", shell_complete=app_names, help="Only what concerns one app.")
@with_settings
@json_option
def timeline(settings: Settings, person: str, app: str | None, *, as_json: bool) -> None:
    """Show what happened to a person and their access, in order.

    When each access began and ended by which source, the first and last records, the last day of work, findings,
    decisions and verified steps of an offboarding.
    """
    with published(settings) as store:
        who = find_person(store, person)
        one = find_app(store, app) if app else None
        rows = store.dicts(
            "SELECT * FROM timeline($person) WHERE $app IS NULL OR app_id = $app",
            {"person": who.person_id, "app": one.app_id if one else None},
        )
        if as_json:
            print_json({"person": vars(who), "events": rows})
        else:
            columns = ("happened_at", "event", "app_name", "source", "summary")
            table(
                ("when (UTC)", "what", "app", "source", ""),
                [[row[c] for c in columns] for row in rows],
                whole=("when (UTC)", "what"),
            )
            say(f"\n{len(rows)} events of {who.name}")
        warn_if_old(store)


def _who_cells(row: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of an account, without what goes without saying: the person's own address, a human."""
    kind = "" if row["account_kind"] == "human" else f"{row['account_kind']}: "
    own = row["identifier"] == row["email"] and not kind
    return {
        "person": row["email"] or row["display_name"],
        "system": row["system"],
        "last seen": row["last_seen_on"],
        "status": f"left {row['left_on']}" if row["left_on"] else row["status"],
        "account": None if own or row["identifier"] is None else kind + str(row["identifier"]),
        "through": None if row["via"] == "own account" else row["via"],
        "sources": row["sources"],
        "methods": row["methods"],
        "admin": "yes" if row["is_admin"] else None,
    }


def _app_or_mention(store: Store, who: Person, text: str) -> App:
    """Return the app, or in its place a mention that the person was seen with. Raises UnknownName."""
    try:
        return find_app(store, text)
    except UnknownName:
        mention = store.value(_MENTION, {"person": who.person_id, "text": text})
        if mention is None:
            raise
        return App("", str(mention), None, None)


def _explanation(store: Store, who: Person, what: App) -> dict[str, Any]:
    binds = {"person": who.person_id, "app": what.app_id, "mention": None if what.app_id else what.name}
    return {
        "access": next(iter(store.dicts(_ACCESS, binds)), None),
        "exclusion": next(iter(store.dicts(_EXCLUSION, binds)), None),
        "evidence": store.dicts(_EVIDENCE, binds),
        "spans": store.dicts(_SPANS, binds),
        "not_access": store.dicts(_NOT_ACCESS, binds),
        "matches": store.dicts(_MATCHES, binds),
    }


def _print_explanation(who: Person, what: App, answer: dict[str, Any]) -> None:
    access = answer["access"]
    name = f"{what.name} ({what.domain or what.app_id})" if what.app_id else what.name
    if access is None:
        say(f"{who.name} is not known to have access to {name}.")
        if not answer["not_access"]:
            say("No record names the two together; failed sign-ins are counted, not kept.")
    else:
        out = " It was taken out of the scope by decision." if answer["exclusion"] else ""
        say(f"{who.name} has access to {name}.{out}")
        survives = {True: "survives", False: "ends with", None: "is not known to survive"}
        say(
            f"  {access['class']}; {survives[access['survives_idp_disable']]} the disable of the directory "
            f"account; route {access['route']}; confidence {shown(access['confidence'])}"
        )
        for reason in access["reasons"] or []:
            say(f"  - {reason}")
    if answer["evidence"]:
        say()
        table(
            ("seen (UTC)", "source", "", "what", "file", "record"),
            [
                [e["observed_at"], e["source"], e["kind"], e["summary"], e["file_name"], e["record"]]
                for e in answer["evidence"]
            ],
            title="Evidence",
            whole=("seen (UTC)", "source"),
        )
    ended = [s for s in answer["spans"] if s["to_on"]]
    if ended:
        say("\nEnded:")
        for span in ended:
            say(f"  {span['source']} from {span['from_on']} to {span['to_on']}: {span['end_reason']}")
    if answer["not_access"]:
        say()
        table(
            ("mention", "source", "events", "last seen", "why it is no access"),
            [
                [n["mention"], n["source"], n["event_count"], n["last_seen_on"], n["reason"]]
                for n in answer["not_access"]
            ],
            title="Seen, and no access",
            whole=("last seen",),
        )
    if answer["matches"]:
        say("\nHow it is named:")
        for match in answer["matches"]:
            say(f"  {match['mention']} ({match['kind']}): {match['decision']}, {match['explanation']}")
