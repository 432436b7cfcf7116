"""One file with records of several tenants: each becomes an input of its own and counts its own records."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from discovery.settings import SourceHint
from discovery.sources import ingest


def line(tenant: str | None, number: int, category: str = "SignInLogs", **changed: Any) -> str:
    properties = {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "createdDateTime": "2026-09-01T08:00:00Z",
        "userId": f"user-{number}",
        "userPrincipalName": f"ann{number}@acme.example",
        "appId": "app-1",
        "appDisplayName": "Figma",
        "status": {"errorCode": 0},
        **changed,
    }
    record = {
        "time": "2026-09-01T08:01:00Z", "category": category, "operationName": "Sign-in activity",
        "resultType": "0", "properties": properties, **({"tenantId": tenant} if tenant else {}),
    }  # fmt: skip
    return json.dumps(record) + "\n"


LINES = [
    line("tenant-b", 1), line("Tenant-A", 2), line("tenant-b", 3, "AuditLogs"), line(None, 4),
    line("tenant-a", 5, appId=None, appDisplayName=None), line("tenant-b", 6),
]  # fmt: skip


def by_instance(bench: Any) -> dict[str, tuple[int, int, int, int]]:
    return {
        r["instance"]: (r["rows_read"], r["rows_loaded"], r["rows_ignored"], r["rows_quarantined"])
        for r in bench.store.dicts("FROM sources.source_file WHERE state = 'loaded'")
    }


def test_each_instance_counts_its_own_records(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("hub.ndjson", "".join(LINES))
    bench.read()
    # The record that names no tenant counts for the one named first.
    assert by_instance(bench) == {"tenant-b": (4, 3, 1, 0), "tenant-a": (2, 1, 0, 1)}
    assert bench.unbalanced() == []
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [(5, "properties.appId")]
    assert len(bench.records("sign_in")) == 4


def test_an_instance_far_down_in_the_file_is_found(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    many = [line("tenant-b", n) for n in range(3000)]
    bench.put("hub.ndjson", "".join([*many, line("tenant-z", 9001), "{broken\n", line("tenant-b", 9002)]))
    bench.read()
    assert by_instance(bench) == {"tenant-b": (3002, 3001, 0, 1), "tenant-z": (1, 1, 0, 0)}
    assert [q["record"] for q in bench.quarantine()] == [3002]


def test_an_instance_found_before_a_kill_is_read_after_it(
    make_bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    bench.put("hub.ndjson", "".join([*[line("tenant-b", n) for n in range(3000)], line("tenant-z", 9001)]))
    real = ingest.register

    def killed_at_the_second(store: Any, lake: Any, reads: Any) -> None:
        if reads[0].row["instance"] == "tenant-z":
            raise KeyboardInterrupt
        real(store, lake, reads)

    monkeypatch.setattr(ingest, "register", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        bench.read()
    monkeypatch.setattr(ingest, "register", real)
    bench.read()
    assert by_instance(bench) == {"tenant-b": (3000, 3000, 0, 0), "tenant-z": (1, 1, 0, 0)}


def test_a_setting_names_the_instance_of_all(make_bench: Callable[..., Any]) -> None:
    bench = make_bench(sources=(SourceHint(files="hub*", instance="ours"),))
    bench.put("hub.ndjson", "".join(LINES))
    bench.read()
    assert by_instance(bench) == {"ours": (6, 4, 1, 1)}
