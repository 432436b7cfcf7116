"""Files as they lie in an inbox: compression, encoding and layout, made into one plain UTF-8 text per input.

What DuckDB reads is always a staged copy of ours, never a path from outside (a path is a glob to it).
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, BinaryIO

import zstandard

from discovery.errors import SourceFailed
from discovery.sources.collected import Collected, blank_first_line, collected_in
from discovery.sources.envelopes import opened
from discovery.sources.source import Head
from discovery.sources.unpack import NUMBERED, unpacked

BLOCK = 1 << 20
COPY_BLOCK = 64 << 20
HEAD_BYTES = 1 << 19
HEAD_RECORDS = 200
MAX_EXPANDED = 64 << 30
MAX_RATIO = 2000
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
DELIMITERS = (",", ";", "\t", "|")
_MARKUP = (
    "is a web page or XML, not a table of records: a sign-in page that was saved, or a report whose name only ends "
    "with .xls. Open it in a spreadsheet program and save it as CSV (UTF-8) or xlsx, or export it again."
)
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"SQLite format 3\0")
"""How members of an archive begin that are no text, whatever encoding is declared for the file."""


@dataclass(frozen=True)
class Staged:
    """One input as plain text.

    member: its name inside an archive. refusal: why it cannot be read. collected: what the collector that wrote it
    says of it.
    """

    path: Path
    member: str | None
    bytes: int
    refusal: str | None = None
    collected: Collected | None = None


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a regular file and return its SHA-256; refuse links, pipes and files that change meanwhile."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise SourceFailed(
            f"{source}: cannot be opened: {error.strerror}. Expected a regular file."
        ) from error
    with os.fdopen(handle, "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise SourceFailed(
                f"{source}: is not a regular file (a link, pipe or device); copy the export itself."
            )
        with target.open("wb") as out:
            _copy(file, out)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        target.unlink(missing_ok=True)
        raise SourceFailed(f"{source}: was still being written while it was read; the next run takes it.")
    with target.open("rb") as kept:
        return hashlib.file_digest(kept, "sha256").hexdigest()


def _copy(file: BinaryIO, out: BinaryIO) -> None:
    """Copy inside the kernel, which takes no detour through our memory; elsewhere by hand."""
    try:
        while os.copy_file_range(file.fileno(), out.fileno(), COPY_BLOCK):
            pass
    except (AttributeError, OSError):
        file.seek(0)
        out.seek(0)
        shutil.copyfileobj(file, out, BLOCK)


def stage(kept: Path, folder: Path, *, encoding: str | None = None) -> list[Staged]:
    """Unpack a kept file into plain UTF-8 texts in `folder`: itself, or each member of an archive.

    A plain UTF-8 file is not copied. Files that are no text (workbooks, databases), alone or inside an
    archive, become the texts that `unpack` makes of them. Raises SourceFailed where compression or encoding
    is damaged.
    """
    if (texts := unpacked(kept, folder)) is not None:
        return [Staged(path, member, path.stat().st_size) for member, path in texts]
    staged = []
    for one in _stage_archive(kept, folder, encoding):
        own = folder / f"{one.path.name}-parts"
        texts = None if one.path == kept else unpacked(one.path, own)
        if texts is None:
            staged.append(_with_collected(one, kept, folder))
            continue
        own.mkdir(exist_ok=True, mode=0o700)
        try:
            for member, path in texts:
                name = "/".join(part for part in (one.member, member) if part)
                staged.append(Staged(path, name or None, path.stat().st_size))
        except SourceFailed as error:
            # One damaged member does not keep the others from being read.
            staged.append(replace(one, refusal=str(error)))
    return staged


def _with_collected(one: Staged, kept: Path, folder: Path) -> Staged:
    """Take the collector's line off a text, if there is one."""
    try:
        found = collected_in(one.path)
    except SourceFailed as error:
        return replace(one, refusal=str(error))
    if found is None:
        return one
    collected, length = found
    return replace(one, path=blank_first_line(one.path, kept, length, folder), collected=collected)


def _stage_archive(kept: Path, folder: Path, encoding: str | None) -> list[Staged]:
    with kept.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == b"PK":
        return list(_stage_zip(kept, folder, encoding))
    if magic[:2] == b"\x1f\x8b" or magic == b"\x28\xb5\x2f\xfd":
        with kept.open("rb") as file:
            stream: Any = (
                gzip.GzipFile(fileobj=file)
                if magic[:2] == b"\x1f\x8b"
                else zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            )
            return [_stage_stream(stream, folder / "plain", None, encoding, kept.stat().st_size)]
    if _needs_decoding(kept, encoding):
        with kept.open("rb") as file:
            return [_stage_stream(file, folder / "plain", None, encoding, kept.stat().st_size)]
    return [Staged(kept, None, kept.stat().st_size)]


def _stage_zip(kept: Path, folder: Path, encoding: str | None) -> Iterator[Staged]:
    try:
        with zipfile.ZipFile(kept) as archive:
            members = [
                m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX")
            ]
            for number, member in enumerate(members):
                with archive.open(member) as stream:
                    yield _stage_stream(
                        stream,
                        folder / f"member{number}",
                        member.filename,
                        encoding,
                        max(member.compress_size, 1),
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise SourceFailed(f"the archive is damaged: {error}. Export it again.") from error


def _stage_stream(stream: IO[bytes], target: Path, member: str | None, encoding: str | None,
                  packed: int) -> Staged:  # fmt: skip
    """Decompress and decode to UTF-8, within limits of size and ratio."""
    first = True
    size = 0
    decoder = None
    try:
        with target.open("wb") as out:
            while block := stream.read(BLOCK):
                if first:
                    first = False
                    codec, skip = _encoding_of(block, encoding)
                    block = block[skip:]
                    if codec != "utf-8":
                        import codecs

                        decoder = codecs.getincrementaldecoder(codec)(errors="strict")
                if decoder is not None:
                    block = decoder.decode(block).encode("utf-8")
                size += len(block)
                if size > MAX_EXPANDED or size > packed * MAX_RATIO + (64 << 20):
                    raise SourceFailed(
                        f"expands to more than {size} bytes from {packed}: refused as a compression bomb."
                    )
                out.write(block)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise SourceFailed(
            f"the compressed file is damaged or cut short: {error}. Export it again."
        ) from error
    except UnicodeDecodeError as error:
        raise SourceFailed(
            f"byte {error.start} is not {error.encoding}: set `encoding` for this file in a [[source]] block."
        ) from error
    return Staged(target, member, size)


def _encoding_of(block: bytes, declared: str | None) -> tuple[str, int]:
    """Return codec and length of the byte-order mark."""
    for bom, codec in _BOMS:
        if block.startswith(bom):
            return codec, len(bom)
    if block.startswith(_BINARY):
        return "utf-8", 0
    if declared:
        return declared.lower(), 0
    if len(block) >= 4 and block[1:2] == b"\0" and block[3:4] == b"\0":
        return "utf-16-le", 0
    return "utf-8", 0


def _needs_decoding(path: Path, declared: str | None) -> bool:
    with path.open("rb") as file:
        return _encoding_of(file.read(4), declared) != ("utf-8", 0)


def count_lines(path: Path) -> int:
    """Count the line feeds of a file."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))


# ── looking at the beginning ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Layout:
    """How records lie in a staged text. json: `lines` = one object per line, else they are unwrapped.

    is_numbered: the first cell of every line of a CSV is the number of its record (see `unpack`); `width` counts it,
    a head's header and rows do not hold it.
    """

    container: str
    json_lines: bool = False
    delimiter: str = ","
    header_line: int = 0
    width: int = 0
    is_numbered: bool = False


def look(
    path: Path, file_name: str, *, delimiter: str | None = None, in_lines: bool = False
) -> tuple[Layout, list[tuple[Layout, Head]]]:
    """Return how a text is laid out and the heads that recognition may try (CSV: one per possible header).

    in_lines: each line is known to be one record, even one that looks like an envelope.
    """
    with path.open("rb") as file:
        block = file.read(HEAD_BYTES)
    if b"\0" in block:
        raise SourceFailed("holds NUL bytes: it is binary, not a text export.")
    text = block.decode("utf-8", errors="replace")
    stripped = text.lstrip()
    if not stripped:
        raise SourceFailed("is empty.")
    if stripped[0] in "{[":
        return _look_json(path, text, file_name, in_lines=in_lines)
    if path.suffix == NUMBERED:
        return _look_csv(text, file_name, ",", is_numbered=True)
    if stripped[:200].lower().startswith(("<!doctype html", "<html", "<?xml", "<table")):
        raise SourceFailed(_MARKUP)
    return _look_csv(text, file_name, delimiter)


def _look_json(
    path: Path, text: str, file_name: str, *, in_lines: bool
) -> tuple[Layout, list[tuple[Layout, Head]]]:
    lines = [line for line in text.split("\n") if line.strip()]
    whole = lines[:-1] if len(lines) > 1 and not text.endswith("\n") else lines
    parsed: list[Any] = []
    for line in whole[:HEAD_RECORDS]:
        with contextlib.suppress(ValueError, RecursionError):
            parsed.append(json.loads(line))
    plain = [v for v in parsed if isinstance(v, dict) and (in_lines or opened(v) is None)]
    # One object per line is read by the engine directly; a broken line or two does not change that.
    json_lines = in_lines or (bool(plain) and len(plain) >= 0.5 * len(whole[:HEAD_RECORDS]))
    layout = Layout("json", json_lines=json_lines)
    records: list[dict[str, Any]] = []
    envelope: dict[str, Any] = {}
    if json_lines:
        records = plain
    else:
        with contextlib.suppress(ValueError, RecursionError):
            for item in unwrap(path, envelope):
                if isinstance(item.value, dict):
                    records.append(item.value)
                if len(records) >= HEAD_RECORDS:
                    break
    head = Head("json", records=tuple(records), envelope=envelope, file_name=file_name)
    return layout, [(layout, head)]


def _look_csv(text: str, file_name: str, delimiter: str | None, *,
              is_numbered: bool = False) -> tuple[Layout, list[tuple[Layout, Head]]]:  # fmt: skip
    lines = text.split("\n")
    if len(lines) > 1 and len(text) >= HEAD_BYTES // 2:
        lines = lines[:-1]
    heads: list[tuple[Layout, Head]] = []
    candidates = [n for n, line in enumerate(lines[:12]) if line.strip()][:8]
    for number in candidates:
        first = lines[number].rstrip("\r")
        if first.lower().startswith(("version:", "#type", "sep=")):
            continue
        sign = delimiter or max(DELIMITERS, key=lambda d: (first.count(d), -DELIMITERS.index(d)))
        sample = "\n".join(lines[number : number + 400])
        try:
            rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=sign))
        except csv.Error:
            continue
        if not rows or not rows[0]:
            continue
        header = tuple(cell.strip().lstrip("\ufeff") for cell in rows[0])
        layout = Layout("csv", delimiter=sign, header_line=number, width=len(header), is_numbered=is_numbered)
        body = tuple(tuple(r[is_numbered:]) for r in rows[1:] if r)
        heads.append((layout, Head("csv", header=header[is_numbered:], rows=body, file_name=file_name)))
    if not heads:
        raise SourceFailed("has no header line.")
    return heads[0][0], heads


# ── unwrapping JSON ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Item:
    """One record of a JSON text, or what could not be read in its place (`error`)."""

    value: Any
    text: str
    error: str | None = None


def unwrap(path: Path, envelope: dict[str, Any] | None = None) -> Iterator[Item]:
    """Yield the records of arrays, envelopes, concatenated or pretty-printed objects, text as delivered.

    Top-level arrays are read element by element, so that a large one needs little memory. The other keys
    of the envelope that was opened last are put into `envelope`.
    """
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        buffer = _Buffer(file)
        buffer.skip(" \t\r\n,\ufeff")
        while not buffer.at_end():
            if buffer.peek() == "[":
                buffer.take(1)
                yield from _elements(buffer)
            else:
                value, text, error = buffer.decode()
                if error:
                    yield Item(None, text, error)
                    return
                inside = opened(value) if isinstance(value, dict) else None
                if inside is None:
                    yield Item(value, text)
                else:
                    if envelope is not None:
                        envelope.clear()
                        envelope.update(inside[0])
                    for element in inside[1]:
                        of = _with_parent(element, inside[0])
                        yield Item(of, json.dumps(of, ensure_ascii=False))
            buffer.skip(" \t\r\n,")


def _with_parent(element: Any, around: dict[str, Any]) -> Any:
    """Give a record what only its page says: whose it is, as in `#servicePrincipals('…')/synchronization/jobs`."""
    context = around.get("@odata.context")
    if isinstance(element, dict) and isinstance(context, str) and "('" in context:
        return {"@odata.context": context, **element}
    return element


def _elements(buffer: _Buffer) -> Iterator[Item]:
    buffer.skip(" \t\r\n,")
    while not buffer.at_end() and buffer.peek() != "]":
        value, text, error = buffer.decode()
        if error:
            yield Item(None, text, error)
            return
        yield Item(value, text)
        buffer.skip(" \t\r\n,")
    if buffer.at_end():
        yield Item(None, "", "the array is cut short: its closing bracket is missing")
        return
    buffer.take(1)


class _Buffer:
    """A window on a text file from which JSON values are decoded one after the other."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._decoder = json.JSONDecoder()

    def _more(self) -> bool:
        block = self._file.read(BLOCK)
        self._text = self._text[self._at :] + block
        self._at = 0
        return bool(block)

    def at_end(self) -> bool:
        return self._at >= len(self._text) and not self._more()

    def peek(self) -> str:
        return self._text[self._at]

    def take(self, count: int) -> None:
        self._at += count

    def skip(self, characters: str) -> None:
        while True:
            while self._at < len(self._text) and self._text[self._at] in characters:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return

    def decode(self) -> tuple[Any, str, str | None]:
        """Return the next value, its text, and an error if there is none to be read."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                return None, self._text[self._at : self._at + 200], "nested too deeply"
            except ValueError as error:
                grown = len(self._text) - self._at
                if self._more():
                    # Read as much again before the next try: decoding stays linear in the size of a value.
                    while len(self._text) < 2 * grown and self._more():
                        pass
                    continue
                return None, self._text[self._at : self._at + 200], f"not valid JSON: {error}"
            if end == len(self._text) and not isinstance(value, dict | list) and self._more():
                continue
            text = self._text[self._at : end]
            self._at = end
            return value, text, None
