"""Which columns of other tables each column of a table comes from: what the Dagster UI shows as column lineage.

`lineage.json` is made from the .sql files by tests/pipelines/lineage_table.py. Tables that a step fills in Python, and
columns that cannot be followed, have none: no lineage is shown rather than a wrong one.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg

PATH = Path(__file__).with_name("lineage.json")
Lineage = dict[str, dict[str, Any]]


def column_lineage(table: str) -> dg.TableColumnLineage | None:
    """Return what each column of a table comes from, or None if it is not known."""
    columns = shipped_lineage().get(table, {}).get("columns")
    if not columns:
        return None
    return dg.TableColumnLineage({
        column: [dg.TableColumnDep(dg.AssetKey(d.split(".")[:2]), d.split(".")[2]) for d in deps]
        for column, deps in columns.items()
    })  # fmt: skip


@cache
def shipped_lineage() -> Lineage:
    """Return, for each table: the hash of its query, and the columns with what they come from."""
    made: Lineage = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
    return made
