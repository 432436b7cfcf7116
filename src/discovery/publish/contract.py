"""What the published file holds: tables with the columns of the contract first, views and macros, all with comments.

Version 1 of the contract is DESIGN section 6. Columns may be added behind those of the contract, never before.
"""

from __future__ import annotations

from discovery.tables import PUBLISHED, Column, Table
from discovery.tables.declare import COUNT, DAY, INSTANT, T, c

SCHEMA_VERSION = 1

_FIRST: dict[str, tuple[str, ...]] = {
    "account": ("account_id", "person_id", "system", "instance", "identifier", "kind", "link_method",
                "link_confidence", "first_seen_on", "last_seen_on"),
    "match": ("mention", "kind", "app_id", "decision", "score", "method", "decided_by", "decided_at", "explanation"),
    "source_file": ("file_id", "file_sha256", "member", "file_name", "instance", "kinds", "format", "state", "reason",
                    "rows_read", "rows_loaded", "rows_duplicate", "rows_ignored", "rows_quarantined", "window_from",
                    "window_to", "is_complete", "loaded_at"),
}  # fmt: skip
"""Columns of the contract where the declaration has them in another order."""

RUN = Table("publish", "run", "the run that published this file; one row", ("run_id",), (
    c("run_id", T, "run"),
    c("as_of", DAY, "end of this day, UTC: later events are not in the file"),
    c("started_at", INSTANT, "when the run started"),
    c("schema_version", COUNT, "version of the contract"),
    c("content_hash", T, "hash of what the file says, whatever the order, names and overlaps of the input files"),
    c("provenance_hash", T, "hash of the rest: where it comes from"),
), published=True)  # fmt: skip

VIEWS: tuple[Table, ...] = tuple(table for table in PUBLISHED if table.is_view)
"""Tables of the contract that the file makes of others, by a SELECT of their name in this folder."""
COPIED: tuple[Table, ...] = tuple(table for table in PUBLISHED if not table.is_view)
"""Tables of the contract that are copied from the warehouse."""
FILE_TABLES: tuple[Table, ...] = (*PUBLISHED, RUN)
"""All tables of the published file."""


def file_columns(table: Table) -> tuple[Column, ...]:
    """Return a table's columns as the file holds them: those of the contract first."""
    first = _FIRST.get(table.name, ())
    by_name = {column.name: column for column in table.columns}
    return (
        *(by_name[name] for name in first),
        *(column for column in table.columns if column.name not in first),
    )
