"""`discovery task`: manual steps, who has them, and what those people say."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from discovery.cli.options import DefaultGroup, app_names, example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.published import find_app, find_person, published
from discovery.cli.terminal import note, say, table
from discovery.errors import BadUse
from discovery.offboarding import task as tasks
from discovery.offboarding.case import Case, TaskState, read_case, read_cases
from discovery.offboarding.notify import notifier
from discovery.settings import Settings


@click.group(cls=DefaultGroup, epilog=example("discovery task list --owner grace@example.com"))
def task() -> None:
    """List manual tasks; complete, decline or send reminders of them."""


@task.command("list", epilog=example("discovery task list", "discovery task list --app figma --all"))
@click.option("--person", help="Only of this leaver.")
@click.option("--app", shell_complete=app_names, help="Only of this app.")
@click.option("--owner", help="Only of this owner, by e-mail address.")
@click.option("--all", "is_all", is_flag=True, help="Also those that are not open any more.")
@with_settings
@json_option
def list_(
    settings: Settings, person: str | None, app: str | None, owner: str | None, *, is_all: bool, as_json: bool
) -> None:
    """List open tasks, those due first."""
    person_id = app_id = None
    if person is not None or app is not None:
        with published(settings) as store:
            person_id = find_person(store, person).person_id if person else None
            app_id = find_app(store, app).app_id if app else None
    found = [
        (case, one)
        for case in read_cases(settings.home).values()
        for one in case.tasks.values()
        if (is_all or one.state == "open")
        and (person_id is None or case.person_id == person_id)
        and (app_id is None or one.app_id == app_id)
        and (owner is None or (one.owner_email or "").lower() == owner.strip().lower())
    ]
    found.sort(key=lambda pair: (pair[1].due_on, pair[1].created_at))
    if as_json:
        print_json([_plain(case, one) for case, one in found])
        return
    today = datetime.now(UTC).date().isoformat()
    table(
        ("task", "due", "owner", "what", "leaver", "state"),
        [
            (one.task_id, one.due_on, one.owner_email or "nobody", one.title, _leaver(case),
             "overdue" if one.state == "open" and one.due_on < today else one.outcome or one.state)
            for case, one in found
        ],
        whole=("task", "due", "state"),
    )  # fmt: skip
    say(f"\n{len(found)} tasks")


@task.command(
    epilog=example(
        "discovery task complete task-1a2b3c4d5e --by grace@example.com --statement 'seat removed'"
    )
)
@click.argument("task_id", metavar="TASK")
@click.option("--by", required=True, help="Who answers for it: an e-mail address.")
@click.option("--statement", required=True, help="What was done, in their words.")
@click.option(
    "--attachment",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A screenshot or export that shows it; its SHA-256 is kept, not the file.",
)
@with_settings
@json_option
def complete(
    settings: Settings, task_id: str, by: str, statement: str, attachment: Path | None, *, as_json: bool
) -> None:
    """Record a named person's word that a task is done: the only way in which one is completed.

    The ledger keeps who said it and which account of the operating system entered it.
    """
    digest = hashlib.sha256(attachment.read_bytes()).hexdigest() if attachment else None
    done = tasks.complete_task(settings, task_id, by=by, statement=statement, attachment_sha256=digest)
    _said(settings, done, f"{done.task_id} is done on the word of {done.completed_by}.", as_json=as_json)


@task.command(
    epilog=example(
        "discovery task decline task-1a2b3c4d5e --by grace@example.com --outcome not_mine --statement 'ask Bo'"
    )
)
@click.argument("task_id", metavar="TASK")
@click.option("--by", required=True, help="Who says so: an e-mail address.")
@click.option("--outcome", type=click.Choice(tasks.OUTCOMES), required=True, help="Why it is not done.")
@click.option("--statement", required=True, help="The reason, in their words.")
@with_settings
@json_option
def decline(
    settings: Settings, task_id: str, by: str, outcome: str, statement: str, *, as_json: bool
) -> None:
    """Record that somebody does not do a task; it goes to whoever comes next, and stays open.

    The owner's deputy, then the fallback; what cannot be done, or needs help, goes to the address for escalations.
    """
    with published(settings) as store:
        said = tasks.decline_task(
            settings, store, task_id, by=by, outcome=outcome, statement=statement, notify=notifier(settings)
        )
    where = (
        f"it is with {said.owner_email} now" if said.state == "open" else "nobody is left who could have it"
    )
    _said(settings, said, f"{said.task_id}: {outcome}; {where}.", as_json=as_json)


@task.command(epilog=example("discovery task remind"))
@with_settings
@json_option
def remind(settings: Settings, *, as_json: bool) -> None:
    """Mail what is due: first messages that failed, reminders, and escalations of overdue tasks.

    Made for cron; what was sent already is not sent again before its time.
    """
    notify = notifier(settings)
    if notify is None:
        raise BadUse("no mail server is set: [mail] with host and sender in discovery.toml")
    sent = tasks.remind(settings, datetime.now(UTC).replace(tzinfo=None), notify)
    fresh = read_cases(settings.home)
    rows = [
        {
            "task_id": one.task_id, "kind": kind, "to": address,
            "state": fresh[one.case_id].tasks[one.task_id].notices[-1][2],
        }
        for one, kind, address in sent
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    table(("task", "kind", "to", "state"), [tuple(row.values()) for row in rows])
    failed = sum(row["state"] == "failed" for row in rows)
    say(f"\n{len(rows) - failed} messages sent")
    if failed:
        note(f"{failed} could not be sent: `discovery ledger show` says why; the next call tries again.")


def _said(settings: Settings, one: TaskState, text: str, *, as_json: bool) -> None:
    case = read_case(settings.home, one.case_id)
    if as_json:
        print_json(_plain(case, one))
    else:
        say(text)


def _leaver(case: Case) -> str:
    return (case.plan.email or case.plan.person_id) if case.plan else "forgotten"


def _plain(case: Case, one: TaskState) -> dict[str, Any]:
    return {
        "task_id": one.task_id, "case_id": one.case_id, "step_id": one.step_id, "person_id": case.person_id,
        "app_id": one.app_id, "owner_email": one.owner_email, "title": one.title, "instruction": one.instruction,
        "state": one.state, "outcome": one.outcome, "due_on": one.due_on, "created_at": one.created_at,
        "completed_at": one.completed_at, "completed_by": one.completed_by, "note": one.note,
        "attachment_sha256": one.attachment_sha256,
    }  # fmt: skip
