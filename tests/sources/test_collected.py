"""Files that a collector wrote: their first line says what they are and is no record."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import zstandard

from discovery.canonical.list_day import build_list_day
from discovery.settings import SourceHint

TENANT = "6f1a3c52-8a0e-4d5b-9b77-2f4e8c1d9a30"


def line(list_name: str = "users", **said: Any) -> str:
    return json.dumps({"@collected": {
        "system": "entra", "list": list_name, "instance": TENANT, "from": None, "to": None, "is_complete": True,
        "collected_at": "2026-09-28T08:00:00Z", **said,
    }}) + "\n"  # fmt: skip


def user(key: str, **changed: Any) -> str:
    name = f"{key}@acme.example"
    return json.dumps({"id": key, "displayName": key, "userPrincipalName": name, "mail": name,
                       "accountEnabled": True, **changed}) + "\n"  # fmt: skip


def sign_in(number: int, **changed: Any) -> str:
    return json.dumps({
        "id": f"s{number}", "createdDateTime": "2026-09-27T09:00:00Z", "userId": "u1", "appId": "a1",
        "userPrincipalName": "u1@acme.example", "appDisplayName": "Figma", "status": {"errorCode": 0},
        "resourceTenantId": "another-tenant", **changed,
    }) + "\n"  # fmt: skip


@pytest.mark.parametrize(
    "packed", [str.encode, lambda t: gzip.compress(t.encode()), lambda t: zstandard.compress(t.encode())]
)
def test_the_line_is_no_record_and_names_instance_day_and_completeness(
    make_bench: Callable[..., Any], packed: Callable[[str], bytes]
) -> None:
    bench = make_bench()
    bench.put("users.ndjson", packed(line() + user("u1") + "{broken\n" + user("u2")))
    bench.read("entra")
    (file,) = bench.files().values()
    assert (file["instance"], file["instance_from"]) == (TENANT, "content")
    assert (file["snapshot_on"], file["is_complete"]) == (date(2026, 9, 28), True)
    assert (file["rows_read"], file["rows_loaded"], file["rows_quarantined"]) == (3, 2, 1)
    assert [q["record"] for q in bench.quarantine()] == [2]
    assert bench.unbalanced() == []
    assert bench.store.rows("SELECT list, is_complete, collected_at FROM sources.collected") == [
        ("users", True, datetime(2026, 9, 28, 8))
    ]


def test_a_list_of_changes_is_not_whole_and_does_not_open_the_day_of_one_that_is(
    make_bench: Callable[..., Any],
) -> None:
    bench = make_bench()
    bench.put("a.ndjson", line() + user("u1") + user("u2"))
    bench.put("b.ndjson", line(is_complete=False, collected_at="2026-09-28T09:00:00Z") + user("u2"))
    bench.put("c.ndjson", line(is_complete=False, collected_at="2026-09-29T09:00:00Z") + user("u2"))
    bench.read("entra")
    build_list_day(bench.store, bench.night)
    days = bench.store.rows("SELECT day, is_complete FROM canonical.list_day ORDER BY day")
    assert days == [(date(2026, 9, 28), True), (date(2026, 9, 29), False)]


def test_the_instance_of_the_line_goes_before_the_records_own_and_a_setting_before_both(
    make_bench: Callable[..., Any],
) -> None:
    window = {"from": "2026-09-27T08:00:00Z", "to": "2026-09-27T10:00:00Z"}
    for sources, expected in (((), TENANT), ((SourceHint(files="*", instance="ours"),), "ours")):
        bench = make_bench(sources=sources)
        bench.put("s.ndjson", line("sign_ins", **window) + sign_in(1) + sign_in(2))
        bench.read("entra")
        (file,) = bench.files().values()
        assert (file["format"], file["instance"], file["rows_loaded"]) == ("entra_sign_in", expected, 2)
    window_of_file = bench.store.rows("SELECT from_at, to_at FROM sources.collected")
    assert window_of_file == [(datetime(2026, 9, 27, 8), datetime(2026, 9, 27, 10))]


def test_a_record_that_looks_like_an_envelope_is_a_record(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("u.ndjson", line() + user("u1", members=[{"id": "x"}]))
    bench.read("entra")
    (file,) = bench.files().values()
    assert (file["rows_read"], file["rows_loaded"]) == (1, 1)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ('{"@collected": {"system": "entra", "list": "users"}}', "lacks instance, is_complete, collected_at"),
        ('{"@collected": {"system": "entra"', "is not understood"),
        ('{"@collected": []}', "is not understood"),
        (line(is_complete="yes").strip(), "expected true or false"),
        (line(collected_at="2026-09-28 08:00").strip(), "has no offset"),
    ],
)
def test_a_line_that_does_not_say_what_it_must_is_refused(
    make_bench: Callable[..., Any], first: str, said: str
) -> None:
    bench = make_bench()
    bench.put("u.ndjson", first + "\n" + user("u1"))
    bench.read("entra")
    (file,) = bench.files().values()
    assert file["state"] == "refused"
    assert said in file["reason"]


def test_a_lost_warehouse_is_read_again_from_the_vault(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("u.ndjson", line(is_complete=False) + user("u1"))
    bench.read("entra")
    for table in ("source_file", "source_part", "collected", "inbox_file"):
        bench.store.run(f"DELETE FROM sources.{table}")
    (bench.settings.inbox / "u.ndjson").unlink()
    bench.read("entra")
    (file,) = bench.files().values()
    assert (file["instance"], file["is_complete"]) == (TENANT, False)
    assert bench.store.count("sources.collected") == 1


def test_a_file_that_is_being_written_is_not_there_yet(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("collected/entra/t/.users.ndjson.zst.part", line() + user("u1"))
    bench.read("entra")
    assert bench.files() == {}
