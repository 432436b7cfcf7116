"""Every format's own examples, read by the real reader; and every example recognised as nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from discovery.settings import SourceHint
from discovery.sources.container import look, stage
from discovery.sources.registry import recognise, shipped_formats
from discovery.sources.source import Example, Format
from discovery.store import make_private

CASES = [(fmt, example) for fmt in shipped_formats() for example in fmt.examples]


@pytest.mark.parametrize(
    ("fmt", "example"), CASES, ids=[f"{f.name}-{e.shape}-{n}" for n, (f, e) in enumerate(CASES)]
)
def test_example_gives_its_records(make_bench: Callable[..., Any], fmt: Format, example: Example) -> None:
    hint = SourceHint(files="*", **example.hints) if example.hints else None
    bench = make_bench(sources=(hint,) if hint else ())
    bench.put(example.file_name, example.text)
    outcomes = bench.read()
    assert [o.error for o in outcomes.values() if o.error] == []
    (file,) = bench.files().values()
    assert (file["state"], file["format"], file["shape"]) == ("loaded", fmt.name, example.shape), file[
        "reason"
    ]
    assert bench.unbalanced() == []
    if example.instance is not None:
        assert file["instance"] == example.instance
    for kind, expected in example.records.items():
        got = bench.records(kind)
        assert len(got) == len(expected), got
        for record in expected:
            near = [{k: g[k] for k in record} for g in got]
            assert dict(record) in near, f"{record} is not among {near}"
    ignored = dict(bench.store.rows("SELECT reason, row_count FROM sources.ignored"))
    assert ignored == dict(example.ignored)
    assert file["rows_quarantined"] == example.quarantined, bench.quarantine()


@pytest.mark.parametrize("fmt", shipped_formats(), ids=lambda f: f.name)
def test_each_shape_has_an_example(fmt: Format) -> None:
    assert {s.name for s in fmt.shapes} == {e.shape for e in fmt.examples}


@pytest.mark.parametrize(
    ("fmt", "example"), CASES, ids=[f"{f.name}-{e.shape}-{n}" for n, (f, e) in enumerate(CASES)]
)
@pytest.mark.parametrize("change", ["as it is", "byte-order mark", "other line ends"])
def test_example_is_recognised_as_itself(tmp_path: Any, fmt: Format, example: Example, change: str) -> None:
    text = example.text
    if change == "other line ends":
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    path = tmp_path / "renamed"
    path.write_text(text, encoding="utf-8", newline="")
    if change == "byte-order mark":
        path.write_bytes(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    (staged,) = stage(path, make_private(tmp_path / "stage"))
    _, heads = look(staged.path, "renamed")
    hint = (
        SourceHint(files="*", format=example.hints.get("format")) if example.hints else SourceHint(files="*")
    )
    found = recognise(heads, shipped_formats(), hint)
    assert found.fit is not None, found.reason
    assert (found.fit.format.name, found.fit.shape.name) == (fmt.name, example.shape)
