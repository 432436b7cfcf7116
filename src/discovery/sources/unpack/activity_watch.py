"""An export of ActivityWatch holds its events by bucket; here each event becomes one object per line.

`{"buckets": {"aw-watcher-web-chrome_HOST": {id, type, client, hostname, created, events: [{timestamp, duration,
data}]}}}` (https://docs.activitywatch.net/en/latest/buckets-and-events.html, 2026-11-24). What a bucket says of all
its events is put beside each: `bucket`, `type`, `client`, `hostname`. Of `data` only the address and whether the
window was a private one are handed on.

The file is one JSON value and is read whole: about six times its size of memory is needed for the while.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from discovery.errors import SourceFailed

_BEGINNING = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"buckets"\s*:\s*\{')


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell an export by its first key."""
    return _BEGINNING.match(head) is not None


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write the events of all buckets, in their order."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            value = json.load(file)
    except (ValueError, RecursionError) as error:
        raise SourceFailed(
            f"the JSON of the ActivityWatch export is damaged or cut short: {error}"
        ) from error
    buckets = value["buckets"]
    if not any(isinstance(b, dict) and isinstance(b.get("events"), list) for b in buckets.values()):
        raise SourceFailed(
            "looks like an ActivityWatch export, but no bucket holds events: export all buckets as JSON "
            "(Raw Data, Export all buckets)."
        )
    target = folder / "events.ndjson"
    with target.open("w", encoding="utf-8") as out:
        for name, bucket in buckets.items():
            events = bucket.get("events") if isinstance(bucket, dict) else None
            for event in events if isinstance(events, list) else []:
                out.write(json.dumps(_event(name, bucket, event), ensure_ascii=True) + "\n")
    if not target.stat().st_size:
        raise SourceFailed("is an ActivityWatch export without a single event.")
    yield None, target


def _event(name: str, bucket: dict[str, Any], event: Any) -> dict[str, Any]:
    """An event with its bucket's facts; what is no object stays recognisable as a record without anything."""
    known = event if isinstance(event, dict) else {}
    data = known.get("data")
    data = data if isinstance(data, dict) else {}
    return {
        "bucket": name,
        "type": bucket.get("type"),
        "client": bucket.get("client"),
        "hostname": bucket.get("hostname"),
        "timestamp": known.get("timestamp"),
        "url": data.get("url"),
        "incognito": data.get("incognito"),
    }
