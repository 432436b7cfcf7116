"""The cells of a workbook as text, written by a process of its own: `python -m discovery.sources.workbook_cells`.

A workbook may say that it is larger than any machine (one cell in the last row of the last column, a text that a
million cells share). So it is opened in a child with limits of memory, time and output, which the kernel keeps; what
the child dies of is told by `unpack.workbook`.

Per sheet one CSV, in which the first cell of each line is the number of the row in the sheet; rows without any value
are left out. Numbers are written with a point and never in groups or with an exponent, days as 2026-09-30, instants as
2026-09-30 14:05:00; line feeds inside a cell become blanks. Of a number with three decimals a fourth is written, so
that it can never be taken for thousands.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

MOST_MEMORY = 3 << 30
MOST_SECONDS = 300
MOST_OUTPUT = 4 << 30
MOST_SHEETS = 500
DAMAGED = 3
"""Exit code: what is wrong with the workbook stands on standard output."""


def limit() -> None:
    """Let the kernel stop this process where a workbook asks for more than any export needs."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def text_of(value: Any) -> str:
    """Return a cell's value as text."""
    if isinstance(value, str):
        return " ".join(value.splitlines()) if "\n" in value or "\r" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        text = format(Decimal(repr(value)), "f") if value == value and abs(value) < 1e300 else ""
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return f"{text}0" if len(text.partition(".")[2]) == 3 else text
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return "" if value is None else str(value)


def write(path: str, folder: Path) -> list[str]:
    """Write the sheets that hold anything; return the name of each, in the order of their files."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_path(path)
    named: list[str] = []
    for name in workbook.sheet_names[:MOST_SHEETS]:
        rows: Sequence[Any] = workbook.get_sheet_by_name(name).iter_rows()  # type: ignore[assignment]
        target = folder / f"sheet{len(named)}.rows"
        with target.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, row in enumerate(rows, 1):
                cells = [text_of(value) for value in row]
                if any(cell.strip() for cell in cells):
                    writer.writerow([str(number), *cells])
        if target.stat().st_size:
            named.append(name)
        else:
            target.unlink()
    if len(workbook.sheet_names) > MOST_SHEETS:
        raise ValueError(f"has {len(workbook.sheet_names)} sheets, more than {MOST_SHEETS}")
    return named


def main(path: str, folder: str) -> int:
    """Write the sheets of a workbook and their names; what is wrong is said by exit code."""
    limit()
    try:
        print(json.dumps(write(path, Path(folder))))
    except MemoryError:
        return 1
    except Exception as error:
        print(json.dumps(str(error)[:300] or type(error).__name__))
        return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
