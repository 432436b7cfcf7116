"""`discovery offboard`: a case from plan to proof."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from discovery.cli.offboard_plan import plan
from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.published import find_person, published
from discovery.cli.terminal import note, say, table
from discovery.connectors import configured_connectors
from discovery.connectors.notify.message import as_argument
from discovery.errors import UnknownName
from discovery.offboarding import advance as advancing
from discovery.offboarding import approve as approving
from discovery.offboarding import execute as executing
from discovery.offboarding import undo as undoing
from discovery.offboarding.case import Case, case_of, newest_case, read_case, read_cases
from discovery.offboarding.notify import notifier
from discovery.offboarding.route import can_act
from discovery.offboarding.status import duration, times_to_revoke
from discovery.offboarding.verify import verify_case
from discovery.settings import Settings


@click.group(epilog=example("discovery offboard plan ada@example.com"))
def offboard() -> None:
    """Plan, approve, execute, verify and prove an offboarding."""


offboard.add_command(plan)


@offboard.command(
    epilog=example(
        "discovery offboard approve ada@example.com",
        "discovery offboard approve ada@example.com --plan 4a8afa30",
    )
)
@click.argument("person")
@click.option(
    "--plan", "plan_hash", metavar="HASH", help="The plan that was looked at; another one is refused."
)
@with_settings
@json_option
def approve(settings: Settings, person: str, plan_hash: str | None, *, as_json: bool) -> None:
    """Approve a person's plan as it is now.

    The approval holds for this plan, by whoever the operating system says is asking, and for the state for which
    the plan was made: if that changed, it is refused and shown.
    """
    with published(settings) as store:
        who = find_person(store, person)
        case = approving.approve(
            settings, store, case_of(settings.home, who.person_id, who.name), plan_hash=plan_hash
        )
    if as_json:
        print_json({"case_id": case.case_id, "plan_hash": case.plan_hash, "state": case.state,
                    "approvals": [{"by": by, "at": at} for by, at in case.approvals]})  # fmt: skip
    else:
        say(
            f"{case.case_id}: plan {(case.plan_hash or '')[:16]} approved by "
            f"{', '.join(by for by, _ in case.approvals)}."
        )
        say("`discovery offboard execute` shows what would be sent; with --send it is sent.")


@offboard.command(
    epilog=example(
        "discovery offboard execute ada@example.com", "discovery offboard execute ada@example.com --send"
    )
)
@click.argument("persons", nargs=-1, required=True, metavar="PERSON...")
@click.option(
    "--send", "is_sent", is_flag=True, help="Act. Without it nothing is sent and nothing is written."
)
@with_settings
@json_option
@click.pass_context
def execute(
    ctx: click.Context, settings: Settings, persons: tuple[str, ...], *, is_sent: bool, as_json: bool
) -> None:
    """Execute approved plans; without --send only show what would be done.

    Each act has its intent in the ledger before it is sent and its result after. Called again it goes on where it
    stopped and does nothing twice: where an outcome is not known, the target is read first. Exit code 1 if a step
    failed or its outcome is not known.
    """
    with published(settings) as store:
        found = list({p.person_id: p for p in (find_person(store, text) for text in persons)}.values())
        cases = [case_of(settings.home, who.person_id, who.name) for who in found]
        done = executing.execute(
            settings, store, [case.case_id for case in cases], configured_connectors(settings),
            now=datetime.now(UTC).replace(tzinfo=None), is_sent=is_sent, notify=notifier(settings) if is_sent else None,
        )  # fmt: skip
    if as_json:
        print_json([vars(one) for one in done])
    else:
        table(
            ("#", "app", "route", "step", "what", "state", "detail"),
            [(d.position, d.app_name, d.route, d.title, d.what, d.state, d.detail) for d in done],
            right=("#",),
            whole=("#", "route", "what", "state"),
        )
        ownerless = sum(d.what == "task" and d.detail.endswith("no owner is known") for d in done)
        if ownerless:
            note(
                f"\n{ownerless} tasks are nobody's: set offboarding.fallback_owner, or give the apps owners."
            )
        if not is_sent:
            note("\nA dry run: nothing was sent. --send acts.")
    bad = [d for d in done if d.what == "unknown" or (d.what == "sent" and d.state == "failed")]
    ctx.exit(1 if is_sent and bad else 0)


@offboard.command(epilog=example("discovery offboard status", "discovery offboard status ada@example.com"))
@click.argument("person", required=False)
@with_settings
@json_option
def status(settings: Settings, person: str | None, *, as_json: bool) -> None:
    """Show how far cases are, one in full, and how long each route takes from request to verified end."""
    cases = read_cases(settings.home)
    if person is not None:
        with published(settings) as store:
            who = find_person(store, person)
        case = newest_case(cases, who.person_id)
        if case is None:
            raise UnknownName(
                f"{who.name} has no case: `discovery offboard plan {as_argument(who.name)}` opens one"
            )
        _print_case(case, as_json=as_json)
        return
    times = times_to_revoke(cases.values())
    if as_json:
        print_json({"cases": [_plain(case) for case in cases.values()], "time_to_revoke_seconds": times})
        return
    table(
        ("case", "person", "state", "opened (UTC)", "done", "open tasks", "failed"),
        [
            (c.case_id, (c.plan.email or c.plan.person_id) if c.plan else "forgotten", c.state, c.opened_at,
             f"{sum(s.is_done for s in c.steps.values())} of {len(c.steps)}",
             sum(t.state == "open" for t in c.tasks.values()),
             sum(s.state in ("failed", "unverifiable") for s in c.steps.values()))
            for c in cases.values()
        ],
        right=("open tasks", "failed"),
        whole=("case", "state", "opened (UTC)"),
    )  # fmt: skip
    if times:
        say()
        table(
            ("route", "steps", "half within", "9 of 10 within"),
            [(route, t["count"], duration(t["p50"]), duration(t["p90"])) for route, t in times.items()],
            right=("steps",),
        )


@offboard.command(epilog=example("discovery offboard verify ada@example.com"))
@click.argument("person")
@with_settings
@json_option
@click.pass_context
def verify(ctx: click.Context, settings: Settings, person: str, *, as_json: bool) -> None:
    """Look whether everything has ended; close the case if it has. Exit code 1 while something is open.

    Accounts are read back through their connectors, and all sources of the published file have to stay silent for the
    days that the settings say. Use after the end opens a closed case again.
    """
    with published(settings) as store:
        who = find_person(store, person)
        case = newest_case(read_cases(settings.home), who.person_id)
        if case is None:
            raise UnknownName(
                f"{who.name} has no case: `discovery offboard plan {as_argument(who.name)}` opens one"
            )
        seen = verify_case(settings, store, case.case_id, configured_connectors(settings))
    case = read_case(settings.home, case.case_id)
    if as_json:
        print_json({"case_id": case.case_id, "state": case.state, "seen": [vars(one) for one in seen]})
    else:
        table(
            ("step", "app", "state", "what was seen"),
            [(s.step_id, s.app_name, s.state, s.detail) for s in seen],
        )
        say(f"\n{case.case_id} is {case.state}.")
        for one in case.steps.values():
            if not one.is_done:
                say(f"  open: {one.step.step_id} ({one.state}) {one.reason}")
    ctx.exit(0 if case.state == "closed" else 1)


@offboard.command(epilog=example("discovery offboard undo ada@example.com --reason 'she stays'"))
@click.argument("person")
@click.option("--reason", required=True, help="Why; goes into the ledger.")
@with_settings
@json_option
def undo(settings: Settings, person: str, reason: str, *, as_json: bool) -> None:
    """End a case that should not go on, and make tasks of what has to be taken back, with the last day for it.

    Nothing is sent: open tasks are cancelled, and each act that took effect becomes a task for a person.
    """
    with published(settings) as store:
        who = find_person(store, person)
        case = case_of(settings.home, who.person_id, who.name)
        back = undoing.undo(
            settings,
            store,
            case,
            reason=reason,
            now=datetime.now(UTC).replace(tzinfo=None),
            notify=notifier(settings),
        )
    if as_json:
        print_json({"case_id": case.case_id, "take_back": [vars(one) for one in back]})
        return
    say(f"{case.case_id} is undone; {len(back)} things to take back, the last done first.")
    if back:
        table(
            ("step", "app", "what", "until", "task"),
            [(b.step_id, b.app_name, b.what, b.until, b.task_id) for b in back],
            whole=("until", "task"),
        )


def _print_case(case: Case, *, as_json: bool) -> None:
    if as_json:
        print_json(_plain(case))
        return
    name = (case.plan.email or case.plan.person_id) if case.plan else "forgotten"
    say(f"{case.case_id} of {name}: {case.state}, opened {case.opened_at:%Y-%m-%d %H:%M} UTC, "
        f"plan {(case.plan_hash or '')[:16]}")  # fmt: skip
    say(
        f"approved by: {', '.join(f'{by} ({at:%Y-%m-%d %H:%M})' for by, at in case.approvals) or 'nobody yet'}\n"
    )
    table(
        ("#", "phase", "app", "route", "step", "state", "task", "detail"),
        [
            (
                s.step.position,
                s.step.phase,
                s.step.app_name,
                s.step.route,
                s.step.title,
                s.state,
                s.task_id,
                s.reason,
            )
            for s in case.steps.values()
        ],
        right=("#",),
        whole=("#", "phase", "route", "state", "task"),
    )


def _plain(case: Case) -> dict[str, Any]:
    steps = [
        {
            "step_id": s.step.step_id, "position": s.step.position, "phase": s.step.phase, "app_id": s.step.app_id,
            "route": s.step.route, "action": s.step.action, "state": s.state, "requested_at": s.requested_at,
            "accepted_at": s.accepted_at, "verified_at": s.verified_at, "task_id": s.task_id, "reason": s.reason,
        }
        for s in case.steps.values()
    ]  # fmt: skip
    return {
        "case_id": case.case_id, "person_id": case.person_id, "state": case.state, "plan_hash": case.plan_hash,
        "opened_at": case.opened_at, "approvals": [{"by": by, "at": at} for by, at in case.approvals],
        "closed_at": case.closed_at, "steps": steps,
    }  # fmt: skip


@offboard.command(epilog=example("discovery offboard advance", "discovery offboard advance --send"))
@click.option(
    "--send", "is_sent", is_flag=True, help="Do it. Without it nothing is sent and nothing is written."
)
@with_settings
@json_option
@click.pass_context
def advance(ctx: click.Context, settings: Settings, *, is_sent: bool, as_json: bool) -> None:
    """Move every case on as far as it may go without a person; made for cron, behind the nightly run.

    Opens a case for each new departure and asks the approvers; executes what is approved (`run_approved`) or covered by
    a standing approval and due; looks again at what has ended; sends reminders, and the ledger's head. Exit code 1 if
    a departure could not be planned, a case was refused, or use goes on after its end.
    """
    with published(settings) as store:
        moved = advancing.advance(
            settings, store, datetime.now(UTC).replace(tzinfo=None), connectors=configured_connectors(settings),
            can_act=can_act(settings), notify=notifier(settings), is_sent=is_sent,
        )  # fmt: skip
        names = {
            str(p): str(e)
            for p, e in store.rows("SELECT person_id, coalesce(email, display_name) FROM person")
        }
    if as_json:
        print_json([vars(one) for one in moved])
    else:
        table(
            ("what", "person", "case", "detail"),
            [(m.what, names.get(m.person_id or "", m.person_id), m.case_id, m.detail) for m in moved],
            whole=("what", "case"),
        )
        if not moved:
            say("Nothing to be moved on.")
        if not is_sent:
            note("\nA dry run: nothing was sent or written. --send does it.")
    ctx.exit(1 if any(m.what in ("held", "refused", "reopened") for m in moved) else 0)
