"""Undoing: what was not done stays undone, what was done becomes tasks to take it back, with their deadlines."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from discovery.errors import BadUse
from discovery.ledger import Ledger
from discovery.offboarding.case import Case, one_at_a_time, read_case
from discovery.offboarding.notify import Notify
from discovery.offboarding.task import owner_of
from discovery.settings import Settings
from discovery.store import Store

RESTORE_DAYS = {"entra": 30, "google": 20}
"""Days in which a deleted directory account can be restored. Entra ID: learn.microsoft.com/graph/api/user-delete;
Google Workspace: its help "Restore a recently deleted user", read in a copy at
support.sanver.com/portal/en/kb/articles/restore. Looked up on 2026-11-24."""
_BACK = {
    "deactivate": "Enable the account again.",
    "delete": "Restore the account, or invite the person anew; what was in it may be gone.",
    "revoke_sessions": "Nothing to do: the person signs in again.",
    "revoke_tokens": "The person makes new tokens.",
    "remove_licence": "Assign the licence again.",
    "remove_assignment": "Assign the app again.",
    "remove_grant": "The person consents again.",
    "remove_from_groups": "Add the memberships again.",
}


@dataclass(frozen=True)
class Back:
    """One thing to take back. `until`: the last day on which it can be, None = not known to end."""

    step_id: str
    app_name: str
    what: str
    until: date | None
    task_id: str | None


def undo(
    settings: Settings, store: Store, case: Case, *, reason: str, now: datetime, notify: Notify | None
) -> list[Back]:
    """End a case that should not go on: open tasks are cancelled, and each act that took effect becomes a task.

    Nothing is sent: a person takes each act back by hand. Raises BadUse without a reason.
    """
    if not reason.strip():
        raise BadUse("undoing needs a --reason: it goes into the ledger")
    if case.plan is None:
        raise BadUse(f"{case.case_id} has no plan that could be undone")
    ledger = Ledger(settings.home)
    back: list[Back] = []
    with one_at_a_time(settings.home, case.case_id), ledger.exclusive() as writer:
        case = read_case(settings.home, case.case_id, writer.entries())
        if not case.is_open or case.plan is None:
            raise BadUse(f"{case.case_id} is {case.state} already")
        for task in case.tasks.values():
            if task.state == "open":
                writer.append(
                    "task", case_id=case.case_id, step_id=task.step_id, person_id=case.person_id, app_id=task.app_id,
                    state="cancelled", data={"task_id": task.task_id},
                )  # fmt: skip
        writer.append(
            "case",
            case_id=case.case_id,
            person_id=case.person_id,
            state="undone",
            private={"detail": reason.strip()},
        )
        for one in reversed(list(case.steps.values())):
            step = one.step
            # An act whose outcome nobody knows may have taken effect as well.
            is_effective = one.state in ("accepted", "verified", "attested") or (
                step.is_automatic and one.attempts > 0 and one.state not in ("already_absent",)
            )
            what = _BACK.get(step.action)
            if not is_effective or what is None:
                continue
            days = RESTORE_DAYS.get(step.app_id or "") if step.action == "delete" else None
            at = one.verified_at or one.accepted_at or one.requested_at
            until = (at + timedelta(days=days)).date() if days and at else None
            task_id = None
            if step.action != "revoke_sessions":
                task_id = f"task-{secrets.token_hex(5)}"
                due = min(
                    filter(None, [until, (now + timedelta(days=settings.offboarding.task_days)).date()])
                )
                writer.append(
                    "task", case_id=case.case_id, step_id=f"undo-{step.step_id}", person_id=case.person_id,
                    app_id=step.app_id, state="open", data={"task_id": task_id, "due_on": due.isoformat()},
                    private={
                        "owner_email": owner_of(settings, store, case.plan, step),
                        "title": f"Take back: {step.title}: {step.app_name}", "instruction": what,
                    },
                )  # fmt: skip
            back.append(Back(step.step_id, step.app_name, what, until, task_id))
    if notify is not None:
        for task in read_case(settings.home, case.case_id).tasks.values():
            if task.state == "open" and task.owner_email:
                notify(task, "assigned", task.owner_email)
    return back
