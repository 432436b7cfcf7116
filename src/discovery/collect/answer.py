"""What is asked of a system's API while collecting, and how a list can fail."""

from __future__ import annotations

from typing import Protocol

from discovery.connectors.http_answer import Answer, NoAnswer
from discovery.errors import SourceFailed

__all__ = ["Answer", "Api", "IncompleteFetch", "LinkExpired", "NoAnswer", "NotPermitted"]


class Api(Protocol):
    """A signed-in way to one API. Where it may be asked is fixed: `base_url`."""

    base_url: str

    async def get(self, url: str) -> Answer:
        """Ask for a whole address, once. Raises NoAnswer; SourceFailed where signing in fails."""


class IncompleteFetch(SourceFailed):
    """A list or window did not come to its end: nothing of it counts. The message says what to do.

    status: of the answer that ended it, if one did.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NotPermitted(SourceFailed):
    """The API refuses a list (403); the message is the API's."""


class LinkExpired(Exception):
    """The API does not know a link of its own any more: begin anew."""
