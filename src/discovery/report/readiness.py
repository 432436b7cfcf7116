"""Every provisioning job before anybody leaves: would it deprovision, and what if many leave at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from discovery.store import Store

DECISIVE = ("job_runs", "update_ticked", "soft_delete_mapped", "exports_succeed")
"""Points without which nobody is disabled; the others say what is left over."""
HELD_FROM = 500
"""Where a job's own threshold was not read: what a new job has (QuarantineTooManyDeletesThreshold in
application-provisioning-configuration-api.md). At 500, 499 pass (hybrid/cloud-sync/how-to-inbound-synch-ms-graph.md, of
the same service), counted in each cycle, disables too (accidental-deletions.md). All of MicrosoftDocs/entra-docs, read
2026-11-26."""
QUARANTINE_FROM = 5_000
QUARANTINE_SHARE = 0.4
THRESHOLDS = "entra-docs: accidental-deletions.md, application-provisioning-quarantine-status.md"


@dataclass(frozen=True)
class Job:
    """One job: would it deprovision (yes, no, unknown), and what speaks against it, what decides first.

    `held_from`: so many disables and deletes in one cycle are held; 0: the prevention is off, None: not read.
    """

    app_id: str
    app_name: str
    job_id: str
    persons: int
    would_deprovision: str
    failing: tuple[str, ...]
    unknown: tuple[str, ...]
    held_from: int | None = None


def jobs(store: Store) -> tuple[Job, ...]:
    """Return every provisioning job, those that would not deprovision first."""
    rows = store.dicts(
        "SELECT r.*, coalesce(a.name, r.app_id) AS app_name FROM readiness AS r LEFT JOIN app AS a USING (app_id) "
        "ORDER BY r.app_id, r.job_id, r.point"
    )
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["app_id"], row["job_id"]), []).append(row)
    made = []
    for (app_id, job_id), points in found.items():
        answers = {p["point"]: p["answer"] for p in points}
        decisive = [answers.get(point, "unknown") for point in DECISIVE]
        unread = [answers.get(point, "unknown") for point in DECISIVE[:3]]
        would = "no" if "fail" in decisive else "unknown" if "unknown" in unread else "yes"
        made.append(Job(
            app_id, points[0]["app_name"], job_id, int(points[0]["person_count"]), would,
            tuple(
                f"{p['point']}: {p['reason']}"
                for p in sorted(points, key=lambda p: p["point"] not in DECISIVE)
                if p["answer"] == "fail"
            ),
            tuple(p["point"] for p in points if p["answer"] == "unknown"), points[0]["held_from"],
        ))  # fmt: skip
    return tuple(
        sorted(
            made, key=lambda j: (["no", "unknown", "yes"].index(j.would_deprovision), j.app_name, j.job_id)
        )
    )


def on_higher_plan(store: Store) -> list[dict[str, Any]]:
    """Return apps in use without a job whose SCIM begins with a plan, and what covers their people instead."""
    return store.dicts("""
        SELECT a.app_id, a.name AS app_name, a.scim_plan, a.facts_source, a.facts_as_of, count(*) AS person_count,
            array_to_string(list_sort(list(DISTINCT x.route)), ', ') AS covered_by
        FROM app AS a JOIN access AS x USING (app_id)
        WHERE a.scim_support IN ('yes', 'partial') AND a.scim_plan IS NOT NULL
            AND a.app_id NOT IN (SELECT app_id FROM readiness)
        GROUP BY ALL
        ORDER BY person_count DESC, a.app_id
    """)


def what_if(job: Job, leavers: int) -> str:
    """Say in words what becomes of so many leaving at once in one job."""
    count = min(leavers, job.persons)
    if job.would_deprovision == "no":
        return f"{count} of {job.persons} in scope: not disabled, {job.failing[0]}"
    parts = [f"{count} of {job.persons} in scope"]
    parts.append(_held(count, job.held_from))
    if count >= QUARANTINE_FROM and count > QUARANTINE_SHARE * job.persons:
        parts.append(
            f"if they fail, quarantine: {QUARANTINE_FROM:,} failures and more than {QUARANTINE_SHARE:.0%} of all"
        )
    else:
        parts.append("too few failures for quarantine")
    return "; ".join(parts)


def _held(count: int, held_from: int | None) -> str:
    what = "the prevention of accidental deletions"
    if held_from == 0:
        return f"not held: {what} is off"
    said = f"{held_from}" if held_from else f"{HELD_FROM}, that of a new job; its own was not read"
    if count >= (held_from or HELD_FROM):
        return f"held by {what}, where that is on (threshold {said})"
    return f"below the threshold of {what} ({said})"
