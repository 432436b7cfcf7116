"""Exports that are no text: each module here turns one kind of file into texts that formats recognise.

The folder is the registry. A module has

- `claims(head: bytes, path: Path) -> bool`: is this such a file, by its first bytes and no more of it than
  needed;
- `unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]`: write UTF-8 texts (CSV, or one JSON
  object per line) into `folder` and yield each with the name of the part (a sheet of a workbook), or None if the
  file is one input. Values are kept as the file has them, as text. Raises SourceFailed for a damaged file. A text
  whose file name ends with NUMBERED is a CSV with commas in which the first cell of every line, the header's too,
  is the number of the record in the file: that number is then named wherever a record is.

A text that was made may be claimed in its turn, once: a sheet of a workbook that is a report of a bookkeeping system.

Formats then read these texts as they read any other.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

HEAD = 4096
"""How many bytes `claims` is shown."""
NUMBERED = ".rows"
"""How the name of a text ends whose lines say their own number."""


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = sorted(m.name for m in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


def unpacked(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]] | None:
    """Return the texts of a file that is no text, or None if no module claims it."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for module in _modules():
        if module.claims(head, path):
            return _unpacked(module, path, folder)
    return None


def _unpacked(module: ModuleType, path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    for name, text in module.unpack(path, folder):
        with text.open("rb") as file:
            head = file.read(HEAD)
        again = next((m for m in _modules() if m is not module and m.claims(head, text)), None)
        if again is None:
            yield name, text
            continue
        own = folder / f"{text.name}-parts"
        own.mkdir(mode=0o700)
        for part, inner in again.unpack(text, own):
            yield "/".join(said for said in (name, part) if said) or None, inner
