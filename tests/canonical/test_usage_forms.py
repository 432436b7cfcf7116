"""The number that places an event in time, among those of its instant, and in its file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from discovery.canonical.usage_forms import macros
from discovery.store import Store


def test_an_event_is_found_in_the_last_of_very_many_files(tmp_path: Path) -> None:
    with Store(tmp_path / "warehouse.duckdb") as store:
        for macro in macros():
            store.run(macro)
        store.run(
            "CREATE TEMP TABLE event AS SELECT position_of(observed_at, tie, number, '', '') AS place, observed_at, "
            "tie, number FROM (SELECT TIMESTAMP '2026-09-01 08:00:00.000001' AS observed_at UNION ALL "
            "SELECT TIMESTAMP '2199-12-31 23:59:59.999999' UNION ALL SELECT TIMESTAMP '1990-01-01 00:00:00'), "
            "(SELECT unnest([0, 281474976710655])::UBIGINT AS tie), (SELECT unnest([0, 65535, 65536, 69999]) AS number)"
        )
        found = store.rows(
            "SELECT instant_of(place) = observed_at, file_of(place, (SELECT list(i::VARCHAR ORDER BY i) "
            "FROM range(70000) AS r(i))) = number::VARCHAR FROM event ORDER BY place"
        )
        assert found == [(True, True)] * 24
        by_place = store.rows("SELECT observed_at, tie, number FROM event ORDER BY place")
        assert by_place == sorted(by_place)
        assert by_place[0][0] == datetime(1990, 1, 1)
