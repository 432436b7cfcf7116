"""The access graph as other programs read it: GraphML (NetworkX, Gephi), or CSV for Neo4j's import."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from discovery.errors import BadUse
from discovery.report.spreadsheet import csv_text
from discovery.store import Store, sql_file

FORMATS = ("graphml", "csv")
_NODE = (
    "label",
    "name",
    "email",
    "status",
    "department",
    "left_on",
    "kind",
    "domain",
    "category",
    "approval",
)
_EDGE = ("type", "first_seen_on", "last_seen_on", "sources", "event_count", "confidence", "class", "route",
         "survives_idp_disable", "is_admin")  # fmt: skip
_TYPES = {"event_count": "long", "confidence": "double", "is_admin": "boolean"}
_NEO4J = {
    "event_count": "event_count:long",
    "confidence": "confidence:double",
    "is_admin": "is_admin:boolean",
}


def write_graph(store: Store, form: str, output: Path) -> tuple[int, int]:
    """Write the graph of a published file; returns the numbers of nodes and edges. Raises BadUse."""
    nodes = store.dicts(sql_file(__package__, "graph_node"))
    edges = store.dicts(sql_file(__package__, "graph_edge"))
    try:
        if form == "graphml":
            _write_private(output, _graphml(nodes, edges))
        else:
            output.mkdir(mode=0o700, parents=True, exist_ok=True)
            head = ("id:ID", ":LABEL", *_NODE[1:])
            rows = ([row["id"], row["label"], *(row[c] for c in _NODE[1:])] for row in nodes)
            _write_private(output / "nodes.csv", [csv_text(head, rows)])
            ends = (":START_ID", ":END_ID", ":TYPE", *(_NEO4J.get(c, c) for c in _EDGE[1:]))
            rows = (
                [row["source"], row["target"], row["type"], *(row[c] for c in _EDGE[1:])] for row in edges
            )
            _write_private(output / "edges.csv", [csv_text(ends, rows)])
    except OSError as error:
        raise BadUse(f"{output}: cannot be written: {error.strerror}") from error
    return len(nodes), len(edges)


def _write_private(path: Path, parts: Iterable[str]) -> None:
    """Write a file that only its owner may read: it is about persons."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.writelines(parts)


def _graphml(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for what, names in (("node", _NODE), ("edge", _EDGE)):
        for name in names:
            yield (
                f'<key id="{what}_{name}" for="{what}" attr.name="{name}" attr.type="{_TYPES.get(name, "string")}"/>\n'
            )
    yield '<graph id="access" edgedefault="directed">\n'
    for row in nodes:
        yield f"<node id={_quoted(row['id'])}>{_data('node', _NODE, row)}</node>\n"
    for number, row in enumerate(edges):
        yield (
            f'<edge id="e{number}" source={_quoted(row["source"])} target={_quoted(row["target"])}>'
            f"{_data('edge', _EDGE, row)}</edge>\n"
        )
    yield "</graph>\n</graphml>\n"


def _data(what: str, names: tuple[str, ...], row: dict[str, Any]) -> str:
    return "".join(
        f'<data key="{what}_{name}">{escape(_text(row[name]))}</data>'
        for name in names
        if row[name] is not None
    )


def _quoted(text: str) -> str:
    return quoteattr(_text(text))


def _text(value: Any) -> str:
    """A value as XML can hold it: what XML 1.0 forbids is replaced."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "".join(ch if ch in "\t\n" or (ch >= " " and not "\ud800" <= ch <= "\udfff" and ch not in "\ufffe\uffff")
                   else "\ufffd" for ch in str(value))  # fmt: skip
