"""Workbooks (xlsx, xlsm, xlsb, xls, ods): each sheet becomes a text of its own, named after it.

All cells are text, and every line keeps the number of its row, so that `record 17` of `cards.xlsx/March` is row 17 of
the sheet March, whatever stands above the header and however many rows are blank. Formats read such a text as they
read a CSV: each knows its columns under the same names. Hidden sheets are read as well; a sheet that no format knows
is listed as not recognised, like a file.

Reading is done by `sources.workbook_cells` in a process with limits.
"""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from discovery.errors import SourceFailed
from discovery.sources import workbook_cells
from discovery.sources.unpack import NUMBERED

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARTS = frozenset(("xl/workbook.xml", "xl/workbook.bin"))
_SAVE_AS = "Open it in a spreadsheet program and save the sheet as CSV (UTF-8)"


def claims(head: bytes, path: Path) -> bool:
    """Tell a workbook by the parts of the archive that it is, or by the container of the format before 2007."""
    if head.startswith(_OLD):
        return True
    if not head.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            return bool(names & _PARTS) or ("mimetype" in names and b"opendocument.spreadsheet" in head)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # a place before the file's beginning
            raise
        return b"[Content_Types].xml" in head or b"opendocument.spreadsheet" in head


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write a numbered CSV per sheet. Raises SourceFailed for a damaged, locked or monstrous workbook."""
    child = subprocess.run(
        [sys.executable, "-m", workbook_cells.__name__, str(path), str(folder)],
        capture_output=True,
        check=False,
        timeout=2 * workbook_cells.MOST_SECONDS,
    )
    if child.returncode == workbook_cells.DAMAGED:
        raise SourceFailed(_why(str(json.loads(child.stdout))))
    if child.returncode != 0:
        raise SourceFailed(
            f"asks for more than {workbook_cells.MOST_MEMORY >> 30} GiB of memory or "
            f"{workbook_cells.MOST_SECONDS} seconds to be read: refused as a bomb. {_SAVE_AS}, if it is none."
        )
    names: list[str] = json.loads(child.stdout)
    if not names:
        raise SourceFailed("is a workbook without a single value.")
    for number, name in enumerate(names):
        shown = re.sub(r"[/\\\x00-\x1f]", "_", name).strip() or f"sheet {number + 1}"
        yield (
            shown if names.index(name) == number else f"{shown} ({number + 1})",
            folder / f"sheet{number}{NUMBERED}",
        )


def _why(said: str) -> str:
    """What the reader says, for a person."""
    if "password" in said.lower() or "EncryptedPackage" in said or "encrypted" in said.lower():
        return "is a workbook that is locked with a password: save it without one."
    return f"is a workbook that cannot be read: {said}. {_SAVE_AS}, or export it again."
