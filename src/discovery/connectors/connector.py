"""What a connector is: it looks an account up, acts on it, and looks again.

A connector reports what it saw, never what it hopes: `accepted` is a target's word, `verified` an observation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

State = Literal["accepted", "verified", "already_absent", "failed", "unverifiable"]
Presence = Literal["one", "none", "many", "unknown"]


@dataclass(frozen=True)
class Target:
    """One account in one app.

    app_id: the catalog's id. instance: the system instance. identifiers: what the account is known by, by kind:
    `email`, `user_name`, `external_id` (the identity provider's immutable id), `account_key` (the app's own id).
    resources: by which ids the app is known in the directory, for what is taken away there. requested_at: when the
    act was first begun, UTC; what happened before it is not the act's doing.
    """

    app_id: str
    instance: str
    identifiers: Mapping[str, str]
    resources: tuple[str, ...] = ()
    requested_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """What a look-up saw.

    presence: exactly one account, none, many (never acted on), or unknown (the look-up itself failed).
    account_key: the app's own id where presence is `one`. is_active: NULL where the app does not tell.
    detail: one sentence for a person; no secret.
    """

    presence: Presence
    account_key: str | None = None
    is_active: bool | None = None
    detail: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of an act or of looking again.

    state: `accepted` (the target said yes), `verified` (seen to be so), `already_absent`, `failed`, or
    `unverifiable` (this target cannot be asked). detail: one sentence for a person; no secret. status: the
    HTTP status, or None. is_retryable: the same act may be tried again without harm.
    """

    state: State
    detail: str
    status: int | None = None
    is_retryable: bool = False


class OutcomeUnknown(Exception):
    """An act was sent and nobody knows whether it arrived. The message is a sentence for a person."""


class Connector(Protocol):
    """A way into one app. Errors of the target come back as outcomes; wrong settings raise."""

    @property
    def actions(self) -> tuple[str, ...]:
        """What it can do.

        Of `deactivate`, `delete`, `revoke_sessions`, `revoke_tokens`, `remove_licence`, `remove_assignment`,
        `remove_grant`, `remove_from_groups`.
        """

    @property
    def irreversible(self) -> frozenset[str]:
        """Which of them cannot be taken back."""

    def find(self, target: Target) -> Found:
        """Look the account up, by the strongest identifier first; more than one hit is `many`."""

    def act(self, action: str, target: Target) -> Outcome:
        """Do it, after a look-up of its own. Never raises for what a target answers.

        Raises OutcomeUnknown where it was sent, no answer came, and reading the target did not show it done.
        """

    def verify(self, action: str, target: Target) -> Outcome:
        """Look again whether the action holds: `verified`, `failed` or `unverifiable`."""
