"""The dossier of one person: one HTML page that says what was known, what was done, and what could not be seen.

It stands by itself: no scripts, nothing from elsewhere, and for every table its SQL and a hash of its rows.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, partial
from importlib import resources
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from discovery import __version__
from discovery.ledger import Entry, Ledger, Verdict, verify_ledger
from discovery.offboarding.case import Case, read_cases
from discovery.report.published import Person, run_of
from discovery.report.spreadsheet import plain
from discovery.report.template import day, environment
from discovery.report.text import safe, shown
from discovery.settings import Settings
from discovery.store import Store, quoted, sql_file

FROM_LEDGER = "the ledger of this home, as it was when the page was made"
_PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "scope",
        "What has to be ended, in this order",
        (
            "priority",
            "app_name",
            "class",
            "survives_idp_disable",
            "route",
            "action",
            "handover",
            "licence",
            "last_seen_on",
            "sources",
            "confidence",
        ),
    ),
    (
        "deprovisioning",
        "What provisioning tells the apps: forecast and what was seen",
        (
            "app_name",
            "event",
            "expected",
            "expected_at",
            "observed",
            "observed_at",
            "state",
            "reason",
            "hard_delete_due_at",
            "app_purge_due_at",
            "grade",
        ),
    ),
    ("person_findings", "Findings", ("severity", "rule", "observed_at", "summary", "controls")),
    ("evidence", "Evidence", ("app_name", "observed_at", "source", "kind", "summary", "file_name", "record")),
    ("spans", "When access was seen", ("app_name", "source", "from_on", "to_on", "end_reason")),
    (
        "accounts",
        "Accounts",
        ("system", "instance", "name", "kind", "link_method", "link_confidence", "last_seen_on"),
    ),
    ("person_blind_spots", "What could not be seen", ("is_personal", "source", "from_at", "to_at", "reason")),
    (
        "not_access",
        "Seen, and no access: why not",
        ("mention", "app_name", "source", "event_count", "last_seen_on", "reason"),
    ),
    ("exclusions", "Taken out of the scope by decision", ("app_name", "reason", "decided_by", "decided_at")),
    (
        "sources",
        "What all of this stands on",
        (
            "system",
            "instance",
            "kinds",
            "file_count",
            "rows_loaded",
            "rows_quarantined",
            "newest_on",
            "is_failed",
            "reason",
        ),
    ),
)
"""Name of the SELECT in `sql/`, title, columns that are printed; in the order of the page."""
_STEP = (
    "position",
    "phase",
    "app_name",
    "title",
    "route",
    "state",
    "requested_at",
    "accepted_at",
    "verified_at",
    "reason",
)
_TASK = (
    "task_id",
    "title",
    "owner_email",
    "due_on",
    "state",
    "outcome",
    "completed_by",
    "completed_at",
    "note",
)
_ENTRY = ("sequence", "at", "actor", "kind", "step_id", "state", "summary", "hash")
_WORDS = frozenset({"action", "handover", "note", "reason", "summary"})
"""Columns of sentences: they get the room that the others leave."""
_LONG = frozenset({
    "file_name", "record", "hash", "plan_hash", "name", "instance", "mention", "source", "title", "licence",
    "approved_by", "owner_email", "completed_by",
})  # fmt: skip
_HASHES = frozenset({"hash", "plan_hash", "record"})
_DAYS = frozenset({"first_seen_on", "last_seen_on"})
_CASE = ("case_id", "state", "opened_at", "closed_at", "plan_hash", "approved_by")


@dataclass(frozen=True)
class Part:
    """One table of a dossier. `columns`: those that are printed; `made_by`: the SQL, or from where else."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    made_by: str

    @cached_property
    def sha256(self) -> str:
        """Hash of all its rows and columns: one JSON object a line, keys sorted, instants in ISO 8601."""
        said = hashlib.sha256()
        for row in self.rows:
            said.update(json.dumps(plain(row), sort_keys=True, ensure_ascii=True).encode() + b"\n")
        return said.hexdigest()


@dataclass(frozen=True)
class Dossier:
    """What a dossier says. `parts` by name; `ledger`: what verifying the chain showed, in words."""

    person: Person
    run: Mapping[str, Any]
    made_at: datetime
    made_by: str
    parts: Mapping[str, Part]
    cases: Sequence[Case]
    ledger: str


def make_dossier(
    store: Store, settings: Settings, person: Person, *, made_at: datetime, made_by: str
) -> Dossier:
    """Read everything that is known of a person: the publication, and the ledger as it is now."""
    parts = {}
    queries = [sql_file(__package__ or "", f"sql/{name}").strip() for name, _, _ in _PARTS]
    # Each looks for one person and keeps one core busy.
    with ThreadPoolExecutor(max_workers=2) as readers:
        tables = readers.map(partial(_rows_of, store, person), queries)
    for (name, title, columns), sql, rows in zip(_PARTS, queries, tables, strict=True):
        text = sql.replace("$person", quoted(person.person_id)).replace("$app", "NULL")
        parts[name] = Part(name, title, columns, rows, text)
    entries, _ = Ledger(settings.home).whole_part()
    cases = [one for one in read_cases(settings.home, entries).values() if one.person_id == person.person_id]
    for part in _of_ledger(settings, person, cases, entries):
        parts[part.name] = part
    return Dossier(
        person, run_of(store), made_at, made_by, parts, cases, _in_words(verify_ledger(settings.home))
    )


def _rows_of(store: Store, person: Person, sql: str) -> list[dict[str, Any]]:
    with store.twin() as own:
        return own.dicts(sql, {"person": person.person_id, "app": None})


def _in_words(verdict: Verdict) -> str:
    if not verdict.count and verdict.is_whole:
        return "empty"
    said = f"{verdict.count} records, head {verdict.head[:16]}…"
    if not verdict.is_whole:
        return f"{said}: BROKEN at record {verdict.bad_record}: {verdict.reason}"
    return f"{said}: whole, " + (
        f"anchored at record {verdict.anchored}" if verdict.anchored else "not anchored"
    )


def _of_ledger(
    settings: Settings, person: Person, cases: Sequence[Case], entries: list[Entry]
) -> Iterable[Part]:
    yield Part(
        "offboarding_case",
        "Cases",
        _CASE,
        [
            {
                "case_id": one.case_id,
                "state": one.state,
                "opened_at": one.opened_at,
                "plan_hash": one.plan_hash,
                "closed_at": None if one.is_open else one.closed_at,
                "approved_by": "; ".join(f"{who} at {at:%Y-%m-%d %H:%M} UTC" for who, at in one.approvals)
                or None,
            }
            for one in cases
        ],
        FROM_LEDGER,
    )
    yield Part(
        "step",
        "The steps, in order, and what became of each",
        _STEP,
        [
            {
                "case_id": case.case_id,
                "step_id": one.step.step_id,
                "position": one.step.position,
                "phase": one.step.phase,
                "app_name": one.step.app_name,
                "title": one.step.title,
                "route": one.step.route,
                "action": one.step.action,
                "state": one.state,
                "requested_at": one.requested_at,
                "accepted_at": one.accepted_at,
                "verified_at": one.verified_at if one.is_done else None,
                "reason": one.reason or one.step.reason,
            }
            for case in cases
            for one in case.steps.values()
        ],
        FROM_LEDGER,
    )
    yield Part(
        "task",
        "Tasks and what people said",
        _TASK,
        [
            {
                "case_id": case.case_id,
                "task_id": one.task_id,
                "step_id": one.step_id,
                "title": one.title,
                "owner_email": one.owner_email,
                "due_on": one.due_on,
                "state": one.state,
                "outcome": one.outcome,
                "completed_by": one.completed_by,
                "completed_at": one.completed_at,
                "note": one.note,
                "attachment_sha256": one.attachment_sha256,
            }
            for case in cases
            for one in case.tasks.values()
        ],
        FROM_LEDGER,
    )
    book = Ledger(settings.home)
    private = book.read_private(entries)
    own = book.subjects.subject_of(person.person_id)
    yield Part(
        "ledger_entry",
        "Ledger extract",
        _ENTRY,
        [
            {
                "sequence": entry.sequence,
                "at": entry.moment,
                "actor": entry.actor,
                "kind": entry.kind,
                "case_id": entry.case_id,
                "step_id": entry.step_id,
                "app_id": entry.app_id,
                "state": entry.state,
                "summary": entry.summary(private.get(entry.private or "", {})),
                "previous_hash": entry.previous_hash,
                "hash": entry.hash,
            }
            for entry in entries
            if own is not None and entry.subject == own
        ],
        FROM_LEDGER,
    )


def _row_cells(row: Mapping[str, Any], columns: Sequence[str]) -> Markup:
    """Return the cells of one row; in Python, because a page has thousands of them."""
    made = []
    for column in columns:
        value = row[column]
        if column == "survives_idp_disable":
            word = "yes" if value is True else "no" if value is False else "unknown"
            inside = f'<span class="{word}">{"not known" if value is None else word}</span>'
        else:
            said = day(value) if column in _DAYS else shown(value)
            inside = str(escape(safe(said)))
            inside = f'<span class="hash">{inside}</span>' if inside and column in _HASHES else inside
        is_day = column.endswith(("_on", "_at")) or column == "at"
        width = (
            ' class="words"'
            if column in _WORDS
            else ' class="long"'
            if column in _LONG
            else ' class="day"'
            if is_day
            else ""
        )
        made.append(f'<td{width} data-label="{column.replace("_", " ")}">{inside}</td>')
    return Markup("".join(made))


@cache
def _templates() -> Environment:
    env = environment(__package__ or "")
    env.filters["row_cells"] = _row_cells
    return env


def page_of(dossier: Dossier, *, pack_name: str | None = None, pack_sha256: str | None = None) -> str:
    """Return the dossier as one HTML page. `pack_name`, `pack_sha256`: the file with the rows that goes with it."""
    style = _style()
    rows = dossier.parts["scope"].rows
    survive = [row["survives_idp_disable"] for row in rows]
    done = [one for case in dossier.cases for one in case.steps.values()]
    return (
        _templates()
        .get_template("dossier.html")
        .render(
            dossier=dossier,
            parts=dossier.parts,
            who=dossier.person,
            run=dossier.run,
            style=style,
            policy=policy(),
            survive=survive.count(True),
            unknown=survive.count(None),
            steps=len(done),
            done=sum(one.is_done for one in done),
            unverifiable=sum(one.state == "unverifiable" for one in done),
            pack_name=pack_name,
            pack_sha256=pack_sha256,
            version=__version__,
        )
    )


def policy() -> str:
    """Return the content security policy of the page: its own style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'"


def _style() -> str:
    return resources.files(__package__ or "").joinpath("templates/dossier.css").read_text(encoding="utf-8")
