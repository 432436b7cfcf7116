"""Tables: one SELECT of the published file (or rows of the ledger), its columns, its page, its CSV and its SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from discovery.store import quoted, sql_file

if TYPE_CHECKING:
    from discovery.web.site import Site

PAGE = 50
_NOTHING: tuple[Any, ...] = (None, "", False, [])
_BIND = re.compile(r"\$([a-z_]+)")
_PAGE = "LIMIT $most OFFSET $first"
"""Which rows a page shows. A SELECT that knows a shorter way to them than to make all has this line itself."""

_READERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="reader")

Answer = TypeVar("Answer")
Row = Mapping[str, Any]
Rows = Callable[["Site", Mapping[str, str | None]], Sequence[Row]]


@dataclass(frozen=True)
class Column:
    """One column of a page. `kind` says how a cell is drawn; see parts.html."""

    name: str
    title: str
    kind: str = "text"

    @property
    def is_number(self) -> bool:
        """Set to the right."""
        return self.kind in ("count", "money", "score")


@dataclass(frozen=True)
class Listing:
    """One kind of table. `binds`: what its SELECT asks for, taken from the address; `empty`: said where it has no rows.

    `rows`: where they do not come from the published file; `origin` says from where then.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    binds: tuple[str, ...] = ()
    empty: str = "None."
    rows: Rows | None = None
    origin: str = ""
    is_personal: bool = False

    def sql(self) -> str:
        """Return the SELECT of all rows."""
        return re.sub(rf"\n *{re.escape(_PAGE)}", "", self._file())

    def sql_of_page(self) -> str:
        """Return the SELECT of the rows $first to $first + $most."""
        text = self._file()
        return text if _PAGE in text else f"{text}\n{_PAGE}"

    def _file(self) -> str:
        return sql_file("discovery.report", f"sql/{self.name}").strip()

    def sql_with(self, binds: Mapping[str, str | None]) -> str:
        """Return the SELECT with its values, to paste into any client of the published file."""
        return _BIND.sub(lambda found: _literal(binds.get(found[1])), self.sql())

    def all_rows(self, site: Site, binds: Mapping[str, str | None]) -> Sequence[Row]:
        """Return every row."""
        if self.rows is not None:
            return self.rows(site, binds)
        with site.reading.current.store() as store:
            return store.dicts(self.sql(), {name: binds.get(name) for name in self.binds})


@dataclass(frozen=True)
class Table:
    """A listing with one page of its rows."""

    listing: Listing
    rows: Sequence[Row]
    binds: Mapping[str, str | None]
    page: int = 1
    has_more: bool = False
    total: int | None = None

    @property
    def columns(self) -> list[Column]:
        """The columns to show: all that say something in these rows."""
        return [
            one
            for one in self.listing.columns
            if one.kind in ("count", "badge", "survives")
            or any(row[one.name] not in _NOTHING for row in self.rows)
        ]

    @property
    def csv(self) -> str:
        """Address of the whole table as CSV."""
        said = {k: v for k, v in self.binds.items() if v is not None}
        return f"/csv/{self.listing.name}.csv" + (f"?{urlencode(said)}" if said else "")

    @property
    def sql(self) -> str:
        """What makes it."""
        return self.listing.origin or self.listing.sql_with(self.binds)


def table_of(
    site: Site,
    listing: Listing,
    binds: Mapping[str, str | None] | None = None,
    *,
    page: int = 1,
    most: int = PAGE,
    total: int | None = None,
) -> Table:
    """Return one page of a listing. `total`: the number of its rows, where it is known."""
    binds = binds or {}
    if listing.rows is not None:
        rows = listing.rows(site, binds)
        first = (page - 1) * most
        return Table(listing, rows[first : first + most], binds, page, len(rows) > first + most, len(rows))
    bounds = {"most": most + 1, "first": (page - 1) * most}
    found = site.reading.current.page(
        listing.sql_of_page(), {**{name: binds.get(name) for name in listing.binds}, **bounds}
    )
    return Table(listing, found[:most], binds, page, len(found) > most, total)


def at_once(*asked: Callable[[], Answer]) -> list[Answer]:
    """Return what each of these answers: most of a page's tables need one core, and wait for nothing of another."""
    return list(_READERS.map(lambda ask: ask(), asked))


def _literal(value: str | None) -> str:
    return "NULL" if value is None else quoted(value)
