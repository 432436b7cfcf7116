"""The project's own labelled merchants, matched every night: a catalog or overlay that spoils matching is seen."""

from __future__ import annotations

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
    """Fill `matching.labelled_match` with the catalog and overlay of the night; return the rows."""
    table = labelled_table(store, read_catalog(night.settings.catalog))
    with store.relation("incoming_labelled", table):
        return store.replace("matching.labelled_match", sql_file(PACKAGE, "labelled_match"))
