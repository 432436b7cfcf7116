"""A small home in which every table of the published file has rows, each text made by one function."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from discovery.publish.contract import COPIED, RUN, VIEWS, file_columns
from discovery.store import Store, declared_columns, sql_file
from discovery.tables import Table

ADA = "11111111aaaaaaaa"
APP = "figma"
OTHER = "sketch"
MENTION = "PADDLE.NET* SKETCH"
AS_OF = date(2026, 11, 20)
SEEN = datetime(2026, 11, 19, 8, 30)

Mark = Callable[[str], str]
_VALUES: dict[str, Any] = {
    "VARCHAR[]": None, "DATE": date(2026, 11, 10), "TIMESTAMP": SEEN, "BIGINT": 3, "DOUBLE": 0.5, "BOOLEAN": True,
    "DECIMAL(18,2)": Decimal("12.50"),
}  # fmt: skip
_FIXED: dict[str, dict[str, Any]] = {
    "": {"person_id": ADA, "app_id": APP, "account_id": "account-1", "file_id": "file-1"},
    "person": {"left_on": date(2026, 11, 18), "manager_email": "mia@example.com"},
    "person_identifier": {"identifier": "ada@example.com"},
    "account": {"kind": "human", "system": "entra"},
    "account_access": {},
    "app_summary": {"class": "shadow"},
    "access": {"class": "shadow", "route": "manual", "accounts": ["account-1"], "sources": ["sign_in"],
               "owner_email": "olga@example.com", "priority": 1},
    "access_span": {"from_on": date(2026, 9, 1), "to_on": date(2026, 11, 1)},
    "mention": {"mention": MENTION, "kind": "merchant", "mention_name": None, "amount": 1068.44},
    "match": {"mention": MENTION, "kind": "merchant", "decision": "review", "app_id": OTHER, "score": 62.0},
    "match_evidence": {"mention": MENTION, "kind": "merchant", "weight": 70.0, "position": 1},
    "usage_month": {"mention": MENTION, "app_id": None},
    "not_access": {},
    "finding": {"severity": "high"},
    "source_file": {"state": "loaded", "system": "entra", "instance": "tenant", "format": "entra_users", "snapshot_on": date(2026, 1, 1),
                    "window_to": None},
    "run": {"as_of": AS_OF, "run_id": "run-one", "started_at": datetime(2026, 11, 20, 2), "content_hash": "c" * 64,
            "provenance_hash": "d" * 64},
}  # fmt: skip


def write_home(home: Path, mark: Mark = str, *, run_id: str = "run-one", apps: int = 1) -> Path:
    """Write a published file, as a generation and under its own name; return the generation."""
    folder = home / "generations"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    generation = folder / f"{run_id}.duckdb"
    generation.unlink(missing_ok=True)
    with Store(generation) as store, store.transaction():
        for table in (*COPIED, RUN):
            columns = file_columns(table)
            store.run(
                f"CREATE TABLE {table.name} ({declared_columns(Table(table.schema, table.name, table.row, table.key, columns))})"
            )
        for view in VIEWS:
            store.run(f"CREATE VIEW {view.name} AS {sql_file('discovery.publish', view.name)}")
        for statement in sql_file("discovery.publish", "views").split(";\n"):
            if statement.strip():
                store.run(statement)
        for table in (*COPIED, RUN):
            if table.name not in ("offboarding_case", "step", "task", "ledger_entry"):
                put(
                    store,
                    table.name,
                    {**_row(table, mark), **({"run_id": run_id} if table.name == "run" else {})},
                )
        put(
            store,
            "app",
            {"app_id": OTHER, "name": mark("Sketch"), "domain": "sketch.com", "approval": "discovered"},
        )
        put(store, "match_evidence", {"mention": MENTION, "kind": "merchant", "position": 2, "weight": -8.0,
                                      "comparison": mark("other words"), "value_left": mark("PADDLE"), "value_right": ""})  # fmt: skip
        put(store, "blind_spot", {"source": mark("sign_in okta"), "reason": mark("no log"), "from_at": SEEN})
        put(
            store,
            "match",
            {
                "mention": mark("FIGMA"),
                "kind": "label",
                "app_id": APP,
                "decision": "accept",
                "score": 100.0,
                "method": mark("domain"),
                "decided_by": mark("machine"),
                "explanation": mark("its name"),
            },
        )
        put(
            store,
            "account",
            {
                "account_id": "account-2",
                "system": mark("zoom"),
                "identifier": mark("someone"),
                "kind": "human",
            },
        )
        put(
            store,
            "account_access",
            {"account_id": "account-2", "app_id": APP, "sources": [mark("app_account")]},
        )
        store.run(
            f"UPDATE person SET email = 'ada@example.com', display_name = '{_quoted(mark('Ada Leaver'))}'"
        )
        for number in range(1, apps):
            app = f"app-{number}"
            put(store, "app", {"app_id": app, "name": mark(f"App {number}")})
            for name in ("access", "evidence", "app_summary"):
                table = next(one for one in COPIED if one.name == name)
                put(
                    store,
                    name,
                    {**_row(table, mark), "app_id": app}
                    | ({"priority": number + 1} if name == "access" else {}),
                )
    generation.chmod(0o600)
    published = home / "access_graph.duckdb"
    temporary = home / ".new"
    os.link(generation, temporary)
    temporary.replace(published)
    return generation


def put(store: Store, table: str, row: dict[str, Any]) -> None:
    """Insert one row."""
    names = ", ".join(f'"{name}"' for name in row)
    binds = {f"b{number}": value for number, value in enumerate(row.values())}
    store._con.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f'${b}' for b in binds)})", binds)


def _row(table: Table, mark: Mark) -> dict[str, Any]:
    row = {}
    for column in file_columns(table):
        fixed = {**_FIXED[""], **_FIXED.get(table.name, {})}
        if column.name in fixed:
            row[column.name] = fixed[column.name]
        elif column.type == "VARCHAR":
            row[column.name] = mark(f"{table.name} {column.name}")
        elif column.type == "VARCHAR[]":
            row[column.name] = [mark(f"{table.name} {column.name}")]
        else:
            row[column.name] = _VALUES[column.type]
    return row


def _quoted(text: str) -> str:
    return text.replace("'", "''")
