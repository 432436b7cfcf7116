"""From a staged text to the relation `raw`: the fast way for whole files, the careful way for broken ones.

The fast way hands the file to DuckDB with every column declared as text and fails on the first malformed
record. The careful way reads record by record, sets malformed ones aside with their number and content, and
hands on a clean copy that carries record numbers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from discovery.sources.layout import NO_HEADER, Layout
from discovery.sources.source import WHOLE_RECORD, Shape, fold
from discovery.sources.unwrapping import unwrap
from discovery.store import SqlError, Store, quoted

BLOCK = 1 << 20
MAX_OBJECT = 64 << 20
MAX_RECORD_LINES = 200


@dataclass(frozen=True)
class BadRecord:
    """A record that could not be taken apart."""

    record: int
    reason: str
    content: str


@dataclass(frozen=True)
class Raw:
    """What `raw` was made from.

    numbered: it has `_record`. envelope: the other keys of the last envelope that was opened.
    """

    path: Path
    layout: Layout
    bad: tuple[BadRecord, ...]
    numbered: bool
    is_clean_copy: bool
    envelope: Mapping[str, Any] = field(default_factory=dict)


def open_raw(store: Store, path: Path, layout: Layout, shape: Shape, header: tuple[str, ...],
             *, numbered: bool) -> Raw:  # fmt: skip
    """Create the temporary view `raw` over a whole, well-formed text; raises SqlError on the first bad record."""
    if shape.container == "csv":
        if holds_nul(path) or not begins_plainly(path, layout):
            raise NotSequential
        _view(store, _csv_select([path], layout, shape, header, layout.header_line + 1, numbered=numbered))
        return Raw(path, layout, (), numbered or layout.is_numbered, is_clean_copy=False)
    if not layout.json_lines:
        raise NotSequential
    _view(store, _json_select([path], shape, numbered=numbered))
    return Raw(path, layout, (), numbered, is_clean_copy=False)


class NotSequential(Exception):
    """The records do not lie one to a line, or one holds what no text holds: they are read one by one."""


def open_raw_carefully(store: Store, path: Path, layout: Layout, shape: Shape, folder: Path,
                       header: tuple[str, ...]) -> Raw:  # fmt: skip
    """Create `raw` over the readable records of any text, numbered; the others come back as `bad`."""
    clean = folder / "clean"
    bad: list[BadRecord] = []
    if shape.container == "csv":
        with clean.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=",", quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, row, content, problem in csv_records(path, layout):
                if problem is None and row is not None:
                    writer.writerow([str(number), *row])
                else:
                    bad.append(BadRecord(number, problem or "not readable", content))
        numbered_layout = Layout("csv", delimiter=",", width=layout.width + 1)
        _view(store, _csv_select([clean], numbered_layout, shape, ("", *header), 0, has_record=True))
        return Raw(path, layout, tuple(bad), True, is_clean_copy=True)
    envelope: dict[str, Any] = {}
    # A surer way each time: what Python takes for JSON, what the engine does too, and that whatever the types.
    for is_strict, is_lenient in ((False, False), (True, False), (True, True)):
        bad = _write_clean(path, layout, clean, envelope, is_strict=is_strict)
        _view(store, _json_select([clean], shape, has_record=True, lenient=is_lenient))
        try:
            store.rows("SELECT * FROM raw")
            break
        except SqlError:
            continue
    return Raw(path, layout, tuple(bad), True, is_clean_copy=True, envelope=envelope)


def lay_out(path: Path, layout: Layout, shape: Shape, clean: Path) -> tuple[Path, Raw] | None:
    """Say from which text the engine can read an input in one go with others; None: it has to be read alone.

    Where the records of a JSON text do not lie in lines, they are written to `clean`, one to a line. Texts of CSV have
    to end their lines in the same way (`line_end`): the engine takes it from the first of them.
    """
    if shape.container == "csv":
        if holds_nul(path) or not begins_plainly(path, layout) or line_end(path) is None:
            return None
        return path, Raw(path, layout, (), shape.numbered or layout.is_numbered, is_clean_copy=False)
    if layout.json_lines:
        return path, Raw(path, layout, (), shape.numbered, is_clean_copy=False)
    envelope: dict[str, Any] = {}
    if _write_clean(path, layout, clean, envelope, is_strict=False):
        return None
    return clean, Raw(path, layout, (), True, is_clean_copy=True, envelope=envelope)


def hold_together(
    store: Store, paths: Sequence[Path], raw: Raw, shape: Shape, header: tuple[str, ...]
) -> None:
    """Read texts that are laid out alike into the temporary table `held_raw`, and give `raw` its columns.

    `held_raw._input`: the place of a row's text among the paths, of which no two are the same. Raises SqlError on the
    first bad record of any.
    """
    if shape.container == "csv":
        skip = raw.layout.header_line + 1
        body = _csv_select(paths, raw.layout, shape, header, skip, numbered=shape.numbered, with_name=True)
    else:
        body = _json_select(
            paths, shape, numbered=shape.numbered, has_record=raw.is_clean_copy, with_name=True
        )
    columns = "* EXCLUDE (filename, path)"
    if shape.numbered and not raw.is_clean_copy and not raw.layout.is_numbered:
        columns += " REPLACE (_record - min(_record) OVER (PARTITION BY _input) + 1 AS _record)"
    store.run(
        f"CREATE OR REPLACE TEMP TABLE held_raw AS SELECT {columns} FROM ({body}) AS r JOIN (SELECT "
        "unnest(CAST($paths AS VARCHAR[])) AS path, generate_subscripts(CAST($paths AS VARCHAR[]), 1) - 1 AS _input"
        ") AS f ON f.path = r.filename",
        {"paths": [str(path) for path in paths]},
    )
    _view(store, "SELECT * EXCLUDE (_input) FROM held_raw")


def _write_clean(path: Path, layout: Layout, clean: Path, envelope: dict[str, Any], *,
                 is_strict: bool) -> list[BadRecord]:  # fmt: skip
    """Write the readable records of a JSON text, one to a line, with their numbers; return the others."""
    bad = []
    with clean.open("w", encoding="utf-8", newline="") as out:
        for number, text, problem in json_records(path, layout, envelope, is_strict=is_strict):
            if problem is None:
                body = text.strip()[1:].lstrip()
                out.write(f'{{"_record":{number}{"" if body.startswith("}") else ","}{body}\n')
            else:
                bad.append(BadRecord(number, problem, text[:4000]))
    return bad


def json_records(
    path: Path, layout: Layout, envelope: dict[str, Any] | None = None, *, is_strict: bool = False
) -> Iterator[tuple[int, str, str | None]]:
    """Yield number, text on one line and problem of each record of a JSON text; see `unwrap` for `envelope`.

    is_strict: also what Python takes for JSON and the engine does not.
    """
    if layout.json_lines:
        with path.open("rb") as file:
            number = 0
            for line in file:
                if not line.strip():
                    continue
                number += 1
                try:
                    text = line.decode("utf-8").strip()
                except UnicodeDecodeError as error:
                    yield (
                        number,
                        line.decode("utf-8", "backslashreplace").strip(),
                        f"byte {error.start} is not UTF-8",
                    )
                    continue
                yield number, text, _object_problem(text, is_strict=is_strict)
        return
    for number, item in enumerate(unwrap(path, envelope), 1):
        text = item.text.replace("\r", " ").replace("\n", " ").encode("utf-8", "backslashreplace").decode()
        problem = item.error or (None if isinstance(item.value, dict) else "expected a JSON object")
        yield number, text, problem or (_object_problem(text, is_strict=True) if is_strict else None)


def _object_problem(text: str, *, is_strict: bool) -> str | None:
    """Say why a text is no record."""
    try:
        value = json.loads(text, object_pairs_hook=_once if is_strict else None)
        if is_strict:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        return "nested too deeply"
    except UnicodeEncodeError:
        return "holds half of a letter (a lone surrogate)"
    except ValueError as error:
        return f"not valid JSON: {error}"
    return None if isinstance(value, dict) else "expected a JSON object"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key in found if sum(key == k for k, _ in pairs) > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def csv_records(path: Path, layout: Layout) -> Iterator[tuple[int, list[str] | None, str, str | None]]:
    """Yield number, cells, text and problem of each record of a CSV; an unterminated quote costs one line."""
    with path.open("rb") as file:
        lines = [line for line in file]  # noqa: C416 - a broken file is small or is read once
    if len(lines) == 1:
        # Carriage returns alone, as of old.
        lines = lines[0].splitlines(keepends=True)
    at = 0
    if layout.header_line != NO_HEADER:
        _, at = _logical(lines, layout.header_line)
    number = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        number += 1
        raw, after = _logical(lines, at)
        if raw is None:
            yield number, None, _shown(lines[at]), "a quote is opened and not closed"
            at += 1
            continue
        at = after
        if b"\0" in raw:
            yield number, None, _shown(raw), "holds a NUL byte: it was damaged on its way; export it again"
            continue
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            yield (
                number,
                None,
                _shown(raw),
                f'byte {error.start} is not UTF-8; set encoding = "cp1252" (or another) in a [[source]] block',
            )
            continue
        try:
            parsed = list(csv.reader([text], delimiter=layout.delimiter, strict=True))
            # A record over several lines is handed over whole, so that it comes back as one row.
            row = parsed[0] if len(parsed) == 1 else next(csv.reader(text.splitlines(keepends=True),
                                                                     delimiter=layout.delimiter))  # fmt: skip
        except (csv.Error, StopIteration) as error:
            yield number, None, text.rstrip("\r\n"), f"not valid CSV: {error}"
            continue
        while len(row) > layout.width and not row[-1].strip():
            row.pop()
        if len(row) != layout.width:
            yield number, None, text.rstrip("\r\n"), f"has {len(row)} cells, expected {layout.width}"
            continue
        if layout.is_numbered:
            yield int(row[0]), row[1:], text.rstrip("\r\n"), None
            continue
        yield number, row, text.rstrip("\r\n"), None


def holds_nul(path: Path) -> bool:
    """Tell whether a NUL byte stands anywhere in a file."""
    with path.open("rb", buffering=0) as file:
        return any(b"\0" in block for block in iter(lambda: file.read(BLOCK), b""))


def begins_plainly(path: Path, layout: Layout) -> bool:
    """Tell whether the engine can skip what stands above the records of a CSV, line by line.

    It loses all records without a word where a cell of the header holds a line break, or where lines above end in
    another way than those below.
    """
    with path.open("rb") as file:
        lines = list(islice(file, layout.header_line + 2))
    above = b"".join(lines[: layout.header_line + 1])
    return (
        above.count(b'"') % 2 == 0
        and len({line[-2:] == b"\r\n" for line in lines if line.endswith(b"\n")}) < 2
    )


def line_end(path: Path) -> bytes | None:
    """Return how the first line of a file ends; None if not in a line feed."""
    with path.open("rb") as file:
        line = file.readline()
    return (b"\r\n" if line.endswith(b"\r\n") else b"\n") if line.endswith(b"\n") else None


def _logical(lines: list[bytes], at: int) -> tuple[bytes | None, int]:
    """Join physical lines until quotes are balanced; None if they never are."""
    joined = b""
    for offset in range(min(MAX_RECORD_LINES, len(lines) - at)):
        joined += lines[at + offset]
        if joined.count(b'"') % 2 == 0:
            return joined, at + offset + 1
    return None, at + 1


def _shown(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00").rstrip("\r\n")[:4000]


def _view(store: Store, select: str) -> None:
    store.run(f"CREATE OR REPLACE TEMP VIEW raw AS {select}")


def _json_select(paths: Sequence[Path], shape: Shape, *, numbered: bool = False, has_record: bool = False,
                 lenient: bool = False, with_name: bool = False) -> str:  # fmt: skip
    """SELECT of the raw columns of JSON texts; lenient: whatever the types; with_name: also `filename`."""
    options = f"format='newline_delimited', maximum_object_size={MAX_OBJECT}"
    if with_name:
        options += ", filename=true"
    if whole := shape.columns.get(WHOLE_RECORD):
        picked = [f"json AS {_name(str(whole))}"]
        number = "CAST(json ->> '$._record' AS BIGINT)"
        options += ", records=false, columns={json: 'JSON'}"
    else:
        types = {name: ("JSON" if lenient else str(kind)) for name, kind in shape.columns.items()}
        picked = [
            (f"({_name(name)} ->> '$')" if shape.columns[name] == "VARCHAR" else
             f"TRY_CAST({_name(name)} AS {shape.columns[name]})") + f" AS {_name(name)}"
            for name in types
        ] if lenient else [_name(name) for name in types]  # fmt: skip
        number = "_record"
        declared = {**types, **({"_record": "BIGINT"} if has_record else {})}
        options += (
            f", columns={{{', '.join(f'{quoted(n)}: {quoted(kind)}' for n, kind in declared.items())}}}"
        )
    if has_record or numbered:
        picked.append(f"{number if has_record else 'row_number() OVER ()'} AS _record")
    if with_name:
        picked.append("filename")
    return f"SELECT {', '.join(picked)} FROM read_json([{_listed(paths)}], {options})"


def _csv_select(paths: Sequence[Path], layout: Layout, shape: Shape, header: tuple[str, ...], skip: int, *,
                numbered: bool = False, has_record: bool = False, with_name: bool = False) -> str:  # fmt: skip
    """SELECT of the raw columns of CSV texts with one header; with_name: also `filename`."""
    header = ("", *header) if layout.is_numbered else header
    folded = [fold(name) for name in header]
    picked = []
    for name, headers in shape.columns.items():
        options = (headers,) if isinstance(headers, str) else headers
        if isinstance(headers, str) and headers.endswith("*"):
            cells = ", ".join(f"c{n}" for n, h in enumerate(folded) if h.startswith(fold(headers)))
            picked.append(f"CAST([{cells}] AS VARCHAR[]) AS {_name(name)}")
            continue
        place = next((folded.index(fold(h)) for h in options if fold(h) in folded), None)
        picked.append(f"{'NULL::VARCHAR' if place is None else f'c{place}'} AS {_name(name)}")
    if has_record or layout.is_numbered:
        picked.append("CAST(c0 AS BIGINT) AS _record")
    elif numbered:
        picked.append("row_number() OVER () AS _record")
    if with_name:
        picked.append("filename")
    columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in range(len(header)))
    # Said where it is known: the engine else takes the first line break, which may stand within a cell.
    further = ", new_line='\\n'" if has_record else ""
    if with_name:
        further += ", filename=true"
    return (
        f"SELECT {', '.join(picked)} FROM read_csv([{_listed(paths)}], "
        f"auto_detect=false, header=false, skip={skip}, columns={{{columns}}}, delim={quoted(layout.delimiter)}, "
        f"quote='\"', escape='\"', strict_mode=true, null_padding=false, max_line_size=16777216{further})"
    )


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(quoted(str(path)) for path in paths)


def _name(name: str) -> str:
    """A raw column as a SQL identifier; names come from format modules, never from files."""
    return '"' + name.replace('"', '""') + '"'
