"""Events that are delivered again: one night or several, what stands is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sources.test_several_instances import line

USED = "SELECT day, event_count, identifier, first_event_id FROM canonical.usage ORDER BY ALL"


@pytest.mark.parametrize("again", ["2026-09-01T23:59:59Z", "2026-09-02T00:00:01Z", "2026-08-30T12:00:00Z"])
def test_an_event_that_comes_again_counts_alike_whenever_it_comes(
    make_bench: Callable[..., Any], again: str
) -> None:
    first = line("tenant-a", 1, createdDateTime="2026-09-01T23:59:58Z") + line("tenant-a", 2)
    second = line("tenant-a", 1, createdDateTime=again)
    at_once, by_night = make_bench(), make_bench()
    for bench, nights in ((at_once, False), (by_night, True)):
        bench.put("first.ndjson", first)
        if nights:
            bench.read()
        bench.put("second.ndjson", second)
        bench.read()
    found = at_once.store.rows(USED)
    assert by_night.store.rows(USED) == found
    assert sum(count for _, count, *_ in found) == (2 if again.startswith("2026-09-01") else 3)
    balance = (
        "SELECT file_name, rows_read, rows_loaded, rows_duplicate FROM sources.source_file ORDER BY file_name"
    )
    assert by_night.store.rows(balance) == at_once.store.rows(balance)
