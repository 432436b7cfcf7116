"""What people see: text and tables on a terminal, with nothing in them that a terminal would obey."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from discovery.report.text import safe, shown

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "note", "safe", "say", "shown", "table", "working"]

WIDTH_OF_A_PIPE = 120
COLOURS = {"yes": "red", "unknown": "yellow", "shadow": "magenta", "high": "red", "medium": "yellow"}


def say(text: str = "", *, error: bool = False) -> None:
    """Print lines of text, each made safe."""
    click.echo("\n".join(safe(line) for line in text.split("\n")), err=error)


def note(text: str) -> None:
    """Print a remark beside the output, on stderr."""
    say(text, error=True)


def console(*, error: bool = False) -> Console:
    """Return a console that reads no markup and knows a width also when its output is a pipe."""
    import os

    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH_OF_A_PIPE
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    title: str | None = None,
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> None:
    """Print a table that fits the width; long cells go on in the next line, `whole` columns last, in their order."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        title_justify="left",
        title=Text(safe(title), style="bold") if title else None,
    )
    cells = [[safe(shown(value)) for value in row] for row in rows]
    out = console()
    widths = [max([len(header), *(len(row[at]) for row in cells)]) for at, header in enumerate(headers)]
    fitted = _fitted(headers, cells, widths, whole, out.width)
    for at, header in enumerate(headers):
        grid.add_column(
            Text(header),
            justify="right" if header in right else "left",
            overflow="fold",
            width=fitted[at] if fitted else None,
        )
    for row in cells:
        grid.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in row))
    with out.capture() as captured:
        out.print(grid)
    lines = captured.get().split("\n")
    sys.stdout.write("\n".join(line.rstrip() for line in lines))


def _fitted(headers: Sequence[str], cells: Sequence[Sequence[str]], widths: Sequence[int], whole: Sequence[str],
            width: int) -> list[int] | None:  # fmt: skip
    """Return a width for each column so that a table fits, or None if not even its headers do.

    The columns named `whole` stay whole, the first named first, as far as they leave the others two fifths of the room;
    then headers, then words, the shortest first; what is left is shared by what the columns would still need.
    """
    room = width - 3 * (len(headers) - 1)
    if sum(widths) <= room:
        return list(widths)
    fitted = [max(1, len(header)) for header in headers]
    room -= sum(fitted)
    if room < 0:
        return None
    most = 0.6 * width
    for at in (headers.index(header) for header in whole if header in headers):
        most -= widths[at]
        if most > 0 and widths[at] - fitted[at] <= room:
            room -= widths[at] - fitted[at]
            fitted[at] = widths[at]
    words = [
        max(map(len, " ".join([header, *(row[at] for row in cells)]).split()), default=0)
        for at, header in enumerate(headers)
    ]
    for at in sorted(range(len(headers)), key=words.__getitem__):
        if 0 < words[at] - fitted[at] <= room:
            room -= words[at] - fitted[at]
            fitted[at] = words[at]
    needs = [full - given for full, given in zip(widths, fitted, strict=True)]
    shares = [room * need // max(1, sum(needs)) for need in needs]
    return [given + share for given, share in zip(fitted, shares, strict=True)]


@contextlib.contextmanager
def working(text: str) -> Iterator[None]:
    """Show that something is being done, for as long as it takes, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    # How much is left is not known here: the time that has passed is shown, and no bar that would make it up.
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console(error=True), transient=True) as progress:
        progress.add_task(safe(text), total=None)
        yield
