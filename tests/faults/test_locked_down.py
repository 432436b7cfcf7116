"""SQL, wherever it comes from, reaches no file, setting or program beside what a store was opened for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from discovery.settings import Settings
from discovery.store import SqlError, Store

OUT = [
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{home}/../secret.txt')",
    "SELECT * FROM glob('{outside}/*')",
    "COPY (SELECT 1) TO '{outside}/written.csv'",
    "ATTACH '{outside}/other.duckdb' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_csv('https://example.com/x.csv')",
    "SELECT * FROM os_environ",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET allow_community_extensions = true",
    "SET lock_configuration = false",
    "SET temp_directory = '{outside}'",
    "EXPORT DATABASE '{outside}'",
]
os_environ = dict(os.environ)  # what a replacement scan would find


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("canary\n")
    return folder


@pytest.mark.parametrize("sql", OUT)
@pytest.mark.parametrize("kind", ["warehouse", "published", "memory"])
def test_sql_leaves_what_a_store_was_opened_for(
    sql: str, kind: str, outside: Path, tmp_path: Path, sample_published: Settings
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    opened = {
        "warehouse": lambda: Store(home / "warehouse.duckdb"),
        "published": lambda: Store(sample_published.published, read_only=True),
        "memory": lambda: Store(None),
    }
    before = sorted(outside.iterdir())
    asked = sql.format(secret=outside / "secret.txt", outside=outside, home=home)
    with opened[kind]() as store:
        with pytest.raises(SqlError):
            store.rows(asked)
        with pytest.raises(SqlError):
            store.twin().rows(asked)
    assert sorted(outside.iterdir()) == before


def test_a_view_in_a_file_of_somebody_else_reads_nothing(outside: Path, tmp_path: Path) -> None:
    import duckdb

    file = tmp_path / "access_graph.duckdb"
    with duckdb.connect(str(file)) as theirs:
        theirs.execute(f"CREATE VIEW person AS SELECT * FROM read_text('{outside / 'secret.txt'}')")
    with Store(file, read_only=True) as store, pytest.raises(SqlError) as refused:
        store.rows("SELECT * FROM person")
    assert "canary" not in str(refused.value)


def test_a_store_uses_its_own_folder_and_spills(tmp_path: Path) -> None:
    with Store(tmp_path / "warehouse.duckdb", memory_limit="100MB", threads=1) as store:
        part = tmp_path / "lake" / "part.parquet"
        part.parent.mkdir()
        store.run(
            "CREATE TABLE many AS SELECT hash(i)::VARCHAR || hash(i + 1)::VARCHAR AS said, random() AS n "
            "FROM range(2000000) AS t(i)"
        )
        store.run(f"COPY (SELECT * FROM many ORDER BY n) TO '{part}' (FORMAT parquet)")
        assert store.value(f"SELECT count(*) FROM read_parquet('{part}')") == 2_000_000
