"""What Microsoft's licences are: the product behind a `skuId`, and the app that it gives access to.

`data/microsoft_sku.csv` holds the most common of the hundreds there are, retyped from Microsoft's own list (NOTICE
names the source and its day). Two ids may be one product. An id that is not in it is not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from discovery.catalog.load import data_rows

TENANT_APP = "microsoft-365"
"""The app in which every licence of a tenant is assigned and taken back, whatever its product."""


@dataclass(frozen=True)
class Sku:
    """One licence that Microsoft sells. `sku_id`: as in Graph, lower case; `product`: as the admin centre names it."""

    sku_id: str
    part_number: str
    product: str
    app_id: str


@cache
def read_skus() -> tuple[Sku, ...]:
    """Return the licences that are known, by id."""
    return tuple(sorted((Sku(**row) for row in data_rows("microsoft_sku.csv")), key=lambda sku: sku.sku_id))
