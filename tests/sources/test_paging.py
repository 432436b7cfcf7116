"""A page of a longer list is loaded, but nobody is gone because it lacks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from discovery.settings import SourceHint
from discovery.sources.envelopes import opened
from discovery.sources.paging import missing_pages

NEXT = "https://graph.microsoft.com/v1.0/users?$skiptoken=abc"


def users(*names: str, **envelope: Any) -> str:
    people = [
        {"id": f"id-{n}", "displayName": n, "userPrincipalName": f"{n}@example.com", "accountEnabled": True}
        for n in names
    ]
    return json.dumps({"@odata.context": "…", **envelope, "value": people}) + "\n"


@pytest.mark.parametrize(
    ("envelope", "said"),
    [
        ({"@odata.nextLink": NEXT}, "@odata.nextLink"),
        ({"@odata.deltaLink": NEXT}, "@odata.deltaLink"),
        ({"@odata.count": 900}, "1 of 900"),
        ({}, None),
        ({"@odata.nextLink": None}, None),
        ({"@odata.count": 1}, None),
    ],
)
def test_a_page_of_a_roster_is_no_whole_roster(
    make_bench: Callable[..., Any], envelope: dict[str, Any], said: str | None
) -> None:
    bench = make_bench()
    bench.put("users.json", users("ada", **envelope))
    bench.read()
    (file,) = bench.files().values()
    assert (file["state"], file["rows_loaded"]) == ("loaded", 1), file["reason"]
    assert file["is_complete"] is (said is None)
    if said is None:
        assert file["reason"] is None
    else:
        assert said in file["reason"]
        assert "fetch" in file["reason"]


def test_all_pages_in_one_file_are_a_whole_roster(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("users.json", users("ada", **{"@odata.nextLink": NEXT}) + users("blaise"))
    bench.read()
    (file,) = bench.files().values()
    assert (file["is_complete"], file["rows_loaded"], file["reason"]) == (True, 2, None)


def test_the_last_page_alone_ends_nobody(make_bench: Callable[..., Any]) -> None:
    from discovery.canonical.list_day import build_list_day

    names = [f"p{n}" for n in range(40)]
    first, later = date(2026, 9, 1), date(2026, 9, 20)
    bench = make_bench(
        sources=(
            SourceHint(files="whole.json", snapshot_on=first),
            SourceHint(files="page*.json", snapshot_on=later),
        )
    )
    bench.put("whole.json", users(*names))
    # The last of three pages says nothing of the others; the second was forgotten.
    bench.put("page1.json", users(*names[:20], **{"@odata.nextLink": NEXT}))
    bench.put("page3.json", users(*names[22:]))
    bench.read()
    build_list_day(bench.store, bench.night)
    days = dict(bench.store.rows("SELECT day, is_complete FROM canonical.list_day ORDER BY day"))
    assert days == {first: True, later: False}


@pytest.mark.parametrize(
    ("envelope", "records", "is_part"),
    [
        ({"nextPageToken": "t", "kind": "admin#directory#users"}, 500, True),
        ({"response_metadata": {"next_cursor": "dXNlcjpVMDYxTkZUVDI="}}, 200, True),
        ({"response_metadata": {"next_cursor": ""}}, 200, False),
        ({"next_page_token": "", "total_records": 2}, 2, False),
        ({"next_page_token": "", "total_records": 3}, 2, True),
        ({"totalSize": 3222, "done": False, "nextRecordsUrl": "/services/data/query/01g"}, 500, True),
        ({"totalSize": 2, "done": True}, 2, False),
        ({"has_more": True, "next_cursor": "a75f"}, 100, True),
        ({"has_more": False, "next_cursor": None}, 100, False),
        ({"paging": {"next": {"after": "NTI1"}}}, 100, True),
        ({"totalResults": 50, "startIndex": 1, "itemsPerPage": 20}, 20, True),
        ({"pageInfo": {"hasNextPage": False, "endCursor": "x"}}, 3, False),
        ({"pageInfo": {"hasNextPage": True, "endCursor": "x"}}, 3, True),
        ({"limit": 25, "offset": 0, "more": True}, 25, True),
        ({}, 3, False),
    ],
)
def test_what_envelopes_say_of_further_pages(envelope: dict[str, Any], records: int, is_part: bool) -> None:
    assert (missing_pages(envelope, records) is not None) is is_part


@pytest.mark.parametrize(
    ("value", "records"),
    [
        ({"data": [{"a": 1}], "has_more": False}, [{"a": 1}]),
        ({"data": {"users": {"nodes": [{"a": 1}], "pageInfo": {"hasNextPage": False}}}}, [{"a": 1}]),
        ({"data": {"users": [{"a": 1}]}, "account_id": 1}, [{"a": 1}]),
        ({"schemas": [], "Resources": [{"a": 1}], "totalResults": 1}, [{"a": 1}]),
        ({"id": 7, "data": [{"a": 1}]}, None),
        ({"timestamp": "2026-09-01", "data": [{"a": 1}]}, None),
        ({"event": "login", "data": {"items": [{"a": 1}]}}, None),
        ({"name": "x", "details": {"members": [{"a": 1}]}}, None),
        ({"name": "x", "data": []}, None),
    ],
)
def test_a_record_is_not_taken_for_an_envelope(value: dict[str, Any], records: list[Any] | None) -> None:
    inside = opened(value)
    assert (inside[1] if inside else None) == records
