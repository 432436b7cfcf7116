"""What a run has to say: what was read, matched and found, and what needs a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from discovery.cli.terminal import say, table
from discovery.store import Store

MOST_FILES = 60
MOST_LINES = 10
NOT_READ = """
SELECT file_name, state, reason FROM source_file WHERE state IN ('unrecognised', 'refused') ORDER BY file_name
"""
PARTS = """
SELECT file_name, reason FROM source_file WHERE state = 'loaded' AND reason IS NOT NULL ORDER BY file_name
"""
FAILED_SOURCES = "SELECT system, reason FROM source_status WHERE is_failed ORDER BY system"
_FILES = """
SELECT file_name, format, state, rows_read, rows_loaded, rows_duplicate, rows_ignored, rows_quarantined
FROM source_file WHERE state IN ('loaded', 'duplicate') AND loaded_at >= $started ORDER BY file_name
"""
_EARLIER = "SELECT count(*) FROM source_file WHERE state IN ('loaded', 'duplicate') AND loaded_at < $started"
_QUARANTINE = """
SELECT file_name, count(*) AS record_count, min_by(reason, record) AS first_reason, min(record) AS first_record
FROM quarantine GROUP BY file_name ORDER BY file_name
"""
_FOUND = """
SELECT
    (SELECT count(*) FROM person) AS persons,
    (SELECT count(*) FROM person AS p, run AS r
     WHERE p.left_on <= r.as_of OR p.status IN ('disabled', 'soft_deleted', 'deleted')) AS leavers,
    count(DISTINCT app_id) AS apps,
    count(*) AS accesses,
    count(*) FILTER (class = 'shadow') AS shadow,
    count(DISTINCT app_id) FILTER (class = 'shadow') AS shadow_apps,
    count(*) FILTER (survives_idp_disable) AS survives,
    count(*) FILTER (survives_idp_disable IS NULL) AS survival_unknown,
    (SELECT count(*) FROM account SEMI JOIN account_access USING (account_id)
     WHERE person_id IS NULL AND kind IN ('human', 'unknown', 'personal')) AS unlinked_accounts
FROM access
"""


@dataclass
class RunReport:
    """What a published file says of the run that made it, and what went wrong on the way."""

    path: Path
    as_of: Any = None
    content_hash: str | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    earlier_file_count: int = 0
    not_read: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    unproven: dict[str, int] = field(default_factory=dict)
    quarantine: list[dict[str, Any]] = field(default_factory=list)
    matches: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    failed_sources: list[tuple[str, str]] = field(default_factory=list)
    failed_checks: list[tuple[str, bool]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    removed: dict[str, Any] = field(default_factory=dict)

    @property
    def is_incomplete(self) -> bool:
        """Some records or files of the inbox are not in the graph."""
        return bool(self.not_read or self.quarantine)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "path": str(self.path)}


def read_report(store: Store, path: Path) -> RunReport:
    """Read from a published file what its run has to say."""
    run = store.dicts("SELECT * FROM run")[0]
    report = RunReport(path, run["as_of"], run["content_hash"])
    began = {"started": run["started_at"]}
    report.files = store.dicts(_FILES, began)
    report.earlier_file_count = int(store.value(_EARLIER, began))
    report.not_read = store.dicts(NOT_READ)
    report.parts = store.dicts(PARTS)
    report.quarantine = store.dicts(_QUARANTINE)
    report.matches = _counted(
        store, "SELECT decision, count(*) FROM match GROUP BY decision ORDER BY decision"
    )
    report.findings = _counted(
        store, "SELECT severity, count(*) FROM finding GROUP BY severity ORDER BY severity"
    )
    report.found = store.dicts(_FOUND)[0]
    report.failed_sources = [(str(r[0]), str(r[1])) for r in store.rows(FAILED_SOURCES)]
    return report


def removed_of(removed: Any) -> dict[str, Any]:
    """Return what a night removed for its age, as the report says it; empty if nothing."""
    said: dict[str, Any] = {}
    if removed is not None and removed.events is not None:
        said |= {"events": removed.events.events, "events_from": removed.events.events_from}
    if removed is not None and removed.exports:
        said |= {"exports": removed.exports}
    return said


def _counted(store: Store, sql: str) -> dict[str, int]:
    return {str(row[0]): int(row[1]) for row in store.rows(sql)}


def print_report(report: RunReport) -> None:
    """Print a report as people read it."""
    _print_read(report)
    if report.as_of is not None:
        m, f = report.matches, report.found
        say(
            f"\nMatched: {m.get('accept', 0)} names of apps accepted, {m.get('review', 0)} to be reviewed, "
            f"{m.get('reject', 0)} no app"
            + (f", {m['ignore']} left out by decision" if m.get("ignore") else "")
        )
        say(
            f"Found: {f['persons']} persons ({f['leavers']} have left or are disabled), {f['apps']} apps, "
            f"{f['accesses']} accesses; {f['shadow']} of them shadow ({f['shadow_apps']} apps), "
            f"{f['survives']} survive disabling the directory account, {f['survival_unknown']} more may"
        )
    _print_removed(report.removed)
    _print_needs(report)
    if report.as_of is not None and not report.errors:
        say(f"\nPublished: {report.path}, as of {report.as_of}, content {report.content_hash}")
    elif report.as_of is None:
        say(
            "\nNothing was published; "
            + (f"{report.path} is as it was." if report.path.exists() else f"there is no {report.path} yet.")
        )


def _print_removed(removed: dict[str, Any]) -> None:
    if "events" in removed:
        say(
            f"Removed: {removed['events']} events older than [retention] keeps; single events are whole from "
            f"{removed['events_from']} on, what was known of older ones stays by month"
        )
    if "exports" in removed:
        say(
            f"Removed: {removed['exports']} exports older than [retention] keeps; the records read of them stay"
        )


def _print_read(report: RunReport) -> None:
    for system, one in report.outcomes.items():
        if one["files"] or one["refused"]:
            say(
                f"Read of {system}: {one['files']} files, {one['rows_read']} records, "
                f"{one['rows_ignored']} ignored, {one['rows_quarantined']} quarantined; {one['refused']} files refused"
            )
    if report.as_of is None:
        return
    if not report.files:
        say(f"Read: no new file ({report.earlier_file_count} from earlier runs)")
        return
    counts = ("rows_read", "rows_loaded", "rows_duplicate", "rows_ignored", "rows_quarantined")
    total = ", ".join(f"{sum(row[c] or 0 for row in report.files)} {c.removeprefix('rows_')}" for c in counts)
    earlier = f" ({report.earlier_file_count} more were known already)" if report.earlier_file_count else ""
    count = len(report.files)
    say(f"Read: {count} file{'' if count == 1 else 's'}{earlier}; records: {total}\n")
    headers = ("file", "format", "read", "loaded", "duplicate", "ignored", "quarantined")
    if len(report.files) <= MOST_FILES:
        rows = [[r["file_name"], r["format"], *(r[c] for c in counts)] for r in report.files]
    else:
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in report.files:
            groups.setdefault(row["format"] or "", []).append(row)
        rows = [
            [f"{len(members)} files", key, *(sum(r[c] or 0 for r in members) for c in counts)]
            for key, members in sorted(groups.items())
        ]
    table(headers, rows, right=headers[2:], whole=headers[1:])


def _print_needs(report: RunReport) -> None:
    needs: list[tuple[str, list[str], str]] = []
    if report.errors:
        needs.append(("Stopped:", report.errors, ""))
    if report.failed_sources:
        needs.append(
            (
                "Failed sources (what was known of them stays):",
                [f"{system}: {reason}" for system, reason in report.failed_sources],
                "the next run tries them again",
            )
        )
    for title, is_warning in (("Red checks:", False), ("Warnings:", True)):
        if lines := [text for text, warning in report.failed_checks if warning is is_warning]:
            needs.append((title, lines, ""))
    if report.not_read:
        needs.append(
            (
                "Files that were not read:",
                [f"{r['file_name']}: {r['state']}, {r['reason']}" for r in report.not_read],
                "discovery sources check FILE says more; take out of the inbox what does not belong there",
            )
        )
    if report.parts:
        needs.append(
            (
                "Lists that lack a part (who is in them counts, nobody is gone because they lack them):",
                [f"{r['file_name']}: {r['reason']}" for r in report.parts],
                "",
            )
        )
    if report.unproven:
        needs.append(
            (
                "Formats from general knowledge, never seen in a public example (compare what was read):",
                [f"{name}: {count} file{'s' * (count > 1)}" for name, count in report.unproven.items()],
                "discovery sources check FILE shows the first records",
            )
        )
    if report.quarantine:
        needs.append(
            (
                "Records in quarantine:",
                [
                    f"{r['file_name']}: {r['record_count']}, first record {r['first_record']}: "
                    f"{r['first_reason']}"
                    for r in report.quarantine
                ],
                "discovery sources check FILE shows them",
            )
        )
    if report.matches.get("review"):
        needs.append((f"{report.matches['review']} matches to be reviewed", [], "discovery review"))
    if report.found.get("unlinked_accounts"):
        count = report.found["unlinked_accounts"]
        needs.append(
            (
                "1 account with access belongs to nobody known"
                if count == 1
                else f"{count} accounts with access belong to nobody known",
                [],
                "discovery review list --accounts, discovery findings --rule unlinked_account",
            )
        )
    if report.findings:
        said = ", ".join(
            f"{report.findings[s]} {s}" for s in ("high", "medium", "low") if s in report.findings
        )
        needs.append((f"Findings: {said}", [], "discovery findings"))
    if not needs:
        say("\nNothing needs a person.")
        return
    say("\nNeeds a person:")
    for title, lines, remedy in needs:
        say(f"  {title}" + (f" → {remedy}" if remedy and not lines else ""))
        for line in lines[:MOST_LINES]:
            say(f"    {line}")
        if len(lines) > MOST_LINES:
            say(f"    … and {len(lines) - MOST_LINES} more")
        if remedy and lines:
            say(f"    → {remedy}")
