"""A warehouse of another version, older or newer; one that is damaged, cut short, or lost part of its log."""

from __future__ import annotations

import random
import shutil
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from discovery import warehouse
from discovery.errors import StoreDamaged, StoreNewer
from discovery.run import writing
from discovery.settings import Settings, SourceHint
from discovery.store import Store
from discovery.warehouse import open_warehouse
from tests.conftest import AS_OF
from tests.faults import failpoints
from tests.faults.company import charges
from tests.faults.test_failpoints import judge, sweep

Count = Callable[..., None]
Made = tuple[Path, Path, list[tuple[object, ...]]]


def read(home: Path, inbox: Path) -> list[tuple[object, ...]]:
    """A short night: reads, and makes usage; what the warehouse then holds."""
    settings = Settings(home=home, inbox=inbox, threads=1, sources=(SourceHint(files="*", currency="EUR"),))
    with writing(settings, AS_OF) as run:
        run.scan()
        run.ingest("amex")
        run.build(failpoints.steps()[0])
        return run.store.rows(
            "SELECT file_id, state, rows_read, rows_loaded, read_with FROM sources.source_file"
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[tuple[object, ...]]]:
    folder = tmp_path_factory.mktemp("made")
    (folder / "inbox").mkdir()
    (folder / "inbox" / "charges.csv").write_text(charges(0, 200))
    return folder / "home", folder / "inbox", read(folder / "home", folder / "inbox")


@pytest.fixture
def home(made: Made, tmp_path: Path) -> Path:
    shutil.copytree(made[0], tmp_path / "home")
    return tmp_path / "home"


def contents(home: Path) -> dict[str, bytes]:
    return {str(p.relative_to(home)): p.read_bytes() for p in sorted(home.rglob("*")) if p.is_file()}


def test_a_warehouse_of_a_newer_version_is_refused_and_nothing_is_changed(home: Path, made: Made) -> None:
    with Store(home / "warehouse.duckdb") as store:
        store.run("UPDATE main.warehouse SET version = version + 1, program = '9.4.0'")
    before = contents(home)
    with pytest.raises(
        StoreNewer, match=r"discovery 9\.4\.0, which is newer.*nothing was changed.*the vault"
    ) as refused:
        read(home, made[1])
    assert refused.value.exit_code == 2
    assert contents(home) == before


def test_a_file_of_a_newer_engine_is_refused_and_not_called_damaged(home: Path, made: Made) -> None:
    path = home / "warehouse.duckdb"
    whole = bytearray(path.read_bytes())
    whole[16:20] = struct.pack("<I", 7)  # the upper half of the version of the storage
    whole[:8] = struct.pack("<Q", checksum(bytes(whole[8:4096])))
    path.write_bytes(whole)
    before = contents(home)
    with pytest.raises(StoreNewer, match=r"newer DuckDB than this program has.*nothing was changed"):
        read(home, made[1])
    assert contents(home) == before


def checksum(block: bytes) -> int:
    """As the engine makes it of a header."""
    made = 5381
    for (word,) in struct.iter_unpack("<Q", block):
        made ^= word * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    return made


def make_older(path: Path) -> None:
    """As a version wrote it that knew less: a table and a column fewer, another type, and no word of its version."""
    with Store(path) as store:
        store.run("DROP TABLE main.warehouse")
        store.run("ALTER TABLE sources.source_file DROP COLUMN read_with")
        store.run("ALTER TABLE sources.source_file ALTER COLUMN rows_read TYPE INTEGER")
        store.run("DROP TABLE sources.collected")


def held(home: Path) -> list[tuple[object, ...]]:
    with Store(home / "warehouse.duckdb", read_only=True) as store:
        return store.rows(
            "SELECT * EXCLUDE (loaded_at) REPLACE (rows_read::INTEGER AS rows_read) FROM sources.source_file"
        )


def test_an_older_warehouse_is_brought_to_this_version_and_keeps_what_it_has(home: Path, made: Made) -> None:
    make_older(home / "warehouse.duckdb")
    before = held(home)
    with open_warehouse(home / "warehouse.duckdb") as store:
        assert store.rows("SELECT * EXCLUDE (loaded_at, read_with) FROM sources.source_file") == before
        assert store.value("SELECT typeof(rows_read) FROM sources.source_file") == "BIGINT"
        assert store.count("sources.collected") == 0
        assert store.value("SELECT version FROM main.warehouse") == warehouse.VERSION
    assert sorted(p.name for p in home.glob("warehouse*")) == ["warehouse.duckdb"]
    assert read(home, made[1]) == made[2]


def test_what_cannot_be_brought_to_this_version_stays_as_it_was(home: Path) -> None:
    path = home / "warehouse.duckdb"
    make_older(path)
    with Store(path) as store:
        store.run("ALTER TABLE sources.source_file ALTER COLUMN rows_read TYPE VARCHAR USING 'many'")
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match=r"cannot be brought to this version.*It is as it was.*the vault"):
        open_warehouse(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("with_log", "faults"),
    [
        (True, "kill"),
        pytest.param(False, "kill", marks=pytest.mark.long),
        pytest.param(False, "full disk,disk error", marks=pytest.mark.long),
    ],
)
def test_at_any_effect_of_the_change_the_old_one_stays_usable(
    home: Path, with_log: bool, faults: str, count: Count
) -> None:
    """Killed, without room, or on a broken disk: the next opening finds the old or the new one, and all that it held."""
    path = home / "warehouse.duckdb"
    make_older(path)
    if with_log:
        with duckdb.connect(str(path)) as engine:  # a store's own settings are locked
            engine.execute("PRAGMA disable_checkpoint_on_shutdown")
            engine.execute("UPDATE sources.source_file SET reason = 'stands in the log alone'")
    assert Path(f"{path}.wal").exists() == with_log
    home.rename(home.with_name("base"))
    tries = sweep(home.parent, "opening", faults, 1)
    judge(tries, count)
    assert len(tries) > 8
    assert ("stands in the log alone" in str(held(home))) == with_log


@pytest.mark.parametrize("share", [0.0, 0.0005, 0.3, 0.999])
def test_a_warehouse_that_is_cut_short_is_told_and_moved_aside_it_is_rebuilt(
    home: Path, made: Made, share: float, count: Count
) -> None:
    path = home / "warehouse.duckdb"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(StoreDamaged, match=REMEDY):
        read(home, made[1])
    path.rename(home / "warehouse.aside")
    assert read(home, made[1]) == made[2]
    count(tried=1, refused=1)


REMEDY = r"warehouse\.duckdb.*move it aside: the next run rebuilds it from the vault"


def test_flipped_bits_of_the_warehouse_are_told_or_change_nothing(
    home: Path, made: Made, count: Count
) -> None:
    flip_bits(home, made, 6, count)


@pytest.mark.long
def test_many_flipped_bits_of_the_warehouse_are_told_or_change_nothing(
    home: Path, made: Made, count: Count
) -> None:
    assert flip_bits(home, made, 150, count) > 20


def flip_bits(home: Path, made: Made, times: int, count: Count) -> int:
    """Flip one bit, let a night read and build on it, and see; returns how often it was told."""
    path = home / "warehouse.duckdb"
    chance, whole = random.Random(11), path.read_bytes()
    seen: Counter[str] = Counter()
    other = "Date,Description,Card Member,Account #,Amount\n2026-09-02,ZOOM,ADA BYRON,-71002,1.00\n"
    (made[1] / "other.csv").write_text(other)
    want = sorted(read(home, made[1]))
    before = home.with_name("before")
    path.write_bytes(whole)
    failpoints.copy_home(home, before)
    for _ in range(times):
        failpoints.copy_home(before, home)
        place = chance.randrange(len(whole) * 8)
        bent = bytearray(whole)
        bent[place // 8] ^= 1 << place % 8
        path.write_bytes(bent)
        try:
            seen["as it was" if sorted(read(home, made[1])) == want else "WRONG"] += 1
        except StoreDamaged as error:
            seen[
                "told"
                if "aside: the next run rebuilds it from the vault" in str(error)
                else f"without a remedy: {error}"
            ] += 1
            path.unlink()
            seen["rebuilt" if sorted(read(home, made[1])) == want else "NOT REBUILT"] += 1
        except Exception as error:
            seen[f"not told: {type(error).__name__}: {error}"] += 1
    (made[1] / "other.csv").unlink()
    assert set(seen) <= {"told", "rebuilt", "as it was"}, seen
    assert seen["told"] == seen["rebuilt"]
    count(tried=times, refused=seen["told"])
    return seen["told"]
