"""Names of files, and other texts that come with them, as they are kept: without what names a forgotten person.

Each run of up to MOST_WORDS words is compared with the suppression list, so that `ramp_Ada.Byron@example.com.csv` and
`Ada Byron (2).csv` are found where an address or a name is on it. What is found is replaced by a stand-in with a keyed
digest of it: two names stay two, and the same name is the same one every night.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from discovery.sources.forgotten import list_key, name_token, read_suppressed, token

STAND_IN = re.compile(r"\[forgotten [0-9a-f]{8}\]")
SCRUBBED = "(names a forgotten person: not kept)"
HERS = "its name or a [[source]] block says that it is a forgotten person's: nothing of it is read"
MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")

Quarantined = tuple[int, str | None, str, str]


class FileNames:
    """What may be said of files while the persons of one home's suppression list are forgotten."""

    def __init__(self, home: Path) -> None:
        self._known = frozenset(read_suppressed(home))
        key = list_key(home) if self._known else None
        self._begin = hashlib.sha256((key or b"").hex().encode() + b"\0")

    def shown(self, name: str) -> str:
        """Return a name, or any other text, without what names a forgotten person; a path stays a path."""
        if not self._known:
            return name
        return "/".join(self._part(part) for part in name.split("/"))

    def is_forgotten(self, address: str) -> bool:
        """Tell whether an address is a forgotten person's."""
        return "@" in address and self._digest(token(address, "", "")) in self._known

    def names_forgotten(self, text: str) -> bool:
        """Tell whether a text names a forgotten person."""
        return bool(self._known) and self.shown(text) != text

    def scrubbed(self, rows: Iterable[Quarantined]) -> list[Quarantined]:
        """Return quarantined records without the reason and content of those that name a forgotten person."""
        return [
            (record, column, SCRUBBED, SCRUBBED)
            if self.names_forgotten(f"{reason} {content}")
            else (record, column, reason, content)
            for record, column, reason, content in rows
        ]

    def _part(self, part: str) -> str:
        text = unicodedata.normalize("NFC", part)
        words = list(_WORD.finditer(text))
        kept: list[str] = []
        at = number = 0
        while number < len(words):
            count = next((n for n in range(min(MOST_WORDS, len(words) - number), 0, -1)
                          if self._is_known(text, words[number].start(), words[number + n - 1].end())), 0)  # fmt: skip
            if not count:
                number += 1
                continue
            start, end = words[number].start(), words[number + count - 1].end()
            kept += [text[at:start], f"[forgotten {self._digest(text[start:end])[:8]}]"]
            at, number = end, number + count
        return "".join([*kept, text[at:]]) if kept else part

    def _is_known(self, text: str, start: int, end: int) -> bool:
        # An address counts as a whole: the same name at another domain is somebody else.
        if text[end : end + 1] == "@":
            return False
        return self._digest(name_token(text[start:end])) in self._known or self.is_forgotten(text[start:end])

    def _digest(self, text: str) -> str:
        digest = self._begin.copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()
