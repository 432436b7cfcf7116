"""The file of one list or window: written under a hidden name, which no run reads, and renamed when it is whole.

Each page is a zstd frame of its own and noted with the link that follows it, so that an interrupted list goes on after
its last whole page.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import zstandard

from discovery.sources.collected import Collected, collected_from
from discovery.store import make_private

LEVEL = 3
RESUMED_WITHIN = timedelta(hours=6)
"""For how long a list that was interrupted is gone on with; links of later pages do not live for ever."""


@dataclass(frozen=True)
class Progress:
    """How far an interrupted list had come: what it is, the link of its next page, and what of its file is whole."""

    head: Collected
    following: str
    bytes: int
    records: int


class CollectedFile:
    """One file in the making. `records`: how many are in it."""

    def __init__(self, folder: Path, head: Collected) -> None:
        self.head = head
        for one in (folder.parent.parent, folder.parent, folder):
            make_private(one)
        self.folder = folder
        self.records = 0
        self._packer = zstandard.ZstdCompressor(level=LEVEL)
        self._part = self.folder / f".{head.list}.part"
        self._note = self.folder / f".{head.list}.progress"
        self._file = _open(self._part)
        self._write([head.line()])

    @classmethod
    def resumed(cls, folder: Path, progress: Progress) -> CollectedFile | None:
        """Open a file where its list was interrupted; None if it is not as it was left."""
        part = folder / f".{progress.head.list}.part"
        try:
            if part.stat().st_size < progress.bytes:
                return None
        except OSError:
            return None
        made = cls.__new__(cls)
        made.head, made.folder, made.records = progress.head, folder, progress.records
        made._packer = zstandard.ZstdCompressor(level=LEVEL)
        made._part, made._note = part, folder / f".{progress.head.list}.progress"
        made._file = part.open("r+b")
        made._file.truncate(progress.bytes)
        made._file.seek(progress.bytes)
        return made

    def add(self, texts: list[str], following: str | None = None) -> None:
        """Write the records of a page; `following`: the link of the next, with which the list may be gone on."""
        if texts:
            self._write(texts)
            self.records += len(texts)
        if following is not None:
            said = {"following": following, "bytes": self._file.tell(), "records": self.records,
                    "head": json.loads(self.head.line())}  # fmt: skip
            write_private(self._note, json.dumps(said), durable=False)

    def finish(self, name: str | None = None) -> Path | None:
        """Put the whole file into its place and return it; None where it has no records, and so is no file."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._note.unlink(missing_ok=True)
        if self.records == 0:
            self._part.unlink()
            return None
        target = self.folder / (name or name_of(self.head))
        self._part.replace(target)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return target

    def leave(self) -> None:
        """Stop writing; what is there stays, to be gone on with."""
        self._file.close()

    def discard(self) -> None:
        """Throw away what is there."""
        self._file.close()
        self._part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _write(self, lines: list[str]) -> None:
        self._file.write(self._packer.compress(("\n".join(lines) + "\n").encode("utf-8", "surrogatepass")))
        self._file.flush()


def progress_of(folder: Path, list_name: str) -> Progress | None:
    """Return how far a list had come when it was interrupted, if that is not long ago."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        said: dict[str, Any] = json.loads((folder / f".{list_name}.progress").read_text(encoding="utf-8"))
        head = collected_from(said["head"])
        if datetime.now(UTC).replace(tzinfo=None) - head.collected_at <= RESUMED_WITHIN:
            return Progress(head, said["following"], said["bytes"], said["records"])
    return None


def name_of(head: Collected) -> str:
    """Return the name of a collected file: list and window, or list and moment."""
    moments = (head.from_at, head.to_at) if head.to_at is not None else (head.collected_at,)
    return "_".join([head.list, *(_compact(at) for at in moments if at is not None)]) + ".ndjson.zst"


def folder_of(inbox: Path, system: str, instance: str) -> Path:
    """Return where the collected files of an instance lie."""
    return inbox / "collected" / system / re.sub(r"[^a-z0-9.-]+", "-", instance.lower())


def write_private(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a file that nobody else reads, whole or not at all; `durable`: on disk before this returns."""
    temporary = path.with_name(path.name + ".new")
    with _open(temporary) as file:
        file.write(text.encode())
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)


def _open(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _compact(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")
