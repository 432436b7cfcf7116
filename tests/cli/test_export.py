from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import networkx as nx
import pytest

from discovery.settings import Settings
from discovery.store import Store
from tests.cli.conftest import Run


def test_networkx_reads_the_graph_that_the_file_holds(ask: Run, sample: Settings, tmp_path: Path) -> None:
    target = tmp_path / "graph.graphml"
    result = ask("export", "graph", "--output", target)
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    graph = nx.read_graphml(target)
    with Store(sample.published, read_only=True) as file:
        accesses = {(f"person:{p}", f"app:{a}") for p, a in file.rows("SELECT person_id, app_id FROM access")}
        people, admins = file.rows(
            "SELECT count(*), (SELECT count(*) FROM access WHERE is_admin) FROM person"
        )[0]
    assert {(a, b) for a, b, d in graph.edges(data=True) if d["type"] == "HAS_ACCESS"} == accesses
    assert sum(d["label"] == "Person" for _, d in graph.nodes(data=True)) == people
    assert (
        sum(d.get("is_admin", False) and d["type"] == "HAS_ACCESS" for _, _, d in graph.edges(data=True))
        == admins
    )
    assert all(isinstance(d["confidence"], float) for _, _, d in graph.edges(data=True) if "confidence" in d)
    assert all("label" in d for _, d in graph.nodes(data=True)), "an edge leads to a node that is not there"
    assert graph.is_directed()


def test_csv_is_what_neo4j_imports(ask: Run, tmp_path: Path) -> None:
    folder = tmp_path / "graph"
    assert ask("export", "graph", "--format", "csv", "--output", folder).exit_code == 0
    texts = [(folder / f"{name}.csv").read_text(encoding="utf-8") for name in ("nodes", "edges")]
    nodes, edges = (list(csv.reader(io.StringIO(text, newline=""))) for text in texts)
    assert nodes[0][:2] == ["id:ID", ":LABEL"]
    assert edges[0][:3] == [":START_ID", ":END_ID", ":TYPE"]
    known = {row[0] for row in nodes[1:]}
    assert len(known) == len(nodes) - 1
    assert {end for row in edges[1:] for end in row[:2]} <= known
    assert {row[2] for row in edges[1:]} >= {"HAS_ACCESS", "OWNS", "REACHES", "ASSIGNED_TO"}


def test_hostile_names_break_neither_xml_nor_spreadsheets(cli: Run, own_home: Path, tmp_path: Path) -> None:
    with Store(own_home / "access_graph.duckdb") as store:
        store.run("UPDATE person SET display_name = '=1+1<&>\"' || chr(27) || chr(8232)")
    target = tmp_path / "graph.graphml"
    assert cli("export", "graph", "--output", target, "--home", own_home).exit_code == 0
    names = {d["name"] for _, d in nx.read_graphml(target).nodes(data=True) if d["label"] == "Person"}
    assert names == {'=1+1<&>"\ufffd\u2028'}
    assert (
        cli("export", "graph", "--format", "csv", "--output", tmp_path / "g", "--home", own_home).exit_code
        == 0
    )
    assert ",'=1+1" in (tmp_path / "g" / "nodes.csv").read_text(encoding="utf-8").replace('"', "")


def test_the_review_of_an_app_has_every_account_and_columns_to_fill_in(
    ask: Run, sample: Settings, tmp_path: Path
) -> None:
    rows = list(csv.DictReader(io.StringIO(ask("export", "access-review", "Figma").stdout)))
    with Store(sample.published, read_only=True) as file:
        accounts = file.value("SELECT count(*) FROM account_access WHERE app_id = 'figma'")
    assert len(rows) == accounts
    assert {row["app_id"] for row in rows} == {"figma"}
    assert any(row["person"] == "" and row["account_kind"] == "shared" for row in rows), (
        "the shared mailbox is on it"
    )
    assert all(row["decision"] == row["reviewer"] == "" for row in rows)
    assert all(row["class"] for row in rows if row["person"])
    target = tmp_path / "zoom.csv"
    assert ask("export", "access-review", "Zoom", "--output", target).exit_code == 0
    told = [row["via"] for row in csv.DictReader(io.StringIO(target.read_text(encoding="utf-8")))]
    assert "group sg-all-staff: its members are not known" in told


def test_the_pseudonymised_copy_holds_nobody_of_the_company(cli: Run, own_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "shared.duckdb"
    result = cli("export", "pseudonymised", "--output", target, "--home", own_home)
    assert result.exit_code == 0, result.output
    assert "nobody is named" in result.stderr
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".shared*")) == []
    with Store(own_home / "access_graph.duckdb", read_only=True) as file:
        names = [row[0] for row in file.rows(
            "SELECT email FROM person UNION SELECT display_name FROM person UNION SELECT person_id FROM person "
            "UNION SELECT account_name FROM account WHERE contains(account_name, '@')") if row[0]]  # fmt: skip
        accesses = file.rows("SELECT app_id, count(*) FROM access GROUP BY ALL ORDER BY ALL")
    with Store(target, read_only=True) as shared:
        tables = [row[0] for row in shared.rows("SELECT table_name FROM duckdb_tables()")]
        # Read, not looked for in the bytes: the engine compresses texts.
        text = " ".join(str(row) for table in tables for row in shared.rows(f'FROM "{table}"')).lower()
        assert [name for name in names if str(name).lower() in text] == []
        joined = "SELECT app_id, count(*) FROM access JOIN person USING (person_id) GROUP BY ALL ORDER BY ALL"
        assert shared.rows(joined) == accesses, "who is the same is still the same"
    again = cli("export", "pseudonymised", "--output", target, "--home", own_home)
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)


@pytest.mark.parametrize("what", [("graph",), ("access-review", "Figma"), ("pseudonymised",)])
def test_where_nothing_can_be_written_it_is_said(ask: Run, tmp_path: Path, what: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    result = ask("export", *what, "--output", tmp_path / "file" / "x")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


LEAVER = "takumi.jansen@nordwind.example"


def test_the_copy_about_a_person_answers_as_the_whole_file_and_holds_nobody_else(
    ask: Run, sample: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "one.duckdb"
    result = ask("export", "person", LEAVER, "--output", target)
    assert result.exit_code == 0, result.output
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    asked = (
        f"SELECT * FROM scope('{LEAVER}')",
        f"SELECT * FROM timeline('{LEAVER}')",
        f"SELECT * FROM access_as_of('{LEAVER}', DATE '2026-08-15')",
        "SELECT e.* FROM (SELECT app_name FROM scope($who)) AS s, LATERAL (SELECT * FROM explain($who, s.app_name)) AS e "
        "ORDER BY ALL".replace("$who", f"'{LEAVER}'"),
        f"SELECT reason FROM blind_spot WHERE person_id = (SELECT person_id FROM person WHERE email = '{LEAVER}') "
        "ORDER BY ALL",
    )
    with Store(sample.published, read_only=True) as whole, Store(target, read_only=True) as part:
        for sql in asked:
            assert part.rows(sql) == whole.rows(sql) != [], sql
        tables = [str(t[0]) for t in part.rows("SELECT table_name FROM duckdb_tables()")]
        assert len(tables) > 30
        assert part.rows("SELECT email FROM person") == [(LEAVER,)]
        assert part.rows("SELECT content_hash FROM run") == whole.rows("SELECT content_hash FROM run")
        other = whole.rows("SELECT email, display_name FROM person WHERE email <> $who AND email NOT IN "
                           "(SELECT coalesce(owner_email, '') FROM app UNION SELECT coalesce(manager_email, '') FROM person)",
                           {"who": LEAVER})  # fmt: skip
        said = "\n".join(str(part.rows(f'FROM "{table}"')) for table in tables)
    assert len(other) > 30
    assert [name for pair in other for name in pair if name and name in said] == []


def test_a_copy_about_somebody_who_is_not_known_is_refused(ask: Run, tmp_path: Path) -> None:
    result = ask("export", "person", "nobody@nordwind.example", "--output", tmp_path / "x.duckdb")
    assert result.exit_code == 2
    assert "nobody@nordwind.example" in result.output
    assert not (tmp_path / "x.duckdb").exists()
