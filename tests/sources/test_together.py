"""Small files that are read in one go become what they become when each is read alone."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from discovery.settings import SourceHint
from discovery.sources import ingest
from discovery.sources.file_name import FileNames
from discovery.sources.forgotten import load_forgotten
from discovery.sources.horizon import load_events_from
from discovery.sources.inbox import scan
from discovery.sources.lake import Written
from discovery.sources.opening import Opened, open_inputs
from discovery.sources.registry import known_formats
from discovery.sources.together import read_together
from discovery.sources.withheld import load_withheld
from discovery.store import SqlError, make_private
from tests.sources.test_formats import Case, bench_with, rounds
from tests.sources.test_several_instances import line


def opened(bench: Any) -> list[Opened]:
    """The inputs of the inbox that can be read."""
    scan(bench.store, bench.settings, bench.night.as_of)
    load_forgotten(bench.store, bench.settings.home)
    load_events_from(bench.store, bench.settings.home)
    load_withheld(bench.store, bench.settings)
    formats = {f.name: f for f in known_formats(bench.settings)}
    names = FileNames(bench.settings.home)
    incoming = bench.settings.home / "incoming"
    return [
        one
        for row in bench.store.dicts("FROM sources.pending ORDER BY file_name")
        for _, one in open_inputs(incoming / row["file_sha256"], [row], bench.settings, formats, names)
        if isinstance(one, Opened)
    ]


def parts_of(one: Opened) -> list[Opened]:
    """An input whole, its first half and its second, as three inputs of other files and other persons."""
    lines = one.text.path.read_bytes().splitlines(keepends=True)
    begin = one.layout.header_line + 1 if one.shape.container == "csv" else 0
    above, records = lines[:begin], lines[begin:]
    half = len(records) // 2
    texts = [lines, [*above, *records[:half]], [*above, *records[half:]]]
    if not (one.layout.json_lines or one.shape.container == "csv"):
        texts = [lines, lines]
    made = []
    for number, text in enumerate(texts):
        path = one.folder / f"part{number}"
        path.write_bytes(b"".join(text))
        row = {
            **one.row,
            "file_id": f"part {number}",
            "file_name": f"{number}/{one.row['file_name']}",
            "person_hint": one.row["person_hint"] and f"ann{number}@acme.example",
        }
        made.append(
            replace(
                one, row=row, text=replace(one.text, path=path), folder=make_private(Path(f"{path}-alone"))
            )
        )
    return made


def content(store: Any, written: dict[str, Written]) -> dict[str, Any]:
    """What was written of each kind: the days, the records and the counts."""
    found: dict[str, Any] = {}
    for kind, one in written.items():
        records = [
            (part.day, row)
            for part in one.parts
            for row in store.rows(
                "SELECT * FROM read_parquet($path, hive_partitioning=false) ORDER BY ALL",
                {"path": str(part.staged)},
            )
        ]
        found[kind] = (records, one.ignored, one.others, one.elsewhere, one.rows)
    return found


GROUPS = rounds()


@pytest.mark.parametrize(
    "group",
    [GROUPS[0], *(pytest.param(group, marks=pytest.mark.long) for group in GROUPS[1:])],
    ids=[f"{number}" for number in range(len(GROUPS))],
)
def test_every_example_in_three_files_gives_what_each_gives_alone(
    make_bench: Callable[..., Any], group: list[Case]
) -> None:
    bench = bench_with(make_bench, group)
    alone = ingest._Ingest(bench.store, bench.settings, "any")
    count = 0
    for number, one in enumerate(opened(bench)):
        folder = make_private(bench.settings.home / "stage" / f"together{number}")
        three = parts_of(one)
        for done in read_together(bench.store, three, folder):
            for part, _, written in done:
                count += 1
                got = content(bench.store, written)
                part.set_hints(bench.store)
                try:
                    raw, expected = alone._written(part)
                except SqlError:
                    pytest.fail(f"{one.format.name}, {one.shape.name} is not even read alone")
                assert raw.bad == ()
                where = f"{one.format.name}, {one.shape.name}, {part.row['file_name']}"
                assert got == content(bench.store, expected), where
    assert count > len(group), "hardly anything is read in one go"


def registry(bench: Any) -> list[Any]:
    """What is known of the inbox, but for the times."""
    return [
        bench.store.rows(f"FROM (SELECT {what} FROM sources.{table}) ORDER BY ALL")
        for table, what in {
            "source_file": "* EXCLUDE (loaded_at)",
            "source_part": "*",
            "ignored": "*",
            "quarantine": "*",
            "pending": "*",
        }.items()
    ]


def put_many(bench: Any) -> None:
    """Thirty logs of an event hub, of which some are broken in one way or another; an archive; expenses."""
    for n in range(30):
        texts = [line("tenant-b", 10 * n), line("tenant-b", 10 * n + 1, "AuditLogs"), line(None, 10 * n + 2)]
        if n == 3:
            texts.append("{broken\n")
        if n == 7:
            texts.append(line("tenant-b", 79, appId=None, appDisplayName=None))
        if n == 11:
            texts.append("\n")
        if n == 13:
            texts.append(line("tenant-z", 139))
        if n == 17:
            texts[2] = texts[2].rstrip("\n")
        if n == 19:
            texts.append(line("tenant-b", 199, createdDateTime="yesterday"))
        bench.put(f"hub{n:02}.ndjson", "".join(texts))
    bench.put("unknown.csv", "a,b\n1,2\n")
    bench.put("damaged.ndjson.gz", b"\x1f\x8b nothing")
    path = bench.settings.inbox / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(5):
            archive.writestr(
                zipfile.ZipInfo(f"hub{n}.ndjson"),
                line("tenant-b", 1000 + n) + ("{broken\n" if n == 2 else ""),
            )
    for n in range(4):
        end = "\r\n" if n == 3 else "\n"
        bench.put(f"cards{n}.csv", end.join([
            "Transaction Date,Amount,Cardholder Name,Merchant Description,Merchant Name,Ramp Category,Card Last 4,External ID",
            f"05/1{n}/22,12.00,ann@acme.example,,Figma,Software,7,", f"05/1{n}/22,12.00,ann@acme.example,,Figma,Software,7,",
            *(["05/11/22,pending,Ada Byron,FIGMA INC,Figma,Software,2001,RAMP.b"] if n == 1 else []), "",
        ]))  # fmt: skip


def test_broken_files_among_small_ones_change_nothing(
    make_bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = (SourceHint(files="cards*", currency="eur"),)
    together, one_by_one = make_bench(sources=cards), make_bench(sources=cards)
    in_one_go: list[int] = []
    real = ingest.read_together

    def counted(*args: Any) -> Any:
        read = real(*args)
        in_one_go.extend(len(group) for group in read)
        return read

    monkeypatch.setattr(ingest, "read_together", counted)
    put_many(together)
    assert {o.error for o in together.read().values()} == {None}
    assert sum(in_one_go) == 30
    monkeypatch.setattr(ingest, "SMALL", -1)
    put_many(one_by_one)
    one_by_one.read()
    assert sum(in_one_go) == 30
    assert registry(together) == registry(one_by_one)
    assert together.unbalanced() == []
    for kind in ("sign_in", "charge"):
        assert together.records(kind) == one_by_one.records(kind)
        assert together.records(kind)
    before = registry(together)
    monkeypatch.setattr(ingest, "SMALL", 1 << 20)
    together.store.run('UPDATE sources.source_file SET read_with = \'{"program": "an earlier one"}\'')
    together.read()
    assert registry(together) == before


def test_a_kill_between_two_lots_costs_nothing(
    make_bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, whole = make_bench(), make_bench()
    put_many(whole)
    whole.read()
    monkeypatch.setattr(ingest, "MOST_FILES", 5)
    real, calls = ingest.register, [0]

    def dies(*args: Any) -> None:
        calls[0] += 1
        if calls[0] == 3:
            raise KeyboardInterrupt
        real(*args)

    monkeypatch.setattr(ingest, "register", dies)
    put_many(killed)
    with pytest.raises(KeyboardInterrupt):
        killed.read()
    killed.read()
    assert registry(killed) == registry(whole)


def test_a_fault_that_is_no_file_s_names_one_and_leaves_nothing_unpacked(
    make_bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    put_many(bench)

    def fails(*_: Any) -> None:
        raise RuntimeError("something else")

    monkeypatch.setattr(ingest, "register", fails)
    assert bench.read()["entra"].failure == "all.zip/hub0.ndjson: RuntimeError: something else"
    assert list((bench.settings.home / "stage").iterdir()) == []
    monkeypatch.undo()
    bench.read()
    assert bench.unbalanced() == []
    assert len(bench.records("sign_in")) > 30


def test_lots_are_bounded(make_bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make_bench()
    for n in range(7):
        bench.put(f"hub{n}.ndjson", line("tenant-b", n))
    inputs = opened(bench)
    monkeypatch.setattr(ingest, "MOST_FILES", 3)
    assert [len(lot) for lot in ingest._lots(inputs)] == [3, 3, 1]
    monkeypatch.setattr(ingest, "MOST_BYTES", 2 * inputs[0].text.bytes)
    assert [len(lot) for lot in ingest._lots(inputs)] == [2, 2, 2, 1]
    assert list(ingest._lots([])) == []


def test_a_small_file_costs_few_statements(
    make_bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    for n in range(100):
        bench.put(f"hub{n}.ndjson", line("tenant-b", n))
    scan(bench.store, bench.settings, bench.night.as_of)
    real, said = type(bench.store).rows, []

    def counted(self: Any, sql: str, *args: Any) -> Any:
        said.append(sql)
        return real(self, sql, *args)

    monkeypatch.setattr(type(bench.store), "rows", counted)
    assert ingest.ingest_system(bench.store, bench.night, "entra").files == 100
    assert len(said) < 100
