"""Changed exports: of a format's example, with a few records hit in one value each, or the whole file damaged.

All chance comes from a seeded `random.Random`: the same seed gives the same bytes on every machine.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discovery.sources.envelopes import opened
from discovery.sources.source import Example, Format, Head, fit
from discovery.sources.unpack import _modules

RECORDS = 12
"""How many records about, copies of the example's, stand in a file of which a few are hit: what is lost stands out."""
LONG = "x" * 10_000
HOSTILE = (
    "", " ", "\0", "a\0b", "\x1b[31m", "\u202e", "\ufeff", "\u2028", "é", "İ", "ﬁ", "\U0001f480", LONG, "-0", "1e400", "-1e400",
    "NaN", "Infinity", "null", "true", "0x1F", "007", "1_000", "١٢٣", "99999999999999999999999999", "-99999999999999999999",
    "9999-12-31", "0001-01-01", "2026-02-30", "2026-13-01", "2026-06-30T23:59:60Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z", "-4713-01-01", "294247-01-10T04:00:54Z", "infinity", "epoch", "31/12/9999", "253402300799", "253402300799000",
    "=cmd|' /C calc'!A0", "'; DROP TABLE person; --", "*", "../../etc/passwd", "[!a]*?", "$name", "%s%n", "{{7*7}}", "a,b;c|d\te",
    '"', "'", "\\", "\\u0000", "a\nb", "a\r\nb", "a\rb", "http://[::1", "https://%00@/", "http://" + "a." * 200 + "com",
    "@", "a@b@c", "x@" + "ä" * 80 + ".example", "." * 300, "xn--", "\x1f", "[]", "{}", '{"a":1}', "[[[[[[", "(1", "1)", "--1", "1,2,3", ".,.",
)  # fmt: skip
"""Texts that some reader of exports somewhere has stumbled over."""
NO_UTF8 = ("\udcff", "caf\udce9", "\udced\udca0\udc80", "\udcc0\udc80")
"""Bytes that are no UTF-8, as Python keeps them in a text (surrogateescape)."""
RAW_JSON = (
    "1e400", "-0", "-0.0", "NaN", "-Infinity", "1" * 40, "-" + "9" * 19, "007", "1.", '"\\ud800"', '"\\u0000"', '"\\x"', "'a'", "\"\t\"",
    "[" * 200 + "]" * 200, "[" * 5000 + "]" * 5000, '{"a":' * 100 + "1" + "}" * 100, '{"a":1,"a":2}', '{"":""}', '{"_record":7}',
    "True", "0.1e-400", "9223372036854775808", "18446744073709551616", "1e18", "0.30000000000000004", '{"a.b":{"$":1}}',
)  # fmt: skip
OURS = ("exporter", "browser")
"""Keys that our own unpacking writes into the first record and any other: no export has them."""
WRONG_TYPE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    3.5,
    2**63,
    1e300,
    [],
    {},
    [None],
    [[]],
    {"a": None},
    [{}],
    "x",
    [1, "a", {}],
)


@dataclass(frozen=True)
class Mutant:
    """A changed export.

    how: in words. hit: the numbers of the records that were changed, from 1, where the others must come through;
    None = anything may be lost. rows: how many records it holds, in how many copies. untouched: the same file
    without the records that were hit. means_the_same: it must be read like the example.
    """

    format: Format
    example: Example
    how: str
    content: bytes
    hit: dict[int, str] | None = None
    rows: int = 0
    copies: int = 1
    untouched: bytes | None = None
    means_the_same: bool = False


def mutants(fmt: Format, example: Example, seed: int, *, files: int = 1) -> list[Mutant]:
    """Return one mutant with hit records, where the example has records that can be told apart, and `files` others."""
    chance = random.Random(f"{seed} {fmt.name} {example.shape} {example.text[:80]}")
    one = with_hit_records(fmt, example, chance)
    return ([one] if one else []) + [_damaged(fmt, example, chance) for _ in range(files)]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# ── records ──────────────────────────────────────────────────────────────────────────────────────────────


def with_hit_records(fmt: Format, example: Example, chance: random.Random) -> Mutant | None:
    shape = next(s for s in fmt.shapes if s.name == example.shape)
    try:
        if shape.container == "json":
            return _hit_json(fmt, example, chance)
        return _hit_csv(fmt, example, chance)
    except ValueError:
        # Examples that are broken on purpose.
        return None


def csv_parts(fmt: Format, example: Example) -> tuple[str, str, list[str], list[list[str]]] | None:
    """Return what stands above the header, the delimiter, the header and the records of an example, or None."""
    shape = next(s for s in fmt.shapes if s.name == example.shape)
    raw = example.text.encode()
    # What is taken apart before it is read (framed lists, reports of bookkeeping) is no table yet.
    if (
        example.hints.get("header")
        or shape.container != "csv"
        or any(m.claims(raw, Path()) for m in _modules())
    ):
        return None
    lines = example.text.removeprefix("\ufeff").splitlines(keepends=True)
    for at, line in enumerate(lines[:12]):
        delimiter = max(",;\t|", key=lambda sign: (line.count(sign), -",;\t|".index(sign)))
        rows = [r for r in csv.reader(io.StringIO("".join(lines[at:]), newline=""), delimiter=delimiter) if r]
        if not rows:
            continue
        # Footers and sections are of another width.
        records = [row for row in rows[1:] if len(row) == len(rows[0]) and any(cell.strip() for cell in row)]
        head = Head(
            "csv", header=tuple(rows[0]), rows=tuple(map(tuple, records)), file_name=example.file_name
        )
        if records and fit(head, fmt, shape).matches:
            return "".join(lines[:at]), delimiter, rows[0], records
    return None


def csv_text(delimiter: str, rows: list[list[str]], quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n", quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def merges(fmt: Format, example: Example) -> bool:
    """Tell whether several lines of an export are one account, person or payment, so that one line is not one record."""
    shape = next(s for s in fmt.shapes if s.name == example.shape)
    return " OVER " in shape.select


def copied(fmt: Format, example: Example, count: int) -> int:
    return 1 if merges(fmt, example) else max(2, -(-RECORDS // count))


def _hit_csv(fmt: Format, example: Example, chance: random.Random) -> Mutant | None:
    parts = csv_parts(fmt, example)
    if parts is None:
        return None
    above, delimiter, header, records = parts
    copies = copied(fmt, example, len(records))
    rows = [list(row) for _ in range(copies) for row in records]
    hit: dict[int, str] = {}
    for number in sorted(chance.sample(range(len(rows)), max(1, len(rows) // 4))):
        column = chance.randrange(len(header))
        value = chance.choice(HOSTILE + NO_UTF8)
        kind = chance.randrange(12)
        if kind == 0 and len(header) > 2:
            del rows[number][column]
            hit[number + 1] = "a cell less"
        elif kind == 1:
            rows[number].insert(column, value or "more")
            hit[number + 1] = "a cell more"
        elif kind == 2:
            rows[number] = [value] * len(header)
            hit[number + 1] = f"all cells {value[:40]!r}"
        else:
            rows[number][column] = value
            hit[number + 1] = f"{header[column]} = {value[:40]!r}"
    if any(not any(cell.strip() for cell in row) for row in rows):
        return None  # a line of blanks is no record
    left = [row for number, row in enumerate(rows, 1) if number not in hit]
    return Mutant(
        fmt, example, "records", _bytes(above + csv_text(delimiter, [header, *rows])), hit, len(rows), copies,
        _bytes(above + csv_text(delimiter, [header, *left])),
    )  # fmt: skip


def json_values(text: str) -> list[Any]:
    """Return the values of a JSON text, however they lie; raises ValueError."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(text):
        while at < len(text) and text[at] in " \r\n\t,\ufeff":
            at += 1
        if at < len(text):
            value, at = decoder.raw_decode(text, at)
            found.append(value)
    return found


def _records_in(values: list[Any]) -> list[Any] | None:
    """Return the list that holds the records, itself: what is put into it is put into the file."""
    if len(values) == 1 and isinstance(values[0], list):
        return values[0]
    if len(values) == 1 and (inside := opened(values[0])) is not None:
        wanted = inside[1]
        nodes = [values[0]]
        while nodes:
            node = nodes.pop()
            if (
                isinstance(node, list)
                and len(node) == len(wanted)
                and all(a is b for a, b in zip(node, wanted, strict=True))
            ):
                return node
            nodes += list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        return None
    return values if all(isinstance(v, dict) and opened(v) is None for v in values) else None


def _hit_json(fmt: Format, example: Example, chance: random.Random) -> Mutant | None:
    if fmt.name == "activity_watch":
        return None  # one document, with events by bucket
    values = json_values(example.text)
    records = _records_in(values)
    if not records or not all(isinstance(r, dict) for r in records):
        return None
    is_lines = records is values
    copies = copied(fmt, example, len(records))
    records[:] = json.loads(json.dumps(records * copies))
    whole = list(records)
    raw: dict[str, str] = {}
    hit: dict[int, str] = {}
    for number in sorted(chance.sample(range(len(records)), max(1, len(records) // 4))):
        hit[number + 1] = _hit_record(records[number], chance, raw, is_lines=is_lines)
    content = _written(values, chance.random() < 0.5, is_lines, raw)
    records[:] = [record for number, record in enumerate(whole, 1) if number not in hit]
    return Mutant(
        fmt,
        example,
        "records",
        content,
        hit,
        len(whole),
        copies,
        _written(values, False, is_lines, {}) if records else None,
    )


def _hit_record(record: dict[str, Any], chance: random.Random, raw: dict[str, str], *, is_lines: bool) -> str:
    """Change one value of a record, at any depth, in place; `raw`: what is to stand literally for a text."""
    places: list[tuple[Any, Any, str]] = []
    nodes: list[tuple[Any, str]] = [(record, "")]
    while nodes:
        node, path = nodes.pop()
        for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            if key not in OURS:
                places.append((node, key, f"{path}.{key}"))
            if isinstance(value, dict | list):
                nodes.append((value, f"{path}.{key}"))
    holder, key, path = chance.choice(places)
    kind = chance.randrange(10)
    literal = f"@@raw{len(raw)}@@"
    if kind == 0:
        del holder[key]
        return f"without {path}"
    if kind == 1 and isinstance(holder, dict):
        again = json.dumps(chance.choice(HOSTILE + WRONG_TYPE))
        raw[literal] = f"{json.dumps(holder[key])},{json.dumps(key)}:{again}"
        holder[key] = literal
        return f"{path} twice, then {again[:40]}"
    if kind <= 3:
        value = chance.choice(RAW_JSON)
        if not is_lines and value in (
            "007",
            "1.",
            "'a'",
            "True",
            '"\\x"',
            "NaN",
            "-Infinity",
            "[" * 5000 + "]" * 5000,
        ):
            # What is no JSON ends an array there.
            value = "1e400"
        raw[literal], holder[key] = value, literal
        return f"{path}: {value[:40]}"
    if kind <= 5:
        holder[key] = chance.choice(WRONG_TYPE)
    elif kind == 6:
        holder[key] = [holder[key]]
    elif kind == 7 and isinstance(holder[key], int | float):
        holder[key] = str(holder[key])
    else:
        holder[key] = chance.choice(HOSTILE)
    return f"{path} = {str(holder[key])[:40]!r}"


def _written(values: list[Any], escaped: bool, is_lines: bool, raw: dict[str, str]) -> bytes:
    texts = [json.dumps(value, ensure_ascii=escaped) for value in values]
    text = "\n".join(texts) + "\n"
    for literal, value in raw.items():
        text = text.replace(f'"{literal}"', value)
    return _bytes(text)


# ── whole files ──────────────────────────────────────────────────────────────────────────────────────────


def _damaged(fmt: Format, example: Example, chance: random.Random) -> Mutant:
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
    return _bytes(text)


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
