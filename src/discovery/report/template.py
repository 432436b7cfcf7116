"""Templates of pages: every text escaped, and no character in it that a reader would obey."""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from discovery.connectors.notify.message import as_argument
from discovery.report.text import safe, shown


@cache
def environment(package: str) -> Environment:
    """Return the templates of a package; each is compiled once."""
    env = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finished,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        count=count,
        day=day,
        money=money,
        segment=segment,
        lines=lines,
        ago=ago,
        query=urlencode,
        argument=as_argument,
    )
    env.tests["web"] = is_web
    return env


def _finished(value: Any) -> Any:
    """Return what a template prints for a value: nothing for none."""
    if value is None:
        return ""
    return value if isinstance(value, Markup) else safe(shown(value))


def count(value: Any) -> str:
    """Return a whole number with its thousands apart."""
    return "" if value is None else f"{value:,}"


def day(value: Any) -> str:
    """Return a day, also of an instant."""
    return "" if value is None else str(value)[:10]


def money(value: Any) -> str:
    """Return an amount."""
    return "" if value is None else f"{Decimal(value):,.2f}"


def segment(value: Any) -> str:
    """Return a text as one segment of an address."""
    return quote(str(value), safe="")


def is_web(value: Any) -> bool:
    """Tell whether a text is an address that a page may link to."""
    return isinstance(value, str) and urlsplit(value).scheme in ("http", "https") and " " not in value


def lines(text: str) -> Markup:
    """Return a text of several lines, each safe."""
    return Markup("\n").join(safe(line) for line in text.split("\n"))


def ago(moment: datetime.date) -> str:
    """Return how long ago a day is."""
    days = (datetime.datetime.now(datetime.UTC).date() - moment).days
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"
