"""Changed workbooks and history databases: bytes, pages, parts of the archive, cells, rows and tables."""

from __future__ import annotations

import io
import random
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from tests.faults.mutants import HOSTILE

Way = Callable[[bytes, random.Random], bytes]


def bits_flipped(content: bytes, chance: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(chance.choice((1, 3, 10, 100))):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(1, len(content))]


def block_overwritten(content: bytes, chance: random.Random) -> bytes:
    size = chance.choice((16, 512, 4096))
    at = chance.randrange(0, len(content), 16)
    fill = chance.choice((b"\0", b"\xff", chance.randbytes(1)))
    return content[:at] + (fill * size)[: len(content) - at] + content[at + size :]


def block_twice(content: bytes, chance: random.Random) -> bytes:
    size = chance.choice((16, 512, 4096))
    at = chance.randrange(0, len(content), 16)
    return content[: at + size] + content[at : at + size] + content[at + size :]


def more_behind(content: bytes, chance: random.Random) -> bytes:
    return content + chance.choice((b"\0" * 512, b"PK\x05\x06", chance.randbytes(100), content[:200]))


BYTES: tuple[Way, ...] = (bits_flipped, cut, block_overwritten, block_twice, more_behind)


def _rewritten(content: bytes, change: Callable[[str, bytes], tuple[tuple[str, bytes], ...]]) -> bytes:
    """Pack an archive anew, each part as `change` gives it back: its checksums are right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            for name, text in change(info.filename, old.read(info)):
                new.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _parts(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        return old.namelist()


def part_left_out(content: bytes, chance: random.Random) -> bytes:
    gone = chance.choice(_parts(content))
    return _rewritten(content, lambda name, text: () if name == gone else ((name, text),))


def part_changed(content: bytes, chance: random.Random) -> bytes:
    hit = chance.choice(_parts(content))
    way = chance.choice(BYTES)
    return _rewritten(
        content, lambda name, text: ((name, way(text, chance) if name == hit and len(text) > 1 else text),)
    )


def part_is_another(content: bytes, chance: random.Random) -> bytes:
    parts = _parts(content)
    hit, other = chance.choice(parts), chance.choice(parts)
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        taken = old.read(other)
    return _rewritten(content, lambda name, text: ((name, taken if name == hit else text),))


def mark_up_changed(content: bytes, chance: random.Random) -> bytes:
    """Change a number, an attribute or a text within the XML of a sheet, of the shared texts or of the book."""
    hit = chance.choice([name for name in _parts(content) if name.endswith(".xml")])
    value = chance.choice(
        (*(h for h in HOSTILE if len(h) < 100), "4294967296", "-1", "XFD1048576", "A0", "ZZZZ1", "&lol;")
    )

    def changed(name: str, text: bytes) -> tuple[tuple[str, bytes], ...]:
        if name != hit:
            return ((name, text),)
        spots = list(re.finditer(rb'(?<==")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)', text))
        if not spots:
            return ((name, text),)
        spot = chance.choice(spots)
        return ((name, text[: spot.start()] + value.encode("utf-8", "replace") + text[spot.end() :]),)

    return _rewritten(content, changed)


WORKBOOK: tuple[Way, ...] = (
    *BYTES,
    part_left_out,
    part_changed,
    part_is_another,
    mark_up_changed,
    mark_up_changed,
)

VALUES = (
    "NULL", "''", "x'ff00ff'", "CAST(x'fffe80' AS TEXT)", "9223372036854775807", "-9223372036854775808", "1e308", "-1", "0",
    "'soon'", "'2026-04-18'", "'http://[::1'", "'https://' || hex(zeroblob(4000)) || '.example/'", "'javascript:alert(1)'",
    "char(0) || 'x'", "'https://a.example/' || char(10) || 'b'", "'file:///etc/passwd'", "'HTTPS://WWW.FIGMA.COM./login'", "3.5",
)  # fmt: skip


class Database:
    """Ways to change a database by what SQL can say: the file stays whole."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "changed.sqlite"

    def _changed(self, content: bytes, *statements: str) -> bytes:
        self.path.write_bytes(content)
        with closing(sqlite3.connect(self.path)) as made:
            for statement in statements:
                with suppress(sqlite3.Error):  # a rule of the table that forbids this very value
                    made.execute(statement)
            made.commit()
        changed = self.path.read_bytes()
        self.path.unlink()
        return changed

    def _tables(self, content: bytes) -> dict[str, list[str]]:
        self.path.write_bytes(content)
        with closing(sqlite3.connect(self.path)) as made:
            names = [
                r[0]
                for r in made.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
                )
            ]
            return {name: [r[1] for r in made.execute(f'PRAGMA table_info("{name}")')] for name in names}

    def value_changed(self, content: bytes, chance: random.Random) -> bytes:
        table, columns = chance.choice(sorted(self._tables(content).items()))
        column, value = chance.choice(columns), chance.choice(VALUES)
        return self._changed(
            content, f'UPDATE "{table}" SET "{column}" = {value} WHERE rowid % {chance.choice((1, 2, 3))} = 0'
        )

    def column_named_anew(self, content: bytes, chance: random.Random) -> bytes:
        table, columns = chance.choice(sorted(self._tables(content).items()))
        return self._changed(
            content, f'ALTER TABLE "{table}" RENAME COLUMN "{chance.choice(columns)}" TO "nonsense"'
        )

    def table_gone(self, content: bytes, chance: random.Random) -> bytes:
        table = chance.choice(sorted(self._tables(content)))
        return self._changed(content, f'DROP TABLE "{table}"')

    def table_is_a_view(self, content: bytes, chance: random.Random) -> bytes:
        table = chance.choice(sorted(self._tables(content)))
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id FROM n"
        body = chance.choice((f'SELECT * FROM "was_{table}"', endless, "SELECT 1 AS id"))
        return self._changed(
            content, f'ALTER TABLE "{table}" RENAME TO "was_{table}"', f'CREATE VIEW "{table}" AS {body}'
        )

    def rows_gone(self, content: bytes, chance: random.Random) -> bytes:
        table = chance.choice(sorted(self._tables(content)))
        return self._changed(content, f'DELETE FROM "{table}" WHERE rowid % 2 = {chance.choice((0, 1))}')

    def ways(self) -> tuple[Way, ...]:
        """Return all ways, those of plain bytes too."""
        return (*BYTES, self.value_changed, self.value_changed, self.column_named_anew, self.table_gone,
                self.table_is_a_view, self.rows_gone)  # fmt: skip
