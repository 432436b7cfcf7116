"""The hash of what a published file says: order-independent, computed by the engine.

Each row (floats rounded to six digits, lists sorted) becomes a 64-bit hash by the engine's own function, over
whole columns, and that hash another one; a table is the number of its rows and the sums of the two. Sums do not
depend on order, and unlike XOR they notice repeated rows; what leaves one sum as it was does not leave the other.
A new major version of the engine may hash differently: then the same records have
another hash once (docs/decisions). It tells whether two files say the same; against tampering there is the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from discovery.publish.contract import FILE_TABLES, file_columns
from discovery.store import Store
from discovery.tables import Column, Table

_CONTENT: dict[str, tuple[str, ...]] = {
    "person": (),
    "account": (),
    "app": (),
    "access": (),
    "access_span": (),
    "deprovisioning": (),
    "finding": (),
    "blind_spot": (),
    "match": ("decided_by", "decided_at"),
    "evidence": ("file_id", "record"),
}
"""Tables that content_hash covers, and columns that it leaves out."""


_SORTED = frozenset({"sources", "methods", "accounts", "grant_scopes", "controls", "kinds", "apps_alone",
                    "reasons", "handover"})  # fmt: skip
"""Lists whose order their steps fix: sorting them again would cost half of the hash."""


def content_hash(store: Store) -> str:
    """Hash what the file says: a function of records, decisions, catalog, settings and as_of alone."""
    return _hash(store, ((table, _CONTENT[table.name]) for table in FILE_TABLES if table.name in _CONTENT))


def provenance_hash(store: Store) -> str:
    """Hash the rest: the tables that content_hash leaves out, and the columns."""
    rest = [(table, ()) for table in FILE_TABLES
            if table.name not in _CONTENT and table.name != "run" and not table.is_view]  # fmt: skip
    partly = [(t, tuple(col.name for col in t.columns if col.name not in _CONTENT[t.name] and col.name not in t.key))
              for t in FILE_TABLES if _CONTENT.get(t.name)]  # fmt: skip
    return _hash(store, [*rest, *partly])


def _hash(store: Store, tables: Iterable[tuple[Table, tuple[str, ...]]]) -> str:
    total = hashlib.sha256()
    for table, left_out in sorted(tables, key=lambda pair: pair[0].name):
        values = ", ".join(_canonical(col) for col in file_columns(table) if col.name not in left_out)
        rows = f"SELECT hash({values}) AS said FROM {table.name}"  # noqa: S608 - declared names
        line = store.rows(
            "SELECT count(*), coalesce(sum(CAST(said AS HUGEINT)), 0), "  # noqa: S608 - the same
            f"coalesce(sum(CAST(hash('salt', said) AS HUGEINT)), 0) FROM ({rows})"
        )[0]
        total.update(f"{table.name} {line[0]} {line[1]} {line[2]}\n".encode())
    return total.hexdigest()


def _canonical(column: Column) -> str:
    if column.type == "DOUBLE":
        return f'round("{column.name}", 6)'
    if column.type.endswith("[]") and column.name not in _SORTED:
        return f'list_sort("{column.name}")'
    return f'"{column.name}"'
