"""The records of a JSON text that does not hold one object per line: arrays, envelopes, pretty-printed objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from discovery.sources.envelopes import opened

BLOCK = 1 << 20


@dataclass(frozen=True)
class Item:
    """One record of a JSON text, or what could not be read in its place (`error`)."""

    value: Any
    text: str
    error: str | None = None


def unwrap(path: Path, envelope: dict[str, Any] | None = None) -> Iterator[Item]:
    """Yield the records of arrays, envelopes, concatenated or pretty-printed objects, text as delivered.

    Top-level arrays are read element by element, so that a large one needs little memory. The other keys
    of the envelope that was opened last are put into `envelope`.
    """
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        buffer = _Buffer(file)
        buffer.skip(" \t\r\n,\ufeff")
        while not buffer.at_end():
            if buffer.peek() == "[":
                buffer.take(1)
                yield from _elements(buffer)
            else:
                value, text, error = buffer.decode()
                if error:
                    yield Item(None, text, error)
                    return
                inside = opened(value) if isinstance(value, dict) else None
                if inside is None:
                    yield Item(value, text)
                else:
                    if envelope is not None:
                        envelope.clear()
                        envelope.update(inside[0])
                    for element in inside[1]:
                        of = _with_parent(element, inside[0])
                        yield Item(of, json.dumps(of, ensure_ascii=False))
            buffer.skip(" \t\r\n,")


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
        self._decoder = json.JSONDecoder()

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

    def decode(self) -> tuple[Any, str, str | None]:
        """Return the next value, its text, and an error if there is none to be read."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
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
