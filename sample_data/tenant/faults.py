"""Faults that a server of this package plays, by script: which, on which path, when and how often."""

from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

ANSWERS = {
    "throttled": (429, "TooManyRequests", "Too many requests."),
    "unavailable": (503, "serviceNotAvailable", "The service is temporarily unavailable."),
    "error": (500, "InternalServerError", "An internal server error occurred."),
    "gateway": (
        502,
        None,
        "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>",
    ),
    "expired_token": (401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    "denied": (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
}
"""Faults that stand for the answer: status, code and message (learn.microsoft.com/graph/errors, read 2026-11-25)."""
OF_CONNECTION = ("reset", "hang")
OF_PAGES = ("empty_page", "short_page", "repeated_link", "foreign_link", "repeated_records")
KINDS = (*ANSWERS, *OF_CONNECTION, *OF_PAGES)


@dataclass
class Fault:
    """One fault: `times` it is played after `after` requests of its path went well; `times` below 0 is for ever."""

    kind: str
    path: str = "*"
    times: int = 1
    after: int = 0
    retry_after: str | None = None
    seconds: float = 0.0


class Faults:
    """The script of a server. Each request meets the first fault that fits its path and is due."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.played: list[str] = []

    def add(self, kind: str, path: str = "*", **said: Any) -> None:
        """Put a fault into the script; `path` is a pattern such as `/users*`, without the version before it."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no fault; known: {', '.join(KINDS)}")
        self.waiting.append(Fault(kind, path, **said))

    def due(self, path: str) -> Fault | None:
        """Return the fault that a request of a path meets, and count it as played."""
        for fault in self.waiting:
            if not fnmatch(path, fault.path):
                continue
            if fault.after > 0:
                fault.after -= 1
                return None
            fault.times -= 1
            if fault.times == 0:
                self.waiting.remove(fault)
            self.played.append(fault.kind)
            return fault
        return None
