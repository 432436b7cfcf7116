"""What is told to people and systems, and what a channel is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

TicketState = Literal["open", "closed", "unknown"]


class NotDelivered(Exception):
    """A channel did not take a message; the text says why, in words, without secrets."""


@dataclass(frozen=True)
class Message:
    """One message.

    kind: `assigned`, `reminder`, `escalation`, `closed_elsewhere` (about a task), `approval`, `plan_failed`,
    `reopened` (about a case), `head` (of the ledger). to: e-mail address of whom it is for. key: what it is about, the
    same in all messages about it: task_id, case_id. subject, lines: in words, plain text. due_on: day as
    2026-11-25. link: address under which `to` can answer, for their eyes alone. facts: the same for programs.
    """

    kind: str
    to: str
    key: str
    subject: str
    lines: tuple[str, ...]
    due_on: str | None = None
    link: str | None = None
    facts: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The lines, for everybody who may look at it."""
        return "\n".join(self.lines) + "\n"

    @property
    def private_text(self) -> str:
        """The lines, and below them the link with which `to`, and nobody else, answers."""
        return self.text + (f"\nOr answer here, once: {self.link}\n" if self.link else "")

    @property
    def is_about_task(self) -> bool:
        """Tell whether a ticket may be opened for it."""
        return self.kind in ("assigned", "reminder", "escalation", "closed_elsewhere")


@dataclass(frozen=True)
class Receipt:
    """What a channel says of a message that it took; `reference`: its own id of the thread or ticket."""

    detail: str
    reference: str | None = None


class Channel(Protocol):
    """A way to tell somebody something. It completes nothing."""

    @property
    def name(self) -> str:
        """Name of the channel, as the ledger keeps it."""

    def takes(self, message: Message) -> bool:
        """Tell whether messages of this kind go this way."""

    def deliver(self, message: Message, reference: str | None) -> Receipt:
        """Deliver a message; `reference`: what the first one about the same task got. Raises NotDelivered."""

    def ticket_state(self, reference: str) -> TicketState:
        """Look whether a ticket was closed; `unknown` where there are no tickets. Raises NotDelivered."""


def one_line(text: str) -> str:
    """Return a text whose line ends and control characters are blanks."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())


def as_argument(text: str) -> str:
    """Return a text as one argument of a command that somebody may paste into a shell."""
    return shlex.quote(one_line(text))
