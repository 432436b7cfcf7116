"""One page of an API's answer, taken apart into the texts of its records without writing them anew."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from discovery.collect.answer import IncompleteFetch

_decode = json.JSONDecoder().raw_decode
_blank = re.compile(r"[ \t\r\n]*").match


@dataclass(frozen=True)
class Page:
    """The records of a page as they stand in it, each on one line, and what else the page says at its top."""

    texts: list[str]
    said: Mapping[str, Any] = field(default_factory=dict)
    following: str | None = None


def take_apart(body: bytes, key: str | None) -> Page:
    """Take the records out of a JSON answer: the list under `key` of an object, or the array itself (`key` None).

    Raises IncompleteFetch where the answer is not whole, or is something else.
    """
    try:
        text = body.decode("utf-8")
        at = _next(text, 0)
        if key is None:
            if text[at] != "[":
                raise IncompleteFetch(f"expected a JSON array, got {text[at : at + 40]!r}")
            return Page(_elements(text, at)[0])
        return _of_object(text, at, key)
    except (ValueError, IndexError) as error:
        raise IncompleteFetch(f"the answer is no whole JSON: {error}") from error


def _of_object(text: str, at: int, key: str) -> Page:
    if text[at] != "{":
        raise IncompleteFetch(f"expected a JSON object, got {text[at : at + 40]!r}")
    texts: list[str] = []
    said: dict[str, Any] = {}
    is_there = False
    at = _next(text, at + 1)
    while text[at] != "}":
        name, at = _decode(text, at)
        at = _next(text, at)
        if text[at] != ":":
            raise ValueError(f"no colon at {at}")
        at = _next(text, at + 1)
        if name == key and text[at] == "[":
            found, at = _elements(text, at)
            texts += found
            is_there = True
        else:
            said[name], at = _decode(text, at)
        at = _next(text, at)
        if text[at] == ",":
            at = _next(text, at + 1)
    if not is_there and "error" in said:
        raise IncompleteFetch(f"an error came with a good status: {str(said['error'])[:200]}")
    return Page(texts, {**said, "": is_there})


def _elements(text: str, at: int) -> tuple[list[str], int]:
    """Return the texts of an array's objects and the place after it."""
    texts = []
    at = _next(text, at + 1)
    while text[at] != "]":
        value, end = _decode(text, at)
        if not isinstance(value, dict):
            raise IncompleteFetch(f"expected records, got {text[at : at + 40]!r}")
        texts.append(one_line(text[at:end]))
        # Between most records stands a comma and nothing else: the search for blanks is for the others.
        at = end if text[end] in ",]" else _next(text, end)
        if text[at] == ",":
            at = at + 1 if text[at + 1] == "{" else _next(text, at + 1)
    return texts, at + 1


def one_line(text: str) -> str:
    """Return the text of a JSON value without line ends, which can only stand between its parts."""
    return text.replace("\r", " ").replace("\n", " ") if "\n" in text or "\r" in text else text


def with_keys(text: str, keys: Mapping[str, Any]) -> str:
    """Return a record's text with keys in front that say whose it is."""
    rest = text[1:].lstrip()
    added = json.dumps(dict(keys), ensure_ascii=False)[:-1]
    return f"{added}{'' if rest.startswith('}') else ', '}{rest}"


def _next(text: str, at: int) -> int:
    found = _blank(text, at)
    return found.end() if found else at
