"""What a file of the inbox comes to: inputs that are read, and files that are listed with a reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Input:
    """One recognised input: what to read, how, and for which instance and person."""

    file_id: str
    file_sha256: str
    member: str | None
    file_name: str
    format: str
    shape: str
    system: str
    instance: str
    instance_from: str
    person_hint: str | None
    snapshot_on: date | None


@dataclass(frozen=True)
class Listed:
    """A file that is not read: `state` is unrecognised or refused."""

    file_sha256: str | None
    member: str | None
    file_name: str
    state: str
    reason: str
    format: str | None = None
    system: str | None = None


@dataclass(frozen=True)
class Waiting:
    """An input that waits, while it is worked on. row: its row of sources.pending."""

    row: Mapping[str, Any]

    @property
    def file_id(self) -> str:
        """The input's identity."""
        return str(self.row["file_id"])

    @property
    def sha256(self) -> str:
        """Of the file that holds it."""
        return str(self.row["file_sha256"])


def file_id_of(sha256: str, member: str | None, instance: str | None, person: str | None) -> str:
    """Return the identity of an input: hash of content, member, instance and person hint."""
    text = json.dumps([sha256, member, instance, person])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
