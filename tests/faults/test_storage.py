"""Disks that are full, bits that flip, files that are cut, logs that belong to another file."""

from __future__ import annotations

import os
import random
import re
import resource
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from discovery.errors import DiskFull, StoreDamaged
from discovery.publish import Publication, publish
from discovery.publish.content import content_hash
from discovery.run import writing
from discovery.settings import Settings, SourceHint
from discovery.store import Store, disk_fault
from tests.canonical.world import World
from tests.conftest import AS_OF, ROOT
from tests.publish.test_publish import STARTED, fill


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return fill(World(tmp_path_factory.mktemp("world") / "home"))


@pytest.fixture(scope="module")
def first(world: World) -> Publication:
    return publish(world.store, world.night, run_id="run-1", started_at=STARTED)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As a full disk, without being root: Python ignores the signal, a write beyond the limit fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def hash_in(path: Path) -> str:
    with Store(path, read_only=True) as store:
        return content_hash(store)


def test_a_full_disk_at_any_write_of_publishing_leaves_what_was_published(
    world: World, first: Publication
) -> None:
    size, before = first.path.stat().st_size, first.path.read_bytes()
    for room in (0, 65_536, size * 2 // 3, size - 1):
        with (
            no_file_larger_than(room),
            pytest.raises(DiskFull, match=r"generations/full-\d+\.duckdb.*Make room"),
        ):
            publish(world.store, world.night, run_id=f"full-{room}", started_at=STARTED)
        assert first.path.read_bytes() == before
        assert sorted(p.name for p in first.path.parent.iterdir()) == ["access_graph.duckdb", "generations"]
        assert [p.name for p in first.generation.parent.iterdir()] == ["run-1.duckdb"]
    # The same process goes on as if nothing had been.
    assert (
        publish(world.store, world.night, run_id="run-2", started_at=STARTED).content_hash
        == first.content_hash
    )


CHARGES = "Date,Description,Card Member,Account #,Amount\n" + "".join(
    f"2026-03-{1 + number % 28:02d},FIGMA {number},ADA BYRON,-71002,{number}.50\n" for number in range(20_000)
)


def read_charges(home: Path, inbox: Path) -> list[tuple[object, ...]]:
    hint = SourceHint(files="*", currency="EUR")
    with writing(Settings(home=home, inbox=inbox, sources=(hint,)), AS_OF) as run:
        run.scan()
        outcome = run.ingest("amex")
        assert outcome.error is None, outcome.error
        return run.store.rows("SELECT file_id, state, rows_read, rows_loaded FROM sources.source_file")


def test_a_full_disk_while_reading_loses_nothing_and_refuses_no_file_for_good(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "charges.csv").write_text(CHARGES)
    clean = read_charges(tmp_path / "clean", inbox)
    assert [row[1:] for row in clean] == [("staged", 20_000, 20_000)]
    # No room for the warehouse, for a new file in it, for the copy of the export.
    for room in (0, 4096, 300_000, len(CHARGES) - 1):
        home = tmp_path / f"room-{room}"
        with no_file_larger_than(room), pytest.raises(DiskFull, match="Make room on that disk"):
            read_charges(home, inbox)
        assert read_charges(home, inbox) == clean


def test_a_flipped_bit_is_noticed_or_changes_nothing(first: Publication, tmp_path: Path) -> None:
    chance, whole, file = random.Random(7), first.path.read_bytes(), tmp_path / "flipped.duckdb"
    seen: Counter[str] = Counter()
    for _ in range(20):
        place = chance.randrange(len(whole) * 8)
        bent = bytearray(whole)
        bent[place // 8] ^= 1 << place % 8
        file.write_bytes(bent)
        try:
            seen["as it was" if hash_in(file) == first.content_hash else "WRONG"] += 1
        except StoreDamaged as error:
            seen["noticed" if "the next run rebuilds it" in str(error) else "without a remedy"] += 1
    assert set(seen) == {"noticed", "as it was"}
    assert min(seen["noticed"], seen["as it was"]) > 3, "pages in use and pages that are free were both met"


@pytest.mark.parametrize("share", [0.0, 0.0005, 0.3, 0.999999])
def test_a_file_that_is_cut_short_is_noticed(first: Publication, tmp_path: Path, share: float) -> None:
    whole, file = first.path.read_bytes(), tmp_path / "cut.duckdb"
    file.write_bytes(whole[: max(1, int(len(whole) * share))])
    with pytest.raises(StoreDamaged, match="Restore it from a backup, or move it aside"):
        hash_in(file)


def test_a_log_of_another_file_is_refused_with_the_remedy_and_left_alone(
    first: Publication, tmp_path: Path
) -> None:
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as con:
        con.execute("SET checkpoint_threshold = '1TB'")
        con.execute("CREATE TABLE x AS SELECT 1")
        foreign = Path(f"{other}.wal").read_bytes()
    file, log = tmp_path / "graph.duckdb", tmp_path / "graph.duckdb.wal"
    file.write_bytes(first.path.read_bytes())
    log.write_bytes(foreign)
    with pytest.raises(StoreDamaged, match=r"If .*graph\.duckdb\.wal came from elsewhere, move it away"):
        hash_in(file)
    assert log.read_bytes() == foreign
    log.rename(tmp_path / "away")
    assert hash_in(file) == first.content_hash


def test_every_file_and_folder_of_a_home_is_private_though_the_umask_is_open(
    sample_published: Settings,
) -> None:
    assert os.umask(0) == 0
    files = [sample_published.home, *sample_published.home.rglob("*")]
    assert len(files) > 50
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.long
def test_a_night_on_a_full_disk_says_so_and_the_next_one_with_room_is_whole(tmp_path: Path) -> None:
    """Wherever the room ends: in Dagster's databases, the vault, the lake, the warehouse or the publication."""
    command = [sys.executable, "-m", "discovery.cli", "run", "--config", str(ROOT / "sample_data" / "discovery.toml"),
               "--home", str(tmp_path / "home"), "--as-of", "2026-09-30"]  # fmt: skip
    codes = set()
    for room in (0, 40_000, 1_500_000, 12_000_000):
        with no_file_larger_than(room):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert done.returncode in (1, 70), (room, said)
        assert "Internal error" not in said, (room, said)
        assert re.search("room|could not be written", said), (room, said)
        codes.add(done.returncode)
        assert not (tmp_path / "home" / "access_graph.duckdb").exists()
    assert codes == {1, 70}
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    other = subprocess.run(
        [*command, "--home", str(tmp_path / "other")], capture_output=True, text=True, check=False
    )
    assert other.returncode == 0, other.stderr
    homes = ("home", "other")
    assert len({hash_in(tmp_path / home / "access_graph.duckdb") for home in homes}) == 1


@pytest.mark.parametrize(
    "words", ["disk I/O error", "database or disk is full", "unable to open database file"]
)
def test_a_database_of_dagster_that_cannot_be_written_is_no_fault_of_the_program(
    words: str,
) -> None:
    fault = disk_fault(wrapped(sqlite3.OperationalError(words)), Path("home"))
    assert isinstance(fault, DiskFull)
    assert words in str(fault)
    assert disk_fault(wrapped(sqlite3.OperationalError("no such table: runs"))) is None
    assert disk_fault(wrapped(PermissionError(13, "Permission denied"))) is None


def wrapped(error: Exception) -> Exception:
    """An error as SQLAlchemy raises it: with the driver's as its cause."""
    outer = RuntimeError(f"({type(error).__name__}) {error}")
    outer.__cause__ = error
    return outer
