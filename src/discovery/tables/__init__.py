"""Every table of the program, declared once: columns, types, meaning, key.

The store refuses a result that drifts from its declaration; the data dictionary and the comments inside the
published file come from here. Instants are TIMESTAMP in UTC (`_at`), dates end in `_on`.
"""

from __future__ import annotations

from discovery.tables.canonical import CANONICAL
from discovery.tables.coverage import COVERAGE
from discovery.tables.declare import Column, Table
from discovery.tables.deprovisioning import DEPROVISIONING
from discovery.tables.graph import GRAPH
from discovery.tables.matching import MATCHING
from discovery.tables.offboarding import OFFBOARDING
from discovery.tables.records import RECORDS, WORDS
from discovery.tables.sources import SOURCES

TABLES: dict[str, Table] = {
    t.qualified: t
    for t in (*SOURCES, *CANONICAL, *MATCHING, *GRAPH, *COVERAGE, *DEPROVISIONING, *OFFBOARDING)
}
"""All tables of the warehouse by `schema.name`."""

EVENT_KINDS = ("sign_in", "web_visit")
"""Kinds that lie in the lake by day and reach the graph through `canonical.usage`."""

PUBLISHED: tuple[Table, ...] = tuple(t for t in TABLES.values() if t.published)
"""Tables that the published file holds, in the order of their declaration."""

__all__ = ["EVENT_KINDS", "PUBLISHED", "RECORDS", "TABLES", "WORDS", "Column", "Table"]
