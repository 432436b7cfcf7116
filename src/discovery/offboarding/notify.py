"""Telling people: what has to be done, for whom, until when, and how to answer. A message completes nothing.

Each message goes through every channel that is set up and takes it; the ledger keeps for each whether it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from discovery.connectors.notify import Channel, Message, NotDelivered, channels
from discovery.connectors.notify.message import as_argument, one_line
from discovery.ledger import Ledger
from discovery.offboarding.case import Case, TaskState, read_case
from discovery.offboarding.link import PATH, sign_link
from discovery.settings import Settings

_OPENING = {
    "assigned": "You have a task in the offboarding of {who}.",
    "reminder": "A task in the offboarding of {who} is still open.",
    "escalation": "A task in the offboarding of {who} is overdue. It was given to {owner}, who did not answer.",
    "closed_elsewhere": "The ticket of a task in the offboarding of {who} was closed, but nobody has said that it is "
    "done: the task stays open.",
}
_SUBJECT = {
    "assigned": "Task",
    "reminder": "Reminder",
    "escalation": "Overdue",
    "closed_elsewhere": "Not done yet",
}


class Notify(Protocol):
    """Tells somebody about a task: kind (`assigned`, `reminder`, `escalation`, `closed_elsewhere`) and address."""

    def __call__(self, task: TaskState, kind: str, address: str) -> None:
        """Send it and keep in the ledger that it was, or could not be, sent."""


def notifier(settings: Settings) -> Notify | None:
    """Return what tells people about tasks; None where no channel is set up.

    A message that cannot be sent stops nothing: it is kept as failed, and `discovery task remind` sends it again.
    """
    ways = channels(settings)
    if not ways:
        return None

    def notify(task: TaskState, kind: str, address: str) -> None:
        case = read_case(settings.home, task.case_id)
        fresh = case.tasks[task.task_id]
        link = _link(settings, fresh, address) if kind in ("assigned", "reminder") else None
        deliver(settings, case, task_message(fresh, kind, address, leaver_of(case), link), ways, fresh)

    return notify


def deliver(
    settings: Settings,
    case: Case | None,
    message: Message,
    ways: Sequence[Channel],
    task: TaskState | None = None,
    plan_hash: str | None = None,
) -> bool:
    """Send a message through all channels that take it; returns whether any did. Each try is kept in the ledger.

    `plan_hash`: the plan that a message about a case is about.
    """
    is_sent = False
    for way in ways:
        if not way.takes(message):
            continue
        before = task.references.get(way.name) if task is not None else None
        data: dict[str, object] = {"notice": message.kind, "channel": way.name}
        try:
            receipt = way.deliver(message, before)
            state, detail = "sent", f"{message.kind} to {message.to}: {receipt.detail}"
            is_sent = True
            if receipt.reference:
                data["reference"] = receipt.reference
        except NotDelivered as error:
            state, detail = "failed", f"{message.kind} to {message.to}: {error}"
        if task is not None:
            data["task_id"] = task.task_id
        if plan_hash is not None:
            data["plan_hash"] = plan_hash
        person_id = case.person_id if case is not None else None
        Ledger(settings.home).append(
            "notice", case_id=case.case_id if case is not None else None, step_id=task.step_id if task else None,
            person_id=person_id, app_id=task.app_id if task else None, state=state, data=data,
            private={"detail": detail, "to": message.to} if person_id else None,
        )  # fmt: skip
    return is_sent


def _link(settings: Settings, task: TaskState, address: str) -> str | None:
    base = settings.offboarding.links_at
    if base is None:
        return None
    now = datetime.now(UTC).replace(tzinfo=None)
    return f"{base.rstrip('/')}{PATH}{sign_link(settings.home, task.task_id, address, now)}"


def leaver_of(case: Case) -> str:
    """Return what the leaver of a case is called in a message."""
    if case.plan is None:
        return "somebody"
    return case.plan.display_name or case.plan.email or case.plan.person_id


def task_message(task: TaskState, kind: str, address: str, who: str, link: str | None = None) -> Message:
    """Return the message about a task."""
    by = as_argument(task.owner_email or address)
    lines = (
        _OPENING[kind].format(who=one_line(who), owner=one_line(task.owner_email or "nobody")),
        "",
        f"What:  {one_line(task.title)}",
        f"How:   {one_line(task.instruction)}",
        f"Until: {task.due_on}",
        f"Task:  {task.task_id}",
        "",
        "It counts as done only when you say so:",
        f"  discovery task complete {task.task_id} --by {by} --statement 'what was done'",
        "If it is not yours, cannot be done or you need help:",
        f"  discovery task decline {task.task_id} --by {by} "
        "--outcome not_mine|cannot|needs_help --statement 'why'",
    )
    return Message(
        kind, address, task.task_id, f"{_SUBJECT[kind]}: {one_line(task.title)} (due {task.due_on})", lines,
        due_on=task.due_on, link=link, facts=_facts(task),
    )  # fmt: skip


def _facts(task: TaskState) -> Mapping[str, str | None]:
    return {"task_id": task.task_id, "case_id": task.case_id, "step_id": task.step_id, "app_id": task.app_id,
            "owner_email": task.owner_email, "state": task.state}  # fmt: skip
