"""PingFederate's audit.log has no header: its lines become one object each.

Cells are parted by `|`, in the default order of log4j2.xml: time, tracking id, (from 12 on a transaction id), event,
subject, address, app, connection id, protocol, host, role, status, adapter id, description, response time
(https://docs.pingidentity.com/r/en-us/pingfederate-120/pf_security_audit_loggin, 2026-11-24). Whether there is a
transaction id is told by which cell holds an event. Another order, set in log4j2.xml, is not known here: a line in
which no event is found is handed on with its text alone, so that the format quarantines it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from discovery.errors import SourceFailed

NAMES = ("event", "subject", "ip", "app", "connectionid", "protocol", "host", "role", "status", "adapterid",
         "description")  # fmt: skip
_FIRST = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[,.]\d{3}[^|\r\n]{0,10}\| ?tid:[^|\r\n]*\|"
)
_EVENT = re.compile(r"[A-Z][A-Za-z]*(_[A-Z]+)*|OAuth|[A-Z]{3,}( [A-Z]+)?")
_LEAST = 9


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell such a log by its first line."""
    return _FIRST.match(head) is not None


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write the log as one object per line."""
    target = folder / "audit.ndjson"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file, target.open("w", encoding="utf-8") as out:
            for line in file:
                if line.strip():
                    out.write(json.dumps(_entry(line.rstrip("\r\n"))) + "\n")
    except UnicodeDecodeError as error:
        raise SourceFailed(f"byte {error.start} is not UTF-8: save the log as UTF-8.") from error
    yield None, target


def _entry(line: str) -> dict[str, str | None]:
    """Name the cells of a line."""
    cells = [cell.strip() for cell in line.split("|")]
    at = next((n for n in (2, 3) if len(cells) > n + _LEAST and _EVENT.fullmatch(cells[n])), None)
    known = dict(zip(NAMES, cells[at:], strict=False)) if at is not None else {}
    return {
        "exporter": "pingfederate_audit",
        "time": cells[0],
        "trackingid": cells[1] if len(cells) > 1 else None,
        "line": None if at is not None else line[:500],
        **{name: known.get(name) for name in NAMES},
    }
