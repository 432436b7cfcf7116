"""A signed link by which a task's owner says that it is done, without an account here.

The link names the task, who speaks, until when and a number used once, and is signed with `keys/link` of the home.
Opening it changes nothing (scanners of mail open links); only sending the form does, and only once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from discovery.errors import BadUse, StoreDamaged
from discovery.ledger import Entry
from discovery.ledger.subject import canonical, sync_folder, write_all
from discovery.store import make_private

VALID_DAYS = 14
PATH = "/link/"
"""Where the web view answers links: the token follows."""


class LinkRefused(BadUse):
    """A link is forged, expired or used up; nothing was changed."""


@dataclass(frozen=True)
class Link:
    """What a link says. `by`: the address that it was made for; `expires_at`: UTC; `nonce`: used once."""

    task_id: str
    by: str
    expires_at: datetime
    nonce: str


def sign_link(home: Path, task_id: str, by: str, now: datetime, *, days: int = VALID_DAYS) -> str:
    """Return the token of a new link for one task and one person; it goes behind `PATH`."""
    until = (now + timedelta(days=days)).replace(microsecond=0)
    body = canonical(
        [task_id, by.strip().lower(), int(until.replace(tzinfo=UTC).timestamp()), secrets.token_hex(8)]
    )
    return f"{_text(body)}.{_text(_signature(_key(home), body))}"


def read_link(home: Path, token: str, now: datetime) -> Link:
    """Return what a token says. Raises LinkRefused for one that is not ours or has expired."""
    try:
        body, signature = (_bytes(part) for part in token.split("."))
    except (ValueError, binascii.Error) as error:
        raise LinkRefused("this link is incomplete: open it as it stands in the message") from error
    if not hmac.compare_digest(_signature(_key(home), body), signature):
        raise LinkRefused("this link was not made here, or its key was renewed: ask for a new one")
    task_id, by, until, nonce = json.loads(body)
    link = Link(task_id, by, datetime.fromtimestamp(until, UTC).replace(tzinfo=None), nonce)
    if now >= link.expires_at:
        raise LinkRefused(f"this link ended on {link.expires_at:%Y-%m-%d %H:%M} UTC: ask for a new one")
    return link


def refuse_used(entries: Iterable[Entry], nonce: str | None) -> None:
    """Raise LinkRefused if the ledger holds an answer that was given by this link."""
    if nonce is not None and any(entry.data.get("link") == nonce for entry in entries):
        raise LinkRefused("this link was used already: it answers once")


def _key(home: Path) -> bytes:
    """Return the signing key of a home; the first time one is made, on disk before it is used."""
    file = make_private(home / "keys") / "link"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        pass
    else:
        try:
            write_all(handle, secrets.token_hex(32).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(file.parent)
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != 32:
        raise StoreDamaged(
            f"{file} holds no key: restore it from a backup, or delete it: links sent so far end then."
        )
    return key


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, b"task link\0" + body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
