"""Writing a catalog into the two declared tables."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from discovery.catalog.load import Catalog, read_catalog
from discovery.store import Store, sql_file
from discovery.tables import TABLES

_TYPES = {"in_catalog": pa.bool_(), "facts_as_of": pa.date32()}


def write_apps(store: Store, catalog: Catalog) -> int:
    """Replace `matching.app` with the catalog's apps; return the rows."""
    names = TABLES["matching.app"].column_names
    columns = {
        name: pa.array([getattr(app, name) for app in catalog.apps.values()], _TYPES.get(name, pa.string()))
        for name in names
    }
    with store.relation("incoming_app", pa.table(columns)):
        return store.replace("matching.app", sql_file("discovery.catalog", "app"))


def write_aliases(store: Store, catalog: Catalog) -> int:
    """Replace `matching.app_alias` with the catalog's aliases; return the rows."""
    columns = {
        name: pa.array([getattr(alias, name) for alias in catalog.aliases], pa.string())
        for name in ("app_id", "alias", "kind")
    }
    with store.relation("incoming_alias", pa.table(columns)):
        return store.replace("matching.app_alias", sql_file("discovery.catalog", "app_alias"))


def load_catalog(store: Store, overlay: Path | None = None) -> Catalog:
    """Fill `matching.app` and `matching.app_alias` with the catalog and the overlay; return the catalog.

    For work outside a run: a run fills both through the steps of the stage matching, which add the apps that
    were seen in use. Raises BadSettings for the overlay.
    """
    catalog = read_catalog(overlay)
    with store.transaction():
        write_apps(store, catalog)
        write_aliases(store, catalog)
    return catalog
