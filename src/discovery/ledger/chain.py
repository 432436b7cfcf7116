"""The chain itself: `ledger.jsonl`, one entry a line in one canonical spelling, each with the hash of the one before.

Every byte counts: an entry is right only if its line is exactly the canonical JSON of what it says.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discovery.errors import BadUse, LedgerBroken
from discovery.ledger.actor import actor
from discovery.ledger.secrecy import without_secrets
from discovery.ledger.subject import Subjects, canonical, sync_folder, write_all

FILE = "ledger.jsonl"
TORN_FILE = "ledger.torn"
"""What crashes cut short, set aside; the chain has an entry for each."""
GENESIS = "0" * 64
"""The hash before the first entry."""
KINDS = (
    "case",
    "plan",
    "override",
    "approval",
    "standing_approval",
    "refusal",
    "intent",
    "result",
    "observation",
    "task",
    "notice",
    "decision",
    "forgotten",
    "torn",
)
"""Kinds of entries. case: opened, closed, undone; plan: a plan was made; override: a rule was set aside, by whom and
why; approval: of a plan; standing_approval: granted or withdrawn by the settings, or used for a case; refusal: an act
that was not allowed; intent and result: before and after an act; observation: what looking again showed; task: made,
completed, declined, escalated; notice: a message that was sent or could not be; decision: what a reviewer said of a
match, of whose an account is, or of an access left out; forgotten: a person was taken out of the home, and their
private parts were deleted; torn: a crash cut an entry short."""

_SAID = {
    "action": "{}",
    "attempt": "attempt {}",
    "status": "answer {}",
    "old_sources": "{}",
    "plan_hash": "plan {:.16}",
    "steps": "{} steps",
    "rule": "guard rail {}",
    "notice": "{}",
    "channel": "by {}",
    "outcome": "outcome {}",
    "decided": "{}",
    "owner_email": "for {}",
    "due_on": "due {}",
    "by": "said by {}",
    "bytes": "{} bytes cut short",
    "person_hash": "person {:.16}",
    "records": "{} records",
    "files": "in {} files",
}
"""What a summary says of an entry's data, in this order."""
_DOMAIN = b"discovery ledger 1\0"
_FOUND_RIGHT: dict[Path, tuple[bytes, tuple[Entry, ...]]] = {}
"""By file, what this process read last and found right: read again, only bytes that differ are verified again."""
_FIELDS = {
    "sequence", "at", "actor", "kind", "case_id", "step_id", "subject", "app_id", "state", "data", "private",
    "previous_hash", "hash",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One entry. The chain holds no name of the person concerned: `subject` is a pseudonym.

    `at`: UTC, by the clock of the machine; order is by `sequence`. `state`: what the entry says of its case, step or
    task. `data`: more, without personal data. `private`: keyed digest of the private part, None if there is none.
    """

    sequence: int
    at: str
    actor: str
    kind: str
    previous_hash: str
    hash: str
    case_id: str | None = None
    step_id: str | None = None
    subject: str | None = None
    app_id: str | None = None
    state: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    private: str | None = None

    @property
    def moment(self) -> datetime:
        """When, UTC without zone."""
        return datetime.fromisoformat(self.at.removesuffix("Z"))

    def summary(self, private: Mapping[str, Any]) -> str:
        """Return what the entry says in one line of words; `data` and the private part hold the rest."""
        said = {**self.data, **private}
        first = said.get("detail") or said.get("title") or ""
        others = [words.format(_in_words(said[key])) for key, words in _SAID.items() if said.get(key)]
        return "; ".join(str(part) for part in (first, *others) if part)

    def line(self) -> bytes:
        """Return the entry's line without its end."""
        return canonical(asdict(self))


def _in_words(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def hash_of(row: Mapping[str, Any]) -> str:
    """Return the hash of an entry's fields but `hash`."""
    return hashlib.sha256(_DOMAIN + canonical({k: v for k, v in row.items() if k != "hash"})).hexdigest()


def parse_entry(line: bytes) -> Entry:
    """Return the entry of a line. Raises ValueError saying what is wrong with it."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"it is not JSON ({error})") from error
    if not isinstance(row, dict) or set(row) != _FIELDS:
        raise ValueError("it does not have the fields of an entry")
    try:
        is_spelt = canonical(row) == line
    except ValueError:
        is_spelt = False
    if not is_spelt:
        raise ValueError("it is not spelt as entries are written")
    if row["hash"] != hash_of(row):
        raise ValueError("its hash does not fit its content")
    if type(row["sequence"]) is not int or not isinstance(row["data"], dict):
        raise ValueError("its fields are not of the types of an entry")
    return Entry(**row)


class Ledger:
    """The ledger of one home. Every append is on disk before it returns; several processes may append at once."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / FILE
        self.subjects = Subjects(home)

    def entries(self) -> list[Entry]:
        """Return all entries in order. Raises LedgerBroken naming the first that is wrong.

        What a crash cut short at the end is left out: it was never said to be written.
        """
        content = self._content()
        known, entries = _FOUND_RIGHT.get(self.path, (b"", ()))
        if not content.startswith(known):
            known, entries = b"", ()
        whole = content.rfind(b"\n") + 1
        if whole > len(known):
            entries = (
                *entries,
                *self._checked(content[len(known) : whole], entries[-1] if entries else None),
            )
            _FOUND_RIGHT[self.path] = (content[:whole], entries)
        return list(entries)

    def whole_part(self) -> tuple[list[Entry], LedgerBroken | None]:
        """Return the entries up to the first wrong one, and what is wrong: for showing, never for acting."""
        found: list[Entry] = []
        try:
            for entry in self._checked(self._content()):
                found.append(entry)
        except LedgerBroken as broken:
            return found, broken
        return found, None

    def read_private(self, entries: list[Entry]) -> dict[str, dict[str, Any]]:
        """Return the private parts of entries by digest, as far as the persons are not forgotten."""
        found: dict[str, dict[str, Any]] = {}
        persons = self.subjects.persons()
        for subject in sorted({e.subject for e in entries if e.subject and e.private} & set(persons)):
            found.update(self.subjects.private_of(subject, persons[subject]))
        return found

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[Writer]:
        """Hold the ledger's lock: what is read in the block cannot change before what is appended in it."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not self.path.exists()
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if is_new:
                sync_folder(self.home)
            yield Writer(self, handle)
        finally:
            os.close(handle)

    def append(self, kind: str, **fields: Any) -> Entry:
        """Append one entry: `Writer.append` under a lock of its own."""
        with self.exclusive() as writer:
            return writer.append(kind, **fields)

    def forget(self, person_id: str, data: Mapping[str, Any] | None = None) -> bool:
        """Delete what names a person; the chain stays and says that, when and by whom.

        The entry is made whether or not the ledger knew the person; `data` goes into it and may name nobody. Returns
        whether anything was there to delete.
        """
        with self.exclusive() as writer:
            subject = self.subjects.subject_of(person_id)
            # Said first: a crash between the two is repeated; a silent loss would look like tampering.
            writer.append("forgotten", subject=subject, data=data)
            return self.subjects.forget(person_id)

    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""

    def _checked(self, content: bytes, after: Entry | None = None) -> Iterator[Entry]:
        previous, first = (after.hash, after.sequence + 1) if after else (GENESIS, 1)
        for number, line in enumerate(content.split(b"\n")[:-1], first):
            try:
                entry = parse_entry(line)
                if entry.sequence != number:
                    raise ValueError(f"it has number {entry.sequence}, expected {number}")  # noqa: TRY301
                if entry.previous_hash != previous:
                    raise ValueError("it does not follow the entry before it")  # noqa: TRY301
            except ValueError as error:
                raise LedgerBroken(
                    f"{self.path}: record {number} is wrong: {error}. Nothing is appended or acted on. Compare with "
                    "a backup: `discovery ledger verify` says more.",
                    record=number,
                    reason=str(error),
                ) from error
            previous = entry.hash
            yield entry


class Writer:
    """Appends under the lock that `Ledger.exclusive` holds."""

    def __init__(self, ledger: Ledger, handle: int) -> None:
        self._ledger = ledger
        self._handle = handle

    def entries(self) -> list[Entry]:
        """Return all entries, as nobody can change them now."""
        return self._ledger.entries()

    def append(
        self,
        kind: str,
        *,
        case_id: str | None = None,
        step_id: str | None = None,
        person_id: str | None = None,
        subject: str | None = None,
        app_id: str | None = None,
        state: str | None = None,
        data: Mapping[str, Any] | None = None,
        private: Mapping[str, Any] | None = None,
    ) -> Entry:
        """Append one entry and return it when it is on disk.

        `person_id`: who is concerned; the chain gets the pseudonym. `private`: what names people, kept beside
        the chain. Secrets are taken out of both. Raises LedgerBroken if the last entry is wrong, OSError if the
        entry cannot be written: then nothing may be acted on.
        """
        if kind not in KINDS:
            raise BadUse(f"entry of kind {kind!r}; expected one of {', '.join(KINDS)}")
        if private and person_id is None:
            raise BadUse("an entry with a private part needs the person whom it concerns")
        self._set_torn_aside()
        subjects = self._ledger.subjects
        digest = None
        if person_id is not None:
            subject = subjects.subject_for(person_id)
            if private:
                digest = subjects.seal(person_id, without_secrets(private))
        return self._write(
            {
                "actor": actor(),
                "kind": kind,
                "case_id": case_id,
                "step_id": step_id,
                "subject": subject,
                "app_id": app_id,
                "state": state,
                "data": without_secrets(dict(data or {})),
                "private": digest,
            }
        )

    def _write(self, fields: dict[str, Any]) -> Entry:
        last = self._last()
        row = {
            "sequence": last.sequence + 1 if last else 1,
            "at": datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
            "previous_hash": last.hash if last else GENESIS,
            **fields,
        }
        entry = Entry(**row, hash=hash_of(row))
        size = os.fstat(self._handle).st_size
        try:
            write_all(self._handle, entry.line() + b"\n")
            os.fsync(self._handle)
        except OSError:
            # A full disk: the half of an entry is taken back, so that the file ends as it did.
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, size)
            raise
        return entry

    def _last(self) -> Entry | None:
        size = os.fstat(self._handle).st_size
        if size == 0:
            return None
        tail, block = b"", 65536
        start = size
        while start > 0 and tail.count(b"\n") < 2:
            start = max(0, start - block)
            tail = os.pread(self._handle, size - start, start)
        line = tail.split(b"\n")[-2]
        try:
            return parse_entry(line)
        except ValueError as error:
            raise LedgerBroken(
                f"{self._ledger.path}: the last record is wrong: {error}. Nothing is appended; "
                "`discovery ledger verify` says more.",
                reason=str(error),
            ) from error

    def _set_torn_aside(self) -> None:
        """Move what a crash cut short out of the chain, and say so in it. It was never said to be written."""
        size = os.fstat(self._handle).st_size
        if size == 0 or os.pread(self._handle, 1, size - 1) == b"\n":
            return
        content = os.pread(self._handle, size, 0)
        whole = content.rfind(b"\n") + 1
        torn = content[whole:]
        aside = os.open(
            self._ledger.home / TORN_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        try:
            write_all(aside, torn + b"\n")
            os.fsync(aside)
        finally:
            os.close(aside)
        os.ftruncate(self._handle, whole)
        self._write(
            {
                "actor": actor(),
                "kind": "torn",
                "case_id": None,
                "step_id": None,
                "subject": None,
                "app_id": None,
                "state": None,
                "data": {"bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()},
                "private": None,
            }
        )
