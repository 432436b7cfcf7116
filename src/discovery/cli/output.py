"""What programs and spreadsheets read: JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

from discovery.cli.terminal import safe, shown

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

_MARKDOWN = {ord(mark): f"\\{mark}" for mark in "\\`*_[]|<>#"}


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


def print_json(value: Any) -> None:
    """Print one JSON document."""
    # Escaped to ASCII: what a terminal would obey arrives as \\u001b, and a parser gives it back as it was.
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=True))


def spreadsheet_safe(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return "'" + text if text.startswith(FORMULA) else text


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


def print_bytes(text: str) -> None:
    """Print text as UTF-8 with its line ends as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as tickets show it; text from data cannot become markup."""
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(markdown(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def markdown(value: Any) -> str:
    """Return a value as Markdown text."""
    return safe(shown(value)).translate(_MARKDOWN).replace("://", ":&#8203;//")
