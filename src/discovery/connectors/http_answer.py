"""What an API answered to a reader: the same for every system, so that paging and retries are written once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""This machine: the only place where http may be plain."""
CONNECTIONS = 8
"""How many requests of a reader are under way at most."""


@dataclass(frozen=True)
class Answer:
    """One answer. `headers`: names in lower case. `code` and `message`: of an error, as the API words it."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    message: str = ""

    @property
    def is_fine(self) -> bool:
        """The body is what was asked for."""
        return 200 <= self.status < 300

    def __str__(self) -> str:
        said = ": ".join(part for part in (self.code, self.message[:200]) if part)
        return f"{self.status}" + (f" ({said})" if said else "")


class NoAnswer(Exception):
    """The connection failed, timed out or broke in the middle of the body; the message is one line, no secret."""
