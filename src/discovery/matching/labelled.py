"""The project's own labelled merchants, matched every night: a catalog or overlay that spoils matching is seen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa

from discovery.catalog.load import Catalog, data_rows, read_catalog
from discovery.matching.texts import match_with
from discovery.stage import Night
from discovery.store import Store, sql_file

PACKAGE = "discovery.matching"


def labelled_table(store: Store, catalog: Catalog) -> pa.Table:
    """Return text, mcc, expected_app_id, app_id and decision of each labelled merchant."""
    rows = list(data_rows("labelled.csv", PACKAGE))
    matches = match_with(store, catalog, [r["text"] for r in rows], [r["mcc"] or None for r in rows])
    columns = {
        "text": [r["text"] for r in rows],
        "mcc": [r["mcc"] or None for r in rows],
        "expected_app_id": [r["app_id"] or None for r in rows],
        "app_id": [m.app_id for m in matches],
        "decision": [m.decision for m in matches],
    }
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def build_labelled_match(store: Store, night: Night) -> int:
    """Fill `matching.labelled_match` with the catalog and overlay of the night; return the rows.

    What was matched before by this program with this catalog stands: the answer would be the same.
    """
    stands_on = _stands_on(night)
    # By name, as a warehouse of an earlier program has the table without this column.
    before = store.rows(
        "SELECT stands_on, count(*) FROM ((SELECT CAST(NULL AS VARCHAR) AS stands_on LIMIT 0) "
        "UNION ALL BY NAME SELECT * FROM matching.labelled_match) GROUP BY ALL"
    )
    if len(before) == 1 and before[0][0] == stands_on:
        return int(before[0][1])
    table = labelled_table(store, read_catalog(night.settings.catalog))
    with store.relation("incoming_labelled", table):
        sql = sql_file(PACKAGE, "labelled_match")
        return store.replace("matching.labelled_match", sql, {"stands_on": stands_on})


def _stands_on(night: Night) -> str:
    """Hash what the answers depend on: how texts are matched, the catalog, what is laid over it."""
    folder = Path(__file__).parent
    files = [
        path for part in (folder, folder.parent / "catalog") for path in part.rglob("*") if path.is_file()
    ]
    digest = hashlib.sha256()
    for path in sorted(path for path in files if "__pycache__" not in path.parts):
        digest.update(
            f"{path.relative_to(folder.parent)}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
        )
    if night.settings.catalog is not None and night.settings.catalog.is_file():
        digest.update(night.settings.catalog.read_bytes())
    return digest.hexdigest()
