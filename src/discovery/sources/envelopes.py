"""Envelopes of JSON exports: objects that hold the records in a list, and what else they say."""

from __future__ import annotations

from typing import Any

ENVELOPES = ("value", "records", "items", "users", "employees", "results", "members", "Report_Entry",
             "Browser History", "result", "Records", "installations", "authlogs", "activities", "logs",
             "response", "BankTransactions", "approved_apps", "installedApps")  # fmt: skip
"""Keys whose list of objects holds the records of a JSON export."""
ENVELOPES_OF_ANSWERS = ("data", "entries", "Resources", "admins", "nodes", "Items", "expenses")
"""The same, but a record may have such a key too: an answer has no id, time or event of its own, and is not empty."""
_OF_RECORDS = frozenset(
    ("id", "_id", "uuid", "timestamp", "time", "event", "eventType", "event_type", "eventName", "eventTime")
)
OUTER_ENVELOPES = ("_embedded", "response")
"""Keys whose object is an envelope in its turn: HAL pages (PingOne), Duo's API."""


def envelope_key(value: dict[str, Any]) -> str | None:
    """Return the key of an envelope whose list holds the records, or None for a record."""
    for key in ENVELOPES:
        inner = value.get(key)
        if isinstance(inner, list) and (not inner or isinstance(inner[0], dict)):
            return key
    for key in ENVELOPES_OF_ANSWERS if _OF_RECORDS.isdisjoint(value) else ():
        if _holds_objects(value.get(key)):
            return key
    for key in OUTER_ENVELOPES:
        inner = value.get(key)
        if isinstance(inner, dict) and envelope_key(inner) is not None:
            return key
    return "tables" if _is_table(value.get("tables")) else None


def _holds_objects(inner: Any) -> bool:
    return isinstance(inner, list) and bool(inner) and isinstance(inner[0], dict)


def _is_table(inner: Any) -> bool:
    """Tell the answer of a log query: `[{"columns": [{"name": …}], "rows": [[…]]}]`."""
    return _holds_objects(inner) and all({"columns", "rows"} <= set(table) for table in inner)


def enclosed(value: dict[str, Any], key: str) -> list[Any]:
    """Return the records under an envelope's key; the rows of a table become objects."""
    inner = value[key]
    if isinstance(inner, dict):
        return enclosed(inner, envelope_key(inner) or "")
    if key != "tables":
        return list(inner)
    return [
        dict(zip((column["name"] for column in table["columns"]), row, strict=False))
        for table in inner
        for row in table["rows"]
    ]


def opened(value: dict[str, Any]) -> tuple[dict[str, Any], list[Any]] | None:
    """Return an envelope's other keys and its records, or None for a record.

    The answer of a GraphQL query lies in envelopes: `{"data": {"users": {"nodes": […], "pageInfo": {…}}}}`.
    """
    around: dict[str, Any] = {}
    for depth in range(4):
        key = envelope_key(value)
        if key is not None:
            return {**around, **{k: v for k, v in value.items() if k != key}}, enclosed(value, key)
        inner = value.get("data") if _OF_RECORDS.isdisjoint(value) else None
        if not isinstance(inner, dict) and (depth > 0 or len(value) == 1):
            # Below `data`, the one object beside plain values; a record is not to be taken for an envelope.
            objects = [v for v in value.values() if isinstance(v, dict)]
            inner = objects[0] if len(objects) == 1 else None
        if not isinstance(inner, dict):
            return None
        around |= {k: v for k, v in value.items() if v is not inner}
        value = inner
    return None
