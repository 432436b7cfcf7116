"""A pending input, staged and recognised again: the scan only noted which format it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discovery.errors import SourceFailed
from discovery.settings import Settings, SourceHint
from discovery.sources.container import Staged
from discovery.sources.file_name import FileNames
from discovery.sources.inbox import content_instances, look_at
from discovery.sources.input import Waiting
from discovery.sources.lake import Several
from discovery.sources.layout import Layout
from discovery.sources.registry import Recognition
from discovery.sources.source import Format, Head, Shape
from discovery.store import Store, make_private


@dataclass(frozen=True)
class Opened(Waiting):
    """An input that can be read. kept: the file that holds it.

    several: how records are told apart by instance; None where all belong to this input.
    """

    kept: Path
    folder: Path
    text: Staged
    hint: SourceHint
    format: Format
    shape: Shape
    layout: Layout
    header: tuple[str, ...]
    several: Several | None

    @property
    def hints(self) -> dict[str, Any]:
        """What a format's SELECT may ask for, by name."""
        return {
            "person": self.row["person_hint"], "app": self.hint.app, "currency": self.hint.currency,
            "timezone": self.hint.timezone, "date_order": self.hint.date_order, "decimal": self.hint.decimal,
            "instance": self.row["instance"], "file_name": self.row["file_name"],
            "snapshot_on": self.row["snapshot_on"], "is_sheet": str(self.layout.is_numbered).lower(),
        }  # fmt: skip

    def set_hints(self, store: Store) -> None:
        """Make the hints known to the SELECT that is run next."""
        for name, value in self.hints.items():
            kind = "DATE" if name == "snapshot_on" else "VARCHAR"
            store.run(f"SET VARIABLE hint_{name} = CAST($value AS {kind})", {"value": value})


def stage_folder(home: Path, sha256: str) -> Path:
    """Where the inputs of a file lie while they are read."""
    return home / "stage" / sha256[:16]


Looked = tuple[Staged, SourceHint, Recognition | None, str | None]


def open_inputs(kept: Path, rows: Sequence[dict[str, Any]], settings: Settings, formats: Mapping[str, Format],
                names: FileNames) -> list[tuple[dict[str, Any], Opened | SourceFailed | None]]:  # fmt: skip
    """Stage a file for all its inputs that wait.

    Where one cannot be read, the reason stands in its place; None if the bytes are gone.
    """
    if not kept.exists():
        return [(row, None) for row in rows]
    folder = make_private(stage_folder(settings.home, kept.name))
    wanted = tuple(formats[name] for name in dict.fromkeys(str(row["format"]) for row in rows))
    try:
        looked = look_at(kept, container_of(rows[0]), settings, wanted, names, folder)
    except SourceFailed as error:
        return [(row, error) for row in rows]
    texts = {one[0].member: one for one in reversed(looked)}
    for member in texts.keys() - {row["member"] for row in rows}:
        if (path := texts[member][0].path) != kept:
            path.unlink(missing_ok=True)  # nobody waits for it, and it may be large
    return [(row, _opened(row, kept, folder, texts.get(row["member"]))) for row in rows]


def _opened(row: Mapping[str, Any], kept: Path, folder: Path, looked: Looked | None) -> Opened | SourceFailed:
    if looked is None:
        return SourceFailed(f"the archive has no member {row['member']!r} any more")
    text, hint, recognition, refusal = looked
    if recognition is None:
        return SourceFailed(refusal or "is not readable any more")
    if recognition.fit is None or recognition.fit.format.name != row["format"]:
        return SourceFailed(recognition.reason or f"is not recognised as {row['format']} any more")
    fit, head = recognition.fit, recognition.head
    return Opened(row, kept, folder, text, hint, fit.format, fit.shape, recognition.layout, head.header,
                  _several(fit.shape, head, row, text))  # fmt: skip


def _several(shape: Shape, head: Head, row: Mapping[str, Any], text: Staged) -> Several | None:
    """Say how records are told apart by instance: not where the settings or a collector name one for the file."""
    if not shape.several_instances or row["instance_from"] != "content" or text.collected is not None:
        return None
    return Several(content_instances(shape, head)[0])


def container_of(row: Mapping[str, Any]) -> str:
    """Path below the inbox of the file that holds an input."""
    name = str(row["file_name"])
    return name if row["member"] is None else name.removesuffix(f"/{row['member']}")
