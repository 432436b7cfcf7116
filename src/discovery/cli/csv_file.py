"""A CSV that a person hands to a command: plain, compressed or in an archive of one, with any usual delimiter."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from discovery.cli.terminal import note
from discovery.errors import BadUse, SourceFailed
from discovery.sources.container import stage
from discovery.sources.layout import DELIMITERS

LONGEST_CELL = 1 << 24


def read_csv(file: Path) -> list[list[str]]:
    """Return header and records; a line without anything, which no writer makes of a record, is none.

    Raises BadUse, naming the file and what was expected.
    """
    if not file.is_file():
        raise BadUse(f"{file}: no such file")
    content = _text(file)
    first = content.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=lambda sign: (first.count(sign), -DELIMITERS.index(sign)))
    limit = csv.field_size_limit(LONGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise BadUse(f"{file}: is not a CSV: {error}") from error
    finally:
        csv.field_size_limit(limit)
    if not rows:
        raise BadUse(f"{file}: is empty; expected a CSV with a header line")
    return rows


def place(header: list[str], name: str) -> int | None:
    """Return where a column is: as it is spelled, else whatever its case; None if it is not there."""
    names = [cell.strip() for cell in header]
    if name in names:
        return names.index(name)
    folded = [cell.casefold() for cell in names]
    return folded.index(name.casefold()) if folded.count(name.casefold()) == 1 else None


def _text(file: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="discovery-csv-") as folder:
        try:
            staged = stage(file, Path(folder))
            if len(staged) == 1:
                return _decoded(file, staged[0].path.read_bytes())
        except SourceFailed as error:
            raise BadUse(f"{file}: {error}") from error
        except OSError as error:
            raise BadUse(f"{file}: cannot be read: {error.strerror}") from error
    raise BadUse(f"{file}: is an archive of {len(staged)} files; expected one CSV")


def _decoded(file: Path, content: bytes) -> str:
    """Return the text; what is not UTF-8 is read as Windows writes it in western Europe, and that is said."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Letters with accents are few in western languages; anything else is no such text.
        if b"\0" in content or 5 * sum(byte > 127 for byte in content) > len(content):
            raise BadUse(f"{file}: byte {error.start} is not UTF-8; save it as UTF-8") from error
        note(f"{file}: byte {error.start} is not UTF-8: the file is read as Windows-1252.")
        return content.decode("cp1252", errors="replace")
