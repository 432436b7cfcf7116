"""What was read of inputs goes into the lake and the registry, in one transaction for all that were read together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from discovery.settings import Settings
from discovery.sources.collected import Collected
from discovery.sources.input import Waiting, file_id_of
from discovery.sources.lake import Lake, Written
from discovery.sources.quarantined import QUARANTINE_KEPT
from discovery.sources.reread import looked_with, take_out
from discovery.sources.source import Format
from discovery.store import Store


@dataclass(frozen=True)
class Read(Waiting):
    """What became of an input's records.

    rows: records. bad: those set aside (record, column, reason, content). elsewhere: those that count through another
    kind only. lacking: what a list lacks. said: what the settings and the program say of it (`reread.read_with`).
    """

    format: Format
    shape: str
    written: Mapping[str, Written]
    rows: int
    bad: Sequence[tuple[int, str | None, str, str]]
    elsewhere: int
    lacking: str | None
    collected: Collected | None
    said: str

    @property
    def ignored(self) -> Mapping[str, int]:
        """Reason → records left out for it."""
        return self.written[self.format.kind].ignored


def register(store: Store, lake: Lake, reads: Sequence[Read]) -> None:
    """Move the parts of inputs into the lake and write down what became of them; they are `staged` then."""
    with store.transaction():
        parts = [part for one in reads for part in _placed(lake, one)]
        # They may have been read before, with other settings.
        take_out(store, *(one.file_id for one in reads), paths=[part["path"] for part in parts])
        store.insert("sources.source_part", parts)
        store.insert("sources.ignored", [
            {"file_id": one.file_id, "reason": reason, "row_count": count}
            for one in reads for reason, count in one.ignored.items()
        ])  # fmt: skip
        store.insert("sources.quarantine", [
            {"file_id": one.file_id, "file_name": one.row["file_name"], "record": record, "column_name": column,
             "reason": reason, "content": content}
            for one in reads for record, column, reason, content in one.bad[:QUARANTINE_KEPT]
        ])  # fmt: skip
        kinds = {part["file_id"]: set[str]() for part in parts}
        for part in parts:
            kinds[part["file_id"]].add(part["kind"])
        store.insert("sources.source_file", [_file(one, kinds.get(one.file_id, set())) for one in reads])
        store.insert("sources.collected", [
            {"file_id": one.file_id, **asdict(one.collected)} for one in reads if one.collected is not None
        ])  # fmt: skip
        no_longer_pending(store, [one.file_id for one in reads])
        _expect(store, reads)


def refuse(store: Store, settings: Settings, row: Mapping[str, Any], reason: str) -> None:
    """Write down why an input cannot be read."""
    said = {name: row[name] for name in ("file_id", "file_sha256", "member", "file_name", "system", "format")}
    with store.transaction():
        take_out(store, str(row["file_id"]))
        no_longer_pending(store, [str(row["file_id"])])
        store.insert("sources.source_file", [
            {**said, "state": "refused", "reason": reason, **NOT_READ, "loaded_at": now(),
             "read_with": looked_with(settings)}
        ])  # fmt: skip


NOT_READ: Mapping[str, Any] = {
    "rows_read": 0, "rows_loaded": 0, "rows_duplicate": 0, "rows_ignored": 0, "rows_quarantined": 0,
    "rows_elsewhere": 0, "is_complete": False,
}  # fmt: skip
"""What is said of an input that is not read."""


def now() -> datetime:
    """The present instant, UTC, without zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def _placed(lake: Lake, one: Read) -> Iterable[dict[str, Any]]:
    """Rename an input's parts into the lake; yields their rows of sources.source_part."""
    system, instance = one.format.system, str(one.row["instance"])
    for kind, written in one.written.items():
        seen: dict[date | None, int] = {}
        for part in written.parts:
            number = seen.get(part.day, 0)
            seen[part.day] = number + 1
            path = lake.place(part, system, instance, one.file_id, number)
            yield {
                "file_id": one.file_id, "kind": kind, "source": path.split("/")[1].removeprefix("source="),
                "system": system, "instance": instance, "day": part.day, "path": path, "row_count": part.rows,
                "row_kept": part.rows, "state": "new",
            }  # fmt: skip


def _file(one: Read, kinds: set[str]) -> dict[str, Any]:
    """Return an input's row of sources.source_file."""
    names = (
        "file_id",
        "file_sha256",
        "member",
        "file_name",
        "instance",
        "instance_from",
        "person_hint",
        "snapshot_on",
    )
    ignored, fmt = sum(one.ignored.values()), one.format
    return {
        **{name: one.row[name] for name in names}, "system": fmt.system, "kinds": sorted(kinds or fmt.kinds),
        "format": fmt.name, "shape": one.shape, "state": "staged", "reason": one.lacking, "rows_read": one.rows,
        "rows_loaded": one.rows - ignored - len(one.bad), "rows_duplicate": 0, "rows_ignored": ignored,
        "rows_quarantined": len(one.bad), "rows_elsewhere": one.elsewhere,
        "is_complete": one.collected.is_complete if one.collected is not None
        else fmt.is_whole(one.shape) and one.lacking is None,
        "loaded_at": now(), "read_with": one.said,
    }  # fmt: skip


def _expect(store: Store, reads: Iterable[Read]) -> None:
    """Make further instances of the same file inputs of their own, where they are none yet."""
    further = {}
    for one in reads:
        for instance in one.written[one.format.kind].others:
            file_id = file_id_of(one.sha256, one.row["member"], instance, one.row["person_hint"])
            further[file_id] = {
                **one.row,
                "file_id": file_id,
                "instance": instance,
                "instance_from": "content",
            }
    if not further:
        return
    known = {str(r[0]) for r in store.rows(
        "SELECT file_id FROM sources.pending UNION ALL "
        "SELECT file_id FROM sources.source_file WHERE state <> 'duplicate'"
    )}  # fmt: skip
    store.insert("sources.pending", [row for file_id, row in further.items() if file_id not in known])


def no_longer_pending(store: Store, file_ids: Sequence[str]) -> None:
    """Take inputs off the list of those that wait."""
    store.run(
        "DELETE FROM sources.pending WHERE file_id IN (SELECT unnest(CAST($ids AS VARCHAR[])))",
        {"ids": list(file_ids)},
    )
