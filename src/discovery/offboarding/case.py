"""Cases as the ledger tells them: nothing about a case is kept anywhere else.

A case is opened with its first plan; a person has at most one that is open. What happened to each step and task is the
sum of the entries about it, in their order.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from discovery.connectors.notify.message import as_argument
from discovery.errors import BadUse, StoreLocked, UnknownName
from discovery.ledger import Entry, Ledger, Writer, without_secrets
from discovery.offboarding.plan import Plan, Step, plan_hash
from discovery.store import make_private

OPEN_STATES = ("planned", "approved", "executing", "verifying")
GREEN = ("verified", "already_absent", "attested")
"""States in which a step is done."""
UNKNOWN = "requested"
"""An intent without a result: nobody knows whether the act arrived."""


@dataclass
class StepState:
    """What became of one step.

    `state`: planned, requested, accepted, verified, failed, already_absent, attested, unverifiable, cancelled.
    """

    step: Step
    state: str = "planned"
    requested_at: datetime | None = None
    accepted_at: datetime | None = None
    verified_at: datetime | None = None
    reason: str = ""
    attempts: int = 0
    is_retryable: bool = False
    task_id: str | None = None

    @property
    def is_done(self) -> bool:
        """Ended as it should."""
        return self.state in GREEN


@dataclass
class TaskState:
    """What became of one task.

    `state`: open, completed, declined or cancelled; `outcome`: done, not_mine, cannot or needs_help. `notices`: when,
    kind and whether it was sent. `references`: by channel, the ticket or thread that stands for the task there.
    """

    task_id: str
    case_id: str
    step_id: str
    app_id: str | None
    created_at: datetime
    due_on: str
    owner_email: str | None = None
    turned_down: tuple[str, ...] = ()
    title: str = ""
    instruction: str = ""
    state: str = "open"
    outcome: str | None = None
    completed_at: datetime | None = None
    completed_by: str | None = None
    note: str | None = None
    attachment_sha256: str | None = None
    notices: list[tuple[datetime, str, str]] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    is_escalated: bool = False


@dataclass
class Case:
    """One offboarding of one person. `person_id` is None where the person was forgotten.

    `asked`: plans whose approval was asked for, and of whom.
    """

    case_id: str
    subject: str | None
    person_id: str | None
    opened_at: datetime
    state: str = "planned"
    plan: Plan | None = None
    plan_hash: str | None = None
    approvals: list[tuple[str, datetime]] = field(default_factory=list)
    closed_at: datetime | None = None
    steps: dict[str, StepState] = field(default_factory=dict)
    tasks: dict[str, TaskState] = field(default_factory=dict)
    started_at: datetime | None = None
    asked: set[tuple[str, str]] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Not closed and not undone."""
        return self.state in OPEN_STATES

    @property
    def begun(self) -> set[str]:
        """Subjects of the plan's state that the case itself has begun to change."""
        found = set()
        for one in self.steps.values():
            if one.state == "planned":
                continue
            found.add(f"app:{one.step.app_id}")
            if one.step.phase in ("idp", "licences", "delete_later"):
                found.add("person")
        return found


def read_cases(home: Path, entries: Iterable[Entry] | None = None) -> dict[str, Case]:
    """Return all cases by id, oldest first. Raises LedgerBroken."""
    ledger = Ledger(home)
    known = list(ledger.entries() if entries is None else entries)
    private = ledger.read_private(known)
    persons = ledger.subjects.persons()
    cases: dict[str, Case] = {}
    for entry in known:
        if entry.case_id is None:
            continue
        case = cases.get(entry.case_id)
        if case is None:
            case = Case(entry.case_id, entry.subject, persons.get(entry.subject or ""), entry.moment)
            cases[entry.case_id] = case
        apply_entry(case, entry, private.get(entry.private or "", {}))
    return cases


def read_case(home: Path, case_id: str, entries: Iterable[Entry] | None = None) -> Case:
    """Return one case, without the private parts of others. Raises LedgerBroken, UnknownName."""
    known = Ledger(home).entries() if entries is None else entries
    found = read_cases(home, (entry for entry in known if entry.case_id == case_id))
    if case_id not in found:
        raise UnknownName(f"there is no case {case_id!r}: `discovery offboard status` lists them")
    return found[case_id]


def open_case(cases: Mapping[str, Case], person_id: str) -> Case | None:
    """Return a person's open case, None if there is none."""
    return next((c for c in cases.values() if c.person_id == person_id and c.is_open), None)


def case_of(home: Path, person_id: str, name: str) -> Case:
    """Return a person's open case. Raises UnknownName saying how to make one."""
    case = open_case(read_cases(home), person_id)
    if case is None:
        raise UnknownName(f"{name} has no open case: `discovery offboard plan {as_argument(name)}` opens one")
    return case


def newest_case(cases: Mapping[str, Case], person_id: str) -> Case | None:
    """Return a person's open case, else the newest one."""
    own = [case for case in cases.values() if case.person_id == person_id]
    return next((case for case in own if case.is_open), own[-1] if own else None)


@contextlib.contextmanager
def one_at_a_time(home: Path, case_id: str) -> Iterator[None]:
    """Hold a case for one process. Raises StoreLocked if another one has it; a dead one holds nothing."""
    path = make_private(home / "cases") / f"{case_id}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreLocked(f"{case_id} is being executed by somebody else right now") from error
        yield
    finally:
        os.close(handle)


def record_plan(home: Path, plan: Plan, *, overrides_reason: str | None = None) -> Case:
    """Put a plan into the person's open case, or open one. The same plan again changes nothing.

    A new plan replaces one that was not begun, and takes back its approvals. Raises BadUse where steps of the old one
    have begun: that case is executed, undone or closed first.
    """
    ledger = Ledger(home)
    # What the ledger would take out as a secret is taken out before the plan is hashed.
    plan = Plan.parse(without_secrets(plan.plain()))
    with contextlib.ExitStack() as held, ledger.exclusive() as writer:
        case = open_case(read_cases(home, writer.entries()), plan.person_id)
        if case is not None:
            held.enter_context(one_at_a_time(home, case.case_id))
        if case is not None and case.plan_hash == plan.hash:
            return case
        if case is not None and case.started_at is not None:
            raise BadUse(
                f"{case.case_id} is being executed by another plan ({(case.plan_hash or '')[:12]}): execute it "
                "to its end, or `discovery offboard undo` it first"
            )
        case_id = case.case_id if case else f"case-{secrets.token_hex(5)}"
        if case is None:
            writer.append("case", case_id=case_id, person_id=plan.person_id, state="planned")
        if plan.overrides:
            writer.append(
                "override", case_id=case_id, person_id=plan.person_id, data={"old_sources": list(plan.overrides)},
                private={"detail": f"old sources accepted: {overrides_reason or ''}"},
            )  # fmt: skip
        _write_plan(writer, case_id, plan)
        return read_case(home, case_id, writer.entries())


def _write_plan(writer: Writer, case_id: str, plan: Plan) -> None:
    writer.append(
        "plan", case_id=case_id, person_id=plan.person_id, state="planned",
        data={"plan_hash": plan.hash, "steps": len(plan.steps), "as_of": plan.made_from.get("as_of", "")},
        private={"plan": plan.plain()},
    )  # fmt: skip


def apply_entry(case: Case, entry: Entry, private: Mapping[str, Any]) -> None:
    """Add to a case what one more entry says of it."""
    if entry.kind == "plan":
        case.plan_hash = str(entry.data["plan_hash"])
        row = private.get("plan")
        is_it = row is not None and plan_hash(row) == case.plan_hash
        case.plan = Plan.parse(row) if is_it and row is not None else None
        case.approvals, case.state = [], "planned"
        case.steps = {s.step_id: StepState(s) for s in case.plan.steps} if case.plan else {}
    elif entry.kind == "case" and entry.state:
        case.state = entry.state
        if entry.state in ("closed", "undone"):
            case.closed_at = entry.moment
    elif entry.kind == "approval":
        case.approvals.append((entry.actor, entry.moment))
        case.state = entry.state or case.state
    elif entry.kind == "task" and entry.data.get("task_id"):
        _apply_task(case, entry, private)
    elif entry.kind == "notice" and entry.data.get("task_id") in case.tasks:
        task = case.tasks[str(entry.data["task_id"])]
        task.notices.append((entry.moment, str(entry.data.get("notice", "")), entry.state or ""))
        if entry.data.get("reference"):
            task.references[str(entry.data["channel"])] = str(entry.data["reference"])
    elif entry.kind == "notice" and entry.data.get("notice") == "approval" and entry.state == "sent":
        case.asked.add((str(entry.data.get("plan_hash")), str(private.get("to"))))
    if entry.step_id in case.steps and entry.kind in ("intent", "result", "observation"):
        _apply_step(case, case.steps[entry.step_id], entry, private)


def _apply_step(case: Case, one: StepState, entry: Entry, private: Mapping[str, Any]) -> None:
    one.state = entry.state or one.state
    if entry.kind == "intent":
        one.attempts += 1
        one.requested_at = one.requested_at or entry.moment
        if case.started_at is None:
            case.started_at = entry.moment
        if case.state in ("planned", "approved"):
            case.state = "executing"
    if entry.kind == "result":
        one.is_retryable = bool(entry.data.get("is_retryable"))
    if one.state == "accepted":
        one.accepted_at = entry.moment
    if one.state in ("verified", "already_absent", "attested"):
        one.verified_at = entry.moment
    one.reason = str(private.get("detail") or entry.data.get("reason") or one.reason)


def _apply_task(case: Case, entry: Entry, private: Mapping[str, Any]) -> None:
    task_id = str(entry.data["task_id"])
    if entry.state == "open" and task_id not in case.tasks:
        case.tasks[task_id] = TaskState(
            task_id, case.case_id, entry.step_id or "", entry.app_id, entry.moment, str(entry.data["due_on"]),
            title=str(private.get("title", "")), instruction=str(private.get("instruction", "")),
        )  # fmt: skip
        if case.started_at is None:
            case.started_at = entry.moment
        if case.state in ("planned", "approved"):
            case.state = "executing"
        if entry.step_id in case.steps:
            one = case.steps[entry.step_id]
            one.task_id = task_id
            if one.state in ("planned", "failed", "unverifiable", "accepted"):
                one.state = "requested" if one.state == "planned" else one.state
                one.requested_at = one.requested_at or entry.moment
    task = case.tasks.get(task_id)
    if task is None:
        return
    task.state = entry.state or task.state
    task.owner_email = private.get("owner_email", task.owner_email)
    task.turned_down = tuple(private.get("turned_down", task.turned_down))
    task.outcome = entry.data.get("outcome", task.outcome)
    task.is_escalated = task.is_escalated or bool(entry.data.get("is_escalated"))
    if entry.state in ("completed", "declined"):
        task.completed_at = entry.moment
        task.completed_by = private.get("by")
        task.note = private.get("detail")
        task.attachment_sha256 = entry.data.get("attachment_sha256")
    if entry.step_id in case.steps and entry.state == "completed":
        one = case.steps[entry.step_id]
        one.state, one.verified_at = "attested", entry.moment
        one.reason = f"{task.completed_by}: {task.note}"
    elif entry.step_id in case.steps and entry.state == "declined":
        case.steps[entry.step_id].reason = f"{task.completed_by} ({task.outcome}): {task.note}"
