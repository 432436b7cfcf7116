"""Cases, steps, tasks and the ledger as tables of the published file: read once a night, never written back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pyarrow as pa

from discovery.ledger import Ledger
from discovery.offboarding.case import Case, StepState, read_cases
from discovery.offboarding.plan import DIRECTORIES
from discovery.stage import Night, Step
from discovery.store import Store, sql_file
from discovery.tables import TABLES

_log = logging.getLogger(__name__)
_TYPES = {
    "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
}
Rows = Callable[[Night], Iterator[dict[str, Any]]]


def _cases(night: Night) -> list[Case]:
    """Return the cases as far as the ledger is right: a broken one must not stop the night."""
    ledger = Ledger(night.settings.home)
    entries, broken = ledger.whole_part()
    if broken is not None:
        _log.error("the ledger is broken at record %s; cases are shown as they were before it", broken.record)
    return list(read_cases(night.settings.home, entries).values())


def _case_rows(night: Night) -> Iterator[dict[str, Any]]:
    for case in _cases(night):
        yield {
            "case_id": case.case_id, "person_id": case.person_id, "state": case.state, "plan_hash": case.plan_hash,
            "opened_at": case.opened_at, "closed_at": case.closed_at if not case.is_open else None,
            "approved_at": max((at for _, at in case.approvals), default=None),
            "approved_by": ", ".join(sorted(who for who, _ in case.approvals)) or None,
        }  # fmt: skip


def _step_rows(night: Night) -> Iterator[dict[str, Any]]:
    for case in _cases(night):
        for one in case.steps.values():
            yield {
                "case_id": case.case_id, "step_id": one.step.step_id, "position": one.step.position,
                "person_id": case.person_id, "app_id": _app(one), "route": one.step.route, "action": one.step.action,
                "state": one.state, "requested_at": one.requested_at, "accepted_at": one.accepted_at,
                "verified_at": one.verified_at if one.is_done else None, "reason": one.reason or one.step.reason,
            }  # fmt: skip


def _task_rows(night: Night) -> Iterator[dict[str, Any]]:
    for case in _cases(night):
        for task in case.tasks.values():
            yield {
                "task_id": task.task_id, "case_id": case.case_id, "step_id": task.step_id, "person_id": case.person_id,
                "app_id": None if task.app_id in DIRECTORIES else task.app_id, "owner_email": task.owner_email,
                "state": task.state, "due_on": date.fromisoformat(task.due_on), "created_at": task.created_at,
                "completed_at": task.completed_at, "completed_by": task.completed_by,
                "is_attested": task.state == "completed", "note": task.note,
            }  # fmt: skip


def _entry_rows(night: Night) -> Iterator[dict[str, Any]]:
    ledger = Ledger(night.settings.home)
    entries, _ = ledger.whole_part()
    private, persons = ledger.read_private(entries), ledger.subjects.persons()
    for entry in entries:
        yield {
            "sequence": entry.sequence, "at": entry.moment, "actor": entry.actor, "kind": entry.kind,
            "case_id": entry.case_id, "step_id": entry.step_id, "person_id": persons.get(entry.subject or ""),
            "app_id": entry.app_id, "summary": entry.summary(private.get(entry.private or "", {})),
            "previous_hash": entry.previous_hash, "hash": entry.hash,
        }  # fmt: skip


def _app(one: StepState) -> str | None:
    return None if one.step.app_id in DIRECTORIES else one.step.app_id


def _step(table: str, rows: Rows) -> Step:
    """A step whose rows come from the ledger of the home."""
    declared = TABLES[table]
    schema = pa.schema([(column.name, _TYPES[column.type]) for column in declared.columns])
    sql = sql_file(__package__ or "", declared.name)

    def build(store: Store, night: Night) -> int:
        with store.relation("from_ledger", pa.Table.from_pylist(list(rows(night)), schema=schema)):
            return store.replace(table, sql)

    return Step(table, build, ())


STEPS: tuple[Step, ...] = (
    _step("offboarding.offboarding_case", _case_rows),
    _step("offboarding.step", _step_rows),
    _step("offboarding.task", _task_rows),
    _step("offboarding.ledger_entry", _entry_rows),
)
"""In an order in which they can run."""
