"""Coupa's flat files hold records of several types, each with a header line of its own at the top of the file.

The first cell of every line is the type (Header, Line, Line Split …); a line whose second cell is a name, not an id,
says the columns of its type. All records are put under one header, in which every column stands once, and keep the
number of their line. What a type has no header for keeps its place, with its cells under `Cell 2`, `Cell 3` …
A file with one header for all (`RecordType,…`) is no such file: it is a CSV like others.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from discovery.errors import SourceFailed
from discovery.sources.source import fold
from discovery.sources.unpack import NUMBERED

_FIRST = re.compile(rb'\A(?:\xef\xbb\xbf)?"?Header"?[,;]\s*"?[A-Za-z][^\r\n]*\r?\n"?Line"?[,;]\s*"?[A-Za-z]')


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell such a file by its first two lines."""
    return _FIRST.match(head) is not None


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write all records under one header."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceFailed(f"byte {error.start} is not UTF-8: save the file as CSV UTF-8.") from error
    sign = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    headers: dict[str, list[str]] = {}
    records: list[tuple[int, list[str]]] = []
    columns: dict[str, str] = {"recordtype": "RecordType"}
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            kind = fold(row[0])
            if kind not in headers and len(row) > 1 and re.match(r"[A-Za-z]", row[1].strip()):
                headers[kind] = row
                columns |= {fold(name): name.strip() for name in row[1:] if fold(name) not in columns}
            else:
                records.append((reader.line_num, row))
                for place in range(len(headers.get(kind, [""])) - 1, len(row) - 1):
                    columns.setdefault(f"cell{place + 2}", f"Cell {place + 2}")
    except csv.Error as error:
        raise SourceFailed(f"the file is damaged: {error}. Export it again.") from error
    if not records:
        raise SourceFailed("is a flat file of Coupa without a single record.")
    target = folder / f"records{NUMBERED}"
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["0", *columns.values()])
        for number, row in records:
            names = [fold(name) for name in headers.get(fold(row[0]), [""])[1:]]
            names += [f"cell{place + 2}" for place in range(len(names), len(row) - 1)]
            said = {"recordtype": row[0], **dict(zip(names, row[1:], strict=False))}
            writer.writerow([str(number), *(said.get(name, "") for name in columns)])
    yield None, target
