"""Real-shaped events beside the project: every one is loaded, known, left out for a stated reason, or set aside rightly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import benchmark_module

DATA = os.environ.get("DISCOVERY_EXTRA_DATA")
# No time, no app: what their collectors' tests left out of them.
RIGHTLY_QUARANTINED = {"properties.appId", "id.time", "created_at"}
REASONS = {
    "admin audit event", "admin event", "failed sign-in", "no event", "other application", "other event",
    "other event category", "other event type", "other feed than web", "service principal sign-in",
}  # fmt: skip


@pytest.mark.skipif(DATA is None, reason="the events are not part of the project")
def test_real_shaped_events_are_all_accounted_for() -> None:
    found = benchmark_module("real_events").fates([Path(str(DATA)) / "signin", Path(str(DATA)) / "browser"])
    assert {name: (f.state, f.is_balanced) for name, f in found.items()} == dict.fromkeys(
        found, ("loaded", True)
    )
    assert sum(f.read for f in found.values()) == 412
    assert {reason for f in found.values() for reason in f.ignored} <= REASONS
    assert {
        said.split(" is missing")[0] for f in found.values() for said in f.quarantined
    } <= RIGHTLY_QUARANTINED
    assert sum(f.quarantined.total() for f in found.values()) == 8
    assert found["browser/push.ndjson"].loaded == 9
