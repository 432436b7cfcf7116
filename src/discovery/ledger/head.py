"""Saved heads: number and hash of the last entry at some time. What comes before a saved head cannot change unseen.

A head that only lies in the same home protects against accidents; one that somebody else keeps, against rewriting.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from discovery.errors import BadUse, LedgerBroken
from discovery.ledger.chain import Ledger
from discovery.ledger.subject import canonical, write_all

HEADS = "ledger_heads.jsonl"


@dataclass(frozen=True)
class Head:
    """Entry number `sequence` has this hash; `saved_at` UTC."""

    sequence: int
    hash: str
    saved_at: str = ""

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


def parse_head(text: str) -> Head:
    """Return the head of a text as `ledger show` prints it, `12:3f…`. Raises BadUse."""
    number, _, digest = text.strip().partition(":")
    if not number.isdecimal() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise BadUse(
            f"{text!r} is no head of a ledger; expected NUMBER:HASH as `discovery ledger show` prints it"
        )
    return Head(int(number), digest)


def read_heads(home: Path, file: Path | None = None) -> list[Head]:
    """Return the heads saved in a home, or in a file of them. Raises LedgerBroken for a line that is none."""
    path = file or home / HEADS
    if not path.is_file():
        return []
    heads = []
    *lines, _torn = path.read_text(encoding="utf-8", errors="replace").split("\n")
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            heads.append(Head(int(row["sequence"]), str(row["hash"]), str(row["saved_at"])))
        except (ValueError, TypeError, KeyError) as error:
            raise LedgerBroken(
                f"{path}: line {number} is no saved head: {line[:100]!r}", reason=str(error)
            ) from error
    return heads


def anchor(home: Path) -> Head | None:
    """Save the ledger's head in the home, once per head; returns it, None for an empty ledger."""
    entries = Ledger(home).entries()
    if not entries:
        return None
    saved_at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    head = Head(entries[-1].sequence, entries[-1].hash, saved_at)
    saved = read_heads(home)
    if saved and (saved[-1].sequence, saved[-1].hash) == (head.sequence, head.hash):
        return saved[-1]
    line = canonical({"sequence": head.sequence, "hash": head.hash, "saved_at": head.saved_at}) + b"\n"
    handle = os.open(home / HEADS, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            os.ftruncate(handle, os.pread(handle, size, 0).rfind(b"\n") + 1)
        write_all(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)
    return head
