"""An example's file, damaged as a whole, or written in another way that means the same."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable

from discovery.sources.source import Example, Format
from tests.faults.hit_records import csv_parts, csv_text
from tests.faults.mutants import HOSTILE, NO_UTF8, Mutant, as_bytes


def damaged(fmt: Format, example: Example, chance: random.Random) -> Mutant:
    shape = next(s for s in fmt.shapes if s.name == example.shape)
    ways: list[Callable[[str, random.Random], bytes]] = [*SAME, *ANY]
    if shape.container == "csv" and csv_parts(fmt, example) is not None:
        ways += [*HEADERS, *HEADERS]
    way = chance.choice(ways)
    content = way(example.text, chance)
    return Mutant(fmt, example, way.__name__.replace("_", " "), content, means_the_same=way in SAME)


def with_mark(text: str, chance: random.Random) -> bytes:
    return b"\xef\xbb\xbf" + text.removeprefix("\ufeff").encode()


def as_utf16(text: str, chance: random.Random) -> bytes:
    return text.removeprefix("\ufeff").encode("utf-16")


def zipped(text: str, chance: random.Random) -> bytes:
    out = io.BytesIO()
    way = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("export"), text, way)
    return out.getvalue()


def gzipped(text: str, chance: random.Random) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def blank_lines_at_the_end(text: str, chance: random.Random) -> bytes:
    return text.encode() + b"\n\r\n\n"


def flipped(text: str, chance: random.Random) -> bytes:
    raw = bytearray(text.encode())
    for _ in range(chance.choice((1, 3, 10))):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


def inserted(text: str, chance: random.Random) -> bytes:
    raw = bytearray(text.encode())
    for _ in range(chance.choice((1, 3))):
        at = chance.randrange(len(raw))
        raw[at:at] = chance.choice((b"\0", b"\xff", b'"', b"\n", b"\r", b",", b"{", b"}", b"[", b"]", b"\x1b", b"<", b":61:", b"\\",
                                    b"\xed\xa0\x80", b"\xe2\x80\xa8", b"'", b";"))  # fmt: skip
    return bytes(raw)


def deleted(text: str, chance: random.Random) -> bytes:
    raw = bytearray(text.encode())
    at = chance.randrange(len(raw))
    del raw[at : at + chance.choice((1, 2, 8, 64))]
    return bytes(raw)


def cut(text: str, chance: random.Random) -> bytes:
    raw = text.encode()
    return raw[: chance.randrange(len(raw))]


def begun_late(text: str, chance: random.Random) -> bytes:
    raw = text.encode()
    return raw[chance.randrange(len(raw)) :]


def lines_shuffled(text: str, chance: random.Random) -> bytes:
    lines = text.encode().splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def lines_dropped_and_repeated(text: str, chance: random.Random) -> bytes:
    return b"".join(
        line * chance.choice((0, 1, 1, 2, 50)) for line in text.encode().splitlines(keepends=True)
    )


def carriage_returns_alone(text: str, chance: random.Random) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", "\r").encode()


def as_cp1252(text: str, chance: random.Random) -> bytes:
    return text.replace("e", "é").encode("cp1252", "replace")


def utf16_without_mark(text: str, chance: random.Random) -> bytes:
    return text.encode(chance.choice(("utf-16-le", "utf-16-be")))


def utf16_cut(text: str, chance: random.Random) -> bytes:
    return text.encode("utf-16")[: chance.randrange(2 * len(text))]


def packed_and_cut(text: str, chance: random.Random) -> bytes:
    raw = chance.choice((zipped, gzipped))(text, chance)
    return raw[: chance.randrange(len(raw))]


def packed_and_flipped(text: str, chance: random.Random) -> bytes:
    raw = bytearray(chance.choice((zipped, gzipped))(text, chance))
    for _ in range(3):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return bytes(raw)


def values_replaced(text: str, chance: random.Random) -> bytes:
    """Replace a few runs of letters and digits, wherever they stand."""
    for _ in range(chance.choice((1, 3))):
        at = chance.randrange(len(text))
        end = at
        while end < len(text) and text[end].isalnum():
            end += 1
        text = text[:at] + chance.choice(HOSTILE + NO_UTF8) + text[end:]
    return as_bytes(text)


def twice(text: str, chance: random.Random) -> bytes:
    return text.encode() * 2


def in_brackets(text: str, chance: random.Random) -> bytes:
    return (
        chance.choice(
            (b"[%s]", b'{"value":[%s]}', b'{"value":%s}', b"[[%s]]", b'{"a":{"b":{"c":%s}}}', b"<x>%s</x>")
        )
        % text.encode()
    )


SAME = [with_mark, as_utf16, zipped, gzipped, blank_lines_at_the_end]
ANY = [flipped, inserted, deleted, cut, begun_late, lines_shuffled, lines_dropped_and_repeated, carriage_returns_alone, as_cp1252,
       utf16_without_mark, utf16_cut, packed_and_cut, packed_and_flipped, values_replaced, values_replaced, twice, in_brackets]  # fmt: skip


def _rows(text: str) -> tuple[str, list[list[str]]]:
    lines = text.lstrip("\ufeff").splitlines(keepends=True)
    delimiter = max(",;\t|", key=lambda sign: (lines[0].count(sign), -",;\t|".index(sign)))
    return delimiter, list(csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter))


def header_dropped(text: str, chance: random.Random) -> bytes:
    delimiter, rows = _rows(text)
    column = chance.randrange(len(rows[0]))
    return csv_text(delimiter, [row[:column] + row[column + 1 :] for row in rows]).encode()


def header_renamed(text: str, chance: random.Random) -> bytes:
    delimiter, rows = _rows(text)
    rows[0][chance.randrange(len(rows[0]))] = chance.choice(HOSTILE[1:])
    return csv_text(delimiter, rows).encode()


def header_twice(text: str, chance: random.Random) -> bytes:
    delimiter, rows = _rows(text)
    column, value = chance.randrange(len(rows[0])), chance.choice(HOSTILE)
    return csv_text(
        delimiter, [[*row, row[column] if n == 0 else value] for n, row in enumerate(rows)]
    ).encode()


def other_delimiter(text: str, chance: random.Random) -> bytes:
    return csv_text(chance.choice(",;\t|"), _rows(text)[1]).encode()


def all_quoted(text: str, chance: random.Random) -> bytes:
    return csv_text(_rows(text)[0], _rows(text)[1], csv.QUOTE_ALL).encode()


def quotes_lost(text: str, chance: random.Random) -> bytes:
    return text.replace('"', "").encode()


def quotes_of_another_kind(text: str, chance: random.Random) -> bytes:
    return text.replace('"', "'").encode()


HEADERS = [
    header_dropped,
    header_renamed,
    header_twice,
    other_delimiter,
    all_quoted,
    quotes_lost,
    quotes_of_another_kind,
]
