"""How records lie in a staged text (an object per line, an envelope, a CSV below titles), and how it begins."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discovery.errors import SourceFailed
from discovery.sources.envelopes import opened
from discovery.sources.source import Head
from discovery.sources.unpack import NUMBERED
from discovery.sources.unwrapping import unwrap

HEAD_BYTES = 1 << 19
HEAD_RECORDS = 200
NO_HEADER = -1
"""The header line of a CSV that has none: the line above its first."""
DELIMITERS = (",", ";", "\t", "|")
_LETTERS = bytes([*range(9, 14), *range(32, 256)])
"""Bytes of texts in any encoding: what is left of a text without them are control characters."""
_MARKUP = (
    "is a web page or XML, not a table of records: a sign-in page that was saved, or a report whose name only ends "
    "with .xls. Open it in a spreadsheet program and save it as CSV (UTF-8) or xlsx, or export it again."
)


@dataclass(frozen=True)
class Layout:
    """How records lie in a staged text. json: `lines` = one object per line, else they are unwrapped.

    is_numbered: the first cell of every line of a CSV is the number of its record (see `unpack`); `width` counts it,
    a head's header and rows do not hold it.
    """

    container: str
    json_lines: bool = False
    delimiter: str = ","
    header_line: int = 0
    width: int = 0
    is_numbered: bool = False


def look(
    path: Path, file_name: str, *, header: str | None = None, in_lines: bool = False
) -> tuple[Layout, list[tuple[Layout, Head]]]:
    """Return how a text is laid out and the heads that recognition may try (CSV: one per possible header).

    header: the names of the columns of a CSV that has none. in_lines: each line is known to be one record, even one
    that looks like an envelope.
    """
    with path.open("rb") as file:
        block = file.read(HEAD_BYTES)
    if b"\0" in block and 20 * len(block.translate(None, _LETTERS)) > len(block):
        raise SourceFailed("holds NUL bytes: it is binary, not a text export.")
    # One in a text costs the record that holds it (`reading`).
    text = block.decode("utf-8", errors="replace").replace("\0", "")
    stripped = text.lstrip()
    if not stripped:
        raise SourceFailed("is empty.")
    if stripped[0] in "{[":
        return _look_json(path, text, file_name, in_lines=in_lines)
    if path.suffix == NUMBERED:
        return _look_csv(text, file_name, is_numbered=True)
    if stripped[:200].lower().startswith(("<!doctype html", "<html", "<?xml", "<table")):
        raise SourceFailed(_MARKUP)
    return _look_headerless(text, file_name, header) if header else _look_csv(text, file_name)


def _look_json(
    path: Path, text: str, file_name: str, *, in_lines: bool
) -> tuple[Layout, list[tuple[Layout, Head]]]:
    lines = [line for line in text.split("\n") if line.strip()]
    whole = lines[:-1] if len(lines) > 1 and not text.endswith("\n") else lines
    parsed: list[Any] = []
    for line in whole[:HEAD_RECORDS]:
        with contextlib.suppress(ValueError, RecursionError):
            parsed.append(json.loads(line))
    plain = [v for v in parsed if isinstance(v, dict) and (in_lines or opened(v) is None)]
    # One object per line is read by the engine directly; a broken line or two does not change that.
    json_lines = in_lines or (bool(plain) and len(plain) >= 0.5 * len(whole[:HEAD_RECORDS]))
    layout = Layout("json", json_lines=json_lines)
    records: list[dict[str, Any]] = []
    envelope: dict[str, Any] = {}
    if json_lines:
        records = plain
    else:
        with contextlib.suppress(ValueError, RecursionError):
            for item in unwrap(path, envelope):
                if isinstance(item.value, dict):
                    records.append(item.value)
                if len(records) >= HEAD_RECORDS:
                    break
    head = Head("json", records=tuple(records), envelope=envelope, file_name=file_name)
    return layout, [(layout, head)]


def _look_headerless(text: str, file_name: str, names: str) -> tuple[Layout, list[tuple[Layout, Head]]]:
    """The header is in the settings; the first line is a record already."""
    header = tuple(name.strip() for name in next(csv.reader([names])))
    first = next((line for line in text.split("\n") if line.strip()), "")
    sign = max(DELIMITERS, key=lambda d: (first.count(d), -DELIMITERS.index(d)))
    lines = text.split("\n")
    sample = "\n".join(lines[: 400 if len(lines) > 1 else 1])
    rows = tuple(tuple(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=sign) if row)
    if rows and len(rows[0]) != len(header):
        raise SourceFailed(
            f"its first line has {len(rows[0])} cells, and `header` in the settings names {len(header)} columns."
        )
    layout = Layout("csv", delimiter=sign, header_line=NO_HEADER, width=len(header))
    return layout, [(layout, Head("csv", header=header, rows=rows, file_name=file_name))]


def _look_csv(text: str, file_name: str, *,
              is_numbered: bool = False) -> tuple[Layout, list[tuple[Layout, Head]]]:  # fmt: skip
    lines = text.split("\n")
    if len(lines) > 1 and len(text) >= HEAD_BYTES // 2:
        lines = lines[:-1]
    heads: list[tuple[Layout, Head]] = []
    candidates = [n for n, line in enumerate(lines[:12]) if line.strip()][:8]
    for number in candidates:
        first = lines[number].rstrip("\r")
        if first.lower().startswith(("version:", "#type", "sep=")):
            continue
        sign = "," if is_numbered else max(DELIMITERS, key=lambda d: (first.count(d), -DELIMITERS.index(d)))
        sample = "\n".join(lines[number : number + 400])
        try:
            rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=sign))
        except csv.Error:
            continue
        if not rows or not rows[0]:
            continue
        header = tuple(cell.strip().lstrip("\ufeff") for cell in rows[0])
        layout = Layout("csv", delimiter=sign, header_line=number, width=len(header), is_numbered=is_numbered)
        body = tuple(tuple(r[is_numbered:]) for r in rows[1:] if r)
        heads.append((layout, Head("csv", header=header[is_numbered:], rows=body, file_name=file_name)))
    if not heads:
        raise SourceFailed("has no header line.")
    return heads[0][0], heads
