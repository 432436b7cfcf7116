"""What a collector says of a file that it wrote: the first line `{"@collected": {…}}`, which is no record.

    {"@collected": {"system": "entra", "list": "users", "instance": "<tenant id>", "from": null, "to": null,
                    "is_complete": true, "collected_at": "2026-11-25T22:00:00Z"}}

The lines below it are records as the API returned them, one per line, whatever they look like. The line names the
instance, for whatever format recognises the records, the day of a list, and whether a list or a window is whole.
In the staged text it is blanked, so that no reader meets it.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discovery.errors import SourceFailed

KEY = "@collected"
LONGEST = 1 << 14
"""Bytes that the line may have at most."""
_REQUIRED = ("system", "list", "instance", "is_complete", "collected_at")


@dataclass(frozen=True)
class Collected:
    """The first line of a collected file; `from_at` and `to_at`: the window of a log, None for a list of what is."""

    system: str
    list: str
    instance: str
    from_at: datetime | None
    to_at: datetime | None
    is_complete: bool
    collected_at: datetime

    def line(self) -> str:
        """Return the line itself, without its end."""
        return json.dumps({KEY: {
            "system": self.system, "list": self.list, "instance": self.instance, "from": _said(self.from_at),
            "to": _said(self.to_at), "is_complete": self.is_complete, "collected_at": _said(self.collected_at),
        }}, ensure_ascii=False)  # fmt: skip


def collected_in(path: Path) -> tuple[Collected, int] | None:
    """Return what the first line of a text says and its length in bytes; None for what no collector wrote.

    Raises SourceFailed where the line is there and does not say what it must.
    """
    with path.open("rb") as file:
        first = file.readline(LONGEST)
    if not first.lstrip().startswith(b"{") or f'"{KEY}"'.encode() not in first[:64]:
        return None
    try:
        return collected_from(json.loads(first)), len(first)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SourceFailed(f"its first line ({KEY}) is not understood: {error}. Collect it again.") from error


def collected_from(line: dict[str, Any]) -> Collected:
    """Make it of the line as JSON. Raises SourceFailed, or what Python raises for a line of another form."""
    said = line[KEY]
    missing = [key for key in _REQUIRED if said.get(key) in (None, "")]
    if missing:
        raise SourceFailed(f"its first line ({KEY}) lacks {', '.join(missing)}: collect it again.")
    if not isinstance(said["is_complete"], bool):
        raise SourceFailed(
            f"its first line ({KEY}) has is_complete = {said['is_complete']!r}; expected true or false."
        )
    return Collected(
        str(said["system"]), str(said["list"]), str(said["instance"]).lower(), _instant(said.get("from")),
        _instant(said.get("to")), said["is_complete"], _instant(said["collected_at"]) or datetime.now(UTC),
    )  # fmt: skip


def blank_first_line(text: Path, kept: Path, length: int, folder: Path) -> Path:
    """Make the first line of a staged text blanks; the kept file itself stays as it is and is copied first."""
    if text == kept:
        text = folder / "plain"
        shutil.copyfile(kept, text)
    with text.open("r+b") as file:
        file.write(b" " * (length - 1))
    return text


def _instant(value: Any) -> datetime | None:
    if value is None:
        return None
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError(f"{value!r} has no offset")
    return at.astimezone(UTC).replace(tzinfo=None)


def _said(at: datetime | None) -> str | None:
    """An instant in UTC, without zone, as text with one."""
    return (
        None if at is None else at.isoformat(timespec="microseconds" if at.microsecond else "seconds") + "Z"
    )
