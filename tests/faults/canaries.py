"""Texts that somebody's screen, spreadsheet, browser or mail would obey, planted in every field of every export."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from discovery.sources.source import Example, Format
from tests.faults.hit_records import csv_parts, csv_text, json_values, records_in, written
from tests.faults.mutants import OURS

PAYLOADS = (
    "<script>alert('{c}')</script>", '=HYPERLINK("http://127.0.0.1/{c}")', "\x1b]8;;http://127.0.0.1/{c}\x07link\x1b]8;;\x07", "{{{{7*7}}}}{c}",
    "javascript:alert('{c}')", "{c}\r\nSubject: hacked{c}", "\u202e{c}\u2066", '"><img src=x onerror={c}>', "\x9b31m{c}", "+{c}", "-{c}",
    "@{c}", "\t={c}", "</title></script>{c}", "[bold red]{c}[/bold red]", "'{c}'; DROP TABLE person; --", "| {c} |\n# {c}",
    "[{c}](javascript:alert(1))", "%3Cscript%3E{c}", "{c}\u2028=1+1", "＝{c}", "$(id){c}`id`", "../../{c}", "<a href='javascript:{c}'>x</a>",
)  # fmt: skip
MARKER = re.compile(r"cnry\d+x\d+z")
_IDS = re.compile(r"(id|key|uuid|login|user ?name|number|uri|guid|sub)$", re.IGNORECASE)
_LOCAL = re.compile(r"([\w.+-]+)@")


def planted(fmt: Format, example: Example, number: int) -> tuple[bytes, int] | None:
    """Return an example with a copy of a record for each of its text fields, a canary in that field; and how many."""
    shape = next(s for s in fmt.shapes if s.name == example.shape)
    if shape.container == "csv":
        parts = csv_parts(fmt, example)
        if parts is None:
            return None
        above, delimiter, header, records = parts
        # In turn of all records: one alone may be a footer, or leave open what a date means.
        rows = [
            list(
                _with_canary(
                    dict(enumerate(records[column % len(records)])),
                    (column,),
                    dict(enumerate(header)),
                    number,
                    column,
                ).values()
            )
            for column in range(len(header))
        ]
        return (above + csv_text(delimiter, [header, *rows])).encode(), len(rows)
    try:
        values = json_values(example.text)
    except ValueError:
        return None
    found = records_in(values) if fmt.name != "activity_watch" else None
    if not found or not isinstance(found[0], dict):
        return None
    having: dict[tuple[Any, ...], list[Any]] = {}
    for record in found:
        for path in _texts(record, ()) if isinstance(record, dict) else ():
            having.setdefault(path, []).append(record)
    pairs = [(records[place % len(records)], path) for place, (path, records) in enumerate(having.items())]
    found[:] = [_with_canary(record, path, {}, number, place) for place, (record, path) in enumerate(pairs)]
    return written(values, False, {}), len(pairs)


def _texts(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, dict | list):
            yield from _texts(value, (*path, key))
        elif isinstance(value, str) and key not in OURS:
            yield (*path, key)


def _with_canary(
    record: dict[Any, Any], path: tuple[Any, ...], names: dict[Any, str], number: int, place: int
) -> dict[Any, Any]:
    """Return a copy of a record that is another person's or thing's, with a canary at one place."""
    own = copy.deepcopy(record)
    _tell_apart(own, names, place)
    marker = f"cnry{number}x{place}z"
    payload = PAYLOADS[(number + place) % len(PAYLOADS)].format(c=marker)
    node: Any = own
    for key in path[:-1]:
        node = node[key]
    old = str(node[path[-1]])
    if _LOCAL.search(old):
        node[path[-1]] = _LOCAL.sub(lambda m: f"{m[1]}{payload.replace('@', '')}@", old, count=1)
    elif "://" in old:
        node[path[-1]] = f"{old}/{payload}"
    else:
        node[path[-1]] = payload
    return own


def _tell_apart(node: Any, names: dict[Any, str], place: int) -> None:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, dict | list):
            _tell_apart(value, {}, place)
        elif isinstance(value, str):
            if "@" in value:
                node[key] = _LOCAL.sub(rf"\g<1>{place}@", value)
            elif value and _IDS.search(str(names.get(key, key))):
                node[key] = f"{value}{place}"


# ── what is inert ────────────────────────────────────────────────────────────────────────────────────────


def obeyed_by_a_terminal(text: str) -> set[str]:
    """Return the characters in a text that a terminal would obey or that turn what is read around."""
    return {ch for ch in text if ch not in "\n\r\t" and unicodedata.category(ch) in ("Cc", "Cf", "Zl", "Zp")}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        for name, value in attrs:
            if name.startswith("on") or MARKER.search(name):
                self.faults.append(f"<{tag} {name}={value!r}>")
            if name in ("href", "src", "action", "formaction", "xlink:href") and re.match(
                r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE
            ):
                self.faults.append(f"<{tag} {name}={value!r}>")
        if tag in ("iframe", "object", "embed", "base") or MARKER.search(tag):
            self.faults.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] in ("script", "style") and MARKER.search(data):
            self.faults.append(f"in <{self.inside[-1]}>: {data[:100]}")


def faults_of_page(text: str) -> list[str]:
    """Return what a browser would obey in a page."""
    page = _Page()
    page.feed(text)
    found = [*page.faults, *(repr(ch) for ch in obeyed_by_a_terminal(text))]
    if re.search(r"49cnry", text):
        found.append("a template was filled in")
    return found


def faults_of_csv(text: str) -> list[str]:
    """Return the cells of a CSV that a spreadsheet would take for a formula."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    return [
        cell for cell in cells
        if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) and not re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", cell)
    ]  # fmt: skip


def faults_of_json(text: str) -> list[str]:
    json.loads(text)
    return [repr(ch) for ch in obeyed_by_a_terminal(text)]
