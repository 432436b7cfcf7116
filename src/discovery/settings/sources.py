"""What files do not say themselves: `[[source]]` and `[[mapping]]`."""

from __future__ import annotations

import codecs
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from discovery.errors import BadSettings
from discovery.settings.reader import Reader

DATE_ORDERS = ("ymd", "dmy", "mdy")
MAPPING_KINDS = ("charge", "sign_in", "web_visit", "app_account", "directory_account")


@dataclass(frozen=True)
class SourceHint:
    """What a file does not say itself. `files` is a glob on the path below the inbox.

    header: the names of the columns, parted by commas, of a CSV that has no header line.
    """

    files: str
    format: str | None = None
    instance: str | None = None
    person: str | None = None
    app: str | None = None
    snapshot_on: date | None = None
    timezone: str | None = None
    date_order: str | None = None
    currency: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    header: str | None = None


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns of a CSV that no format knows are to be read; `columns` is target → header."""

    name: str
    kind: str
    columns: Mapping[str, str]
    date_order: str = "ymd"
    currency: str | None = None
    decimal: str = "."
    delimiter: str | None = None
    timezone: str = "UTC"
    app: str | None = None
    sign: str = "charge_is_positive"


def _order(reader: Reader, block: Mapping[str, Any], place: str) -> str | None:
    order = block.get("date_order")
    if order is not None and order not in DATE_ORDERS:
        raise BadSettings(
            f"{reader.where}: {place}.date_order = {order!r}; expected one of {', '.join(DATE_ORDERS)}"
        )
    return order


def hint_of(reader: Reader, number: int, block: Mapping[str, Any]) -> SourceHint:
    """Return what block `number` of `[[source]]` says. Raises BadSettings."""
    place = f"[[source]] {number}"
    reader.refuse_unknown({f.name for f in dataclasses.fields(SourceHint)}, block, f"{place}: ")
    if not block.get("files"):
        raise BadSettings(f"{reader.where}: {place} has no `files` (a glob below the inbox)")
    snapshot = block.get("snapshot_on")
    if snapshot is not None and type(snapshot) is not date:
        raise BadSettings(f"{reader.where}: {place}.snapshot_on = {snapshot!r}; expected a date, 2026-09-30")
    if "timezone" in block:
        reader.zone(block, "timezone")
    _order(reader, block, place)
    if "encoding" in block:
        try:
            codecs.lookup(str(block["encoding"]))
        except LookupError as error:
            raise BadSettings(
                f"{reader.where}: {place}.encoding = {block['encoding']!r}; expected one that Python knows, such as "
                "utf-16, windows-1252 or iso-8859-15"
            ) from error
    header = block.get("header")
    if header is not None and (not isinstance(header, str) or "," not in header or "\n" in header):
        raise BadSettings(
            f'{reader.where}: {place}.header = {header!r}; expected the names of all columns: "Date,Merchant,Amount"'
        )
    return SourceHint(**block)


def mapping_of(reader: Reader, number: int, block: Mapping[str, Any]) -> ColumnMapping:
    """Return the mapping of block `number` of `[[mapping]]`. Raises BadSettings."""
    place = f"[[mapping]] {number}"
    reader.refuse_unknown({f.name for f in dataclasses.fields(ColumnMapping)}, block, f"{place}: ")
    for key in ("name", "kind", "columns"):
        if not block.get(key):
            raise BadSettings(f"{reader.where}: {place} has no `{key}`")
    if block["kind"] not in MAPPING_KINDS:
        raise BadSettings(
            f"{reader.where}: {place}.kind = {block['kind']!r}; expected one of {', '.join(MAPPING_KINDS)}"
        )
    _order(reader, block, place)
    if "timezone" in block:
        reader.zone(block, "timezone")
    return ColumnMapping(**block)
