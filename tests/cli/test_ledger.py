from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from discovery.ledger import Head, Ledger, anchor
from tests.cli.conftest import LEAVER, Run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    ledger = Ledger(home)
    ledger.append("case", case_id="c1", person_id="p1", state="planned", private={"detail": "Ada leaves"})
    ledger.append("intent", case_id="c1", step_id="s1", person_id="p1", app_id="figma", state="requested")
    ledger.append("case", case_id="c2", person_id="p2", state="planned", private={"detail": "=cmd|Bo\x1b[2J"})
    return home


def test_a_whole_ledger_without_a_head_is_not_anchored(cli: Run, home: Path) -> None:
    result = cli("ledger", "verify", "--home", home)
    assert result.exit_code == 0
    assert "Whole: 3 records" in result.stdout
    assert "Not anchored" in result.stdout
    anchor(home)
    assert "Anchored up to record 3" in cli("ledger", "verify", "--home", home).stdout


def test_an_empty_home_has_a_whole_ledger(cli: Run, tmp_path: Path) -> None:
    result = cli("ledger", "verify", "--home", tmp_path / "nothing")
    assert (result.exit_code, "0 records" in result.stdout) == (0, True)
    assert not (tmp_path / "nothing").exists()


def test_the_first_bad_record_is_named_and_the_answer_is_no(cli: Run, home: Path) -> None:
    path = home / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"figma"', b'"canva"'))
    result = cli("ledger", "verify", "--home", home)
    assert result.exit_code == 1
    assert "record 2 is the first bad one" in result.stdout
    answer = json.loads(cli("ledger", "verify", "--home", home, "--json").stdout)
    assert (answer["is_whole"], answer["bad_record"], answer["is_anchored"]) == (False, 2, False)
    for command in ("show", "export"):
        refused = cli("ledger", command, "--home", home)
        assert (refused.exit_code, "record 2" in refused.stderr) == (1, True)


def test_a_head_kept_elsewhere_finds_a_cut(cli: Run, home: Path, tmp_path: Path) -> None:
    anchor(home)
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes((home / "ledger_heads.jsonl").read_bytes())
    head = Head(3, Ledger(home).entries()[-1].hash)
    (home / "ledger_heads.jsonl").unlink()
    path = home / "ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert cli("ledger", "verify", "--home", home).exit_code == 0
    for extra in (("--head", str(head)), ("--heads", kept)):
        result = cli("ledger", "verify", "--home", home, *extra)
        assert result.exit_code == 1
        assert "record 3 is the first bad one: records are missing" in result.stdout
    assert cli("ledger", "verify", "--home", home, "--head", "what").exit_code == 2


def test_show_tells_one_case_or_person_and_escapes(cli: Run, home: Path) -> None:
    out = cli("ledger", "show", "--home", home).stdout
    assert "\x1b" not in out
    assert "3 of 3 records; head 3:" in out
    assert "Ada leaves" in out
    one = json.loads(cli("ledger", "show", "--home", home, "--case", "c1", "--json").stdout)
    assert [r["sequence"] for r in one] == [1, 2]
    assert one == json.loads(cli("ledger", "show", "--home", home, "--person", "p1", "--json").stdout)
    last = json.loads(cli("ledger", "show", "--home", home, "--last", "1", "--json").stdout)
    assert [r["sequence"] for r in last] == [3]
    assert cli("ledger", "show", "--home", home, "--person", "nobody").exit_code == 2


def test_a_person_may_be_given_by_address(cli: Run, own_home: Path) -> None:
    person = json.loads(cli("scope", LEAVER, "--home", own_home, "--json").stdout)["persons"][0]["person"]
    Ledger(own_home).append("case", case_id="c9", person_id=person["person_id"])
    (row,) = json.loads(cli("ledger", "show", "--home", own_home, "--person", LEAVER, "--json").stdout)
    assert row["case_id"] == "c9"


def test_export_writes_once_and_is_safe_in_a_spreadsheet(cli: Run, home: Path) -> None:
    assert cli("ledger", "export", "--home", home, "--output", "out.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO(Path("out.csv").read_text(encoding="utf-8"))))
    assert [r["person_id"] for r in rows] == ["p1", "p1", "p2"]
    assert rows[2]["summary"].startswith("'=cmd")
    assert cli("ledger", "export", "--home", home, "--output", "out.csv").exit_code == 2
    raw = cli("ledger", "export", "--home", home, "--raw").stdout
    assert raw == (home / "ledger.jsonl").read_text(encoding="ascii")
    assert "Ada" not in raw
    assert len(json.loads(cli("ledger", "export", "--home", home, "--json").stdout)) == 3
