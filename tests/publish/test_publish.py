from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import discovery.publish as publish_module
from discovery.checks import read_checks
from discovery.errors import StoreDamaged
from discovery.publish import Publication, publish
from discovery.publish.contract import FILE_TABLES, file_columns
from discovery.publish.dictionary import DEFAULT, dictionary
from discovery.store import Store
from tests.canonical.world import World, at, on

ANNA = "anna@acme.test"
STARTED = datetime(2026, 10, 1, 2, 30)


def fill(world: World, seed: int = 0, prefix: str = "") -> World:
    """A few of everything, in an order and from files that depend on the seed."""
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "directory_account",
            {
                "system": "hr",
                "account_key": n,
                "employee_id": n,
                "email": e,
                "display_name": d,
                "status": "active",
                "left_on": left,
                "event_id": f"h{n}",
            },
        )
        for n, e, d, left in (
            ("1", ANNA, "Anna Keller", on("08-31")),
            ("2", "ben@acme.test", "Ben Osei", None),
        )
    ] + [
        (
            "directory_account",
            {
                "system": "entra",
                "account_key": "o-1",
                "account_name": ANNA,
                "status": "disabled",
                "account_kind": "human",
                "event_id": "d1",
            },
        ),
        (
            "charge",
            {
                "system": "amex",
                "charged_on": on("09-03"),
                "cardholder": "KELLER/ANNA",
                "card": "1",
                "merchant": "CANVA",
                "amount": 12,
                "currency": "EUR",
                "event_id": "c1",
            },
        ),
        (
            "grant",
            {
                "system": "entra",
                "account_key": "o-1",
                "mention_kind": "app_id",
                "mention": "otter-id",
                "scopes": ["User.Read", "Mail.Read"],
                "event_id": "g1",
            },
        ),
        (
            "app_account",
            {
                "system": "lists",
                "account_name": ANNA,
                "mention_kind": "label",
                "mention": "Miro",
                "status": "disabled",
                "event_id": "l1",
            },
        ),
    ]
    shuffled = random.Random(seed)
    shuffled.shuffle(rows)
    for number, (kind, row) in enumerate(rows):
        world.record(kind, **row, file_id=f"{prefix}{number}", record=number)
    world.app("slack", "slack-id", approval="approved")
    world.app("canva", "CANVA", kind="merchant")
    world.app("otter", "otter-id")
    world.app("miro", "Miro", kind="label")
    world.app("trello", "trello.com", kind="domain")
    days = ["07-01", "07-02", "09-05"]
    shuffled.shuffle(days)
    for day in days:
        world.use(
            "sign_in",
            "o-1",
            "slack-id",
            day,
            first_file_id=f"{prefix}u",
            last_file_id=f"{prefix}u",
            first_event_id=f"s{day}",
            last_event_id=f"s{day}",
            account_name=ANNA,
        )
    world.use("web_visit", "lost@gmail.com", "trello.com", "09-01", method="password")
    world.use("web_visit", "ben@acme.test", "asana.com", "09-01", page="other")
    return world.build()


@pytest.fixture
def published(world: World) -> Publication:
    fill(world)
    return publish(world.store, world.night, run_id="run-1", started_at=STARTED)


def in_a_fresh_process(path: Path, sql: str, *, attached: bool = False) -> list[list[Any]]:
    """Ask the file as an analyst would: with DuckDB alone."""
    script = (
        "import duckdb, json, sys\n"
        "path, sql, attached = json.loads(sys.argv[1])\n"
        "con = duckdb.connect() if attached else duckdb.connect(path, read_only=True)\n"
        "if attached:\n"
        '    con.execute("ATTACH \'" + path + "\' AS g (READ_ONLY)")\n'
        "    con.execute('USE g')\n"
        "print(json.dumps(con.execute(sql).fetchall(), default=str))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps([str(path), sql, attached])],
        check=True,
        capture_output=True,
        text=True,
    )
    result: list[list[Any]] = json.loads(done.stdout)
    return result


def test_the_file_holds_the_contract(published: Publication) -> None:
    with Store(published.path, read_only=True) as file:
        columns: dict[str, list[tuple[str, str, str]]] = {}
        for table, name, kind, comment in file.rows(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal "
            "AND database_name <> 'system' ORDER BY table_name, column_index"
        ):
            columns.setdefault(table, []).append((name, kind, comment))
        for table in FILE_TABLES:
            assert columns[table.name] == [(c.name, c.type, c.meaning) for c in file_columns(table)]
        assert file.rows("SELECT table_name FROM duckdb_tables() WHERE comment IS NULL") == []
        assert file.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL") == []
        assert (
            file.rows("SELECT function_name FROM duckdb_functions() WHERE NOT internal AND comment IS NULL")
            == []
        )
        assert file.rows("SELECT run_id, as_of, started_at, schema_version FROM run") == [
            ("run-1", on("09-30"), STARTED, 1)
        ]
        assert {t for t, n in published.row_counts.items() if n} >= {
            "person",
            "account",
            "access",
            "finding",
            "evidence",
        }


@pytest.mark.parametrize("attached", [False, True])
def test_the_macros_answer_in_another_process(published: Publication, attached: bool) -> None:
    def ask(sql: str) -> list[list[Any]]:
        return in_a_fresh_process(published.path, sql, attached=attached)

    scope = ask(f"SELECT app_id FROM scope('{ANNA.upper()}')")
    assert sorted(scope) == [["canva"], ["otter"], ["slack"]]
    person_id = ask("SELECT person_id FROM person WHERE left_on IS NOT NULL")[0][0]
    for name in (person_id, "o-1", "1", "Anna Keller", f" {ANNA} "):
        assert len(ask(f"SELECT app_id FROM scope('{name}')")) == 3, name
    assert ask("SELECT count(*) FROM scope('nobody')") == [[0]]
    for app in ("slack", "SLACK", "slack.com"):
        assert ask(f"SELECT person_id, account_kind FROM who_has('{app}')") == [[person_id, "human"]]
    assert ask("SELECT person_id, identifier, account_kind FROM who_has('trello')") == [
        [None, "lost@gmail.com", "personal"]
    ]
    parts = ask(f"SELECT part, source, kind FROM explain('{ANNA}', 'slack') WHERE part = 'evidence'")
    assert parts == [["evidence", "sign_in", "first"], ["evidence", "sign_in", "last"]]
    ended = ask(f"SELECT part, explanation FROM explain('{ANNA}', 'Miro') WHERE part = 'not access'")
    assert len(ended) == 1
    assert "disabled" in ended[0][1]
    assert ask("SELECT part FROM explain('ben@acme.test', 'asana.com')") == [["not access"]]
    then = ask(
        f"SELECT app_id, sources, from_on, to_on, class, methods FROM access_as_of('{ANNA}', DATE '2026-07-15')"
    )
    assert then == [["slack", ["sign_in"], "2026-07-01", None, None, ["idp_interactive"]]]
    now = ask(
        f"SELECT app_id, class, methods FROM access_as_of('{ANNA}', DATE '2026-09-30') WHERE app_id = 'slack'"
    )
    assert now == [["slack", "sso", ["idp_interactive"]]]
    assert ask("SELECT email, app_count FROM leaver") == [[ANNA, 3]]
    assert ask("SELECT kind, app_id FROM unlinked_account") == [["personal", "trello"]]


@pytest.mark.long
def test_what_the_file_says_does_not_depend_on_order_and_names_of_files(tmp_path: Path) -> None:
    hashes = set()
    for seed in range(4):
        world = fill(World(tmp_path / str(seed)), seed, prefix=f"f{seed}-")
        done = publish(world.store, world.night, run_id=f"run-{seed}", started_at=datetime(2026, 10, 1, seed))
        hashes.add(done.content_hash)
    assert len(hashes) == 1
    world = fill(World(tmp_path / "other"))
    world.store.run("UPDATE graph.access SET confidence = confidence - 0.01 WHERE app_id = 'slack'")
    assert publish(world.store, world.night, run_id="r", started_at=STARTED).content_hash not in hashes


def test_repeated_lines_change_the_hash(world: World) -> None:
    fill(world)
    one = publish(world.store, world.night, run_id="a", started_at=STARTED)
    world.store.run("INSERT INTO graph.evidence FROM graph.evidence")
    two = publish(world.store, world.night, run_id="b", started_at=STARTED)
    assert one.content_hash != two.content_hash


def test_nothing_is_left_beside_the_file_and_only_its_owner_may_read(published: Publication) -> None:
    assert os.umask(0) == 0
    home = published.path.parent
    assert sorted(p.name for p in home.iterdir()) == ["access_graph.duckdb", "generations"]
    assert [p.name for p in (home / "generations").iterdir()] == ["run-1.duckdb"]
    for path in (published.path, published.generation):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (home, home / "generations"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_reader_of_the_old_file_is_not_disturbed(world: World) -> None:
    fill(world)
    first = publish(world.store, world.night, run_id="run-1", started_at=STARTED)
    script = (
        "import duckdb, sys\ncon = duckdb.connect(sys.argv[1], read_only=True)\nprint('open', flush=True)\n"
        "sys.stdin.readline()\nprint(con.execute('SELECT run_id FROM run').fetchone()[0])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(first.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        publish(world.store, world.night, run_id="run-2", started_at=STARTED)
        out, _ = reader.communicate("go\n", timeout=30)
    assert out == "run-1\n"
    assert in_a_fresh_process(first.path, "SELECT run_id FROM run") == [["run-2"]]


def test_generations_are_kept_as_the_settings_say(tmp_path: Path) -> None:
    world = fill(World(tmp_path, keep_generations=2))
    for number in range(4):
        done = publish(world.store, world.night, run_id=f"run-{number}", started_at=STARTED)
    assert sorted(p.name for p in done.generation.parent.iterdir()) == ["run-2.duckdb", "run-3.duckdb"]


def test_an_input_that_is_only_staged_is_not_shown(world: World) -> None:
    world.file("a")
    world.file("b")
    world.store.run("UPDATE sources.source_file SET state = 'staged' WHERE file_id = 'b'")
    done = publish(world.store, world.night, run_id="r", started_at=STARTED)
    assert in_a_fresh_process(done.path, "SELECT file_id FROM source_file") == [["a"]]


def test_a_file_that_does_not_verify_replaces_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    publish(world.store, world.night, run_id="run-1", started_at=STARTED)
    complete = publish_module._complete

    def lose_a_row(generation: Path, *rest: Any) -> None:
        complete(generation, *rest)
        with Store(generation) as file:
            file.run("DELETE FROM access WHERE rowid = 0")

    monkeypatch.setattr(publish_module, "_complete", lose_a_row)
    with pytest.raises(StoreDamaged, match="table access holds 2 rows, the warehouse 3"):
        publish(world.store, world.night, run_id="run-2", started_at=STARTED)
    path = world.night.settings.published
    assert in_a_fresh_process(path, "SELECT run_id FROM run") == [["run-1"]]
    assert [p.name for p in (path.parent / "generations").iterdir()] == ["run-1.duckdb"]


def test_a_log_that_somebody_left_beside_the_file_is_set_aside(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    fill(world)
    first = publish(world.store, world.night, run_id="run-1", started_at=STARTED)
    Path(f"{first.path}.wal").write_bytes(b"stale")
    publish(world.store, world.night, run_id="run-2", started_at=STARTED)
    assert in_a_fresh_process(first.path, "SELECT run_id FROM run") == [["run-2"]]
    assert "set aside" in caplog.text
    assert Path(f"{first.path}.wal.before-run-2").read_bytes() == b"stale"


def test_a_run_id_cannot_leave_the_folder(world: World) -> None:
    done = publish(world.store, world.night, run_id="../../x'; --", started_at=STARTED)
    assert done.generation.parent == world.night.settings.home / "generations"
    assert in_a_fresh_process(done.path, "SELECT run_id FROM run") == [["../../x'; --"]]


def test_all_checks_run_and_find_nothing_wrong(world: World) -> None:
    fill(world)
    for file_id in {r[0] for r in world.all("SELECT file_id FROM graph.evidence")}:
        world.file(file_id)
    world.store.run(
        "INSERT INTO matching.match_evidence SELECT mention, kind, 1, 'x', 'x', 'x', score FROM matching.match"
    )
    world.store.run(
        "INSERT INTO matching.match SELECT mention, kind, NULL, 'reject', 0, 'none', NULL, 'machine', NULL, 'x' "
        "FROM canonical.mention ANTI JOIN matching.match USING (mention, kind)"
    )
    world.store.run(
        "UPDATE sources.source_file SET rows_read = 1, rows_loaded = 1, rows_duplicate = 0, rows_ignored = 0, "
        "rows_quarantined = 0"
    )
    checks = read_checks()
    assert len(checks) > 20
    for check in checks:
        assert world.store.rows(check.sql, world.night.binds) == [], check.sentence


@pytest.mark.parametrize(
    ("harm", "check"),
    [
        ("DELETE FROM graph.evidence WHERE app_id = 'slack'", "graph.evidence.every_access_has_some"),
        (
            "UPDATE graph.access SET priority = NULL WHERE app_id = 'slack'",
            "graph.access.is_in_the_scope_or_excluded",
        ),
        ("INSERT INTO graph.access FROM graph.access", "graph.access.key_is_unique"),
        ("UPDATE canonical.person SET email = 'x'", "canonical.person.email_is_unique"),
        (
            "UPDATE graph.access SET last_seen_on = DATE '2027-01-01'",
            "graph.access.nothing_is_later_than_as_of",
        ),
        ("UPDATE graph.access_span SET to_on = from_on", "graph.access_span.what_ends_has_a_reason"),
        ("DELETE FROM graph.account_access", "graph.access.rolls_up_account_access"),
        ("DELETE FROM canonical.unlinked_reason", "canonical.unlinked_reason.every_unlinked_account_has_one"),
    ],
)
def test_a_check_sees_what_it_is_for(world: World, harm: str, check: str) -> None:
    fill(world)
    world.store.run(harm)
    by_name = {f"{c.table}.{c.name}": c for c in read_checks()}
    assert world.store.rows(by_name[check].sql, world.night.binds) != []


def test_a_check_can_run_as_soon_as_its_table_is_built() -> None:
    from discovery.canonical import STEPS as CANONICAL
    from discovery.graph import STEPS as GRAPH
    from discovery.matching import STEPS as MATCHING
    from discovery.stage import tables_read

    before: dict[str, set[str]] = {}
    for step in (*CANONICAL, *MATCHING, *GRAPH):
        before[step.table] = {step.table}.union(*(before.get(name, {name}) for name in step.reads))
    for check in read_checks():
        if check.table in before:
            read = {t for t in tables_read(check.sql) if not t.startswith("sources.")}
            assert read <= before[check.table], check.name


def test_the_dictionary_in_the_docs_is_the_generated_one(pytestconfig: pytest.Config) -> None:
    path = pytestconfig.rootpath / DEFAULT
    assert path.read_text(encoding="utf-8") == dictionary(), "run: python -m discovery.publish.dictionary"


def test_time_after_as_of_stays_out(tmp_path: Path) -> None:
    late = World(tmp_path / "late", as_of=on("08-01"))
    fill(late)
    done = publish(late.store, late.night, run_id="r", started_at=STARTED)
    assert in_a_fresh_process(
        done.path, "SELECT max(observed_at) < TIMESTAMP '2026-08-02' FROM evidence"
    ) == [[True]]
    assert at("09-05") > at("08-01")
