"""Looking for a person in files as they were delivered: in the name, in the bytes, in what is packed in them."""

from __future__ import annotations

import errno
import gzip
import io
import json
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import zstandard

from discovery.sources.file_name import FileNames

_CHUNK = 1 << 20
_DEEPEST = 3
"""How many archives within each other are opened."""
_DAMAGED = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile,
            zstandard.ZstdError)  # fmt: skip


def _leave_damage(error: Exception) -> None:
    """Raise what is no damage of the file: a disk that fails. What it does not give may name the person."""
    # EINVAL: an archive that names a place before its beginning.
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile) and error.errno != errno.EINVAL:
        raise error


class Peekable(Protocol):
    """A stream of bytes that can be looked at before it is read."""

    def peek(self, size: int, /) -> bytes:
        """Return what comes next, and leave it there."""

    def read1(self, size: int, /) -> bytes:
        """Return at most so many bytes, of one read; none at the end."""

    def seek(self, place: int, /) -> int:
        """Go to a place."""


class Trace:
    """What names a person. texts: lower case; names: the suppression list, with the person on it."""

    def __init__(self, texts: Iterable[str], names: FileNames) -> None:
        self._names = names
        self._wanted = sorted({form for text in texts for form in _forms(text)})
        self._longest = max(map(len, self._wanted), default=0)

    def is_in_file(self, path: Path, name: str = "") -> bool:
        """Tell whether a file, packed or not, names the person, or `name` does, by which it is known.

        What is damaged is looked at as far as it goes. A link, a pipe or a folder is not opened.
        """
        if self._names.names_forgotten(name):
            return True
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file:
            return self._is_in(file, 0)

    def is_in_text(self, text: bytes) -> bool:
        """Tell whether a text names the person; case does not count."""
        lower = text.lower()
        return any(form in lower for form in self._wanted)

    def _is_in(self, file: Peekable, depth: int) -> bool:
        try:
            if depth < _DEEPEST and (unpack := _packing(file.peek(4))) is not None:
                for name, plain in unpack(file):
                    if self._names.names_forgotten(name) or self._is_in(plain, depth + 1):
                        return True
                file.seek(0)
            return self._is_in_stream(file)
        except _DAMAGED as error:
            _leave_damage(error)
            return False

    def _is_in_stream(self, stream: Peekable) -> bool:
        tail = b""
        # What one read gives: of a stream that ends in damage, what comes before it.
        while chunk := stream.read1(_CHUNK):
            block = tail + chunk
            if self.is_in_text(block):
                return True
            tail = block[-self._longest :]
        return False


def _forms(text: str) -> Iterator[bytes]:
    """Yield a text as files hold it, once ASCII is lower case: UTF-8, two bytes a letter, escaped as in JSON."""
    for one in (text, "".join(c if c.isascii() else c.upper() for c in text)):
        yield one.encode()
        yield one.encode("utf-16-le")
        yield json.dumps(one)[1:-1].lower().encode()


def _packing(begin: bytes) -> Callable[[Any], Iterator[tuple[str, Peekable]]] | None:
    return next((unpack for magic, unpack in _PACKED.items() if begin.startswith(magic)), None)


def _members(file: Any) -> Iterator[tuple[str, Peekable]]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            # One member that is damaged or locked hides its content alone, not its name.
            plain: Any = io.BytesIO()
            try:
                plain = archive.open(member)
            except _DAMAGED as error:
                _leave_damage(error)
            with plain if isinstance(plain, zipfile.ZipExtFile) else io.BufferedReader(plain) as content:
                yield member.filename, content


def _gzip(file: Any) -> Iterator[tuple[str, Peekable]]:
    with gzip.GzipFile(fileobj=file) as plain:
        yield "", plain


def _zstd(file: Any) -> Iterator[tuple[str, Peekable]]:
    with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as plain:
        yield "", io.BufferedReader(plain)


_PACKED: dict[bytes, Callable[[Any], Iterator[tuple[str, Peekable]]]] = {
    b"\x1f\x8b": _gzip,
    b"\x28\xb5\x2f\xfd": _zstd,
    b"PK\x03\x04": _members,
}
