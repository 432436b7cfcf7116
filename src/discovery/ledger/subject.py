"""What names a person beside the chain: one random key each, and the private part of entries.

`keys/subjects/PERSON_ID.json` holds the key; `ledger_private/SUBJECT.jsonl` the private parts, found by their keyed
digest. Deleting the two makes pseudonym and digests meaningless: the chain keeps both and stays whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from discovery.errors import BadUse, StoreDamaged

_SAFE = re.compile(r"[A-Za-z0-9_.-]{1,200}")


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value: sorted keys, no blanks, ASCII."""
    return json.dumps(
        value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def put_on_disk(path: Path, data: bytes) -> None:
    """Write a new file, complete and on disk under its name before this returns."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    temporary.replace(path)
    sync_folder(path.parent)


def write_all(handle: int, data: bytes) -> None:
    """Write all of `data`, however many calls it takes."""
    while data:
        data = data[os.write(handle, data) :]


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Subjects:
    """The keys and private parts of one home. Writing is done under the ledger's lock."""

    def __init__(self, home: Path) -> None:
        self._keys = home / "keys" / "subjects"
        self._private = home / "ledger_private"

    def subject_of(self, person_id: str) -> str | None:
        """Return a person's pseudonym, or None if there is none (yet, or any more)."""
        key = self._read_key(self._key_file(person_id))
        return None if key is None else _pseudonym(key, person_id)

    def persons(self) -> dict[str, str]:
        """Return who stands behind each pseudonym, as far as it is still known."""
        found = {}
        for file in sorted(self._keys.glob("*.json")) if self._keys.is_dir() else ():
            key = self._read_key(file)
            if key is not None:
                found[_pseudonym(key, file.stem)] = file.stem
        return found

    def subject_for(self, person_id: str) -> str:
        """Return a person's pseudonym; the first time a key is made for it."""
        file = self._key_file(person_id)
        key = self._read_key(file)
        if key is None:
            self._keys.parent.mkdir(mode=0o700, exist_ok=True)
            self._keys.mkdir(mode=0o700, exist_ok=True)
            key = secrets.token_bytes(32)
            put_on_disk(file, canonical({"key": key.hex()}) + b"\n")
        return _pseudonym(key, person_id)

    def seal(self, person_id: str, content: Mapping[str, Any]) -> str:
        """Keep the private part of an entry beside the chain, on disk, and return its keyed digest."""
        subject = self.subject_for(person_id)
        key = self._read_key(self._key_file(person_id))
        assert key is not None
        body = {**content, "nonce": secrets.token_hex(8)}
        digest = _digest(key, body)
        self._private.mkdir(mode=0o700, exist_ok=True)
        path = self._private / f"{subject}.jsonl"
        is_new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(handle).st_size
            is_torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            line = canonical({"digest": digest, "content": body}) + b"\n"
            # What a crash cut short belongs to an entry that was never written: it gets a line of its own.
            write_all(handle, (b"\n" if is_torn else b"") + line)
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            sync_folder(self._private)
        return digest

    def private_of(self, subject: str, person_id: str) -> dict[str, dict[str, Any]]:
        """Return the private parts of a person's entries by digest; only those whose digest is right."""
        key = self._read_key(self._key_file(person_id))
        path = self._private / f"{subject}.jsonl"
        found: dict[str, dict[str, Any]] = {}
        if key is None or not path.is_file():
            return found
        for line in path.read_bytes().split(b"\n"):
            try:
                row = json.loads(line)
                digest, content = str(row["digest"]), dict(row["content"])
            except (ValueError, TypeError, KeyError):
                continue  # cut short by a crash, or damaged: then verify misses its digest
            if hmac.compare_digest(_digest(key, content), digest):
                found[digest] = {k: v for k, v in content.items() if k != "nonce"}
        return found

    def forget(self, person_id: str) -> bool:
        """Delete a person's key and private parts for good. Returns whether there were any."""
        subject = self.subject_of(person_id)
        if subject is None:
            return False
        # The private parts first: without the key nobody could say any more whose they are.
        for path in (self._private / f"{subject}.jsonl", self._key_file(person_id)):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
                sync_folder(path.parent)
        return True

    def _key_file(self, person_id: str) -> Path:
        if not _SAFE.fullmatch(person_id) or person_id.startswith("."):
            raise BadUse(f"{person_id!r} is no person_id: expected letters, digits, `_`, `-` and `.`")
        return self._keys / f"{person_id}.json"

    def _read_key(self, file: Path) -> bytes | None:
        try:
            return bytes.fromhex(json.loads(file.read_bytes())["key"])
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise StoreDamaged(f"{file} holds no key: restore it from a backup of `keys`.") from error


def _pseudonym(key: bytes, person_id: str) -> str:
    return hmac.new(key, b"subject\0" + person_id.encode(), hashlib.sha256).hexdigest()[:32]


def _digest(key: bytes, content: Mapping[str, Any]) -> str:
    return hmac.new(key, b"private\0" + canonical(content), hashlib.sha256).hexdigest()
