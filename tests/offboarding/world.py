"""A small published file in which somebody leaves: every route, role and kind of evidence."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from discovery.publish.contract import FILE_TABLES, file_columns
from discovery.store import Store, declared_columns, sql_file
from discovery.tables import Table

ADA = "11111111aaaaaaaa"
BOB = "22222222bbbbbbbb"
CEO = "33333333cccccccc"
AS_OF = date(2026, 11, 20)

APPS: dict[str, dict[str, Any]] = {
    "asana": {
        "route": "scim",
        "class": "scim_managed",
        "sources": ["assignment", "sign_in"],
        "survives": False,
    },
    "github": {"route": "api", "class": "unmanaged", "sources": ["app_account"], "survives": True},
    "zoom": {"route": "api", "class": "unmanaged", "sources": ["app_account", "sign_in"], "survives": True},
    "salesforce": {"route": "idp", "class": "sso", "sources": ["assignment", "sign_in"], "survives": False},
    "zapier": {"route": "manual", "class": "shadow", "sources": ["grant"], "survives": None},
    "figma": {
        "route": "manual",
        "class": "shadow",
        "sources": ["sign_in"],
        "survives": True,
    },
    "canva": {
        "route": "manual",
        "class": "shadow",
        "sources": ["charge"],
        "survives": None,
        "is_payer": True,
        "is_admin": True,
    },
}


def write_world(home: Path, *, apps: dict[str, dict[str, Any]] | None = None, **changes: Any) -> Path:
    """Write the published file of a home; `changes`: columns of the leaver's row in person.

    Making its tables takes longer than most tests: each world is made once, and copied.
    """
    home.mkdir(mode=0o700, exist_ok=True)
    path = home / "access_graph.duckdb"
    path.unlink(missing_ok=True)
    apps = APPS if apps is None else apps
    key = repr((list(apps.items()), sorted(changes.items())))
    if key not in _MADE:
        _make(path, apps, changes)
        _MADE[key] = path.read_bytes()
    else:
        path.write_bytes(_MADE[key])
    path.chmod(0o600)
    return path


_MADE: dict[str, bytes] = {}


def _make(path: Path, apps: dict[str, dict[str, Any]], changes: dict[str, Any]) -> None:
    with Store(path) as store:
        for table in FILE_TABLES:
            store.run(f"CREATE TABLE {table.name} ({_columns(table)})")
        for statement in sql_file("discovery.publish", "views").split(";\n"):
            if statement.strip():
                store.run(statement)
        ada = {"person_id": ADA, "email": "ada@example.com", "display_name": "Ada Leaver", "status": "active",
               "left_on": date(2026, 11, 18), "manager_email": "mia@example.com", **changes}  # fmt: skip
        _insert(store, "person", ada)
        for who, name in ((BOB, "bob"), (CEO, "ceo"), ("44", "mia"), ("55", "olga"), ("66", "dora")):
            _insert(store, "person", {"person_id": who, "email": f"{name}@example.com", "status": "active",
                                      "left_on": date(2026, 11, 18) if name == "bob" else None})  # fmt: skip
        for who, name in ((ADA, "ada"), (BOB, "bob"), (CEO, "ceo")):
            _insert(
                store,
                "person_identifier",
                {"person_id": who, "identifier": f"{name}@example.com", "kind": "email"},
            )
            _insert(store, "account", {"account_id": f"entra-{name}", "person_id": who, "system": "entra",
                                       "instance": "tenant", "identifier": f"object-{name}", "kind": "human",
                                       "account_name": f"{name}@example.com"})  # fmt: skip
        for priority, (app_id, said) in enumerate(apps.items(), 1):
            _insert(
                store,
                "app",
                {
                    "app_id": app_id,
                    "name": said.get("name", app_id.title()),
                    "owner_email": said.get("owner"),
                },
            )
            _insert(store, "account", {"account_id": f"{app_id}-ada", "person_id": ADA, "system": app_id, "kind": "human",
                                       "instance": "default", "identifier": f"{app_id}-1", "account_name": "ada@example.com"})  # fmt: skip
            accounts = [f"{app_id}-ada"] + (
                ["entra-ada"] if {"grant", "assignment"} & set(said["sources"]) else []
            )
            for account in accounts:
                _insert(store, "account_access", {"account_id": account, "app_id": app_id, "person_id": ADA})
            row = {"person_id": ADA, "app_id": app_id, "class": said["class"], "route": said["route"],
                   "sources": said["sources"], "survives_idp_disable": said["survives"], "accounts": accounts,
                   "is_admin": said.get("is_admin"), "is_payer": said.get("is_payer", False), "grant_scopes": [],
                   "is_sole_user": said.get("is_sole_user", False), "last_seen_on": said.get("last_seen_on", date(2026, 11, 10)),
                   "owner_email": said.get("owner", "olga@example.com"), "reasons": [], "event_count": said.get("events", 3)}  # fmt: skip
            _insert(store, "access", row)
            _insert(store, "offboarding_scope", {**row, "priority": priority, "email": "ada@example.com",
                                                 "app_name": said.get("name", app_id.title()), "action": "end it"})  # fmt: skip
        _insert(store, "run", {"run_id": "run1", "as_of": AS_OF, "started_at": datetime(2026, 11, 20, 2),
                               "schema_version": 1, "content_hash": "c", "provenance_hash": "p"})  # fmt: skip
        _insert(store, "source_file", {"file_id": "f", "system": "entra", "instance": "tenant", "format": "entra_users",
                                       "state": "loaded", "snapshot_on": AS_OF, "loaded_at": datetime(2026, 11, 20)})  # fmt: skip


def _columns(table: Table) -> str:
    return declared_columns(Table(table.schema, table.name, table.row, table.key, file_columns(table)))


def _insert(store: Store, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    binds = ", ".join(f"$b{number}" for number in range(len(row)))
    store._con.execute(f"INSERT INTO {table} ({names}) VALUES ({binds})",
                       {f"b{number}": value for number, value in enumerate(row.values())})  # fmt: skip
