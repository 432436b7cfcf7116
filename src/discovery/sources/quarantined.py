"""Records that were set aside: number, column, reason and content, for a person who mends the file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from discovery.sources.lake import Several, Written, quarantined_notes, write_records
from discovery.sources.reading import Raw, csv_records, json_records
from discovery.sources.source import Format, Shape
from discovery.store import Store

QUARANTINE_KEPT = 10_000
PRIVATE_CONTENT = "(browsing: not kept)"


def bad_records(store: Store, raw: Raw, shape: Shape, fmt: Format, folder: Path,
                 primary: Written, several: Several | None,
                 instance: str) -> list[tuple[int, str | None, str, str]]:  # fmt: skip
    """Return record number, column, reason and content of all records set aside."""
    bad: list[tuple[int, str | None, str, str]] = [
        (b.record, None, "record is not understood", PRIVATE_CONTENT)
        if fmt.private
        else (b.record, None, b.reason, b.content)
        for b in raw.bad
    ]
    if primary.quarantined:
        notes = _numbered_notes(store, shape, fmt, folder, several, instance)
        wanted = {record for record, _ in notes[:QUARANTINE_KEPT]}
        contents = {} if fmt.private else dict(contents_of(raw, shape, wanted))
        for record, note in notes:
            column, value, expected = [*note.split("\x1f"), "", ""][:3]
            if (
                fmt.private
            ):  # what is expected stands last, and in the format; the value may be a visited page
                expected = note.split("\x1f")[-1]
                bad.append(
                    (
                        record,
                        column,
                        f"{column or 'record'} is not understood; expected {expected}",
                        PRIVATE_CONTENT,
                    )
                )
                continue
            said = f"{column} = {value!r}" if value else f"{column} is missing"
            bad.append((record, column, f"{said}; expected {expected}", contents.get(record, "")))
    return sorted(bad, key=lambda b: b[0])


def _numbered_notes(store: Store, shape: Shape, fmt: Format, folder: Path, several: Several | None,
                    instance: str) -> list[tuple[int, str]]:  # fmt: skip
    notes = quarantined_notes(store, folder)
    if any(record is None for record, _ in notes):
        # The SELECT does not carry the number through; on the numbered relation its rows come in order.
        body = shape.select.strip().rstrip(";")
        numbered = (
            "SELECT s.* EXCLUDE (_position), r._record AS record FROM (SELECT *, row_number() OVER () AS _position "  # noqa: S608 - a format's
            f"FROM ({body})) AS s JOIN (SELECT row_number() OVER () AS _position, _record FROM raw) AS r "
            "USING (_position)"
        )
        again = folder.with_name(f"{folder.name}-numbered")
        write_records(
            store, fmt.kind, numbered, again, file_id="", system=fmt.system, instance=instance, snapshot_on=None,
            is_list=fmt.is_list, several=several,
        )  # fmt: skip
        notes = quarantined_notes(store, again)
    return [(record or 0, note) for record, note in notes]


def contents_of(raw: Raw, shape: Shape, wanted: set[int]) -> Iterator[tuple[int, str]]:
    """Yield the text of the wanted records."""
    if not wanted:
        return
    last = max(wanted)
    records: Iterator[tuple[int, str]]
    if shape.container == "csv":
        records = ((n, text) for n, _, text, _ in csv_records(raw.path, raw.layout))
    else:
        records = ((n, text) for n, text, _ in json_records(raw.path, raw.layout))
    for number, text in islice(records, last):
        if number in wanted:
            yield number, text[:4000]
