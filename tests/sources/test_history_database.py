"""Real SQLite files with the browsers' own tables: what is read, what is refused, and that nothing stays behind."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from discovery.errors import SourceFailed
from discovery.sources.container import stage
from discovery.sources.unpack.history_database import claims, unpack

SECRET = "salary-negotiation-hush"
URL = f"https://www.figma.com/files/{SECRET}?token={SECRET}#{SECRET}"
ANN = "ann.lee@acme.example"
AT = datetime(2026, 4, 18, 7, 12, 44)

# Table definitions as browsers of 2025 have them, see unpack.history_database for where they stand.
CHROMIUM = """
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT, url LONGVARCHAR, title LONGVARCHAR,
    visit_count INTEGER DEFAULT 0 NOT NULL, typed_count INTEGER DEFAULT 0 NOT NULL,
    last_visit_time INTEGER NOT NULL, hidden INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT, url INTEGER NOT NULL, visit_time INTEGER NOT NULL,
    from_visit INTEGER, external_referrer_url TEXT, transition INTEGER DEFAULT 0 NOT NULL, segment_id INTEGER,
    visit_duration INTEGER DEFAULT 0 NOT NULL, originator_cache_guid TEXT, app_id TEXT);
CREATE INDEX visits_url_index ON visits (url);
"""
FIREFOX = """
CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR,
    visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, typed INTEGER DEFAULT 0 NOT NULL,
    frecency INTEGER DEFAULT -1 NOT NULL, last_visit_date INTEGER, guid TEXT, url_hash INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER,
    visit_type INTEGER, session INTEGER, source INTEGER DEFAULT 0 NOT NULL);
"""
SAFARI = """
CREATE TABLE history_items (id INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE,
    domain_expansion TEXT NULL, visit_count INTEGER NOT NULL, daily_visit_counts BLOB NOT NULL);
CREATE TABLE history_visits (id INTEGER PRIMARY KEY AUTOINCREMENT,
    history_item INTEGER NOT NULL REFERENCES history_items(id) ON DELETE CASCADE, visit_time REAL NOT NULL,
    title TEXT NULL, load_successful BOOLEAN NOT NULL DEFAULT 1, origin INTEGER NOT NULL DEFAULT 0);
"""


def database(folder: Path, *statements: str, wal: bool = False) -> bytes:
    """Return the bytes of a database that the statements made."""
    path = folder / "made.sqlite"
    with closing(sqlite3.connect(path)) as made:
        if wal:
            made.execute("PRAGMA journal_mode = WAL")
        for statement in statements:
            made.executescript(statement)
        made.commit()
    content = path.read_bytes()
    path.unlink()
    return content


def chromium(folder: Path, visits: int = 1, **more: Any) -> bytes:
    return database(
        folder,
        CHROMIUM,
        f"INSERT INTO urls VALUES (7, '{URL}', '{SECRET}', 1, 0, 13420969964000000, 0);"
        + "".join(
            f"INSERT INTO visits (id, url, visit_time, from_visit, transition) "
            f"VALUES ({n}, 7, {13420969964000000 + n * 1000000}, 0, 805306369);"
            for n in range(visits)
        ),
        **more,
    )


def firefox(folder: Path) -> bytes:
    return database(
        folder, FIREFOX,
        f"INSERT INTO moz_places (id, url, title) VALUES (7, '{URL}', '{SECRET}');"
        "INSERT INTO moz_historyvisits (id, from_visit, place_id, visit_date, visit_type) "
        "VALUES (1, 0, 7, 1776496364000000, 1);",
    )  # fmt: skip


def safari(folder: Path) -> bytes:
    return database(
        folder, SAFARI,
        f"INSERT INTO history_items VALUES (7, '{URL}', 'figma', 1, x'00ff');"
        f"INSERT INTO history_visits (history_item, visit_time, title) VALUES (7, 798189164.0, '{SECRET}');",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "name"),
    [(chromium, "chromium_history"), (firefox, "firefox_history"), (safari, "safari_history")],
)
def test_a_real_database_is_read_with_its_own_epoch(
    make_bench: Callable[..., Any], tmp_path: Path, make: Callable[[Path], bytes], name: str
) -> None:
    bench = make_bench()
    bench.put(f"{ANN}/copied", make(tmp_path))
    assert [o.error for o in bench.read().values() if o.error] == []
    (file,) = bench.files().values()
    assert (file["state"], file["format"], file["person_hint"]) == ("loaded", name, ANN), file["reason"]
    (visit,) = bench.records("web_visit")
    assert (visit["observed_at"], visit["host"], visit["page"]) == (AT, "www.figma.com", "app")
    assert (visit["account_name"], visit["mention"]) == (ANN, "www.figma.com")


def test_a_wal_database_without_its_wal_is_read(bench: Any, tmp_path: Path) -> None:
    content = chromium(tmp_path, wal=True)
    assert content[18:20] == b"\x02\x02", "the file says that a WAL belongs to it"
    bench.put(f"{ANN}/History", content)
    bench.read()
    assert len(bench.records("web_visit")) == 1


def test_the_same_visits_in_two_copies_are_one(bench: Any, tmp_path: Path) -> None:
    bench.put(f"{ANN}/monday/History", chromium(tmp_path, visits=2))
    bench.put(f"{ANN}/friday/History", chromium(tmp_path, visits=3))
    bench.read()
    assert bench.unbalanced() == []
    files = bench.files().values()
    assert sum(f["rows_loaded"] for f in files) == 3
    assert sum(f["rows_duplicate"] for f in files) == 2


def test_an_original_stays_nowhere_in_the_home(bench: Any, tmp_path: Path) -> None:
    bench.put(f"{ANN}/History", chromium(tmp_path))
    bench.put(f"{ANN}/places.sqlite", firefox(tmp_path))
    bench.put(f"{ANN}/History.db", safari(tmp_path))
    # Nobody's: refused, and no copy is kept for later.
    bench.put("History", chromium(tmp_path, visits=3))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/History", chromium(tmp_path, visits=4))
        archive.writestr(
            "b/users.csv", "user,domain,visited_at\nann.lee@acme.example,figma.com,2026-04-18T07:00:00Z\n"
        )
        archive.writestr(
            "c/roster.csv", "Employee ID,Email,First Name,Last Name,Status\n1,a@acme.example,A,B,Active\n"
        )
    bench.put(f"{ANN}/takeaway.zip", packed.getvalue())
    # Damaged beyond the first pages, and foreign.
    bench.put(f"{ANN}/broken", chromium(tmp_path, visits=900)[:20000])
    bench.put(
        f"{ANN}/foreign",
        database(tmp_path, f"CREATE TABLE notes(text); INSERT INTO notes VALUES ('{SECRET}');"),
    )
    assert [o.error for o in bench.read().values() if o.error] == []
    states = {name: f["state"] for name, f in bench.files().items()}
    assert states[f"{ANN}/History"] == states[f"{ANN}/takeaway.zip/a/History"] == "loaded"
    assert states[f"{ANN}/takeaway.zip/c/roster.csv"] == "loaded", "an archive's other members are read"
    assert states["History"] == states[f"{ANN}/broken"] == states[f"{ANN}/foreign"] == "refused"
    assert bench.records("web_visit")
    assert bench.holds(SECRET) == []
    assert bench.holds("www.figma.com"), "what is searched for would be found"


def test_browsing_that_is_switched_off_is_not_read(make_bench: Callable[..., Any], tmp_path: Path) -> None:
    bench = make_bench(browsing=False)
    bench.put(f"{ANN}/History", chromium(tmp_path))
    bench.read()
    (file,) = bench.files().values()
    assert (file["state"], file["rows_read"]) == ("refused", 0)
    assert "[browsing] enabled = false" in file["reason"]
    assert bench.holds("figma.com") == []


def test_a_broken_record_leaves_nothing_either(bench: Any, tmp_path: Path) -> None:
    content = database(
        tmp_path, CHROMIUM,
        f"INSERT INTO urls VALUES (7, '{URL}', NULL, 1, 0, 0, 0); INSERT INTO visits (url, visit_time) VALUES (7, 0);",
    )  # fmt: skip
    bench.put(f"{ANN}/History", content)
    bench.read()
    (bad,) = bench.quarantine()
    assert bad["column_name"] == "visit_time"
    assert bench.holds(SECRET) == []


def test_a_member_that_is_damaged_does_not_stop_the_others(bench: Any, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("broken/History", chromium(tmp_path, visits=900)[:9000])
        archive.writestr("whole/History", chromium(tmp_path))
    bench.put(f"{ANN}/both.zip", packed.getvalue())
    bench.read()
    files = bench.files()
    assert files[f"{ANN}/both.zip/whole/History"]["state"] == "loaded"
    broken = files[f"{ANN}/both.zip/broken/History"]
    assert broken["state"] == "refused"
    assert "damaged or cut short" in broken["reason"]
    assert "copy the file again" in broken["reason"]


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("CREATE TABLE notes(text)",), "no browser history: expected the tables urls and visits .* it has notes"),
        # A view in place of a table could make reading endless.
        (("CREATE TABLE urls(id, url); CREATE VIEW visits AS SELECT 1 AS id, 1 AS url, 1 AS visit_time",),
         "no browser history"),
        (("CREATE TABLE urls(id, url); CREATE TABLE visits(id, url)",), "visits has no visit_time"),
        ((CHROMIUM,), "without a single visit"),
    ],
)  # fmt: skip
def test_what_is_no_history_is_refused_with_a_reason(
    tmp_path: Path, statements: tuple[str, ...], said: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(database(tmp_path, *statements))
    assert claims(path.read_bytes()[:4096], path)
    with pytest.raises(SourceFailed, match=said):
        list(unpack(path, tmp_path))


@pytest.mark.parametrize("magic", ["377f0682", "377f0683", "d9d505f920a163d7"])
def test_what_lies_beside_a_database_is_told_from_it(bench: Any, magic: str) -> None:
    bench.put(f"{ANN}/History-wal", bytes.fromhex(magic) + b"\0" * 100 + SECRET.encode())
    bench.read()
    (file,) = bench.files().values()
    assert file["state"] == "refused"
    assert "copy the database alone" in file["reason"]
    assert bench.holds(SECRET) == []


@pytest.mark.parametrize("cut", [17, 100, 4096, 9000])
def test_a_database_that_is_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(chromium(tmp_path, visits=900)[:cut])
    with pytest.raises(SourceFailed):
        list(unpack(path, tmp_path))
    assert not (tmp_path / "visits.ndjson").exists()


def test_a_page_that_was_overwritten_is_noticed(tmp_path: Path) -> None:
    content = bytearray(chromium(tmp_path, visits=3000))
    content[8192:12288] = b"\xff" * 4096
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(SourceFailed, match="damaged"):
        list(unpack(path, tmp_path))


def test_text_that_is_no_utf_8_and_hostile_values_are_kept_as_text(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(database(
        tmp_path, CHROMIUM,
        "INSERT INTO urls VALUES (1, CAST(x'68747470733A2F2FFF' AS TEXT), NULL, 1, 0, 0, 0);"
        "INSERT INTO visits (url, visit_time, transition) VALUES (1, 'soon\n\"}', 1);",
    ))  # fmt: skip
    (one,) = stage(path, tmp_path / "stage" if (tmp_path / "stage").mkdir() is None else tmp_path)
    (line,) = one.path.read_text(encoding="utf-8").splitlines()
    assert '"url": "https://\\\\xff"' in line
    assert '"visit_time": "soon\\n\\"}"' in line


def test_opening_writes_nothing_beside_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    path = folder / "a file #1?"
    path.write_bytes(chromium(tmp_path, wal=True))
    path.chmod(0o400)
    assert len(list(unpack(path, tmp_path))) == 1
    assert [p.name for p in folder.iterdir()] == ["a file #1?"]
