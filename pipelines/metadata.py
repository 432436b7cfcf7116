"""What Dagster shows of a table: its columns, how many rows, and a few of them without personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import dagster as dg

from discovery.store import Store
from discovery.tables import TABLES, Column, Table
from pipelines.lineage import column_lineage
from pipelines.wording import without_addresses

OWNERS = ["team:data-platform"]
PREVIEW_ROWS = 5
HIDDEN = "(not shown)"
_LONGEST = 120
_NAMED = 4

_FROM_FILES = frozenset({
    "file_name", "reason", "content", "merchant", "merchant_clean", "explanation", "summary", "record",
    "item", "event_id", "first_event_id", "last_event_id", "value_left", "value_right", "reasons",
    "candidates", "member",
})  # fmt: skip
"""Columns that hold text of files as it came, so that a name may stand in it."""


def columns_shown(table: Table) -> tuple[Column, ...]:
    """Return the columns that may leave the warehouse."""
    return tuple(c for c in table.columns if not c.personal and c.name not in _FROM_FILES)


def description(table: Table) -> str:
    """Say what one row means and what identifies it."""
    return f"One row: {table.row}. Key: {', '.join(table.key)}."


def column_schema(table: Table) -> dg.TableSchema:
    """Return the declared columns with their meaning and what they come from; personal ones are marked."""
    return dg.TableSchema([
        dg.TableColumn(
            c.name, c.type, f"{c.meaning}{' (personal data)' if c.personal else ''}{_from(table, c)}",
            tags={"personal": ""} if c.personal else None,
        )
        for c in table.columns
    ])  # fmt: skip


def _from(table: Table, column: Column) -> str:
    """Say in words what a column comes from: Dagster draws column lineage in its hosted version only."""
    lineage = column_lineage(table.qualified)
    deps = lineage.deps_by_column.get(column.name, []) if lineage else []
    if not deps:
        return ""
    names = [f"{'.'.join(dep.asset_key.path)}.{dep.column_name}" for dep in deps]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f" ← {', '.join(names[:_NAMED])}{more}"


_PERSONAL = _FROM_FILES | {c.name for t in TABLES.values() for c in t.columns if c.personal}
_HARMLESS = {c.name for t in TABLES.values() for c in columns_shown(t)} - _PERSONAL
_NO_TEXT = (bool, int, float, Decimal, date, datetime, type(None))


def rows_shown(rows: Sequence[Mapping[str, Any]]) -> dg.TableMetadataValue:
    """Return rows as a table of texts; what may be personal shows only that it is left out.

    Shown are columns by names that no table marks as personal, and others if they hold no text: a query may
    call an address `who`.
    """
    names = list(rows[0]) if rows else []
    hidden = {
        n for n in names
        if n in _PERSONAL or (n not in _HARMLESS and not all(isinstance(r[n], _NO_TEXT) for r in rows))
    }  # fmt: skip
    return dg.MetadataValue.table(
        [dg.TableRecord({n: HIDDEN if n in hidden else _cell(n, row) for n in names}) for row in rows],
        dg.TableSchema([dg.TableColumn(n) for n in names] or [dg.TableColumn("rows", description="none")]),
    )


def _cell(name: str, row: Mapping[str, Any]) -> str:
    value = row[name]
    if value is None:
        return ""
    if name in ("mention", "mention_name") and "merchant" in (row.get("kind"), row.get("mention_kind")):
        return "(merchant text)"
    text = ", ".join(str(v) for v in value) if isinstance(value, list) else str(value)
    text = without_addresses(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def preview(store: Store, table: Table) -> dg.TableMetadataValue:
    """Return the first rows of a table by its key."""
    shown = [c.name for c in columns_shown(table)]
    listed = ", ".join(f'"{name}"' for name in shown)
    order = ", ".join(f'"{name}"' for name in table.key if name in shown) or "1"
    return rows_shown(
        store.dicts(f"SELECT {listed} FROM {table.qualified} ORDER BY {order} LIMIT {PREVIEW_ROWS}")  # noqa: S608
    )
