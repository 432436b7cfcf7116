"""Who is meant: comparing what an app says with what a target is known by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def is_same(one: object, other: object) -> bool:
    """Tell whether two names are the same but for upper and lower case. Nothing is the same as nothing."""
    first, second = (str(v).strip().casefold() if isinstance(v, str | int) else "" for v in (one, other))
    return bool(first) and first == second


def at(document: Any, pointer: str) -> Any:
    """Return what a JSON pointer (RFC 6901) leads to, None if nothing is there. `""` is the document itself."""
    found = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping):
            found = found.get(key)
        elif isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def is_pointer(text: object) -> bool:
    """Tell whether a text is a JSON pointer."""
    return isinstance(text, str) and (text == "" or text.startswith("/"))


def in_words(identifiers: Mapping[str, str], kinds: Iterable[str]) -> str:
    """Return by which names an account was looked for."""
    return ", ".join(dict.fromkeys(f"{identifiers[k]}" for k in kinds if k in identifiers)) or "nothing"
