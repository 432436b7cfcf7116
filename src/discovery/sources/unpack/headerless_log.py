"""Logs of visits that come without a header line get one here, or become one object per line.

- Cisco Umbrella's DNS log as it lies in a bucket: quoted cells in a fixed order, of which newer versions have more at
  the end. The order: https://docs.umbrella.com/umbrella-user-guide/docs/dns-log-formats; such lines:
  https://github.com/elastic/integrations packages/cisco_umbrella … test-umbrella-dnslogs.log (2026-11-24).
- History Trends Unlimited (a Chrome extension): tab-separated without any quoting, four cells when archived (address,
  `U` and milliseconds since 1970, number of the transition, title), eight for analysis (address, host, domain,
  milliseconds, local time, weekday, transition, title).

Lines that do not fit are handed on as they are, so that the format quarantines them by their number.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from discovery.errors import SourceFailed

UMBRELLA = (
    "Timestamp", "Most Granular Identity", "Identities", "Internal IP", "External IP", "Action", "Query Type",
    "Response Code", "Domain", "Categories", "Most Granular Identity Type", "Identity Types", "Blocked Categories",
)  # fmt: skip
_LEAST = 9
"""Cells up to the domain: older lines end soon after it."""

_UMBRELLA_LINE = re.compile(
    rb'\A(?:\xef\xbb\xbf)?"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",.{0,1500}?"(?:Allowed|Blocked|Proxied)[^"\r\n]*",\s*'
    rb'"\d+ \([A-Z0-9]+\)",\s*"[A-Z]*",\s*"'
)
_ARCHIVED = re.compile(rb"\A(?:\xef\xbb\xbf)?[a-z][a-z0-9+.-]*:[^\t\r\n]*\tU\d{10,14}(?:\.\d+)?\t")
_ANALYSED = re.compile(
    rb"\A(?:\xef\xbb\xbf)?[a-z][a-z0-9+.-]*:[^\t\r\n]*\t[^\t\r\n]*\t[^\t\r\n]*\t\d{10,14}(?:\.\d+)?\t"
)


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell such a log by its first line."""
    return any(line.match(head) for line in (_UMBRELLA_LINE, _ARCHIVED, _ANALYSED))


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write the log as a CSV with a header (Umbrella) or as one object per line (History Trends)."""
    with path.open("rb") as file:
        is_umbrella = _UMBRELLA_LINE.match(file.read(4096)) is not None
    target = folder / "with_names"
    try:
        (_umbrella if is_umbrella else _history_trends)(path, target)
    except UnicodeDecodeError as error:
        raise SourceFailed(f"byte {error.start} is not UTF-8: set `encoding` for this file.") from error
    except csv.Error as error:
        raise SourceFailed(f"the log is damaged: {error}. Export it again.") from error
    yield None, target


def _umbrella(path: Path, target: Path) -> None:
    with (
        path.open(encoding="utf-8-sig", newline="") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(UMBRELLA)
        for line in file:
            # Line by line: a quote that is never closed costs its own line only.
            row = next(csv.reader([line], skipinitialspace=True), [])
            if len(row) >= _LEAST:
                row = (row + [""] * len(UMBRELLA))[: len(UMBRELLA)]
            if row:
                writer.writerow(row)


def _history_trends(path: Path, target: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file, target.open("w", encoding="utf-8") as out:
        for line in file:
            cells = line.rstrip("\r\n").split("\t")
            if not any(cells):
                continue
            is_analysis = len(cells) >= 7
            at = 3 if is_analysis else 1
            out.write(json.dumps({
                "exporter": "history_trends",
                "url": cells[0] if len(cells) > 1 else None,
                "visit_time": cells[at] if len(cells) > at else None,
                "transition": cells[6 if is_analysis else 2] if len(cells) > 2 else None,
            }) + "\n")  # fmt: skip
