"""Cells of tables, one function per kind of column. Written in Python because a page has thousands of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from discovery.report.queue import called
from discovery.report.template import count, day, is_web, money, segment
from discovery.report.text import safe, shown

if TYPE_CHECKING:
    from discovery.web.listing import Column

Row = Mapping[str, Any]


def words(value: Any) -> str:
    """Return a value as escaped text, without characters that a reader would obey."""
    return "" if value is None else str(escape(safe(shown(value))))


def badge(value: Any, _: Row | None = None) -> str:
    """Return a word with a colour of its own."""
    if value is None or value == "":
        return ""
    said = words(value)
    return f'<span class="badge b-{said.replace(" ", "_")}">{said.replace("_", " ")}</span>'


def survives(value: Any, _: Row | None = None) -> str:
    """Return whether an access survives the disable."""
    word = "yes" if value is True else "no" if value is False else "not known"
    return f'<span class="badge s-{word.replace(" ", "-")}">{word}</span>'


def _person(value: Any, row: Row) -> str:
    who = row["person_id"]
    return f'<a href="/people/{segment(who)}">{words(value or who)}</a>' if who else words(value)


def _app(value: Any, row: Row) -> str:
    app = row["app_id"]
    return f'<a href="/apps/{segment(app)}">{words(value or app)}</a>' if app else words(value)


def _access(value: Any, row: Row) -> str:
    to = f"/people/{segment(row['person_id'])}/apps/{segment(row['app_id'])}"
    return f'<a href="{to}">{words(value or row["app_id"])}</a>'


def _rule(value: Any, _: Row) -> str:
    return f'<a href="/findings?rule={segment(value)}">{words(value).replace("_", " ")}</a>'


def _money(value: Any, row: Row) -> str:
    if value is None:
        return ""
    # Sums of charges in several currencies have none.
    return f'<span class="nowrap">{money(value)} {words(row.get("currency"))}</span>'


def _chips(value: Any, _: Row) -> str:
    return " ".join(f'<span class="chip">{words(one)}</span>' for one in value or ())


def _address(value: Any, _: Row) -> str:
    said = words(value)
    return f'<a href="{said}" rel="noreferrer noopener">{said}</a>' if is_web(value) else said


_KINDS: Mapping[str, Callable[[Any, Row], str]] = {
    "person": _person,
    "app": _app,
    "access": _access,
    "case": lambda value, _: f'<a class="nowrap" href="/cases/{segment(value)}">{words(value)}</a>',
    "task": lambda value, row: f'<a href="/tasks/{segment(row["task_id"])}">{words(value)}</a>',
    "queued": lambda _, row: f'<a href="/queue/{segment(row["key"])}">{words(called(row))}</a>',
    "rule": _rule,
    "survives": survives,
    "badge": badge,
    "day": lambda value, _: f'<span class="nowrap">{words(day(value))}</span>',
    "instant": lambda value, _: f'<span class="nowrap">{words(value)}</span>',
    "count": lambda value, _: words(count(value)),
    "money": _money,
    "chips": _chips,
    "flag": lambda value, _: "yes" if value else "",
    "lines": lambda value, _: "<br>".join(words(one) for one in value or ()),
    "alarm": lambda value, _: '<span class="badge s-yes">failed</span>' if value else "",
    "code": lambda value, _: f"<code>{words(value)}</code>",
    "link": _address,
}
_CLASSES = {
    "text": "words",
    "file": "file",
    "long": "long",
    "lines": "long",
    "link": "words",
} | dict.fromkeys(("person", "app", "access", "queued", "task", "mention", "rule"), "name")


def cells(row: Row, columns: list[Column]) -> Markup:
    """Return the cells of one row."""
    made = []
    for column in columns:
        value = row[column.name]
        draw = _KINDS.get(column.kind)
        name = "number" if column.is_number else _CLASSES.get(column.kind)
        inside = words(value) if draw is None else draw(value, row)
        made.append(f'<td class="{name}">{inside}</td>' if name else f"<td>{inside}</td>")
    return Markup("".join(made))
