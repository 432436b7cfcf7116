"""The records of a JSON text that does not hold one object per line: arrays, envelopes, pretty-printed objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from discovery.errors import SourceFailed
from discovery.sources.envelopes import opened

BLOCK = 1 << 20


# A letter that JSON forbids costs the record that holds it, not all that follow: whoever reads the record judges it.
_PLAIN = json.JSONDecoder(strict=False)


@dataclass(frozen=True)
class Item:
    """One record of a JSON text, or what could not be read in its place (`error`)."""

    value: Any
    text: str
    error: str | None = None


class _Twice(dict[str, Any]):
    """An object of which a key stood twice: `key`. What the first of the two said is lost in it."""

    key = ""


def _told_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    twice.key = next(key for key in found if sum(key == name for name, _ in pairs) > 1)
    return twice


_NOTING = json.JSONDecoder(strict=False, object_pairs_hook=_told_twice)


def _key_twice(value: Any) -> str | None:
    """Return a key that stands twice in an object, at any depth, or None."""
    nodes = [value]
    while nodes:
        node = nodes.pop()
        if isinstance(node, _Twice):
            return node.key
        nodes += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return None


def unwrap(path: Path, envelope: dict[str, Any] | None = None) -> Iterator[Item]:
    """Yield the records of arrays, envelopes, concatenated or pretty-printed objects, text as delivered.

    Top-level arrays are read element by element, so that a large one needs little memory. The other keys
    of the envelope that was opened last are put into `envelope`. Raises SourceFailed for an envelope that has a key
    twice: two lists of records under one name would be one, and who stands in the other would be gone.
    """
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        buffer = _Buffer(file)
        buffer.skip(" \t\r\n,\ufeff")
        while not buffer.at_end():
            if buffer.peek() == "[":
                buffer.take(1)
                yield from _elements(buffer)
            else:
                value, text, error = buffer.decode(_NOTING)
                if error:
                    yield Item(None, text, error)
                    return
                inside = opened(value) if isinstance(value, dict) else None
                if inside is None:
                    yield Item(value, text)
                else:
                    if (twice := _key_twice(inside[0]) or _key_twice_around(value)) is not None:
                        raise SourceFailed(
                            f"the key {twice!r} stands twice around its records, and only one of the two would count: "
                            "export it again, or make two files of it."
                        )
                    if envelope is not None:
                        envelope.clear()
                        envelope.update(inside[0])
                    for element in inside[1]:
                        of = _with_parent(element, inside[0])
                        twice = _key_twice(element)
                        said = None if twice is None else f"not valid JSON: the key {twice!r} stands twice"
                        yield Item(of, json.dumps(of, ensure_ascii=False), said)
            buffer.skip(" \t\r\n,")


def _key_twice_around(value: dict[str, Any]) -> str | None:
    """Return a key that stands twice in what lies around the records: objects above the list of them."""
    while True:
        if isinstance(value, _Twice):
            return value.key
        inner = [v for v in value.values() if isinstance(v, dict) and opened(v) is not None]
        if len(inner) != 1:
            return None
        value = inner[0]


def _with_parent(element: Any, around: dict[str, Any]) -> Any:
    """Give a record what only its page says: whose it is, as in `#servicePrincipals('…')/synchronization/jobs`."""
    context = around.get("@odata.context")
    if isinstance(element, dict) and isinstance(context, str) and "('" in context:
        return {"@odata.context": context, **element}
    return element


def _elements(buffer: _Buffer) -> Iterator[Item]:
    buffer.skip(" \t\r\n,")
    while not buffer.at_end() and buffer.peek() != "]":
        value, text, error = buffer.decode()
        if error:
            yield Item(None, text, error)
            return
        yield Item(value, text)
        buffer.skip(" \t\r\n,")
    if buffer.at_end():
        yield Item(None, "", "the array is cut short: its closing bracket is missing")
        return
    buffer.take(1)


class _Buffer:
    """A window on a text file from which JSON values are decoded one after the other."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._text = ""
        self._at = 0

    def _more(self) -> bool:
        block = self._file.read(BLOCK)
        self._text = self._text[self._at :] + block
        self._at = 0
        return bool(block)

    def at_end(self) -> bool:
        return self._at >= len(self._text) and not self._more()

    def peek(self) -> str:
        return self._text[self._at]

    def take(self, count: int) -> None:
        self._at += count

    def skip(self, characters: str) -> None:
        while True:
            while self._at < len(self._text) and self._text[self._at] in characters:
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return

    def decode(self, decoder: json.JSONDecoder = _PLAIN) -> tuple[Any, str, str | None]:
        """Return the next value, its text, and an error if there is none to be read."""
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except RecursionError:
                return None, self._text[self._at : self._at + 200], "nested too deeply"
            except ValueError as error:
                grown = len(self._text) - self._at
                if self._more():
                    # Read as much again before the next try: decoding stays linear in the size of a value.
                    while len(self._text) < 2 * grown and self._more():
                        pass
                    continue
                return None, self._text[self._at : self._at + 200], f"not valid JSON: {error}"
            if end == len(self._text) and not isinstance(value, dict | list) and self._more():
                continue
            text = self._text[self._at : end]
            self._at = end
            return value, text, None
