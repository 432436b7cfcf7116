"""What people decided, kept for good in `decisions.jsonl` of the home: appended, never rewritten.

One JSON object a line: at, by, kind (match | exclusion | identity), action (accept | reject | ignore | undo),
subject (match: mention_kind and mention; exclusion: person_id and app_id; identity: account_id and person_id), app_id,
reason, nonce (random, so that nobody guesses a line from its hash). The newest line on a subject counts; `undo` gives
it back to the machine. A run reads the file once and records its `head`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discovery.errors import BadUse, StoreDamaged

FILE = "decisions.jsonl"
KINDS: Mapping[str, tuple[str, ...]] = {
    "match": ("mention_kind", "mention"),
    "exclusion": ("person_id", "app_id"),
    "identity": ("account_id", "person_id"),
}
"""Kinds of decision, and what names their subject."""
ACTIONS = ("accept", "reject", "ignore", "undo")

_TORN = b" #torn"
"""Written behind a line that a crash cut short, when the next one is appended."""


@dataclass(frozen=True)
class Decision:
    """One decision. `at` is UTC without zone; `app_id` is set where a match is accepted."""

    at: datetime
    by: str
    kind: str
    action: str
    subject: Mapping[str, str]
    app_id: str | None = None
    reason: str | None = None
    nonce: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, ...]:
        """Kind and subject: what a later decision replaces."""
        return (self.kind, *(self.subject[name] for name in KINDS[self.kind]))

    def line(self) -> str:
        """Return its line in the file, without the end."""
        plain = {**asdict(self), "at": self.at.isoformat(timespec="microseconds") + "Z"}
        return json.dumps(plain, ensure_ascii=True, sort_keys=True)


@dataclass(frozen=True)
class Decisions:
    """All decisions in the order in which they were made, and what crashes cut short."""

    all: tuple[Decision, ...]
    torn: tuple[str, ...] = ()

    def standing(self, kind: str) -> dict[tuple[str, ...], Decision]:
        """Return the decisions of a kind that count now, by subject."""
        found: dict[tuple[str, ...], Decision] = {}
        for decision in self.all:
            if decision.kind == kind:
                found.pop(decision.key[1:], None)
                if decision.action != "undo":
                    found[decision.key[1:]] = decision
        return found


def read_decisions(home: Path) -> Decisions:
    """Return what people decided in a home; none if there is no file.

    A line that a crash cut short is left out and reported in `torn`. Raises StoreDamaged for any other
    line that is not a decision: naming file and line.
    """
    path = home / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Decisions(())
    *lines, rest = content.split(b"\n")
    torn = [line.removesuffix(_TORN) for line in lines if line.endswith(_TORN)]
    torn += [rest] if rest.strip() else []
    found = [
        _parsed(line, f"{path}: line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.endswith(_TORN)
    ]
    return Decisions(tuple(found), tuple(line.decode("utf-8", errors="replace") for line in torn))


def checked_decision(
    *,
    by: str,
    kind: str,
    action: str,
    subject: Mapping[str, str],
    app_id: str | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> Decision:
    """Return a decision of now, or of `at`. Raises BadUse for one that says nothing."""
    moment = (at or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None) if at is None or at.tzinfo else at
    if kind not in KINDS:
        raise BadUse(f"decision of kind {kind!r}; expected one of {', '.join(KINDS)}")
    if action not in ACTIONS:
        raise BadUse(f"decision with action {action!r}; expected one of {', '.join(ACTIONS)}")
    if set(subject) != set(KINDS[kind]) or not all(subject.values()):
        raise BadUse(f"decision on {dict(subject)!r}; expected {', '.join(KINDS[kind])}")
    if kind == "match" and action == "accept" and not app_id:
        raise BadUse("accepting a match needs the app: name its app_id")
    if not by.strip():
        raise BadUse("a decision needs the name of who decided")
    return Decision(moment, by, kind, action, dict(subject), app_id, reason, secrets.token_hex(16))


def record_decision(home: Path, **said: Any) -> Decision:
    """Append one decision (as `checked_decision` takes it), on disk before this returns. Raises BadUse.

    Waits for no run: only the appending itself is guarded by a lock. A line that a crash cut short is closed
    and marked first, so that it damages nothing after it.
    """
    decision = checked_decision(**said)
    append_decision(home, decision)
    return decision


def head(home: Path) -> str:
    """Return the SHA-256 of the file's content, that of nothing where there is none."""
    try:
        return hashlib.sha256((home / FILE).read_bytes()).hexdigest()
    except FileNotFoundError:
        return hashlib.sha256(b"").hexdigest()


def append_decision(home: Path, decision: Decision) -> None:
    """Append one decision, on disk before this returns."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / FILE
    is_new = not path.exists()
    lines = decision.line() + "\n"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            lines = f"{_TORN.decode()}\n{lines}"
        data = lines.encode()
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        folder = os.open(home, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _parsed(line: bytes, where: str) -> Decision:
    try:
        row = json.loads(line)
        decision = Decision(
            at=datetime.fromisoformat(str(row["at"]).removesuffix("Z")),
            by=str(row["by"]),
            kind=str(row["kind"]),
            action=str(row["action"]),
            subject={str(k): str(v) for k, v in row["subject"].items()},
            app_id=row.get("app_id"),
            reason=row.get("reason"),
            nonce=str(row.get("nonce", "")),
        )
        is_sound = decision.action in ACTIONS and len(decision.key) == 3
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _not_a_decision(line, where, f"{type(error).__name__}: {error}") from error
    if not is_sound:
        raise _not_a_decision(line, where, f"action {decision.action!r}")
    return decision


def _not_a_decision(line: bytes, where: str, why: str) -> StoreDamaged:
    return StoreDamaged(
        f"{where} is not a decision ({why}): {line[:200]!r}. "
        "Restore the file from a backup, or correct that line by hand."
    )
