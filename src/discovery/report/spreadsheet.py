"""What spreadsheets and programs read: cells that cannot become formulas, values as JSON knows them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What some spreadsheet takes for the beginning of a formula; the last four are wide signs."""


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: days and instants as ISO texts, money as text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def spreadsheet_safe(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return "'" + text if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def csv_cell(value: Any) -> str:
    """Return a value as a CSV cell; numbers stay numbers, texts cannot become formulas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return spreadsheet_safe("; ".join(str(plain(item)) for item in value))
    return spreadsheet_safe(str(plain(value)))


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return an RFC 4180 text whose cells are safe in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
    return out.getvalue()
