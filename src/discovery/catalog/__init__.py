"""The apps that are known before anything was read: data with source and licence, plus the user's overlay.

`data/curated.csv` is written by hand; `app.csv` and `alias.csv` are built from it and from the packages named
in `data/NOTICE` by `python -m discovery.catalog.build`.
"""

from __future__ import annotations

from discovery.catalog.load import Alias, App, Catalog, read_catalog
from discovery.catalog.write import load_catalog

__all__ = ["Alias", "App", "Catalog", "load_catalog", "read_catalog"]
