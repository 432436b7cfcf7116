"""Manual tasks: who gets what to do, and what they say about it.

Silence completes nothing; only a named person's explicit word does.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from discovery.errors import BadUse, UnknownName
from discovery.ledger import Ledger
from discovery.offboarding.case import Case, TaskState, read_case, read_cases
from discovery.offboarding.link import refuse_used
from discovery.offboarding.notify import Notify
from discovery.offboarding.plan import Plan, Step
from discovery.settings import Settings
from discovery.store import Store

OUTCOMES = ("not_mine", "cannot", "needs_help")
"""What somebody may say instead of done."""
_ADDRESS = re.compile(r"[^\s@<>,;:\"\\]+@[^\s@<>,;:\"\\]+")

_ACTIVE = """
SELECT count(*) FROM person
WHERE (lower(email) = $email OR person_id IN (SELECT person_id FROM person_identifier WHERE identifier = $email))
    AND (status IN ('disabled', 'soft_deleted', 'deleted') OR left_on < (SELECT as_of FROM run))
"""


def owner_of(
    settings: Settings, store: Store, plan: Plan, step: Step, turned_down: tuple[str, ...] = ()
) -> str | None:
    """Return who gets the task of a step: the app's owner, the deputy, the fallback; never the leaver.

    What is handed over may go to the manager as well. Who has left themselves, or turned it down, is
    passed over. None: nobody is known.
    """
    for email in _candidates(settings, plan, step):
        low = email.lower()
        if low in (name.lower() for name in turned_down) or low == (plan.email or "").lower():
            continue
        owner = store.value(
            "SELECT person_id FROM person_identifier WHERE identifier = $email", {"email": low}
        )
        if owner == plan.person_id or store.value(_ACTIVE, {"email": low}):
            continue
        return email
    return None


def _candidates(settings: Settings, plan: Plan, step: Step) -> Iterator[str]:
    deputy = settings.offboarding.deputies.get(step.app_id or "")
    manager = plan.manager_email if step.action == "hand_over" else None
    for email in (step.owner_email, deputy, manager, settings.offboarding.fallback_owner):
        if email:
            yield email


def create_task(
    settings: Settings, case: Case, step: Step, owner: str | None, why: str, now: datetime, notify: Notify | None
) -> TaskState:  # fmt: skip
    """Make the task of a step, once: a step that has one keeps it."""
    ledger = Ledger(settings.home)
    with ledger.exclusive() as writer:
        fresh = read_case(settings.home, case.case_id, writer.entries())
        existing = next(
            (t for t in fresh.tasks.values() if t.step_id == step.step_id and t.state == "open"), None
        )
        if existing is not None:
            return existing
        due = now + timedelta(days=settings.offboarding.task_days)
        task_id = f"task-{secrets.token_hex(5)}"
        accounts = ", ".join(f"{a['name']} in {a['system']}" for a in step.accounts)
        instruction = step.instruction + (f" Accounts: {accounts}." if accounts else "")
        writer.append(
            "task", case_id=case.case_id, step_id=step.step_id, person_id=case.person_id, app_id=step.app_id,
            state="open",
            data={"task_id": task_id, "due_on": due.date().isoformat()},
            private={
                "owner_email": owner, "title": f"{step.title}: {step.app_name}" if step.app_name else step.title,
                "instruction": instruction + (f" Why a person: {why}" if why else ""),
            },
        )  # fmt: skip
    task = read_case(settings.home, case.case_id).tasks[task_id]
    if notify is not None and owner is not None:
        notify(task, "assigned", owner)
    return task


def find_task(settings: Settings, task_id: str) -> tuple[Case, TaskState]:
    """Return a task and its case, by id or the beginning of it. Raises UnknownName."""
    said = task_id.strip().lower()
    tasks = [(case, task) for case in read_cases(settings.home).values() for task in case.tasks.values()]
    hits = [pair for pair in tasks if pair[1].task_id == said] or [
        pair for pair in tasks if len(said) > 6 and pair[1].task_id.startswith(said)
    ]
    if len(hits) != 1:
        which = "is the beginning of several" if hits else "does not exist"
        raise UnknownName(f"the task {task_id!r} {which}: `discovery task list` shows them")
    return hits[0]


def complete_task(
    settings: Settings,
    task_id: str,
    *,
    by: str,
    statement: str,
    attachment_sha256: str | None = None,
    link: str | None = None,
) -> TaskState:
    """Record a named person's word that a task is done. `link`: nonce of the signed link by which it was said.

    Raises BadUse for a task that is not open, a name that is no address, the leaver's own word, or no statement.
    """
    case, task = find_task(settings, task_id)
    _check_word(case, by, statement)
    with Ledger(settings.home).exclusive() as writer:
        refuse_used(writer.entries(), link)
        fresh = _still_open(settings, writer.entries(), case, task)
        writer.append(
            "task", case_id=case.case_id, step_id=task.step_id, person_id=case.person_id, app_id=task.app_id,
            state="completed",
            data={"task_id": task.task_id, "outcome": "done"}
            | ({"attachment_sha256": attachment_sha256} if attachment_sha256 else {})
            | ({"link": link} if link else {}),
            private={"by": by, "detail": statement.strip()},
        )  # fmt: skip
    return read_case(settings.home, case.case_id).tasks[fresh.task_id]


def decline_task(
    settings: Settings,
    store: Store,
    task_id: str,
    *,
    by: str,
    outcome: str,
    statement: str,
    notify: Notify | None = None,
    link: str | None = None,
) -> TaskState:
    """Record that somebody does not do a task, and why; it goes to the next who may: the task stays open.

    `not_mine`: to the next owner. `cannot`, `needs_help`: to the escalation address, else the next owner. Where nobody
    is left it ends as declined, and its step stays open.
    """
    if outcome not in OUTCOMES:
        raise BadUse(f"outcome {outcome!r}; expected one of {', '.join(OUTCOMES)}")
    case, task = find_task(settings, task_id)
    _check_word(case, by, statement)
    assert case.plan is not None
    turned_down = tuple(
        dict.fromkeys((*task.turned_down, *([task.owner_email] if task.owner_email else []), by))
    )
    step = case.steps[task.step_id].step if task.step_id in case.steps else None
    following = owner_of(settings, store, case.plan, step, turned_down) if step else None
    if (
        outcome != "not_mine"
        and settings.offboarding.escalate_to
        and settings.offboarding.escalate_to not in turned_down
    ):
        following = settings.offboarding.escalate_to
    with Ledger(settings.home).exclusive() as writer:
        refuse_used(writer.entries(), link)
        _still_open(settings, writer.entries(), case, task)
        writer.append(
            "task", case_id=case.case_id, step_id=task.step_id, person_id=case.person_id, app_id=task.app_id,
            state="open" if following else "declined",
            data={"task_id": task.task_id, "outcome": outcome} | ({"link": link} if link else {}),
            private={"by": by, "detail": statement.strip(), "owner_email": following or task.owner_email,
                     "turned_down": list(turned_down)},
        )  # fmt: skip
    task = read_case(settings.home, case.case_id).tasks[task.task_id]
    if following and notify is not None:
        notify(task, "assigned", following)
    return task


def remind(settings: Settings, now: datetime, notify: Notify) -> list[tuple[TaskState, str, str]]:
    """Send what is due for open tasks, and return it: task, kind and address.

    A first message that could not be sent is sent again; then a reminder every `remind_every_days`; once overdue, one
    escalation. Nothing of this completes a task.
    """
    sent = []
    for case in read_cases(settings.home).values():
        for task in case.tasks.values():
            for kind, address in _due(settings, case, task, now):
                notify(task, kind, address)
                sent.append((task, kind, address))
    return sent


def _due(settings: Settings, case: Case, task: TaskState, now: datetime) -> Iterator[tuple[str, str]]:
    if task.state != "open" or case.person_id is None:
        return
    arrived = [(at, kind) for at, kind, state in task.notices if state == "sent"]
    if task.owner_email:
        pause = timedelta(days=settings.offboarding.remind_every_days)
        if not any(kind == "assigned" for _, kind in arrived):
            yield "assigned", task.owner_email
        elif max(at for at, kind in arrived if kind != "escalation") <= now - pause:
            yield "reminder", task.owner_email
    to = settings.offboarding.escalate_to or settings.offboarding.fallback_owner
    is_overdue = now.date().isoformat() > task.due_on
    if is_overdue and to and to != task.owner_email and not any(kind == "escalation" for _, kind in arrived):
        yield "escalation", to


def _check_word(case: Case, by: str, statement: str) -> None:
    if not _ADDRESS.fullmatch(by.strip()):
        raise BadUse(f"{by!r} is nobody: a task needs the e-mail address of the person who answers for it")
    if case.plan is not None and by.strip().lower() == (case.plan.email or "").lower():
        raise BadUse("the leaver's own word does not complete or decline a task of their leaving")
    if not statement.strip():
        raise BadUse("a statement is needed: what was done, or why not")


def _still_open(settings: Settings, entries: object, case: Case, task: TaskState) -> TaskState:
    fresh = read_case(settings.home, case.case_id, entries).tasks[task.task_id]  # type: ignore[arg-type]
    if fresh.state != "open":
        raise BadUse(f"{task.task_id} is {fresh.state} already, by {fresh.completed_by or 'nobody'}")
    return fresh
