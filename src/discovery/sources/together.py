"""Small inputs that look alike are read in one go: a statement costs more than the few records of a small file.

What comes of each is as if it had been read alone. One that is not read so (a record has to be set aside, or the
engine stumbles) is left to be read alone; it is found by halves, and stops no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from discovery.sources.container import count_lines
from discovery.sources.forgotten import REASON
from discovery.sources.lake import Written, write_together
from discovery.sources.opening import Opened
from discovery.sources.reading import Raw, hold_together, lay_out, line_end
from discovery.store import SqlError, Store, make_private

SMALL = 1 << 20
"""Bytes of text up to which an input is read with others."""
MOST_FILES = 500
MOST_BYTES = 4 << 20
"""Of what is read in one go, so that memory stays bounded; beyond some thousand days of files each costs more again."""


ReadInOneGo = tuple[Opened, Raw, dict[str, Written]]
"""An input, how it is laid out, and kind → what was written of it."""


@dataclass(frozen=True)
class Laid:
    """An input, the text of it that the engine reads, and how that is laid out."""

    opened: Opened
    path: Path
    raw: Raw

    @property
    def alike(self) -> tuple[Any, ...]:
        """What inputs have to have in common to be read in one go: all that a statement says of them."""
        one = self.opened
        hints = {**one.hints, "person": None, "file_name": None}
        layout: tuple[Any, ...] = (self.raw.is_clean_copy,)
        if one.shape.container == "csv":
            layout = (self.raw.layout, one.header, line_end(self.path))
        return (one.format.name, one.shape.name, tuple(hints.values()), one.several, *layout)


def read_together(store: Store, inputs: Sequence[Opened], folder: Path) -> list[list[ReadInOneGo]]:
    """Write the records of small inputs below `folder`; returns lists of those read in one go, without the others."""
    alike: dict[tuple[Any, ...], dict[Path, Laid]] = {}
    clean = make_private(folder / "clean")
    for number, opened in enumerate(inputs):
        if (laid := lay_out(opened.text.path, opened.layout, opened.shape, clean / str(number))) is not None:
            one = Laid(opened, *laid)
            alike.setdefault(one.alike, {}).setdefault(one.path, one)
    outs = (folder / f"out{number}" for number in count())
    read = [done for group in alike.values() for done in _read(store, list(group.values()), outs)]
    store.run("DROP TABLE IF EXISTS temp.held_raw")
    return read


def _read(store: Store, group: list[Laid], outs: Iterator[Path]) -> Iterator[list[ReadInOneGo]]:
    if len(group) == 1:
        return
    try:
        written = _write(store, group, make_private(next(outs)))
    except SqlError:
        half = len(group) // 2
        yield from _read(store, group[:half], outs)
        yield from _read(store, group[half:], outs)
        return
    records = dict(store.rows("SELECT _input, count(*) FROM held_raw GROUP BY _input"))
    yield [
        (one.opened, one.raw, kinds)
        for number, (one, kinds) in enumerate(zip(group, written, strict=True))
        if _is_whole(one, kinds, records.get(number, 0))
    ]


def _write(store: Store, group: list[Laid], folder: Path) -> list[dict[str, Written]]:
    """Write the records of each kind below `folder`; returns kind → what was written, for each input."""
    first = group[0].opened
    shape, fmt = first.shape, first.format
    hold_together(store, [one.path for one in group], group[0].raw, shape, first.header)
    store.run(
        "CREATE OR REPLACE TEMP TABLE read_input AS SELECT generate_subscripts($ids::VARCHAR[], 1) - 1 AS _input, "
        "unnest($ids::VARCHAR[]) AS file_id, unnest($persons::VARCHAR[]) AS person, "
        "unnest($names::VARCHAR[]) AS file_name",
        {
            "ids": [one.opened.file_id for one in group],
            "persons": [one.opened.row["person_hint"] for one in group],
            "names": [one.opened.row["file_name"] for one in group],
        },
    )
    first.set_hints(store)
    by_kind = {
        kind: write_together(
            store, kind, select, folder / kind, len(group), system=fmt.system,
            instance=str(first.row["instance"]), snapshot_on=first.row["snapshot_on"], is_list=fmt.is_list,
            several=first.several,
        )
        for kind, select in {fmt.kind: shape.select, **shape.also}.items()
    }  # fmt: skip
    return [{kind: written[number] for kind, written in by_kind.items()} for number in range(len(group))]


def _is_whole(one: Laid, written: dict[str, Written], records: int) -> bool:
    """Tell whether all records of an input were understood, and none has to be kept out of the vault."""
    primary = written[one.opened.format.kind]
    if primary.quarantined or primary.rows + sum(primary.others.values()) != records:
        return False
    if any(REASON in kind.ignored for kind in written.values()):
        return False
    if not one.opened.layout.json_lines:
        return True
    lines = count_lines(one.path) - (one.opened.text.collected is not None)
    return records in (lines, lines + 1)
