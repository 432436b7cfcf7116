"""Statements translated for Spark, and what is refused before anything is started."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from discovery.canonical.usage import build_usage
from discovery.errors import BadSettings, EngineFailed
from discovery.settings import EngineSettings, Settings, load_settings
from discovery.spark import Work, do, to_spark
from discovery.stage import Night
from discovery.store import Store

FORMS = {"twice(n)": "(n + n)", "place_of(a, b)": "struct(a AS at, b AS file)", "at_of(p)": "p.at"}


@pytest.mark.parametrize(
    ("sql", "translated"),
    [
        ("SELECT twice(a) AS b FROM t", "SELECT (a + a) AS b FROM t"),
        ("SELECT at_of(g.place) FROM g", "SELECT g.place.at FROM g"),
        ("SELECT place_of(twice(n), f.a) FROM f", "SELECT STRUCT((n + n) AS at, f.a AS file) FROM f"),
        ("SELECT day FROM canonical.usage AS u WHERE day >= $from_on",
         "SELECT day FROM canonical_usage AS u WHERE day >= CAST('2026-09-01' AS DATE)"),
        ("SELECT arg_min(a, b) FROM t -- why", "SELECT MIN_BY(a, b) FROM t"),
    ],
)  # fmt: skip
def test_a_statement_is_translated(sql: str, translated: str) -> None:
    assert to_spark(sql, FORMS, {"from_on": date(2026, 9, 1)}) == translated


def test_the_settings_name_the_engine(tmp_path: Path) -> None:
    config = tmp_path / "discovery.toml"
    config.write_text('[engine]\nengine = "spark"\nremote = "local[2]"\npython = "spark/bin/python"\n')
    engine = load_settings(config, environ={}).engine
    assert engine == EngineSettings("spark", "local[2]", tmp_path / "spark" / "bin" / "python")


@pytest.mark.parametrize(
    ("block", "said"),
    [('engine = "flink"', "engine.engine = 'flink'; expected one of duckdb, spark"),
     ('remote = ""', "engine.remote is empty")],
)  # fmt: skip
def test_another_engine_is_refused(tmp_path: Path, block: str, said: str) -> None:
    config = tmp_path / "discovery.toml"
    config.write_text(f"[engine]\n{block}\n")
    with pytest.raises(BadSettings, match=said):
        load_settings(config, environ={})


def test_a_home_that_spark_takes_for_a_pattern_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home {1}"
    home.mkdir()
    night = Night(Settings(home=home, inbox=home, engine=EngineSettings("spark")), date(2026, 9, 30))
    with Store(home / "warehouse.duckdb") as store:
        store.create_tables()
        store.run(
            "INSERT INTO sources.source_part BY NAME SELECT 'f' AS file_id, 'sign_in' AS kind, 's' AS source, 'okta' AS "
            "system, 'main' AS instance, DATE '2026-09-01' AS day, 'p' AS path, 1 AS row_count, 1 AS row_kept, 'new' AS state"
        )
        with pytest.raises(BadSettings, match="move the home"):
            build_usage(store, night)


def test_what_the_engine_says_is_told(tmp_path: Path, spark: EngineSettings) -> None:
    work = Work(tmp_path)
    work.view("v", "SELECT nothing_of_that_name FROM nowhere")
    with pytest.raises(EngineFailed, match="nowhere"):
        do(work, spark)
