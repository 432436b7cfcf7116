"""An example's records, a few times over, of which some are hit in one value each: no other may be lost.

All chance comes from a seeded `random.Random`: the same seed gives the same bytes on every machine.
"""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

from discovery.sources.envelopes import opened
from discovery.sources.source import Example, Format, Head, fit
from discovery.sources.unpack import _modules
from tests.faults.mutants import HOSTILE, NO_UTF8, OURS, RAW_JSON, RECORDS, WRONG_TYPE, Mutant, as_bytes


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
        fmt, example, "records", as_bytes(above + csv_text(delimiter, [header, *rows])), hit, len(rows), copies,
        as_bytes(above + csv_text(delimiter, [header, *left])),
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


def records_in(values: list[Any]) -> list[Any] | None:
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
    records = records_in(values)
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
    content = written(values, chance.random() < 0.5, raw)
    records[:] = [record for number, record in enumerate(whole, 1) if number not in hit]
    return Mutant(
        fmt,
        example,
        "records",
        content,
        hit,
        len(whole),
        copies,
        written(values, False, {}) if records else None,
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


def written(values: list[Any], escaped: bool, raw: dict[str, str]) -> bytes:
    texts = [json.dumps(value, ensure_ascii=escaped) for value in values]
    text = "\n".join(texts) + "\n"
    for literal, value in raw.items():
        text = text.replace(f'"{literal}"', value)
    return as_bytes(text)
