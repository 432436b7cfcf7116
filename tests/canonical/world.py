"""A small warehouse made by hand: lake rows, usage and matches; then the steps of canonical and graph.

`canonical`, `graph` and `build` ask for steps; they run when something is read: for a query only those that it needs,
for whoever takes `store` all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from discovery.canonical import STEPS as CANONICAL
from discovery.canonical.usage import roll_up_months
from discovery.graph import STEPS as GRAPH
from discovery.offboarding.publication import STEPS as OFFBOARDING
from discovery.settings import Settings
from discovery.stage import Night, Step
from discovery.store import Store, declared_columns
from discovery.tables import EVENT_KINDS, RECORDS, TABLES

AS_OF = date(2026, 9, 30)


def at(text: str) -> datetime:
    """'09-12 14:00' in the year of the tests."""
    return datetime.fromisoformat(f"2026-{text}" if len(text) > 5 else f"2026-{text} 12:00")


def on(text: str) -> date:
    """'09-12' in the year of the tests."""
    return date.fromisoformat(f"2026-{text}")


class World:
    def __init__(self, home: Path, as_of: date = AS_OF, **settings: Any) -> None:
        made = Settings(home=home, inbox=home / "inbox", domains=("acme.test",))
        self.night = Night(replace(made, **settings), as_of)
        self._pending: list[Step] = []
        self._store = Store.memory(home)
        self.store.run("CREATE SCHEMA IF NOT EXISTS lake")
        for kind, table in RECORDS.items():
            if kind not in EVENT_KINDS:
                self.store.run(
                    f"CREATE TABLE lake.{kind} (file_id VARCHAR, system VARCHAR, instance VARCHAR, "
                    f"{declared_columns(table)})"
                )
        self.made = 0

    @property
    def store(self) -> Store:
        """The warehouse with all that was asked for."""
        self._run(set(TABLES))
        return self._store

    def _run(self, wanted: set[str]) -> None:
        """Run the steps asked for that these tables stand on."""
        chosen = []
        for step in reversed(self._pending):
            if step.table in wanted:
                chosen.append(step)
                wanted = wanted | set(step.reads)
        self._pending = [step for step in self._pending if step not in chosen]
        for step in reversed(chosen):
            step.build(self._store, self.night)

    def _for(self, sql: str) -> Store:
        """The warehouse with what a query names; with everything for one that names no table by its schema."""
        self._run({name for name in TABLES if name in sql} or set(TABLES))
        return self._store

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f"${name}" for name in row)
        self.store.run(f"INSERT INTO {table} ({names}) VALUES ({values})", row)

    def record(self, kind: str, **row: Any) -> None:
        """One row of lake.<kind>; snapshot on 28 September unless it says otherwise."""
        self.made += 1
        row.setdefault("file_id", "file")
        row.setdefault("instance", "main")
        row.setdefault("event_id", f"e{self.made}")
        if any(col.name == "snapshot_on" for col in RECORDS[kind].columns) and row.get("change") is None:
            row.setdefault("snapshot_on", on("09-28"))
        self.insert(f"lake.{kind}", row)

    def file(self, file_id: str, *, is_complete: bool = True, **row: Any) -> None:
        self.insert(
            "sources.source_file",
            {
                "file_id": file_id,
                "file_name": f"{file_id}.json",
                "state": "loaded",
                "is_complete": is_complete,
                **row,
            },
        )

    def collected(self, file_id: str, collected_at: datetime) -> None:
        self.insert("sources.collected", {"file_id": file_id, "collected_at": collected_at})

    def hr(self, number: str, email: str, name: str = "", **row: Any) -> None:
        row = {
            "account_key": number,
            "employee_id": number,
            "email": email,
            "status": "active",
            "display_name": name or email.split("@")[0].replace(".", " ").title(),
            "account_kind": "human",
            **row,
        }
        self.record("directory_account", system=row.pop("system", "hr"), **row)

    def entra(self, key: str, upn: str, **row: Any) -> None:
        row = {"status": "active", "account_kind": "human", "email": upn, **row}
        self.record("directory_account", system="entra", account_key=key, account_name=upn, **row)

    def use(self, source: str, identifier: str, mention: str, *days: str, **row: Any) -> None:
        """One usage row a day; at noon unless the day has a time."""
        for day in days:
            self.made += 1
            moment = at(day)
            self.insert(
                "canonical.usage",
                {
                    "source": source,
                    "system": "entra" if source == "sign_in" else "push",
                    "instance": "main",
                    "identifier": identifier,
                    "account_name": identifier if "@" in identifier else None,
                    "mention_kind": "app_id" if source == "sign_in" else "domain",
                    "mention": mention,
                    "host": "",
                    "method": "idp_interactive" if source == "sign_in" else "visit",
                    "day": moment.date(),
                    "event_count": 1,
                    "first_at": moment,
                    "last_at": moment,
                    "first_event_id": f"u{self.made}",
                    "last_event_id": f"u{self.made}",
                    "first_file_id": "file",
                    "last_file_id": "file",
                    **row,
                },
            )

    def app(
        self,
        app_id: str,
        *mentions: str,
        kind: str = "app_id",
        decision: str = "accept",
        approval: str = "discovered",
        method: str = "alias",
    ) -> None:
        """An app and the mentions that are matched to it."""
        if not self.store.value("SELECT count(*) FROM matching.app WHERE app_id = $a", {"a": app_id}):
            self.insert(
                "matching.app",
                {
                    "app_id": app_id,
                    "name": app_id.title(),
                    "domain": f"{app_id}.com",
                    "in_catalog": True,
                    "approval": approval,
                },
            )
        for mention in mentions:
            self.insert(
                "matching.match",
                {
                    "mention": mention,
                    "kind": kind,
                    "app_id": app_id,
                    "decision": decision,
                    "score": 100.0,
                    "method": method,
                    "decided_by": "machine",
                    "explanation": "by hand",
                },
            )

    def canonical(self) -> World:
        self.store.run("CREATE OR REPLACE TEMP TABLE touched_month AS SELECT DISTINCT date_trunc('month', day) AS month "
                       "FROM canonical.usage")  # fmt: skip
        roll_up_months(self.store)
        self._pending += CANONICAL[1:]
        return self

    def graph(self) -> World:
        self._pending += (*OFFBOARDING, *GRAPH)
        return self

    def build(self) -> World:
        return self.canonical().graph()

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        return self._for(sql).rows(sql)

    def person(self, email: str) -> str | None:
        sql = "SELECT person_id FROM canonical.person WHERE email = $e"
        return self._for(sql).value(sql, {"e": email})

    def linked(self, identifier: str) -> tuple[Any, ...] | None:
        """(person's e-mail, kind, link_method) of an account."""
        sql = (
            "SELECT p.email, a.kind, a.link_method FROM canonical.account a LEFT JOIN canonical.person p "
            "USING (person_id) WHERE a.identifier = $i"
        )
        rows = self._for(sql).rows(sql, {"i": identifier})
        return rows[0] if rows else None

    def edge(self, email: str, app_id: str) -> dict[str, Any] | None:
        sql = (
            "SELECT x.* FROM graph.access x JOIN canonical.person p USING (person_id) "
            "WHERE p.email = $e AND x.app_id = $a"
        )
        rows = self._for(sql).dicts(sql, {"e": email, "a": app_id})
        return rows[0] if rows else None


__all__ = ["AS_OF", "TABLES", "World", "at", "on"]
