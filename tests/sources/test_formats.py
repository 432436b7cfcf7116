"""Every format's own examples, read by the real reader; and every example recognised as nothing else.

The second half changes an example in ways that do not change what it is, and asks every format whether it fits: the
right one has to be chosen, and none other may fit unless it asks for less.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from discovery.settings import SourceHint
from discovery.sources.container import stage
from discovery.sources.layout import Layout, look
from discovery.sources.registry import recognise, shipped_formats
from discovery.sources.source import Example, Format, fit
from discovery.store import make_private
from discovery.tables import EVENT_KINDS

Case = tuple[Format, Example]
CASES: list[Case] = [(fmt, example) for fmt in shipped_formats() for example in fmt.examples]
EVERY_EXAMPLE = pytest.mark.parametrize(
    ("fmt", "example"), CASES, ids=[f"{f.name}-{e.shape}-{n}" for n, (f, e) in enumerate(CASES)]
)


def rounds() -> list[list[Case]]:
    """All examples, in groups that one home can read: two of one tenant may name the same records.

    Those that name no tenant get one of their own from the settings.
    """
    of_tenant: dict[tuple[str, str], list[Case]] = {}
    for number, (fmt, example) in enumerate(CASES):
        tenant = example.instance or example.hints.get("instance") or f"tenant {number}"
        of_tenant.setdefault((fmt.system, tenant), []).append((fmt, example))
    longest = max(len(cases) for cases in of_tenant.values())
    groups: list[list[Case]] = [[] for _ in range(longest)]
    for cases in sorted(of_tenant.values(), key=len, reverse=True):
        # Spread over all groups, so that these cost about the same.
        for group, case in zip(sorted(groups, key=len), cases, strict=False):
            group.append(case)
    return groups


def bench_with(make_bench: Callable[..., Any], group: list[Case]) -> Any:
    """A home whose inbox holds each example in a folder of its own, as its hints say."""
    hints = [
        SourceHint(files=f"{n}/*", **{"instance": None if e.instance else f"tenant {n}", **e.hints})
        for n, (_, e) in enumerate(group)
    ]
    bench = make_bench(sources=tuple(hints))
    for number, (_, example) in enumerate(group):
        bench.put(f"{number}/{example.file_name}", example.text)
    return bench


@pytest.mark.parametrize("group", rounds(), ids=lambda g: f"{len(g)}")
def test_examples_give_their_records(make_bench: Callable[..., Any], group: list[Case]) -> None:
    bench = bench_with(make_bench, group)
    outcomes = bench.read()
    assert {system: o.error for system, o in outcomes.items() if o.error} == {}
    assert bench.unbalanced() == []
    files = bench.files()
    for number, (fmt, example) in enumerate(group):
        where = f"{fmt.name}, {example.shape}, {example.file_name}"
        (file,) = (f for name, f in files.items() if name.startswith(f"{number}/"))
        said = (file["state"], file["format"], file["shape"])
        assert said == ("loaded", fmt.name, example.shape), f"{where}: {file['reason']}"
        if example.instance is not None:
            assert file["instance"] == example.instance, where
        for kind, expected in example.records.items():
            got = bench.records(kind, file["file_id"])
            assert len(got) == len(expected), (where, got)
            for wanted in expected:
                # Records of events carry their number only where one has to be told from another.
                record = {k: v for k, v in wanted.items() if k != "record" or kind not in EVENT_KINDS}
                near = [{k: g[k] for k in record} for g in got]
                assert record in near, f"{where}: {record} is not among {near}"
        ignored = dict(bench.store.rows(
            "SELECT reason, row_count FROM sources.ignored WHERE file_id = $id", {"id": file["file_id"]}
        ))  # fmt: skip
        assert ignored == dict(example.ignored), where
        assert file["rows_quarantined"] == example.quarantined, (where, bench.quarantine())


@pytest.mark.parametrize("fmt", shipped_formats(), ids=lambda f: f.name)
def test_each_shape_has_an_example(fmt: Format) -> None:
    assert {s.name for s in fmt.shapes} == {e.shape for e in fmt.examples}


@pytest.mark.parametrize("fmt", shipped_formats(), ids=lambda f: f.name)
def test_what_a_format_says_of_itself(fmt: Format) -> None:
    assert fmt.how_to_get
    assert fmt.title
    assert (fmt.proven_by is None) == (fmt.proven_on is None), "a proof has a link and the day it was read"
    if fmt.proven_by is not None:
        assert fmt.proven_by.startswith(("https://", "docs/"))


# ── the confusion matrix ─────────────────────────────────────────────────────────────────────────────────


def shuffled_csv(text: str, layout: Layout, chance: random.Random, extra: int = 0) -> str:
    """Put the columns into another order, with further ones in between; what stands above the header stays.

    Lines of another width than the header's (footers, sections) keep their cells in order.
    """
    lines = text.splitlines(keepends=True)
    above, below = lines[: layout.header_line], lines[layout.header_line :]
    rows = list(csv.reader(io.StringIO("".join(below), newline=""), delimiter=layout.delimiter))
    width = len(rows[0])
    order = list(range(width + extra))
    chance.shuffle(order)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\n")
    for number, row in enumerate(rows):
        if len(row) == width:
            further = [f"Further column {n}" if number == 0 else f"value {n}" for n in range(extra)]
            row = [(row + further)[place] for place in order]
        writer.writerow(row)
    return "".join(above) + out.getvalue()


def shuffled_json(text: str, chance: random.Random, extra: int = 0) -> str:
    """Put the keys of all objects into another order, with further ones in between; what is broken stays."""
    lines = text.splitlines()
    try:
        return "\n".join(json.dumps(_shuffled(value, chance, extra)) for value in _values(text)) + "\n"
    except ValueError:
        return "\n".join(_line(line, chance, extra) for line in lines) + "\n"


def _values(text: str) -> Iterator[Any]:
    decoder, at, end = json.JSONDecoder(), 0, len(text)
    while at < end:
        while at < end and text[at] in " \r\n\t,\ufeff":
            at += 1
        if at < end:
            value, at = decoder.raw_decode(text, at)
            yield value


def _line(line: str, chance: random.Random, extra: int) -> str:
    try:
        return json.dumps(_shuffled(json.loads(line), chance, extra))
    except ValueError:
        return line


def _shuffled(value: Any, chance: random.Random, extra: int) -> Any:
    if isinstance(value, list):
        return [_shuffled(item, chance, extra) for item in value]
    if not isinstance(value, dict):
        return value
    items = [(key, _shuffled(item, chance, extra)) for key, item in value.items()]
    items += [(f"further_key_{n}", f"value {n}") for n in range(extra)]
    chance.shuffle(items)
    return dict(items)


CHANGES = (
    "as it is",
    "byte-order mark",
    "other line ends",
    "gzip",
    "other order",
    "further columns",
)


@EVERY_EXAMPLE
def test_example_is_recognised_as_itself_and_nothing_else(
    tmp_path: Path, fmt: Format, example: Example
) -> None:
    for number, change in enumerate(CHANGES):
        folder = tmp_path / str(number)
        folder.mkdir()
        recognised_as_itself(folder, fmt, example, change)


def recognised_as_itself(folder: Path, fmt: Format, example: Example, change: str) -> None:
    text = example.text
    raw = text.encode()
    if change == "other line ends":
        raw = text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    elif change == "byte-order mark":
        raw = b"\xef\xbb\xbf" + raw.removeprefix(b"\xef\xbb\xbf")
    elif change == "gzip":
        raw = gzip.compress(raw)
    path = folder / "renamed"
    path.write_bytes(raw)
    (staged,) = stage(path, make_private(folder / "stage"))
    place = staged.path
    hint = SourceHint(files="*", format=example.hints.get("format"))
    if change in ("other order", "further columns"):
        chance = random.Random(f"{fmt.name} {example.shape} {change}")
        extra = 3 if change == "further columns" else 0
        seen = recognise(look(place, "renamed")[1], shipped_formats(), hint)
        whole = place.read_text(encoding="utf-8")
        changed = (
            shuffled_csv(whole, seen.layout, chance, extra)
            if seen.layout.container == "csv"
            else shuffled_json(whole, chance, extra)
        )
        place = folder / "changed"
        place.write_text(changed, encoding="utf-8", newline="")
    _, heads = look(place, "renamed")
    found = recognise(heads, shipped_formats(), hint)
    assert found.fit is not None, f"{change}: {found.reason}"
    assert (found.fit.format.name, found.fit.shape.name) == (fmt.name, example.shape), change
    if hint.format is None and not fmt.weak:
        rivals = {
            other.name: one.required
            for other in shipped_formats()
            if other is not fmt and not other.weak
            for one in (fit(found.head, other, shape) for shape in other.shapes)
            if one.matches
        }
        assert all(required < found.fit.required for required in rivals.values()), (change, rivals)


def test_two_formats_that_ask_for_equally_much_are_not_guessed_between(tmp_path: Path) -> None:
    fmt = next(f for f in shipped_formats() if f.name == "slack_members")
    from dataclasses import replace

    path = tmp_path / "export"
    path.write_text(fmt.examples[0].text, encoding="utf-8")
    found = recognise(look(path, "export")[1], (fmt, replace(fmt, name="another")), SourceHint(files="*"))
    assert found.fit is None
    assert "another and slack_members" in (found.reason or "")
