"""The same lake on DuckDB and on Spark: the same rows of usage, of its months and of the balance, of the same types."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from discovery.canonical.usage import build_usage, touch_days
from discovery.errors import MemoryTooSmall
from discovery.settings import EngineSettings, Settings
from discovery.stage import Night
from discovery.store import Store

COMPARED = {
    "canonical.usage": "canonical.usage",
    "canonical.usage_month": "canonical.usage_month",
    "the balance of parts": "(SELECT * EXCLUDE (state) FROM sources.source_part)",
}
KINDS = """CREATE TYPE mention_kind AS ENUM ('app_id', 'domain'); CREATE TYPE method AS ENUM ('password', 'oidc', 'visit');
CREATE TYPE page AS ENUM ('sign_in', 'app', 'public', 'other')"""
SIGN_IN = (
    "event_id VARCHAR, observed_at TIMESTAMP, version_at TIMESTAMP, account_key VARCHAR, account_name VARCHAR, "
    "holder_key VARCHAR, mention_kind mention_kind, mention VARCHAR, mention_name VARCHAR, method method"
)
UUIDS = [f"{n:08x}-0000-7000-8000-00000000{n:04x}" for n in range(40)]


def part(home: Path, con: duckdb.DuckDBPyConnection, kind: str, system: str, day: str, file_id: str, rows: str,
         columns: str = SIGN_IN, number: int = 0) -> None:  # fmt: skip
    """One Parquet file as the lake has it, and its entry in the registry."""
    name = f"{kind}/source={system}-1/day={day}/{file_id}{f'-{number}' if number else ''}.parquet"
    (home / "lake" / name).parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"CREATE OR REPLACE TEMP TABLE r ({columns}); INSERT INTO r VALUES {rows}")
    con.execute(f"COPY r TO '{home / 'lake' / name}' (FORMAT parquet, COMPRESSION zstd)")
    count = con.execute("SELECT count(*) FROM r").fetchall()[0][0]
    con.execute(
        "INSERT INTO w.sources.source_part BY NAME SELECT $file AS file_id, $kind AS kind, $source AS source, "
        "$system AS system, 'main' AS instance, CAST($day AS DATE) AS day, $path AS path, "
        "CAST($n AS BIGINT) AS row_count, CAST($n AS BIGINT) AS row_kept, 'new' AS state",
        {"file": file_id, "kind": kind, "source": f"{system}-1", "system": system, "day": day, "path": name, "n": count},
    )  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A home that has read: nulls, times at the edges of a day, the same and changed deliveries, ties, odd letters."""
    home = tmp_path / "a höme 100%"
    home.mkdir()
    with Store(home / "warehouse.duckdb") as store:
        store.create_tables()
    con = duckdb.connect()
    con.execute(f"SET TimeZone = 'Asia/Kolkata'; ATTACH '{home / 'warehouse.duckdb'}' AS w; {KINDS}")
    odd = "'Zoë 😀 \u202e\u0000'".replace("\u0000", "")
    u = [f"'{text}'" for text in UUIDS]
    part(home, con, "sign_in", "entra", "2026-08-31", "f1", f"""
        ({u[0]}, '2026-08-31 00:00:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', 'Slack', 'oidc'),
        ({u[1]}, '2026-08-31 23:59:59.999999', NULL, 'k1', 'anna.new@acme.test', NULL, 'app_id', 'slack', {odd}, 'oidc'),
        ({u[2]}, '2026-08-31 10:00:00.100000', NULL, NULL, 'ÄNNA@acme.test', NULL, 'app_id', 'slack', NULL, NULL),
        ({u[3]}, '2026-08-31 10:00:00.1', '2026-08-31 11:00', NULL, NULL, 'h1', 'domain', {odd}, NULL, 'password'),
        ({u[4]}, '2026-08-31 10:00:00.1', NULL, NULL, NULL, NULL, 'domain', 'straße.de', '', 'password')""")  # fmt: skip
    # Many of one instant, of the same account and app: which is first, and which is last?
    tied = ", ".join(f"({x}, '2026-09-01 08:00:00.000001', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', "
                     "'Slack', 'oidc')" for x in u[10:30])  # fmt: skip
    part(home, con, "sign_in", "entra", "2026-09-01", "f1", tied)
    # The same once more, changed once more: newer by its source, fuller, or only other.
    part(home, con, "sign_in", "entra", "2026-08-31", "f2", f"""
        ({u[0]}, '2026-08-31 00:00:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', 'Slack', 'oidc'),
        ({u[1]}, '2026-08-31 22:00:00', NULL, 'k1', 'anna.new@acme.test', NULL, 'app_id', 'slack', 'Slack', 'oidc'),
        ({u[2]}, '2026-08-31 10:00:00.1', NULL, 'k9', 'ÄNNA@acme.test', NULL, 'app_id', 'slack', NULL, 'oidc'),
        ({u[3]}, '2026-08-31 10:00:00.1', '2026-08-31 12:00', NULL, NULL, 'h2', 'domain', {odd}, NULL, 'password'),
        ({u[4]}, '2026-08-31 10:00:00.1', NULL, NULL, NULL, NULL, 'domain', 'straße.de', 'Straße', 'password')""")  # fmt: skip
    # An event whose newer delivery lies on another day.
    part(
        home,
        con,
        "sign_in",
        "entra",
        "2026-09-01",
        "f2",
        f"""
        ({u[4]}, '2026-09-01 00:00:00', '2026-09-02 00:00', 'k2', NULL, NULL, 'domain', 'straße.de', '', 'password')""",
    )
    # Another system has the same ids, which are other events, and ids that are none.
    part(home, con, "sign_in", "okta", "2026-08-31", "f3", f"""
        ({u[0]}, '2026-08-31 00:00:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', 'Slack Inc', 'oidc'),
        ('h:ff', '2026-08-31 12:00:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', 'Slack', 'oidc'),
        ('ÿ 😀', '2026-08-31 12:00:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', 'Slack', 'oidc'),
        ({u[5].upper().replace("-0000-", "-ABCD-")}, '2026-08-31 12:00:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack',
         'Slack', 'oidc')""")  # fmt: skip
    part(home, con, "web_visit", "push", "2026-08-31", "f4", """
        ('v1', '2026-08-31 12:00', NULL, NULL, NULL, 'b1', 'domain', 'figma.com', NULL, 'visit', 'files.figma.com', 'app', NULL),
        ('v2', '2026-08-31 12:00', NULL, NULL, NULL, 'b1', 'domain', 'figma.com', NULL, 'visit', 'files.figma.com', 'sign_in', 'x'),
        ('v3', '2026-08-31 12:00', NULL, NULL, NULL, 'b1', 'domain', 'figma.com', 'Figma', NULL, NULL, NULL, NULL)""",
        f"{SIGN_IN}, host VARCHAR, page page, redirect_host VARCHAR")  # fmt: skip
    con.close()
    return home


def build(home: Path, engine: EngineSettings) -> int:
    night = Night(Settings(home=home, inbox=home / "inbox", engine=engine), date(2026, 9, 30))
    with Store(home / "warehouse.duckdb") as store:
        return build_usage(store, night)


def differences(one: Path, other: Path) -> Iterator[str]:
    """What one warehouse has and the other has not, in words."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{one / 'warehouse.duckdb'}' AS a (READ_ONLY)")
        con.execute(f"ATTACH '{other / 'warehouse.duckdb'}' AS b (READ_ONLY)")
        for name, relation in COMPARED.items():
            a, b = (
                relation.replace("canonical.", f"{x}.canonical.").replace("sources.", f"{x}.sources.")
                for x in "ab"
            )
            types = [con.execute(f"DESCRIBE SELECT * FROM {x}").fetchall() for x in (a, b)]
            if types[0] != types[1]:
                yield f"{name}: types {types}"
            if not con.execute(f"SELECT count(*) FROM {a}").fetchall()[0][0]:
                yield f"{name}: nothing to compare"
            for x, y in ((a, b), (b, a)):
                rows = con.execute(f"SELECT * FROM {x} EXCEPT ALL SELECT * FROM {y}").fetchall()
                yield from (f"{name}, only in {x[:2]}: {row}" for row in rows[:5])


def test_both_engines_make_the_same_of_a_lake_full_of_traps(
    small: Path, spark: EngineSettings, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(small, other)
    assert build(small, spark) == build(other, EngineSettings()) > 0
    assert list(differences(small, other)) == []
    assert not (small / "stage" / "spark").exists()


def test_late_events_and_days_built_anew_are_the_same_on_both(
    small: Path, spark: EngineSettings, tmp_path: Path
) -> None:
    """Of the months that a late day touches, the other days come from the warehouse."""
    build(small, EngineSettings())
    con = duckdb.connect()
    con.execute(f"ATTACH '{small / 'warehouse.duckdb'}' AS w; {KINDS}")
    part(
        small,
        con,
        "sign_in",
        "entra",
        "2026-08-02",
        "f9",
        f"""
        ('{UUIDS[35]}', '2026-08-02 00:00:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', 'Slack', 'oidc'),
        ('{UUIDS[36]}', '2026-08-02 00:00:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', 'Slack', 'oidc')""",
    )
    con.execute(
        "UPDATE w.sources.source_part SET state = 'gone' WHERE file_id = 'f2' AND day = DATE '2026-09-01'"
    )
    con.close()
    other = tmp_path / "other"
    shutil.copytree(small, other)
    assert build(small, spark) == build(other, EngineSettings()) > 0
    assert list(differences(small, other)) == []


def test_the_balance_counts_each_part_in_its_own_batch_and_anew(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days of one night that are read in several batches; a file of two parts a day; a duplicate whose other is gone."""
    con = duckdb.connect()
    con.execute(f"ATTACH '{small / 'warehouse.duckdb'}' AS w; {KINDS}")
    row = "'2026-08-30 0{n}:00', NULL, 'k1', 'anna@acme.test', NULL, 'app_id', 'slack', 'Slack', 'oidc'"
    rows = [f"('{UUIDS[n]}', {row.format(n=n - 30)})" for n in range(30, 36)]
    part(small, con, "sign_in", "entra", "2026-08-30", "f5", ", ".join(rows[:4]))
    part(small, con, "sign_in", "entra", "2026-08-30", "f6", ", ".join(rows[:3]))
    part(small, con, "sign_in", "entra", "2026-08-30", "f6", ", ".join(rows[4:]), number=1)
    con.close()
    monkeypatch.setattr("discovery.canonical.usage._BATCH_ROWS", 1)
    kept = "SELECT file_id, sum(row_kept) FROM sources.source_part WHERE day < '2026-09-01' AND source = 'entra-1' "
    kept += "GROUP BY ALL ORDER BY ALL"
    build(small, EngineSettings())
    with Store(small / "warehouse.duckdb") as store:
        assert store.rows(kept) == [("f1", 3), ("f2", 2), ("f5", 4), ("f6", 2)]
        store.run("UPDATE sources.source_part SET state = 'gone' WHERE file_id = 'f5'")
    build(small, EngineSettings())
    with Store(small / "warehouse.duckdb") as store:
        assert ("f6", 5) in store.rows(kept)


def test_a_day_that_memory_does_not_hold_is_told_with_its_remedy(small: Path) -> None:
    """Neither DuckDB's own advice, which cannot be followed here, nor a day that was taken in by half."""
    con = duckdb.connect()
    con.execute(f"ATTACH '{small / 'warehouse.duckdb'}' AS w; {KINDS}")
    rows = (f"('{n // 2:08x}-0000-7000-8000-000000000000', '2026-09-03 08:00', NULL, 'k{n}', 'anna{n}@acme.test', NULL, "
            "'app_id', 'slack', 'Slack', 'oidc')" for n in range(6_000))  # fmt: skip
    part(small, con, "sign_in", "entra", "2026-09-03", "f7", ", ".join(rows))
    con.close()
    night = Night(Settings(home=small, inbox=small / "inbox"), date(2026, 9, 30))
    with Store(small / "warehouse.duckdb", memory_limit="16MB") as store:
        with pytest.raises(MemoryTooSmall, match=r"6,\d\d\d events.*Raise \[engine\] memory_limit"):
            build_usage(store, night)
        assert store.count("canonical.usage") == 0
        assert store.value("SELECT count(*) FROM sources.source_part WHERE state <> 'new'") == 0
    assert build(small, EngineSettings()) > 0


@pytest.mark.long
def test_both_engines_make_the_same_of_the_sample_company(
    sample_copy: Settings, sample_published: Settings, spark: EngineSettings
) -> None:
    with Store(sample_copy.warehouse) as store:
        assert touch_days(store, date(2000, 1, 1), date(2100, 1, 1)) > 0
        night = Night(replace(sample_copy, engine=spark), date(2026, 9, 30))
        assert build_usage(store, night) == store.count("canonical.usage") > 0
    assert list(differences(sample_copy.home, sample_published.home)) == []
