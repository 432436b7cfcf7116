"""Which columns of other tables each column of a table comes from, as sqlglot reads it in the .sql files.

    python -m tests.pipelines.lineage_table

writes pipelines/lineage.json; what it says of a query that has not changed is taken over.
"""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from discovery.run import steps
from discovery.store import sql_file
from discovery.tables import TABLES
from pipelines.lineage import PATH, Lineage, shipped_lineage

QUOTE = '"'
DECLARED = {f"{table.qualified}.{name}" for table in TABLES.values() for name in table.column_names}


def read_lineage(known: Lineage) -> Lineage:
    """Follow each column of each step's SELECT to the columns of declared tables; needs sqlglot.

    What is known of a SELECT that has not changed is taken over.
    """
    found: Lineage = {}
    for step in steps():
        schema, name = step.table.split(".")
        if not files(f"discovery.{schema}").joinpath(f"{name}.sql").is_file():
            continue
        sql = sql_file(f"discovery.{schema}", name)
        stands_on = hashlib.sha256(f"{sql}{TABLES[step.table].column_names}".encode()).hexdigest()[:16]
        before = known.get(step.table)
        if before is not None and before["stands_on"] == stands_on:
            found[step.table] = before
            continue
        columns = _columns_of(sql)
        told = {column: columns[column] for column in TABLES[step.table].column_names if columns.get(column)}
        found[step.table] = {"stands_on": stands_on, "columns": told}
    return found


def _columns_of(sql: str) -> dict[str, list[str]]:
    """Follow each column that a query gives to the declared columns that it reads, through its subqueries."""
    schema: dict[str, Any] = {}
    for table in TABLES.values():
        schema.setdefault(table.schema, {})[table.name] = {c.name: c.type for c in table.columns}
    columns: dict[str, list[str]] = {}
    try:
        # To sqlglot, `grant` is a command.
        whole = parse_one(sql.replace("canonical.grant", 'canonical."grant"'), dialect="duckdb")
        query = qualify(whole, schema=schema, dialect="duckdb", validate_qualify_columns=False)
        assert isinstance(query, exp.Query)
        scope = build_scope(query)
        for name in query.named_selects:
            read = {
                f"{node.expression.db}.{node.expression.name}.{node.name.rpartition('.')[2].strip(QUOTE)}"
                for node in lineage(name, query, schema, scope=scope, dialect="duckdb").walk()
                if isinstance(node.expression, exp.Table)
            }
            columns[name] = sorted(read & DECLARED)
    except SqlglotError:
        return {}
    return columns


if __name__ == "__main__":
    PATH.write_text(json.dumps(read_lineage(shipped_lineage()), indent=1) + "\n", encoding="utf-8")
