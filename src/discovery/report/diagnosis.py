"""Why an app does, or does not, lose its leavers: five points, each with its evidence and the next thing to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from discovery.catalog.facts import Fact, facts_of
from discovery.report.published import App, Person, run_of
from discovery.store import Store

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
RECENT_DAYS = 90
_SHOWN = 5
_SET_UP = (
    "job_runs",
    "set_up",
    "update_ticked",
    "delete_ticked",
    "soft_delete_mapped",
    "out_of_scope_disabled",
    "everybody_in_scope",
    "credential_age",
    "matches_on",
)
_INACTIVE = {
    "inactive_blocks_login": "new logins",
    "inactive_ends_sessions": "open sessions",
    "inactive_ends_tokens": "API tokens and keys",
    "inactive_frees_licence": "the licence",
}


_LEAVERS = """
SELECT d.*, coalesce(p.email, p.display_name, d.person_id) AS who, p.left_on, x.disabled_at, x.deleted_at,
    x.hard_deleted_at
FROM deprovisioning AS d
JOIN person AS p USING (person_id)
LEFT JOIN (
    SELECT person_id, max(disabled_at) AS disabled_at, max(deleted_at) AS deleted_at,
        max(hard_deleted_at) AS hard_deleted_at
    FROM departure
    GROUP BY ALL
) AS x USING (person_id)
WHERE d.app_id = $app AND ($who IS NULL OR d.person_id = $who)
ORDER BY who, d.event DESC
"""
_TRIED = """
SELECT action, outcome, sum(entry_count) AS entries, max(last_at) AS last_at, arg_max(said, last_at) AS said
FROM provisioning_step
WHERE app_id = $app AND action IN ('disable', 'delete') AND ($who IS NULL OR person_id = $who)
GROUP BY ALL
ORDER BY action DESC, last_at DESC
"""
_NO_JOB = "SELECT DISTINCT reason FROM deprovisioning WHERE app_id = $app AND contains(reason, 'no provisioning job')"
_TOLD = """
SELECT count(DISTINCT person_id) FROM deprovisioning
WHERE app_id = $app AND event = 'patch_inactive' AND state = 'delivered' AND ($who IS NULL OR person_id = $who)
"""
_USED_AFTER = """
SELECT coalesce(p.email, p.person_id) AS who, e.source, e.observed_at, e.summary, d.observed_at AS told_at
FROM deprovisioning AS d
JOIN evidence AS e ON e.person_id = d.person_id AND e.app_id = $app
JOIN person AS p ON p.person_id = d.person_id
WHERE d.app_id = $app AND d.event = 'patch_inactive' AND d.state = 'delivered'
    AND e.source IN ('sign_in', 'web_visit') AND e.observed_at > d.observed_at + INTERVAL 1 HOUR
    AND ($who IS NULL OR d.person_id = $who)
ORDER BY e.observed_at DESC, e.summary
"""


@dataclass(frozen=True)
class Point:
    """One point: its answer, why, the rows that show it, and the next thing to do."""

    number: int
    title: str
    answer: str
    reason: str
    evidence: tuple[str, ...] = ()
    next_step: str | None = None


@dataclass(frozen=True)
class Diagnosis:
    """The five points of one app, of all its leavers or of one person."""

    app_id: str
    app_name: str
    person: str | None
    points: tuple[Point, ...]

    @property
    def is_negative(self) -> bool:
        """Tell whether anything is wrong; what is not known is not wrong."""
        return any(point.answer == FAIL for point in self.points)


def diagnose(store: Store, app: App, person: Person | None = None) -> Diagnosis:
    """Ask the published file all five points."""
    who = person.person_id if person else None
    as_of = run_of(store)["as_of"]
    since = datetime.combine(as_of, datetime.min.time()) - timedelta(days=RECENT_DAYS)
    rows = store.dicts(_LEAVERS, {"app": app.app_id, "who": who})
    if who is None:
        rows = [row for row in rows if _is_leaver(row, as_of)]
    ready = store.dicts(
        "SELECT * FROM readiness WHERE app_id = $app ORDER BY job_id, point", {"app": app.app_id}
    )
    points = (
        _trigger(rows, since),
        _log(rows),
        _permission(store, app, who),
        _set_up(store, app, ready),
        _blocks(store, app, who),
    )
    return Diagnosis(app.app_id, app.name, person.name if person else None, points)


def _trigger(rows: Sequence[dict[str, Any]], since: datetime) -> Point:
    title = "What triggered it: disable before delete"
    left = [
        r
        for r in rows
        if r["event"] == "patch_inactive" and r["state"] != "not_started" and _when(r, since) >= since
    ]
    said = tuple(f"{r['who']}: {r['reason']}" for r in left)
    if not left:
        return Point(
            1,
            title,
            UNKNOWN,
            f"nobody in its scope left in the last {RECENT_DAYS} days",
            (),
            "Rehearse it with a test account: --rehearse ACCOUNT.",
        )
    deleted = [r for r in left if (r["deleted_at"] or r["hard_deleted_at"]) and r["disabled_at"] is None]
    unassigned = [r for r in left if "out of scope" in r["reason"]]
    if deleted or unassigned:
        parts = [f"{len(deleted)} deleted without having been disabled"] * bool(deleted)
        parts += [f"{len(unassigned)} unassigned, so that no DELETE follows"] * bool(unassigned)
        return Point(
            1,
            title,
            FAIL,
            f"of {_leavers(left)} " + ", ".join(parts),
            said[:_SHOWN],
            "Disable first, delete later, and leave the assignment until the DELETE has come.",
        )
    return Point(
        1,
        title,
        PASS,
        f"{_leavers(left)}, none deleted or unassigned before being disabled",
        said[:_SHOWN],
    )


def _is_leaver(row: dict[str, Any], as_of: date) -> bool:
    """Tell who left or was taken out of the scope from those of whom it is only foreseen what would be sent."""
    return (
        row["state"] not in ("never", "not_started")
        or "out of scope" in row["reason"]
        or (row["left_on"] is not None and bool(row["left_on"] <= as_of))
        or any(row[name] is not None for name in ("disabled_at", "deleted_at", "hard_deleted_at"))
    )


def _leavers(rows: Sequence[object]) -> str:
    return "1 leaver" if len(rows) == 1 else f"{len(rows)} leavers"


def _when(row: dict[str, Any], otherwise: datetime) -> datetime:
    """When somebody left, as far as it is known."""
    told = [
        row[name] for name in ("disabled_at", "deleted_at", "hard_deleted_at", "expected_at", "observed_at")
    ]
    return max((moment for moment in told if moment is not None), default=otherwise)


def _log(rows: Sequence[dict[str, Any]]) -> Point:
    title = "What the provisioning log shows after it"
    due = [r for r in rows if r["state"] != "not_started"]
    bad = [
        r
        for r in due
        if r["state"] in ("failed", "held") or (r["expected"] == "yes" and r["state"] == "never")
    ]
    never = [r for r in due if r["state"] == "never" and r not in bad]
    good = [r for r in due if r["state"] == "delivered"]
    lines = tuple(
        f"{r['who']}, {r['event']}: {r['state']}: {r['reason']}" for r in (*bad, *never, *good, *due)
    )
    lines = tuple(dict.fromkeys(lines))[:_SHOWN]
    if bad:
        return Point(
            2,
            title,
            FAIL,
            f"{len(bad)} of {len(due)} events did not arrive",
            lines,
            "Open the entry in the provisioning log; if there is none, look at the job.",
        )
    if never and not good:
        return Point(
            2,
            title,
            FAIL,
            f"nothing is ever sent for {len(never)} of {len(due)} events",
            lines,
            "End these accounts in the app by hand, or mend what the reason names.",
        )
    if good:
        return Point(2, title, PASS, f"{len(good)} of {len(due)} events arrived", lines)
    why = "no entry is due yet, or no log was read of the time" if due else "nobody left"
    return Point(2, title, UNKNOWN, why, lines, "Collect the provisioning log, or wait for the next cycle.")


def _permission(store: Store, app: App, who: str | None) -> Point:
    title = "What the token may do: PATCH and DELETE"
    rows = store.dicts(_TRIED, {"app": app.app_id, "who": who})
    counted = {(r["action"], r["outcome"]): r for r in rows}
    lines = tuple(
        f"{r['action']}: {r['entries']} {r['outcome']}, last {r['last_at']:%Y-%m-%d %H:%M} UTC ({r['said']})"
        for r in rows
    )
    words = {"disable": "PATCH", "delete": "DELETE"}
    refused = [words[a] for a in words if _newest_failed(counted, a)]
    proven = [words[a] for a in words if (a, "delivered") in counted]
    if refused:
        other = [w for w in proven if w not in refused]
        why = f"{' and '.join(refused)} failed last" + (f", {other[0]} succeeds" if other else "")
        return Point(
            3, title, FAIL, why, lines, "Give the app's token the right to change and to delete users."
        )
    if proven:
        missing = [w for w in words.values() if w not in proven]
        return Point(
            3,
            title,
            PASS,
            f"{' and '.join(proven)} arrived" + (f"; {missing[0]} was never tried" if missing else ""),
            lines,
        )
    return Point(
        3,
        title,
        UNKNOWN,
        "the log has neither of them",
        lines,
        "Rehearse it with a test account: --rehearse ACCOUNT.",
    )


def _newest_failed(counted: dict[tuple[str, str], dict[str, Any]], action: str) -> bool:
    failed, delivered = counted.get((action, "failed")), counted.get((action, "delivered"))
    return failed is not None and (delivered is None or bool(failed["last_at"] > delivered["last_at"]))


def _set_up(store: Store, app: App, ready: Sequence[dict[str, Any]]) -> Point:
    title = "How it is set up"
    mine = [r for r in ready if r["point"] in _SET_UP]
    if not mine:
        gallery = [f for f in facts_of(app.app_id) if f.fact == "entra_provisioning"]
        also = (
            f"the gallery has a connector for it ({gallery[0].source})"
            if gallery
            else "the gallery is not known to have a connector"
        )
        rows = store.rows(_NO_JOB, {"app": app.app_id})
        if rows:
            return Point(
                4,
                title,
                FAIL,
                f"it has no provisioning job; {also}",
                tuple(str(r[0]) for r in rows)[:1],
                "Add the gallery app, or a second non-gallery one, and switch provisioning on.",
            )
        return Point(
            4,
            title,
            UNKNOWN,
            f"no provisioning job of it was read; {also}",
            (),
            "Collect the provisioning jobs.",
        )
    lines = tuple(
        f"{r['point']}: {r['answer']}: {r['reason']}"
        for r in sorted(mine, key=lambda r: _SET_UP.index(r["point"]))
    )
    wrong = [r for r in mine if r["answer"] == FAIL]
    if wrong:
        return Point(
            4,
            title,
            FAIL,
            "; ".join(r["reason"] for r in wrong),
            lines,
            " ".join(dict.fromkeys(r["next_step"] for r in wrong)),
        )
    unread = [r["point"] for r in mine if r["answer"] == UNKNOWN]
    if {"job_runs", "update_ticked", "soft_delete_mapped"} & set(unread):
        return Point(
            4,
            title,
            UNKNOWN,
            f"not known: {', '.join(unread)}",
            lines,
            "Collect the jobs and their mappings.",
        )
    return Point(
        4,
        title,
        PASS,
        "the job runs and would deprovision" + (f"; not known: {', '.join(unread)}" if unread else ""),
        lines,
    )


def _forecast(words: str, fact: Fact) -> str:
    effect = "ended" if fact.value == "yes" else "kept"
    return f"{words}: {effect} ({fact.source}, {fact.as_of}; a forecast)"


def _blocks(store: Store, app: App, who: str | None) -> Point:
    title = "Whether inactive blocks access"
    facts = {f.fact: f for f in facts_of(app.app_id)}
    known = tuple(_forecast(words, facts[name]) for name, words in _INACTIVE.items() if name in facts)
    told = store.value(_TOLD, {"app": app.app_id, "who": who})
    used = store.dicts(_USED_AFTER, {"app": app.app_id, "who": who}) if told else []
    if used:
        lines = tuple(
            f"{r['who']}: {r['summary']} on {r['observed_at']:%Y-%m-%d %H:%M} UTC, told inactive on "
            f"{r['told_at']:%Y-%m-%d %H:%M} UTC"
            for r in used
        )
        return Point(
            5,
            title,
            FAIL,
            "it was used after the app had been told",
            (*lines[:_SHOWN], *known),
            "End sessions, tokens and local passwords in the app by hand.",
        )
    kept = [words for name, words in _INACTIVE.items() if name in facts and facts[name].value == "no"]
    if not told:
        return Point(
            5,
            title,
            UNKNOWN,
            "nobody was told inactive there yet",
            known,
            "Look again after the next leaver.",
        )
    if kept:
        why = f"no use was seen of {told} told inactive, but the app is known to keep {', '.join(kept)}"
        return Point(5, title, FAIL, why, known, "End what it keeps by hand, for each leaver.")
    return Point(5, title, PASS, f"no use was seen of {told} told inactive", known)
