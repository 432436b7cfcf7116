"""Exports that are no text: each module here turns one kind of file into texts that formats recognise.

The folder is the registry. A module has

- `claims(head: bytes, path: Path) -> bool`: is this such a file, by its first bytes and no more of it than
  needed;
- `unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]`: write UTF-8 texts (CSV, or one JSON
  object per line) into `folder` and yield each with the name of the part (a sheet of a workbook), or None if the
  file is one input. Values are kept as the file has them, as text. Raises SourceFailed for a damaged file.

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
            texts: Iterator[tuple[str | None, Path]] = module.unpack(path, folder)
            return texts
    return None
