"""Who opened whose scope in the web view: `opened.jsonl` of the home, one line each, mode 0600."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path

FILE = "opened.jsonl"


def record_opened(home: Path, *, person_id: str, page: str, by: str) -> None:
    """Keep that somebody looks at a person's scope, before it is shown."""
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    line = json.dumps({"at": at, "by": by, "person_id": person_id, "page": page}) + "\n"
    handle = os.open(home / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, line.encode())
    finally:
        os.close(handle)
