"""The classic case of Entra ID: the order of disable, delete and unassign decides what apps are ever told.

A simulation from documented behaviour, row by row with its source; nothing is asked and nothing is sent. What the
tenant's own provisioning log shows wins over any of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

DOCS = "https://github.com/MicrosoftDocs/entra-docs/blob/main/docs/identity/app-provisioning"
HOW = f"{DOCS}/how-provisioning-works.md"
RESTORE = "https://learn.microsoft.com/graph/api/user-delete"
NOT_SENT = "https://github.com/MicrosoftDocs/azure-docs/issues/104769"
PURGE = "https://github.com/MicrosoftDocs/azure-docs/issues/30269"
ON_DEMAND = f"{DOCS}/provision-on-demand.md"
AS_OF = "2026-11-24"
"""The day on which the sources were looked up."""

CYCLE = timedelta(minutes=40)
"""Usual length of a provisioning cycle, 20 to 40 minutes; a job in quarantine runs once a day."""
BIN_DAYS = 30
"""Days from the soft deletion to the hard one, unless somebody purges the account before."""


@dataclass(frozen=True)
class Event:
    """One thing that a provisioned app is told, or not. `is_sent`: yes, no or either; times UTC, None = never."""

    what: str
    is_sent: str
    earliest_at: datetime | None
    latest_at: datetime | None
    note: str
    source: str = HOW
    as_of: str = AS_OF


@dataclass(frozen=True)
class Alternative:
    """One order of doing it: the acts, what is sent and when, and what is forfeited."""

    name: str
    acts: str
    events: tuple[Event, ...]
    forfeited: str
    advice: str

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return asdict(self)


def compare(at: datetime, status: str, deleted_at: datetime | None = None) -> list[Alternative]:
    """Return the alternatives for a person whose first act is at `at` (UTC).

    `status` soft_deleted: what can still be done before the hard deletion; `deleted_at`: when it was deleted, if known.
    """
    return (
        _soft_deleted(at, deleted_at)
        if status == "soft_deleted"
        else _active(at, is_disabled=status == "disabled")
    )


def _active(at: datetime, *, is_disabled: bool) -> list[Alternative]:
    gone = at + timedelta(days=BIN_DAYS)
    later = at + timedelta(days=BIN_DAYS)
    later_gone = later + timedelta(days=BIN_DAYS)
    disabled = "The account is disabled already: that is, " if is_disabled else ""
    return [
        Alternative(
            "disable first",
            f"{disabled}disable; after {BIN_DAYS} days delete; never unassign",
            (
                Event("PATCH active=false", "yes", at, at + CYCLE, "in the next cycle, if the person is in scope, "
                      "updates are on and IsSoftDeleted is mapped"),
                Event("DELETE", "yes", later_gone, later_gone + CYCLE,
                      f"at the hard deletion, {BIN_DAYS} days after the deletion, if deletes are on and the person stayed in scope"),
            ),
            "nothing",
            "The order of the default playbook: slow, and everything arrives.",
        ),
        Alternative(
            "delete first",
            "delete at once, without disabling",
            (
                Event("PATCH active=false", "either", at, at + CYCLE, "documented as an update for the soft deletion; "
                      "whether it was sent only the tenant's provisioning log tells"),
                Event("DELETE", "yes", gone, gone + CYCLE, f"not before the hard deletion: {BIN_DAYS} days in the bin; a purge "
                      "from the bin is documented to send it at once, and one user saw nothing come", PURGE),
            ),
            "certainty: until then nobody knows whether the app was told",
            "Look into the provisioning log; if nothing was sent, act in the app by API or by hand.",
        ),
        Alternative(
            "unassign first",
            "remove the assignment, then disable or delete",
            (
                Event("PATCH active=false", "yes", at, at + CYCLE, "once, in the next cycle; then the person is no longer "
                      "managed. One open report saw nothing come: look into the provisioning log", NOT_SENT),
                Event("DELETE", "no", None, None, "an account that is out of scope gets none, whenever the person is deleted"),
            ),
            "the DELETE, for good",
            "Only for apps where inactive is enough, or that are cleaned by API or by hand.",
        ),
        Alternative(
            "on demand",
            "remove the assignment, provision on demand, then disable",
            (
                Event("PATCH active=false", "no" if is_disabled else "yes", None if is_disabled else at,
                      None if is_disabled else at + timedelta(minutes=1),
                      "within about 30 seconds, and only for a person who is unassigned and not yet disabled or deleted"
                      + (": too late here" if is_disabled else ""), ON_DEMAND),
                Event("DELETE", "no", None, None, "an account that is out of scope gets none"),
            ),
            "the DELETE, for good" + ("; and nothing is gained, because the account is disabled already" if is_disabled else ""),
            "The fastest, before the disable alone; the price is the DELETE.",
        ),
    ]  # fmt: skip


def _soft_deleted(at: datetime, deleted_at: datetime | None) -> list[Alternative]:
    due = None if deleted_at is None else deleted_at + timedelta(days=BIN_DAYS)
    deadline = (
        f"{BIN_DAYS} days after the deletion (its day is not known here)"
        if due is None
        else f"{due:%Y-%m-%d %H:%M} UTC"
    )
    is_late = due is not None and due <= at
    again = at + CYCLE
    restored = "too late: the account is deleted for good" if is_late else f"possible until {deadline}"
    return [
        Alternative(
            "restore",
            "restore, disable, see the PATCH in the provisioning log, delete again",
            (
                Event("PATCH active=true", "no" if is_late else "yes", None if is_late else at, None if is_late else again,
                      "restoring activates the account in the apps again, until the next cycle after the disable"),
                Event("PATCH active=false", "no" if is_late else "yes", None if is_late else again,
                      None if is_late else again + CYCLE, "in the cycle after the disable; wait for it before deleting again"),
                Event("DELETE", "no" if is_late else "yes", None if is_late else again + timedelta(days=BIN_DAYS),
                      None if is_late else again + timedelta(days=BIN_DAYS) + CYCLE, f"{BIN_DAYS} days after the second deletion"),
            ),
            "memberships in the apps' own groups: restoring does not bring them back there (in the directory mailbox, "
            "licences and groups come back); and for a time the person has access again",
            f"Restoring is {restored} ({RESTORE}).",
        ),
        Alternative(
            "act now",
            "remove the accounts in the apps by API or by hand, leave the deletion to run out",
            (
                Event("PATCH active=false", "either", None, None, "may have been sent at the deletion: see the provisioning log"),
                Event("DELETE", "yes" if due and not is_late else "either", due, None if due is None else due + CYCLE,
                      "at the hard deletion, to apps whose account was still in scope"),
            ),
            "nothing",
            "The app accounts end today; a DELETE that comes later finds nothing, which is fine.",
        ),
    ]  # fmt: skip
