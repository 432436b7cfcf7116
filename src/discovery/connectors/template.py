"""Putting names into addresses and bodies: `{email}` and nothing else, no code, no way out of the place it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_FIELD = re.compile(r"\{([a-z_]+)\}")


class Unsafe(Exception):
    """A name holds what could change the meaning of a request; nothing was sent."""


def fields_of(template: Any) -> set[str]:
    """Return the names that a template asks for."""
    if isinstance(template, str):
        return set(_FIELD.findall(template))
    if isinstance(template, Mapping):
        return {name for value in template.values() for name in fields_of(value)}
    if isinstance(template, list):
        return {name for value in template for name in fields_of(value)}
    return set()


def fill_url(template: str, values: Mapping[str, str]) -> str:
    """Return an address with every value encoded as one part of it. Raises Unsafe."""
    return _FIELD.sub(lambda match: quote(_checked(match[1], values), safe=""), template)


def fill(template: Any, values: Mapping[str, str]) -> Any:
    """Return a body with every text filled; what is no text stays as it is. Raises Unsafe."""
    if isinstance(template, str):
        return _FIELD.sub(lambda match: _checked(match[1], values), template)
    if isinstance(template, Mapping):
        return {key: fill(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    return template


def _checked(name: str, values: Mapping[str, str]) -> str:
    value = values[name]
    # Quotes and backslashes end a text in filters and query languages; dots alone climb in a path.
    if not value or value.strip(".") == "" or any(c in '"\\`' or not c.isprintable() for c in value):
        raise Unsafe(f"the {name} {value!r} holds characters that are not sent")
    return value
