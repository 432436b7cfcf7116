"""Rows that do not come from the published file alone: cases and tasks of the ledger, the queue, the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from discovery.catalog.facts import FACTS, PURGE, facts_of
from discovery.decisions import read_decisions
from discovery.ledger import Ledger
from discovery.offboarding.case import Case
from discovery.report.decision import key_of
from discovery.report.queue import matches_under_review

if TYPE_CHECKING:
    from discovery.web.site import Site

Binds = Mapping[str, str | None]


def leaver_of(case: Case) -> str:
    """Return how to call the person of a case."""
    if case.plan is None:
        return "forgotten" if case.person_id is None else case.person_id
    return case.plan.display_name or case.plan.email or case.plan.person_id


def case_rows(site: Site, binds: Binds) -> Sequence[Mapping[str, Any]]:  # noqa: ARG001 - every listing is asked alike
    """Return the cases, open ones first, then the newest."""
    rows = [
        {
            "case_id": case.case_id,
            "person_id": case.person_id,
            "name": leaver_of(case),
            "state": case.state,
            "is_open": case.is_open,
            "opened_at": case.opened_at,
            "done": sum(one.is_done for one in case.steps.values()),
            "steps": len(case.steps),
            "open_tasks": sum(task.state == "open" for task in case.tasks.values()),
            "failed": sum(one.state in ("failed", "unverifiable") for one in case.steps.values()),
            "approved_by": ", ".join(sorted(who.removeprefix("os:") for who, _ in case.approvals)) or None,
            "closed_at": None if case.is_open else case.closed_at,
        }
        for case in site.cases().values()
    ]
    return sorted(rows, key=lambda row: (row["is_open"], row["opened_at"]), reverse=True)


def task_rows(site: Site, binds: Binds) -> Sequence[Mapping[str, Any]]:
    """Return the tasks, those due first; of one case all of them, else those that are open, or all with show=all."""
    wanted = binds.get("case")
    rows = [
        {
            "task_id": task.task_id,
            "case_id": case.case_id,
            "person_id": case.person_id,
            "name": leaver_of(case),
            "title": task.title or task.step_id,
            "instruction": task.instruction,
            "owner_email": task.owner_email,
            "due_on": task.due_on,
            "state": task.state,
            "outcome": task.outcome,
            "completed_at": task.completed_at,
            "completed_by": task.completed_by,
            "note": task.note,
        }
        for case in site.cases().values()
        for task in case.tasks.values()
        if (case.case_id == wanted if wanted else task.state == "open" or binds.get("show") == "all")
    ]
    return sorted(rows, key=lambda row: (row["state"] != "open", row["due_on"], row["task_id"]))


def entry_rows(site: Site, binds: Binds) -> Sequence[Mapping[str, Any]]:
    """Return what the ledger holds of a case, oldest first."""
    book = Ledger(site.settings.home)
    entries = book.entries()
    private = book.read_private(entries)
    return [
        {
            "sequence": entry.sequence,
            "at": entry.moment,
            "actor": entry.actor.removeprefix("os:"),
            "kind": entry.kind,
            "case_id": entry.case_id,
            "step_id": entry.step_id,
            "state": entry.state,
            "summary": entry.summary(private.get(entry.private or "", {})),
            "hash": entry.hash,
        }
        for entry in entries
        if entry.case_id is not None and entry.case_id == binds.get("case")
    ]


def open_rows(site: Site, binds: Binds) -> Sequence[Mapping[str, Any]]:  # noqa: ARG001 - every listing is asked alike
    """Return the matches that are open, those first that change most."""
    publication = site.reading.current

    def read() -> list[dict[str, Any]]:
        with publication.store() as store:
            return matches_under_review(store)

    standing = read_decisions(site.settings.home).standing("match")
    return [
        {"key": key_of(row["mention"], row["kind"]), **row}
        for row in publication.once("queue", read)
        if (row["kind"], row["mention"]) not in standing
    ]


def fact_rows(site: Site, binds: Binds) -> Sequence[Mapping[str, Any]]:  # noqa: ARG001 - every listing is asked alike
    """Return what the catalog knows of an app, each with its source and day."""
    return list(_facts(binds.get("app") or ""))


def _facts(app_id: str) -> Iterator[dict[str, Any]]:
    for one in facts_of(app_id):
        if one.fact.startswith(PURGE):
            means = f"days until the app purges the account after: {one.fact.removeprefix(PURGE)}"
        else:
            means = FACTS[one.fact][0]
        yield {"fact": one.fact, "value": one.value, "means": means, "source": one.source, "as_of": one.as_of}
