"""What goes on by itself: each case is moved on as far as it may go without a person.

New departures get a case, its approval is asked for, approved or covered steps whose time has come are executed, what
has ended is looked at again, people are reminded, and the ledger's head leaves the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from discovery.connectors.notify import Channel, Message, NotDelivered, channels
from discovery.connectors.notify.message import as_argument, one_line
from discovery.errors import ActRefused, BadUse, StoreLocked
from discovery.ledger import anchor
from discovery.offboarding.case import Case, read_case, read_cases, record_plan
from discovery.offboarding.departure import Departure, keep_known, new_departures, read_departures, read_known
from discovery.offboarding.execute import Connectors, execute
from discovery.offboarding.guard import refuse_protected
from discovery.offboarding.notify import Notify, deliver, leaver_of
from discovery.offboarding.plan import CanAct, make_plan
from discovery.offboarding.playbook import read_playbooks
from discovery.offboarding.source_age import source_ages
from discovery.offboarding.standing import covered_steps, keep_standing
from discovery.offboarding.task import remind
from discovery.offboarding.verify import verify_case
from discovery.settings import Settings
from discovery.store import Store

SAME_DEPARTURE = timedelta(days=90)
"""A disabled or deleted account within this time after a case was opened is what that case led to."""


@dataclass(frozen=True)
class Moved:
    """One thing that was done, or would be.

    what: opened, held, asked, executed, refused, looked, reopened, closed, told, head. case_id: None if there is none.
    """

    what: str
    person_id: str | None
    case_id: str | None
    detail: str


def advance(
    settings: Settings, store: Store, now: datetime, *, connectors: Connectors, can_act: CanAct,
    notify: Notify | None, is_sent: bool,
) -> list[Moved]:  # fmt: skip
    """Move all cases on; returns what was done, without `is_sent` what would be. `now`: UTC without zone.

    A case that cannot be moved on stops no other. Raises LedgerBroken.
    """
    if not is_sent:
        return _foreseen(settings, store, now)
    ways = channels(settings)
    keep_standing(settings)
    moved = open_cases(settings, store, now, can_act=can_act, ways=ways)
    moved += ask_for_approvals(settings, ways)
    moved += _execute(settings, store, now, connectors, notify)
    moved += _look_again(settings, store, now, connectors, ways)
    if notify is not None:
        cases = read_cases(settings.home)
        for task, kind, address in remind(settings, now, notify):
            detail = f"{kind} to {address}: {task.title}"
            moved.append(Moved("told", cases[task.case_id].person_id, task.case_id, detail))
        moved += tell_closed_tickets(settings, ways, notify)
    return moved + send_head(settings, ways)


def _foreseen(settings: Settings, store: Store, now: datetime) -> list[Moved]:
    """Say what moving on would do; nothing is sent or written."""
    moved: list[Moved] = []
    if settings.offboarding.open_cases:
        found = read_departures(store, settings.offboarding.open_ahead_days)
        new, _ = new_departures(read_known(settings.home), found, store.value("SELECT as_of FROM run"))
        for one, day in new:
            why = _is_known(settings, one, date.fromisoformat(day)) or _too_old(settings, store, now)
            moved.append(
                Moved("held" if why else "would open", one.person_id, None, why or f"{one.kind} on {day}")
            )
    for case, is_standing in _due_cases(settings, now):
        for d in execute(settings, store, [case.case_id], {}, now=now, is_sent=False):
            is_covered = not is_standing or d.step_id in covered_steps(
                settings.offboarding.standing, case, now
            )
            if d.what in ("would send", "would make a task") and is_covered:
                moved.append(
                    Moved("would execute", case.person_id, case.case_id, f"{d.title} {d.app_name}".strip())
                )
    return moved


def open_cases(
    settings: Settings, store: Store, now: datetime, *, can_act: CanAct, ways: Sequence[Channel] = ()
) -> list[Moved]:
    """Open a case for each new departure of the published file; returns what was done, those that have to wait too.

    A departure that could not be planned (old sources, a case that is being executed) is tried again next time.
    """
    if not settings.offboarding.open_cases:
        return []
    as_of = store.value("SELECT as_of FROM run")
    known = read_known(settings.home)
    found = read_departures(store, settings.offboarding.open_ahead_days)
    new, now_known = new_departures(known, found, as_of)
    moved = []
    for one, day in new:
        did = open_case_of(settings, store, one, date.fromisoformat(day), now, can_act=can_act)
        moved += [did] if did.what != "known" else []
        if did.what == "held":
            # It stays news until there is a plan, and is told once.
            name = f"{one.person_id}:{one.kind}"
            now_known.pop(name)
            if f"held:{name}" not in (known or {}):
                _tell_held(settings, store, did, ways)
            now_known[f"held:{name}"] = day
    keep_known(settings.home, now_known)
    return moved


def open_case_of(
    settings: Settings, store: Store, one: Departure, day: date, now: datetime, *, can_act: CanAct
) -> Moved:
    """Open the case of one departure: a fresh plan that waits for approval. Returns what came of it.

    what: `opened`; `known` where the person has an open case, or had one for this departure; `held` with the reason
    where no plan can be made yet; `refused` for a protected person.
    """
    known = _is_known(settings, one, day)
    if known:
        return Moved("known", one.person_id, None, known)
    old = _too_old(settings, store, now)
    if old:
        return Moved("held", one.person_id, None, old)
    ages = source_ages(store, settings, now.date())
    try:
        refuse_protected(settings, store, one.person_id)
        plan = make_plan(
            store, settings, read_playbooks(settings.offboarding.playbooks), one.person_id, can_act=can_act,
            is_immediate=one.left_on is None, ages=ages,
        )  # fmt: skip
        case = record_plan(settings.home, plan)
    except ActRefused as error:
        return Moved("refused", one.person_id, None, str(error))
    except (BadUse, StoreLocked) as error:
        return Moved("held", one.person_id, None, str(error))
    return Moved(
        "opened", one.person_id, case.case_id, f"{one.kind}: {len(plan.steps)} steps, waits for approval"
    )


def _is_known(settings: Settings, one: Departure, day: date) -> str | None:
    """Say why a departure needs no case of its own, None if it does."""
    cases = [c for c in read_cases(settings.home).values() if c.person_id == one.person_id]
    if any(c.is_open for c in cases):
        return "has an open case"
    for case in cases:
        begins = case.plan.begins_at if case.plan else None
        if one.left_on is not None and begins is not None:
            # Of this last day of work: whoever comes back and leaves again has another one.
            is_same = abs((date.fromisoformat(begins[:10]) - one.left_on).days) <= 2
        else:
            is_same = case.opened_at.date() >= day - SAME_DEPARTURE
        if is_same:
            return "had a case for this departure"
    return None


def _too_old(settings: Settings, store: Store, now: datetime) -> str | None:
    old = [age.source for age in source_ages(store, settings, now.date()) if age.is_old]
    if not old:
        return None
    return (
        f"sources are too old: {', '.join(old)}. Load newer exports, or plan with --accept-old and a reason."
    )


def ask_for_approvals(settings: Settings, ways: Sequence[Channel]) -> list[Moved]:
    """Ask the named approvers for each plan that waits for one, once per plan and address."""
    moved = []
    for case in read_cases(settings.home).values():
        if case.state != "planned" or case.plan is None or case.plan_hash is None:
            continue
        for address in settings.offboarding.approval_requests_to:
            if address == case.plan.email or (case.plan_hash, address) in case.asked:
                continue
            if deliver(settings, case, _approval_message(case, address), ways, plan_hash=case.plan_hash):
                moved.append(Moved("asked", case.person_id, case.case_id, f"approval asked of {address}"))
    return moved


def _approval_message(case: Case, address: str) -> Message:
    assert case.plan is not None
    plan, who = case.plan, one_line(leaver_of(case))
    automatic = sum(step.is_automatic for step in plan.steps)
    name = as_argument(plan.email or plan.person_id)
    lines = (
        f"The offboarding of {who} has a plan that waits for approval.",
        "",
        f"Case:  {case.case_id}",
        f"Plan:  {(case.plan_hash or '')[:16]}, {len(plan.steps)} steps, {automatic} of them by program",
        f"From:  {plan.begins_at or 'at once'}",
        "",
        "Look at it, and approve what you saw:",
        f"  discovery offboard plan {name} --as-published",
        f"  discovery offboard approve {name} --plan {(case.plan_hash or '')[:16]}",
        "Nothing is sent without an approval.",
    )
    facts = {"case_id": case.case_id, "plan_hash": case.plan_hash, "person_id": case.person_id}
    return Message(
        "approval", address, case.case_id, f"Approval wanted: offboarding of {who}", lines, facts=facts
    )


def _tell_held(settings: Settings, store: Store, did: Moved, ways: Sequence[Channel]) -> None:
    email = store.value(
        "SELECT coalesce(email, display_name) FROM person WHERE person_id = $p", {"p": did.person_id}
    )
    for address in settings.offboarding.approval_requests_to:
        lines = (
            f"{one_line(str(email or did.person_id))} leaves, and no plan could be made.",
            "",
            one_line(did.detail),
        )
        message = Message(
            "plan_failed", address, f"departure-{did.person_id}", "A departure without a plan", lines
        )
        for way in ways:
            if way.takes(message):
                try:
                    way.deliver(message, None)
                except NotDelivered:
                    continue  # the departure stays news, and is told with the next try


def _execute(
    settings: Settings, store: Store, now: datetime, connectors: Connectors, notify: Notify | None
) -> list[Moved]:  # fmt: skip
    moved: list[Moved] = []
    for case, is_standing in _due_cases(settings, now):
        try:
            done = execute(
                settings, store, [case.case_id], connectors, now=now, is_sent=True, notify=notify,
                is_standing=is_standing,
            )  # fmt: skip
        except (ActRefused, BadUse, StoreLocked) as error:
            moved.append(Moved("refused", case.person_id, case.case_id, str(error)))
            continue
        acted = [d for d in done if d.what in ("sent", "task", "unknown")]
        moved += [
            Moved("executed", case.person_id, case.case_id, f"{d.title} {d.app_name}: {d.state}. {d.detail}")
            for d in acted
        ]
    return moved


def _due_cases(settings: Settings, now: datetime) -> list[tuple[Case, bool]]:
    """Return the cases that may be executed without a person, and whether under the standing approval."""
    found = []
    for case in read_cases(settings.home).values():
        if not case.is_open or case.plan is None or case.person_id is None or case.state == "verifying":
            continue
        is_approved = bool(case.approvals)
        if (settings.offboarding.run_approved if is_approved
                else covered_steps(settings.offboarding.standing, case, now)):  # fmt: skip
            found.append((case, not is_approved))
    return found


def _look_again(
    settings: Settings, store: Store, now: datetime, connectors: Connectors, ways: Sequence[Channel]
) -> list[Moved]:  # fmt: skip
    """Verify what has begun: open cases, and closed ones for some time after their end."""
    moved: list[Moved] = []
    since = now - timedelta(days=settings.offboarding.look_again_days)
    for before in read_cases(settings.home).values():
        is_recent = before.state == "closed" and before.closed_at is not None and before.closed_at >= since
        if before.plan is None or before.person_id is None or not (
            before.state in ("executing", "verifying") or is_recent
        ):  # fmt: skip
            continue
        seen = verify_case(settings, store, before.case_id, connectors)
        after = read_case(settings.home, before.case_id)
        changed = [s for s in seen if (b := before.steps.get(s.step_id)) is not None and b.state != s.state]
        moved += [
            Moved("looked", before.person_id, before.case_id, f"{s.app_name}: {s.state}. {s.detail}")
            for s in changed
        ]
        if before.state == "closed" and after.state != "closed":
            moved.append(Moved("reopened", before.person_id, before.case_id, "use goes on after its end"))
            _tell_reopened(settings, after, ways)
        elif after.state == "closed" and before.state != "closed":
            moved.append(Moved("closed", before.person_id, before.case_id, "everything has ended"))
    return moved


def _tell_reopened(settings: Settings, case: Case, ways: Sequence[Channel]) -> None:
    bad = [s for s in case.steps.values() if s.step.route == "observe" and not s.is_done]
    who = one_line(leaver_of(case))
    lines = (f"The offboarding of {who} was closed, and is open again: use goes on.", "",
             *(f"{one_line(s.step.app_name)}: {one_line(s.reason)}" for s in bad))  # fmt: skip
    for address in settings.offboarding.approval_requests_to:
        deliver(
            settings,
            case,
            Message("reopened", address, case.case_id, f"Open again: offboarding of {who}", lines),
            ways,
        )


def tell_closed_tickets(settings: Settings, ways: Sequence[Channel], notify: Notify) -> list[Moved]:
    """Tell the owners of tasks whose ticket was closed although nobody said that they are done; once per task."""
    moved = []
    for case in read_cases(settings.home).values():
        for task in case.tasks.values():
            if task.state != "open" or case.person_id is None or not task.owner_email:
                continue
            if any(kind == "closed_elsewhere" for _, kind, _ in task.notices):
                continue
            closed = []
            for way in ways:
                try:
                    if (
                        way.name in task.references
                        and way.ticket_state(task.references[way.name]) == "closed"
                    ):
                        closed.append(way.name)
                except NotDelivered:
                    continue  # it could not be asked; next time
            if closed:
                notify(task, "closed_elsewhere", task.owner_email)
                detail = f"{task.title}: closed in {', '.join(closed)}, not attested here"
                moved.append(Moved("told", case.person_id, case.case_id, detail))
    return moved


def send_head(settings: Settings, ways: Sequence[Channel]) -> list[Moved]:
    """Send the ledger's head to those who keep it elsewhere; a head that was sent is not sent again."""
    if not settings.offboarding.heads_to:
        return []
    head = anchor(settings.home)
    if head is None:
        return []
    mark = settings.home / "head_sent"
    if mark.is_file() and mark.read_text(encoding="ascii").strip() == str(head):
        return []
    lines = ("Keep this: what the ledger says up to here cannot be changed unseen.", "", str(head), "",
             "To check: discovery ledger verify --heads FILE, or compare it with `discovery ledger show`.")  # fmt: skip
    is_sent = True
    for address in settings.offboarding.heads_to:
        facts = {"sequence": str(head.sequence), "hash": head.hash, "saved_at": head.saved_at}
        message = Message("head", address, "ledger-head", f"Ledger head {head.sequence}", lines, facts=facts)
        for way in (w for w in ways if w.takes(message)):
            try:
                way.deliver(message, None)
            except NotDelivered:
                is_sent = False
    if not is_sent:
        return [
            Moved("head", None, None, f"head {head.sequence} could not be sent everywhere; it is sent again")
        ]
    mark.write_text(str(head), encoding="ascii")
    mark.chmod(0o600)
    return [Moved("head", None, None, f"head {head.sequence} sent")]
