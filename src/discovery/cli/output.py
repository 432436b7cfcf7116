"""What programs and spreadsheets read: JSON, CSV and Markdown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from discovery.cli.terminal import safe, shown
from discovery.report.spreadsheet import csv_text, plain, spreadsheet_safe

__all__ = [
    "csv_text",
    "markdown",
    "markdown_table",
    "plain",
    "print_bytes",
    "print_json",
    "spreadsheet_safe",
]

_MARKDOWN = {ord(mark): f"\\{mark}" for mark in "\\`*_[]|<>#"}


def print_json(value: Any) -> None:
    """Print one JSON document."""
    # Escaped to ASCII: what a terminal would obey arrives as \\u001b, and a parser gives it back as it was.
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=True))


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
