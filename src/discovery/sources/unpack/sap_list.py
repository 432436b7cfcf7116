"""Lists that SAP writes to a local file "unconverted": a table drawn with `|` and lines of dashes.

Lines of dashes, titles and the header that is repeated on each page are no records; every other framed line keeps the
number that it has in the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from discovery.errors import SourceFailed
from discovery.sources.unpack import NUMBERED

_DASHES = re.compile(rb"(?m)^\|?[-+|]{20,}\|?[ \t]*\r?$")
_ROW = re.compile(rb"(?m)^\|[^\r\n]*\|[ \t]*\r?$")


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell such a list by a line of dashes above a framed line."""
    dashes = _DASHES.search(head)
    return dashes is not None and _ROW.search(head, dashes.end()) is not None and b"\0" not in head


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write the framed lines as a CSV."""
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="backslashreplace")
    target = folder / f"list{NUMBERED}"
    header: list[str] | None = None
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for number, line in enumerate(text.splitlines(), 1):
            framed = line.strip()
            if not framed.startswith("|") or set(framed) <= set("|-+ "):
                continue
            cells = [cell.strip() for cell in framed.removeprefix("|").removesuffix("|").split("|")]
            if cells == header:
                continue
            header = header or cells
            writer.writerow([str(number), *cells])
    if header is None:
        raise SourceFailed("is a list of SAP without a single line.")
    yield None, target
