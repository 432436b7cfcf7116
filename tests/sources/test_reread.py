"""Settings that say something else of a file than when it was read: read again, it is as if always read so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from discovery.errors import BadSettings
from discovery.settings import ColumnMapping, SourceHint, load_settings
from discovery.sources.inbox import scan
from discovery.store import Store
from tests.sources.conftest import AS_OF, Bench

CARD = """Date,Description,Amount,Card Member,Account #
11/02/2026,FIGMA MONTHLY RENEWAL,45.00,INES RUIZ,-31004
10/02/2026,FIGMA MONTHLY RENEWAL,45.00,INES RUIZ,-31004
"""
MEMBERS = "Name,Email,Role,Status,Last active\nInes,ines@acme.example,Member,Active,2026-09-20\n"
HISTORY = "DateTime,NavigatedToUrl,PageTitle\n2026-09-20T08:00:00,https://app.asana.com/0/home,Asana\n"
SIGN_INS = (
    "When;Who;What\n2026-09-20 23:30:00;ines@acme.example;Miro\n2026-09-21 08:00:00;ines@acme.example;Miro\n"
)
LEDGER = "Booked;Payee;Sum;Who\n2026-02-11;FIGMA;45;Ines Ruiz\n2026-03-11;CANVA;15;Ines Ruiz\n"
MAPPED = ColumnMapping("ledger", "charge", {"charged_on": "Booked", "merchant": "Payee", "amount": "Sum", "cardholder": "Who"},
                       currency="EUR", delimiter=";")  # fmt: skip

SIGNED_IN = ColumnMapping("door", "sign_in", {"observed_at": "When", "account_name": "Who", "mention": "What"},
                          delimiter=";")  # fmt: skip

Make = Callable[..., Bench]


def held(bench: Bench) -> dict[str, Any]:
    """Everything that was read, without the time of reading."""
    tables = {
        name: bench.store.rows(f"FROM sources.{name} ORDER BY ALL")
        for name in ("ignored", "quarantine", "pending")
    }
    files = "SELECT * EXCLUDE (loaded_at) FROM sources.source_file ORDER BY ALL"
    parts = "SELECT * FROM sources.source_part ORDER BY ALL"
    usage = "SELECT * FROM canonical.usage ORDER BY ALL"
    months = "SELECT * FROM canonical.usage_month ORDER BY ALL"
    lists = {kind: bench.records(kind) for kind in ("app_account", "directory_account")}
    on_disk = sorted(
        str(p.relative_to(bench.settings.home)) for p in (bench.settings.home / "lake").rglob("*.parquet")
    )
    return {"files": bench.store.rows(files), "parts": bench.store.rows(parts), "usage": bench.store.rows(usage),
            "months": bench.store.rows(months), "on_disk": on_disk, **tables, **lists}  # fmt: skip


def now_said(bench: Bench, **settings: Any) -> None:
    bench.settings = dataclasses.replace(bench.settings, **settings)
    bench.night = dataclasses.replace(bench.night, settings=bench.settings)


def sweep(bench: Bench) -> None:
    from discovery.sources.lake import Lake

    Lake(bench.settings.home).sweep(bench.store)


@pytest.mark.parametrize("is_in_inbox", [True, False])
@pytest.mark.parametrize(
    ("name", "content", "before", "after"),
    [
        ("card.csv", CARD, {}, {"date_order": "mdy"}),
        ("card.csv", CARD, {"date_order": "dmy"}, {"date_order": "mdy"}),
        ("card.csv", CARD, {"date_order": "mdy"}, {}),
        ("card.csv", CARD, {"date_order": "mdy", "currency": "USD"}, {"date_order": "mdy", "currency": "EUR"}),
        ("card.csv", CARD, {"date_order": "mdy"}, {"date_order": "mdy", "instance": "card-of-ines"}),
        ("miro.csv", MEMBERS, {}, {"app": "miro.com"}),
        ("miro.csv", MEMBERS, {"app": "figma.com", "instance": "one"}, {"app": "miro.com", "instance": "two"}),
        ("miro.csv", MEMBERS, {"app": "miro.com"}, {"app": "miro.com", "snapshot_on": date(2026, 9, 1)}),
    ],
)  # fmt: skip
def test_read_again_it_is_as_if_always_read_so(
    make_bench: Make,
    name: str,
    content: str,
    before: dict[str, Any],
    after: dict[str, Any],
    is_in_inbox: bool,
) -> None:
    def said(values: dict[str, Any]) -> tuple[SourceHint, ...]:
        return (SourceHint(files=name, **values),) if values else ()

    always, changed = make_bench(sources=said(after)), make_bench(sources=said(before))
    for bench in (always, changed):
        bench.put(name, content)
        bench.put("other.csv", CARD.replace("INES RUIZ", "OTTO BANG").replace("11/02", "31/12"))
        bench.read()
    if not is_in_inbox:
        for bench in (always, changed):
            (bench.settings.inbox / name).unlink()
    now_said(changed, sources=said(after))
    outcomes = changed.read()
    # The other file is left alone, save where it is now known which instance it comes from.
    assert sum(one.files for one in outcomes.values()) == (
        2 if "instance" in after and not before.get("instance") and name == "card.csv" else 1
    )
    assert not any(one.error or one.refused for one in outcomes.values())
    sweep(changed)
    always.read()
    assert held(changed) == held(always)
    assert not changed.unbalanced()
    assert sum(one.files for one in changed.read().values()) == 0, "once"


def test_events_move_to_other_days_with_the_zone_of_their_times(make_bench: Make) -> None:
    there = dataclasses.replace(SIGNED_IN, timezone="America/New_York")
    always, changed = make_bench(mappings=(there,)), make_bench(mappings=(SIGNED_IN,))
    for bench in (always, changed):
        bench.put("door.csv", SIGN_INS)
        bench.read()
    assert [str(r[0]) for r in changed.store.rows("SELECT day FROM canonical.usage ORDER BY ALL")] == [
        "2026-09-20",
        "2026-09-21",
    ]
    now_said(changed, mappings=(there,))
    changed.read()
    sweep(changed)
    assert [str(r[0]) for r in changed.store.rows("SELECT day FROM canonical.usage ORDER BY ALL")] == [
        "2026-09-21"
    ]
    assert held(changed) == held(always)


def test_a_file_that_was_refused_or_not_recognised_is_looked_at_after_a_change(make_bench: Make) -> None:
    bench = make_bench()
    bench.put("history.csv", HISTORY)
    bench.put("ledger.csv", LEDGER)
    bench.read()
    assert {name: row["state"] for name, row in bench.files().items()} == {
        "history.csv": "refused", "ledger.csv": "unrecognised",
    }  # fmt: skip
    assert scan(bench.store, bench.settings, AS_OF) == 0
    now_said(
        bench, sources=(SourceHint(files="history.csv", person="ines@acme.example"),), mappings=(MAPPED,)
    )
    bench.read()
    assert {name: (row["state"], row["rows_loaded"]) for name, row in bench.files().items()} == {
        "history.csv": ("loaded", 1), "ledger.csv": ("loaded", 2),
    }  # fmt: skip
    now_said(bench, mappings=(dataclasses.replace(MAPPED, currency="DKK"),))
    bench.read()
    assert {row["currency"] for row in bench.records("charge")} == {"DKK"}
    now_said(bench, mappings=())
    bench.read()
    assert bench.files()["ledger.csv"]["state"] == "unrecognised"
    assert bench.store.value("SELECT count(*) FROM canonical.usage WHERE source = 'charge'") == 0


def test_browsing_that_is_in_the_inbox_no_more_stays_as_it_was_read(make_bench: Make) -> None:
    bench = make_bench(sources=(SourceHint(files="history.csv", person="ines@acme.example"),))
    path = bench.put("history.csv", HISTORY)
    bench.read()
    path.unlink()
    before = held(bench)
    assert before["usage"]
    now_said(
        bench, sources=(SourceHint(files="history.csv", person="ines@acme.example", timezone="Asia/Tokyo"),)
    )
    bench.read()
    assert held(bench) == before


def test_a_list_that_is_read_again_keeps_its_day(make_bench: Make) -> None:
    bench = make_bench(sources=(SourceHint(files="miro.csv", app="figma.com"),))
    bench.put("miro.csv", MEMBERS)
    bench.read()
    now_said(bench, sources=(SourceHint(files="miro.csv", app="miro.com"),))
    assert scan(bench.store, bench.settings, date(2026, 12, 24)) == 1
    assert bench.store.value("SELECT snapshot_on FROM sources.pending") == AS_OF


def test_what_cannot_be_read_any_more_is_refused_and_said(make_bench: Make) -> None:
    bench = make_bench()
    bench.put("door.csv", SIGN_INS)
    now_said(bench, mappings=(SIGNED_IN,))
    bench.read()
    assert bench.store.count("canonical.usage")
    now_said(bench, sources=(SourceHint(files="door.csv", encoding="utf-16"),))
    bench.read()
    (row,) = bench.files().values()
    assert row["state"] in ("refused", "unrecognised")
    assert row["reason"]
    assert bench.store.count("canonical.usage") == 0


def test_a_warehouse_of_an_earlier_version_gets_the_columns_that_it_lacks(make_bench: Make) -> None:
    bench = make_bench()
    bench.put("card.csv", CARD.replace("11/02", "13/02"))
    bench.read()
    bench.store.run("ALTER TABLE sources.source_file DROP COLUMN read_with")
    path = bench.settings.warehouse
    bench.store.close()
    with Store(path) as store:
        store.create_tables()
        assert store.rows("SELECT state, read_with FROM sources.source_file") == [("loaded", None)]
        assert scan(store, bench.settings, AS_OF) == 1, "nobody knows how it was read: it is read again"


def test_an_encoding_that_is_none_is_told_when_the_settings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "discovery.toml"
    path.write_text('[[source]]\nfiles = "a.csv"\nencoding = "utf-61"\n', encoding="utf-8")
    with pytest.raises(
        BadSettings, match=r"\[\[source\]\] 1\.encoding = 'utf-61'; expected one that Python knows"
    ):
        load_settings(path)
