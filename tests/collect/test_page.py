"""Records are taken out of a page as they stand there; what is cut short is never taken for whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery.collect.answer import IncompleteFetch
from discovery.collect.page import one_line, take_apart, with_keys

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=8,
)  # fmt: skip
RECORDS = st.lists(st.dictionaries(st.text(max_size=8), VALUES, max_size=4), max_size=5)


@settings(max_examples=40)
@given(RECORDS, st.booleans(), st.sampled_from([None, 2]), st.booleans())
def test_the_texts_are_the_records(
    records: list[Any], ascii_only: bool, indent: int | None, last: bool
) -> None:
    around = {"@odata.context": "x", "@odata.nextLink": "https://graph.microsoft.com/n"}
    whole = {"value": records, **around} if last else {**around, "value": records}
    body = json.dumps(whole, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    try:
        body.decode()
    except UnicodeDecodeError:
        return
    page = take_apart(body, "value")
    assert [json.loads(text) for text in page.texts] == records
    assert not any("\n" in text for text in page.texts)
    assert page.said["@odata.nextLink"] == "https://graph.microsoft.com/n"
    assert [
        json.loads(t) for t in take_apart(json.dumps(records, indent=indent).encode(), None).texts
    ] == records


@settings(max_examples=40)
@given(RECORDS.filter(bool), st.integers(1, 10_000))
def test_a_page_cut_anywhere_is_not_whole(records: list[Any], cut: int) -> None:
    body = json.dumps({"value": records, "@odata.nextLink": "x"}).encode()
    with pytest.raises(IncompleteFetch):
        take_apart(body[: cut % len(body)], "value")


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
def test_keys_come_in_front_of_a_record(record: dict[str, Any]) -> None:
    text = one_line(json.dumps(record, indent=1))
    record.pop("userId", None)
    assert {
        k: v for k, v in json.loads(with_keys(text, {"userId": 'u"1'})).items() if k != "userId"
    } == record


def test_numbers_and_the_order_of_keys_stay_as_they_came() -> None:
    text = '{"b": 12345678901234567890123, "a": 1.10, "c": 1e5}'
    assert take_apart(f'{{"value": [{text}]}}'.encode(), "value").texts == [text]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"value": [1]}', b'{"error": {"code": "x"}}', b"<html>", b'{"value": "x"}']
)
def test_something_else_is_no_page(body: bytes) -> None:
    if body == b'{"value": "x"}':
        assert take_apart(body, "value").said[""] is False
        return
    with pytest.raises(IncompleteFetch):
        take_apart(body, "value")
