"""`discovery review`: people decide what the machine leaves open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from discovery.cli.csv_file import read_csv
from discovery.cli.options import DefaultGroup, app_names, example, json_option, with_settings
from discovery.cli.output import csv_text, print_bytes, print_json
from discovery.cli.published import find_app, find_person, published
from discovery.cli.terminal import note, say, shown, table
from discovery.errors import BadUse
from discovery.ledger.actor import user
from discovery.report.decision import keep_decision
from discovery.report.identity import decide_identity, find_account, open_identities
from discovery.report.queue import COLUMNS, called, checked_rows, decide, effect, find_mention, open_matches
from discovery.settings import Settings

TO_FILL_IN = ("action", "app", "reason")
NEXT = "It counts from the next run."

_kind = click.option(
    "--kind", help="How the app is named, where that is not clear: label, domain, merchant, …"
)
_reason = click.option("--reason", help="Why; kept with the decision.")


@click.group(
    cls=DefaultGroup,
    epilog=example(
        "discovery review",
        'discovery review preview "PADDLE.NET* SKETCH" --app sketch.com',
        'discovery review accept "PADDLE.NET* SKETCH" --app sketch.com',
        "discovery review accept --account ada77@gmail.com --person ada@example.com",
    ),
)
def review() -> None:
    """Decide on matches that the machine leaves open.

    What is open are mentions (which app is meant?) and accounts (whose are they?). A mention is given as a source
    names it, by the display name that came along with an id, or by its key (`--json`, export).

    Decisions are appended to decisions.jsonl in the home with your name, and to the ledger; they win over the
    machine for good, and count from the next run. Deciding never waits for a run.
    """


def _account(function: Any) -> Any:
    function = click.option("--system", help="Of an account: the system it lives in.")(function)
    return click.option("--account", help="In place of a mention: an account, by login or account_id.")(
        function
    )


def _told(sentence: str, action: str, subject: dict[str, Any], *, as_json: bool) -> None:
    """Say what was decided, or print it."""
    if as_json:
        print_json({"action": action, **subject, "decided_by": user(), "said": sentence})
    else:
        say(f"{sentence} {NEXT}")


def _named(match: dict[str, Any], app_id: str | None = None) -> dict[str, Any]:
    """Return what a decision on a mention is about."""
    return {"mention": match["mention"], "kind": match["kind"], "app_id": app_id}


def _decide_account(
    settings: Settings, action: str, account: str, person: str | None, system: str | None, reason: str | None,
    *, as_json: bool,
) -> None:  # fmt: skip
    if person is None:
        raise BadUse("whose an account is, is said with --account and --person together")
    with published(settings) as store:
        one, who = find_account(store, account, system), find_person(store, person)
    decide_identity(settings, one, who, action, user(), reason)
    said = {"accept": "is", "reject": "is not", "undo": "is for the machine to decide whether it is"}[action]
    about = {"account_id": one["account_id"], "account": one["account_name"], "person_id": who.person_id}
    _told(
        f"{user()} says that {one['account_name']} in {one['system']} {said} {who.name}'s.",
        action,
        about,
        as_json=as_json,
    )


@review.command("list", epilog=example("discovery review list", "discovery review list --accounts --json"))
@click.option("--accounts", is_flag=True, help="Only accounts of which it is not sure whose they are.")
@with_settings
@json_option
def list_open(settings: Settings, *, accounts: bool, as_json: bool) -> None:
    """List what is open, those first that change most."""
    with published(settings) as store:
        doubtful = open_identities(store, settings)
        if accounts and as_json:
            print_json(doubtful)
            return
        if doubtful and not as_json:
            names = ("account_name", "system", "email", "method", "confidence", "apps", "reason")
            table(
                ("account", "system", "perhaps of", "by", "confidence", "apps", "why"),
                [[row[name] for name in names] for row in doubtful],
                title="Whose is it?",
                right=("confidence", "apps"),
            )
        if accounts:
            say(f"\n{len(doubtful)} open. `discovery review accept --account LOGIN --person PERSON` decides.")
            return
        rows = open_matches(store, settings)
        if as_json:
            print_json(rows)
            return
        table(
            ("mention", "kind", "perhaps", "score", "persons", "events", "amount", "why"),
            [
                [
                    called(r),
                    *(
                        r[c]
                        for c in ("kind", "app_name", "score", "persons", "events", "amount", "explanation")
                    ),
                ]
                for r in rows
            ],
            right=("score", "persons", "events", "amount"),
        )
        say(
            f"\n{len(rows)} open. `discovery review preview MENTION --app APP` shows what a decision changes."
        )


@review.command(epilog=example('discovery review preview "PADDLE.NET* SKETCH" --app sketch.com'))
@click.argument("mention")
@click.option("--app", shell_complete=app_names, required=True, help="The app by name, domain or app_id.")
@_kind
@with_settings
@json_option
def preview(settings: Settings, mention: str, app: str, kind: str | None, *, as_json: bool) -> None:
    """Show what accepting a mention would change; nothing is recorded."""
    with published(settings) as store:
        match = find_mention(store, mention, kind)
        one = find_app(store, app)
        change = effect(store, match, one.app_id)
        if as_json:
            print_json(change)
            return
        say(
            f"{called(match)} ({match['kind']}) is now: {match['decision']}"
            + (f" {match['app_id']}" if match["app_id"] else "")
            + f", {match['explanation']}"
        )
        say(
            f"Accepted as {one.name}, {change['gain_count']} of the {len(change['persons'])} persons "
            "seen with it would get access to it in the graph:\n"
        )
        table(
            ("person", "status", "left on", "events", f"has {one.name} already"),
            [
                [
                    p["email"] or p["display_name"],
                    p["status"],
                    p["left_on"],
                    p["events"],
                    "already" if p["has_access"] else "new",
                ]
                for p in change["persons"]
            ],
            right=("events",),
        )


@review.command(
    epilog=example(
        'discovery review accept "PADDLE.NET* SKETCH" --app sketch.com',
        "discovery review accept --account ada77@gmail.com --person ada@example.com",
    )
)
@click.argument("mention", required=False)
@click.option("--app", shell_complete=app_names, help="The app by name, domain or app_id.")
@_kind
@_account
@click.option("--person", help="Of an account: the person whose it is.")
@_reason
@with_settings
@json_option
def accept(
    settings: Settings,
    mention: str | None,
    app: str | None,
    kind: str | None,
    account: str | None,
    system: str | None,
    person: str | None,
    reason: str | None,
    *,
    as_json: bool,
) -> None:
    """Say which app a mention means, or whose an account is."""
    if account is not None:
        _decide_account(settings, "accept", account, person, system, reason, as_json=as_json)
        return
    if mention is None or app is None:
        raise BadUse("name a mention and its --app, or an --account and its --person")
    with published(settings) as store:
        match, one = find_mention(store, mention, kind), find_app(store, app)
    decide(settings, match, "accept", one.app_id, reason)
    _told(f"{user()} says that {called(match)} ({match['kind']}) means {one.name} ({one.app_id}).",
          "accept", _named(match, one.app_id), as_json=as_json)  # fmt: skip


@review.command(
    epilog=example(
        'discovery review reject "NOTION DOCK HOTEL"',
        "discovery review reject --account laptop-ada --person ada@example.com",
    )
)
@click.argument("mention", required=False)
@_kind
@_account
@click.option("--person", help="Of an account: the person whose it is not.")
@_reason
@with_settings
@json_option
def reject(
    settings: Settings,
    mention: str | None,
    kind: str | None,
    account: str | None,
    system: str | None,
    person: str | None,
    reason: str | None,
    *,
    as_json: bool,
) -> None:
    """Say that a mention is not the app that the machine proposes, nor another; or whose an account is not."""
    if account is not None:
        _decide_account(settings, "reject", account, person, system, reason, as_json=as_json)
        return
    if mention is None:
        raise BadUse("name a mention, or an --account and the --person whose it is not")
    with published(settings) as store:
        match = find_mention(store, mention, kind)
    decide(settings, match, "reject", None, reason)
    said = f"{user()} says that {called(match)} ({match['kind']}) is no such app."
    _told(said, "reject", _named(match), as_json=as_json)


def _pair(settings: Settings, person: str | None, app: str | None) -> dict[str, str] | None:
    """Return the subject of an exclusion if one is meant."""
    if person is None and app is None:
        return None
    if person is None or app is None:
        raise BadUse("an access is named by --person and --app together")
    with published(settings) as store:
        return {"person_id": find_person(store, person).person_id, "app_id": find_app(store, app).app_id}


def _on_access(function: Any) -> Any:
    function = click.option("--app", shell_complete=app_names, help="Of an access: the app.")(function)
    return click.option("--person", help="In place of a mention: an access of this person.")(function)


@review.command(
    epilog=example(
        'discovery review ignore "TFL TRAVEL CH"',
        'discovery review ignore --person ada@example.com --app figma.com --reason "personal plan, her own"',
    )
)
@click.argument("mention", required=False)
@_kind
@_on_access
@_reason
@with_settings
@json_option
def ignore(
    settings: Settings,
    mention: str | None,
    kind: str | None,
    person: str | None,
    app: str | None,
    reason: str | None,
    *,
    as_json: bool,
) -> None:
    """Leave a mention out (it is no app), or take one access out of a person's scope."""
    subject = _pair(settings, person, app)
    if (subject is None) == (mention is None):
        raise BadUse("name a mention, or an access with --person and --app")
    if subject is not None:
        if not reason:
            raise BadUse("taking an access out of a scope needs a --reason: auditors read it")
        keep_decision(settings, by=user(), kind="exclusion", action="ignore", subject=subject, reason=reason)
        _told(
            f"{user()} takes {app} out of the scope of {person}: {reason}.",
            "ignore",
            subject,
            as_json=as_json,
        )
        return
    with published(settings) as store:
        match = find_mention(store, str(mention), kind)
    decide(settings, match, "ignore", None, reason)
    said = f"{user()} says that {called(match)} ({match['kind']}) is to be left out."
    _told(said, "ignore", _named(match), as_json=as_json)


@review.command(epilog=example('discovery review undo "TFL TRAVEL CH"'))
@click.argument("mention", required=False)
@_kind
@_on_access
@_account
@_reason
@with_settings
@json_option
def undo(
    settings: Settings,
    mention: str | None,
    kind: str | None,
    person: str | None,
    app: str | None,
    account: str | None,
    system: str | None,
    reason: str | None,
    *,
    as_json: bool,
) -> None:
    """Take a decision back: the machine decides again, or the access is in the scope again."""
    from discovery.decisions import read_decisions

    if account is not None:
        _decide_account(settings, "undo", account, person, system, reason, as_json=as_json)
        return
    subject = _pair(settings, person, app)
    if (subject is None) == (mention is None):
        raise BadUse("name a mention, or an access with --person and --app")
    decided = read_decisions(settings.home)
    if subject is not None:
        if (subject["person_id"], subject["app_id"]) not in decided.standing("exclusion"):
            raise BadUse(f"nobody has taken {app} out of the scope of {person}")
        keep_decision(settings, by=user(), kind="exclusion", action="undo", subject=subject, reason=reason)
        _told(f"{app} is in the scope of {person} again.", "undo", subject, as_json=as_json)
        return
    with published(settings) as store:
        match = find_mention(store, str(mention), kind)
    if (match["kind"], match["mention"]) not in decided.standing("match"):
        raise BadUse(f"nobody has decided on {called(match)!r} ({match['kind']})")
    decide(settings, match, "undo", None, reason)
    said = f"{called(match)} ({match['kind']}) is the machine's to decide again."
    _told(said, "undo", _named(match), as_json=as_json)


@review.command(epilog=example("discovery review export --output queue.csv"))
@click.option("--output", type=click.Path(path_type=Path), help="File to write; default standard output.")
@with_settings
@json_option
def export(settings: Settings, output: Path | None, *, as_json: bool) -> None:
    """Write the queue as a CSV to fill in: columns action, app and reason."""
    with published(settings) as store:
        rows = open_matches(store, settings)
    if as_json and output is None:
        print_json([{column: row[column] for column in COLUMNS} for row in rows])
        return
    text = csv_text((*COLUMNS, *TO_FILL_IN), [[*(row[c] for c in COLUMNS), "", "", ""] for row in rows])
    if output is None:
        print_bytes(text)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise BadUse(f"{output}: cannot be written: {error.strerror}") from error
    if as_json:
        print_json({"rows": len(rows), "output": str(output)})
    else:
        note(f"{len(rows)} open matches were written to {output}.")


@review.command("import", epilog=example("discovery review import queue.csv"))
@click.argument("file", type=click.Path(path_type=Path))
@with_settings
@json_option
def import_decisions(settings: Settings, file: Path, *, as_json: bool) -> None:
    """Record the decisions of a filled-in export, all of them or none.

    Rows without an action are left open. Columns read: key (or mention and kind), action (accept, reject,
    ignore, undo), app (for accept; else app_id), reason.
    """
    header, *body = read_csv(file)
    names = [name.strip().lower() for name in header]
    if "action" not in names or not {"key", "mention"} & set(names):
        raise BadUse(f"{file}: has the columns {', '.join(names)}; expected key or mention, and action")
    rows = [dict(zip(names, row, strict=False)) for row in body]
    with published(settings) as store:
        decisions = checked_rows(store, rows)
    for match, action, app_id, reason in decisions:
        decide(settings, match, action, app_id, reason)
    counts = {a: sum(d[1] == a for d in decisions) for a in ("accept", "reject", "ignore", "undo")}
    if as_json:
        print_json({"decisions": len(decisions), **counts})
        return
    said = ", ".join(f"{count} {shown(action)}" for action, count in counts.items() if count)
    say(f"{len(decisions)} decisions were recorded{': ' + said if said else ''}. {NEXT}")
