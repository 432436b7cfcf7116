"""What a scope says beside what to end: what to hand over first, what to get back, and who has to end what."""

from __future__ import annotations

from typing import Any

from discovery.cli.output import csv_text, markdown_table, print_bytes, print_json
from discovery.cli.terminal import say, table
from discovery.report.published import Person

BY_APP = ("owner_email", "app_name", "app_id", "person", "priority", "class", "route", "action", "handover",
          "last_seen_on")  # fmt: skip
Scope = tuple[Person, list[dict[str, Any]]]


def print_handover(rows: list[dict[str, Any]]) -> None:
    """What to hand over first, and what ending it saves; nothing where an earlier file does not know."""
    first = [row for row in rows if row.get("handover")]
    if first:
        say("\nHand over first:")
        for row in first:
            say(f"  {row['app_name']}: {'; '.join(row['handover'])}")
    back = [row for row in rows if row.get("licence") or row.get("monthly_amount")]
    if back:
        say("\nTo get back:")
        for row in back:
            money = (
                f"{row['monthly_amount']} {row['monthly_currency'] or ''} a month"
                if row["monthly_amount"]
                else ""
            )
            say(
                f"  {row['app_name']}: {', '.join(text.strip() for text in (row['licence'] or '', money) if text)}"
            )


def _by_app(scopes: list[Scope]) -> list[dict[str, Any]]:
    """What each app's owner has to do for all who leave: sorted by owner and app."""
    rows = [
        {**row, "person": person.name, "person_id": person.person_id}
        for person, scope in scopes
        for row in scope
    ]
    return sorted(rows, key=lambda row: (row["owner_email"] is None, row["owner_email"] or "", row["app_name"],
                                         row["app_id"], row["person"]))  # fmt: skip


def print_by_app(scopes: list[Scope], form: str) -> None:
    """One list for all persons, by owner and app."""
    rows = _by_app(scopes)
    if form == "json":
        print_json([{c: row.get(c) for c in ("person_id", *BY_APP)} for row in rows])
    elif form == "csv":
        print_bytes(csv_text(BY_APP, [[row.get(c) for c in BY_APP] for row in rows]))
    elif form == "markdown":
        say(markdown_table(BY_APP, [[row.get(c) for c in BY_APP] for row in rows]))
    else:
        columns = ("owner_email", "app_name", "person", "route", "action")
        table(
            ("owner", "app", "person", "route", "action"),
            [[row["owner_email"] or "nobody", *(row[c] for c in columns[1:])] for row in rows],
            whole=("route",),
        )
