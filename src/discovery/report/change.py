"""What changed between two published runs: apps and accesses that came and went, firsts, findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from discovery.errors import BadUse
from discovery.report.published import generation, run_of
from discovery.settings import Settings
from discovery.store import Store, quoted, sql_file

KINDS = (
    "new app",
    "app gone",
    "first personal account",
    "access after leaving",
    "new access",
    "access ended",
    "access changed",
    "new finding",
    "finding gone",
)
"""Kinds of change, those first that somebody has to look at."""


def two_runs(settings: Settings, before: str | None, after: str | None) -> tuple[Path, Path]:
    """Return the published files of two runs; by default the newest and the one before. Raises BadUse, UnknownName."""
    later = generation(settings, after) if after else settings.published
    if before:
        return generation(settings, before), later
    if not later.is_file():
        raise BadUse(f"{later} is not there yet: `discovery run` makes it (or name the folder with --home).")
    with Store(later, read_only=True) as store:
        this = run_of(store)
    earlier: list[tuple[Any, Path]] = []
    for path in (settings.home / "generations").glob("*.duckdb"):
        with Store(path, read_only=True) as store:
            run = run_of(store)
        if run["run_id"] != this["run_id"] and run["started_at"] < this["started_at"]:
            earlier.append((run["started_at"], path))
    if not earlier:
        raise BadUse("there is no earlier published file to compare with: it takes two runs.")
    return max(earlier)[1], later


def changes_between(before: Path, after: Path) -> list[dict[str, Any]]:
    """Return what the later file says and the earlier did not, and the other way round, by kind."""
    with Store(None, folders=[before.parent, after.parent]) as store:
        store.run(f"ATTACH {quoted(str(before))} AS was (READ_ONLY)")
        store.run(f"ATTACH {quoted(str(after))} AS now (READ_ONLY)")
        rows = store.dicts(sql_file(__package__, "change"))
    return sorted(rows, key=lambda row: (KINDS.index(row["kind"]), row["email"] or "", row["app_name"] or ""))
