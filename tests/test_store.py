"""What the store keeps between statements and between openings changes no answer."""

from __future__ import annotations

from pathlib import Path

from discovery.store import Store

LONG = " -- what follows is too long to be parsed each time" * 12


def test_a_statement_that_was_parsed_before_sees_other_values_and_another_store() -> None:
    sql = f"SELECT count(*), $name FROM sources.source_file WHERE state = $state{LONG}"
    with Store.memory() as one, Store.memory() as other:
        other.run("INSERT INTO sources.source_file (file_id, state) VALUES ('a', 'loaded'), ('b', 'refused')")
        assert one.rows(sql, {"name": "x", "state": "loaded"}) == [(0, "x")]
        assert other.rows(sql, {"name": "y", "state": "loaded"}) == [(1, "y")]
        other.run("ALTER TABLE sources.source_file DROP COLUMN reason")
        other.run("DELETE FROM sources.source_file WHERE state = 'loaded'")
        assert other.rows(sql, {"name": 3, "state": "loaded"}) == [(0, 3)]
        assert other.dicts(sql, {"name": 3, "state": "refused"})[0]["count_star()"] == 1


def test_a_long_text_may_hold_several_statements() -> None:
    with Store(None) as store:
        for between in (";\n", "; "):
            said = f"CREATE OR REPLACE TABLE t AS SELECT 1 AS n{between}INSERT INTO t VALUES (2){between}"
            for _ in range(2):
                store.run(said + f"SELECT count(*) FROM t /* {LONG} */")
                assert store.rows("FROM t ORDER BY n") == [(1,), (2,)]


def test_tables_of_an_earlier_version_get_what_they_lack_and_keep_what_they_have(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Store(path) as store:
        store.run("CREATE SCHEMA sources")
        store.run("CREATE TABLE sources.source_file (file_id VARCHAR, rows_read INTEGER, of_old VARCHAR)")
        store.run("INSERT INTO sources.source_file VALUES ('a', 7, 'kept')")
        store.create_tables()
        with Store.memory() as fresh:
            columns = (
                "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
            )
            wanted, there = set(fresh.rows(columns)), set(store.rows(columns))
        assert wanted < there
        assert {row[2] for row in there - wanted} == {"of_old"}
        assert store.rows("SELECT file_id, rows_read, of_old, state FROM sources.source_file") == [
            ("a", 7, "kept", None)
        ]
        store.create_tables()
        assert set(store.rows(columns)) == there
