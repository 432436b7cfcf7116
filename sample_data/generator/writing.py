"""Writing export files: DuckDB streams the rows, whole-file byte operations add what its writers cannot."""

import gzip
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from .options import Options


@dataclass
class WrittenFile:
    """One line of expected/files.csv."""

    path: str
    member: str
    format: str
    rows_read: int
    rows_quarantined: int
    state: str


@dataclass
class Writer:
    """Write export files below one folder and remembers what it wrote."""

    connection: duckdb.DuckDBPyConnection
    options: Options
    written: list[WrittenFile] = field(default_factory=list)

    @property
    def inbox(self) -> Path:
        """The folder that the exports go to."""
        return self.options.inbox

    def note(
        self,
        path: str,
        format_name: str,
        rows: int,
        quarantined: int = 0,
        state: str = "loaded",
        member: str = "",
    ) -> None:
        """Remember a file for expected/files.csv."""
        self.written.append(WrittenFile(path, member, format_name, rows, quarantined, state))

    def ndjson(
        self, path: str, format_name: str, select: str, compress: bool = False, first: str = ""
    ) -> int:
        """One JSON object a line, named by the columns of `select`; `first` stands before them and is no record."""
        target = self._target(path)
        rows = self._copy(select, target, "FORMAT json")
        if first:
            _surround(target, first.encode(), b"")
        if compress:
            _compress(target)
        self.note(path, format_name, rows)
        return rows

    def json(
        self,
        path: str,
        format_name: str,
        select: str,
        prefix: str = "",
        suffix: str = "",
        compress: bool = False,
    ) -> int:
        """Write a JSON array of the rows of `select`, with what stands before and after it."""
        target = self._target(path)
        rows = self._copy(select, target, "FORMAT json, ARRAY true")
        _surround(target, prefix.encode(), suffix.encode())
        if compress:
            _compress(target)
        self.note(path, format_name, rows)
        return rows

    def csv(
        self,
        path: str,
        format_name: str,
        header: str,
        select: str,
        windows: bool = False,
        force_quote: str = "",
        noted: bool = True,
    ) -> int:
        """Rows of `select` under exactly this header line; `windows` = byte-order mark and CRLF."""
        target = self._target(path)
        quoting = f", FORCE_QUOTE ({force_quote})" if force_quote else ""
        rows = self._copy(select, target, f"FORMAT csv, HEADER false{quoting}")
        _surround(target, (header + "\n").encode(), b"")
        if windows:
            content = target.read_bytes().replace(b"\n", b"\r\n")
            target.write_bytes(b"\xef\xbb\xbf" + content)
        if noted:
            self.note(path, format_name, rows)
        return rows

    def text(self, path: str, content: str) -> None:
        """Write a text as it is."""
        self._target(path).write_text(content, encoding="utf-8", newline="")

    def zip(self, path: str, members: dict[str, str]) -> None:
        """Write a zip archive with fixed time stamps."""
        with zipfile.ZipFile(self._target(path), "w") as archive:
            for name, content in members.items():
                info = zipfile.ZipInfo(name, date_time=(2026, 9, 30, 18, 0, 0))
                info.compress_type = zipfile.ZIP_STORED
                archive.writestr(info, content)

    def read(self, path: str) -> str:
        """Return the text of a file written before."""
        return (self.inbox / path).read_bytes().decode("utf-8")

    def _target(self, path: str) -> Path:
        target = self.inbox / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _copy(self, select: str, target: Path, how: str) -> int:
        quoted = str(target).replace("'", "''")
        row = self.connection.execute(f"COPY ({select}) TO '{quoted}' ({how}, COMPRESSION none)").fetchone()
        return int(row[0]) if row else 0


def _surround(target: Path, before: bytes, after: bytes) -> None:
    """Put bytes before and after the content of a file, in bounded memory."""
    aside = target.with_name(target.name + ".part")
    target.rename(aside)
    with aside.open("rb") as content, target.open("wb") as out:
        out.write(before)
        shutil.copyfileobj(content, out, 1 << 20)
        out.write(after)
    aside.unlink()


def _compress(target: Path) -> None:
    """Gzip a file in place without a time stamp, so that the bytes do not depend on the day."""
    aside = target.with_name(target.name + ".part")
    target.rename(aside)
    with (
        aside.open("rb") as content,
        target.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as out,
    ):
        shutil.copyfileobj(content, out, 1 << 20)
    aside.unlink()
