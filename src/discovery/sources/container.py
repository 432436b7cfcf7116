"""Files as they lie in an inbox: compression, encoding and layout, made into one plain UTF-8 text per input.

What DuckDB reads is always a staged copy of ours, never a path from outside (a path is a glob to it).
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import hashlib
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, BinaryIO

import zstandard

from discovery.errors import SourceFailed
from discovery.sources.collected import Collected, blank_first_line, collected_in
from discovery.sources.unpack import unpacked

BLOCK = 1 << 20
COPY_BLOCK = 16 << 20
MAX_EXPANDED = 64 << 30
MAX_RATIO = 2000
ALLOWANCE = 64 << 20
"""What a file or an archive may expand to, whatever the ratio."""
DAMAGED = "the archive is damaged"
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
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
    before = os.fstat(handle)
    if not stat.S_ISREG(before.st_mode):
        os.close(handle)
        raise SourceFailed(
            f"{source}: is not a regular file (a link, pipe, folder or device); copy the export itself."
        )
    with os.fdopen(handle, "rb") as file:
        with target.open("wb") as out, target.open("rb") as kept:
            sha256 = _copy(file, out, kept)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        target.unlink(missing_ok=True)
        raise SourceFailed(f"{source}: was still being written while it was read; the next run takes it.")
    return sha256


def _copy(file: BinaryIO, out: BinaryIO, kept: BinaryIO) -> str:
    """Copy, and return the SHA-256 of what was written, which `kept` reads; both go on at the same time.

    Inside the kernel, where that can be: it takes no detour through our memory.
    """
    digest = hashlib.sha256()

    def hash_to(end: int) -> None:
        while kept.tell() < end and (block := kept.read(min(BLOCK, end - kept.tell()))):
            digest.update(block)

    written = 0
    with ThreadPoolExecutor(1) as other:
        hashing: Future[None] | None = None
        while count := _copy_block(file, out):
            written += count
            if hashing is not None:
                hashing.result()
            hashing = other.submit(hash_to, written)
        if hashing is not None:
            hashing.result()
    return digest.hexdigest()


def _copy_block(file: BinaryIO, out: BinaryIO) -> int:
    """Copy the next block and return its length, 0 at the end."""
    try:
        return os.copy_file_range(file.fileno(), out.fileno(), COPY_BLOCK)
    except (AttributeError, OSError):
        # Both ends stand where the kernel left them: the file objects were not read from or written to before.
        block = os.read(file.fileno(), BLOCK)
        at = 0
        while at < len(block):
            at += os.write(out.fileno(), block[at:])
        return len(block)


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
        if one.refusal is not None:
            staged.append(one)
            continue
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
    """Unpack an archive; a member that is damaged or locked does not keep the others from being read."""
    total, most = 0, min(MAX_EXPANDED, kept.stat().st_size * MAX_RATIO + ALLOWANCE)
    try:
        with _seeking(), zipfile.ZipFile(kept) as archive:
            members = [
                m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX")
            ]
            for number, member in enumerate(members):
                target = folder / f"member{number}"
                try:
                    with _seeking(), archive.open(member) as stream:
                        one = _stage_stream(
                            stream, target, member.filename, encoding, max(member.compress_size, 1)
                        )
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
                    is_locked = bool(member.flag_bits & 1)
                    why = "is locked with a password: unpack it yourself." if is_locked else None
                    one = Staged(target, member.filename, 0, why or f"{DAMAGED}: {error}. Export it again.")
                except SourceFailed as error:
                    one = Staged(target, member.filename, 0, str(error))
                total += one.bytes
                if total > most:
                    raise SourceFailed(f"expands to more than {total} bytes: refused as a compression bomb.")
                yield one
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise SourceFailed(f"{DAMAGED}: {error}. Export it again.") from error


@contextlib.contextmanager
def _seeking() -> Iterator[None]:
    """Take a place before the beginning of the file for what it is: damage of the archive, not of the disk."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise zipfile.BadZipFile("it names a place outside of itself") from error


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
                if size > MAX_EXPANDED or size > packed * MAX_RATIO + ALLOWANCE:
                    raise SourceFailed(
                        f"expands to more than {size} bytes from {packed}: refused as a compression bomb."
                    )
                out.write(block)
            if decoder is not None:
                out.write(decoder.decode(b"", True).encode("utf-8"))
    # No other OSError: a disk that is full or fails says nothing of the file.
    except (gzip.BadGzipFile, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise SourceFailed(
            f"the compressed file is damaged or cut short: {error}. Export it again."
        ) from error
    except UnicodeDecodeError as error:
        raise SourceFailed(
            f"byte {error.start} is not {error.encoding}: set `encoding` for this file in a [[source]] block."
        ) from error
    except UnicodeError as error:
        raise SourceFailed(
            f"{error}: see what `encoding` a [[source]] block says of this file; without one it is read as UTF-8."
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
    if len(block) >= 4 and block[1:4:2] == b"\0\0" and 0 not in block[0:4:2]:
        return "utf-16-le", 0
    return "utf-8", 0


def _needs_decoding(path: Path, declared: str | None) -> bool:
    with path.open("rb") as file:
        return _encoding_of(file.read(4), declared) != ("utf-8", 0)


def count_lines(path: Path) -> int:
    """Count the line feeds of a file."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))
