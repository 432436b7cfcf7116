from __future__ import annotations

import csv
import hashlib
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from discovery.decisions import read_decisions
from discovery.ledger import Ledger, verify_ledger
from discovery.ledger.actor import user
from discovery.report.decision import key_of
from discovery.settings import Settings
from discovery.store import Store, writer_lock
from tests.cli.conftest import LEAVER, Run

OPEN = "=PADDLE.NET* SKETCH"


@pytest.fixture
def home(own_home: Path) -> Path:
    """A home in which two merchants are under review: one that Figma's users visit, and one with a formula's name."""
    with Store(own_home / "access_graph.duckdb") as store:
        store.run(
            "UPDATE match SET decision = 'review' WHERE mention IN "
            "(SELECT mention FROM match WHERE app_id = 'figma' ORDER BY kind, mention LIMIT 1)"
        )
        store.run(
            f"INSERT INTO match BY NAME SELECT '{OPEN}' AS mention, 'merchant' AS kind, 'sketch' AS app_id, "
            "'review' AS decision, 60 AS score, 'fuzzy name' AS method, 'machine' AS decided_by, 'May be' AS explanation"
        )
    return own_home


@pytest.fixture
def review(cli: Run, home: Path) -> Run:
    return lambda *args, **options: cli("review", *args, "--home", home, **options)


def queue(review: Run) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(review("--json").stdout)
    return rows


def test_the_queue_shows_first_what_changes_most(review: Run) -> None:
    rows = queue(review)
    assert [r["app_id"] for r in rows] == ["figma", "sketch"]
    assert rows[0]["persons"] > 0
    assert rows[1]["mention"] == OPEN
    assert "2 open" in review("list").stdout


def test_amounts_go_before_persons_where_the_file_has_them(review: Run, home: Path) -> None:
    with Store(home / "access_graph.duckdb") as store:
        store.run(
            f"INSERT INTO mention BY NAME SELECT '{OPEN}' AS mention, 'merchant' AS kind, 900.00 AS amount"
        )
    assert next((r["app_id"], r["amount"]) for r in queue(review)) == ("sketch", "900.00")


def test_a_preview_tells_who_would_get_access_and_records_nothing(review: Run, home: Path) -> None:
    mention = queue(review)[0]["mention"]
    result = review("preview", mention, "--app", "miro.com", "--json")
    change = json.loads(result.stdout)
    assert change["gain_count"] == sum(not p["has_access"] for p in change["persons"])
    assert change["persons"]
    assert "would get access" in review("preview", mention, "--app", "miro.com").stdout
    assert not (home / "decisions.jsonl").exists()


def test_a_decision_is_kept_with_who_and_leaves_the_queue(review: Run, home: Path) -> None:
    result = review("accept", OPEN, "--app", "sketch.com", "--reason", "asked the buyer")
    assert result.exit_code == 0, result.output
    (one,) = read_decisions(home).all
    assert (one.by, one.kind, one.action, one.app_id, one.reason) == (
        user(), "match", "accept", "sketch", "asked the buyer",
    )  # fmt: skip
    assert one.subject == {"mention_kind": "merchant", "mention": OPEN}
    assert stat.S_IMODE((home / "decisions.jsonl").stat().st_mode) == 0o600
    entry = Ledger(home).entries()[-1]
    assert (entry.kind, entry.state, entry.app_id, entry.subject) == ("decision", "accept", "sketch", None)
    assert entry.data == {
        "decided": "match",
        "decision_sha256": hashlib.sha256((home / "decisions.jsonl").read_bytes().rstrip(b"\n")).hexdigest(),
    }  # fmt: skip
    assert OPEN not in [r["mention"] for r in queue(review)]
    assert review("undo", OPEN).exit_code == 0
    assert OPEN in [r["mention"] for r in queue(review)]
    again = review("undo", OPEN)
    assert (again.exit_code, "nobody has decided" in again.stderr) == (2, True)


@pytest.mark.parametrize("action", ["reject", "ignore"])
def test_a_match_may_be_rejected_or_left_out(review: Run, home: Path, action: str) -> None:
    assert review(action, key_of(OPEN, "merchant")).exit_code == 0
    assert [d.action for d in read_decisions(home).all] == [action]


def test_deciding_does_not_wait_for_a_run(review: Run, home: Path) -> None:
    with writer_lock(home):
        assert review("reject", OPEN).exit_code == 0
        assert review("list").exit_code == 0


def test_unknown_mentions_and_apps_are_bad_use(review: Run, home: Path) -> None:
    near = review("reject", "=PADDLE.NET SKETCH")
    assert (near.exit_code, OPEN in near.stderr) == (2, True)
    assert review("accept", OPEN, "--app", "nosuchapp").exit_code == 2
    assert review("accept", OPEN).exit_code == 2
    assert review("nosuch").exit_code == 2
    assert not (home / "decisions.jsonl").exists()


def test_an_app_id_is_found_by_the_name_that_people_see(review: Run, home: Path) -> None:
    ids = ("0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002")
    with Store(home / "access_graph.duckdb") as store:
        for app_id, name in zip(ids, ("Board Portal", "Lunch Wheel"), strict=True):
            store.run(
                f"INSERT INTO match BY NAME SELECT '{app_id}' AS mention, 'app_id' AS kind, 'review' AS decision"
            )
            store.run(
                f"INSERT INTO mention BY NAME SELECT '{app_id}' AS mention, 'app_id' AS kind, '{name}' AS mention_name"
            )
    assert {r["mention"]: r["mention_name"] for r in queue(review)}[ids[0]] == "Board Portal"
    assert f"Board Portal ({ids[0]})" in " ".join(review("list", env={"COLUMNS": "240"}).stdout.split())
    assert review("preview", "Board Portal", "--app", "miro.com").exit_code == 0
    done = review("accept", "board portal", "--app", "miro.com")
    assert f"Board Portal ({ids[0]}) (app_id) means Miro" in done.stdout
    assert read_decisions(home).all[-1].subject == {"mention_kind": "app_id", "mention": ids[0]}
    assert "'Lunch Wheel'" in review("reject", "Lunch Weel").stderr, "what is near is named as people see it"
    # Two apps of one name: which is meant is said by the key, and the key decides.
    with Store(home / "access_graph.duckdb") as store:
        store.run("UPDATE mention SET mention_name = 'Board Portal' WHERE mention_name = 'Lunch Wheel'")
    unclear = review("reject", "Board Portal")
    assert (unclear.exit_code, key_of(ids[1], "app_id") in unclear.stderr) == (2, True)
    assert review("reject", key_of(ids[1], "app_id")).exit_code == 0
    assert read_decisions(home).all[-1].subject["mention"] == ids[1]


def test_a_file_of_an_earlier_version_has_no_names(review: Run, home: Path) -> None:
    with Store(home / "access_graph.duckdb") as store:
        store.run("DROP TABLE mention")
    assert [r["mention_name"] for r in queue(review)] == [None, None]
    assert review("reject", OPEN).exit_code == 0


def test_a_mention_of_two_kinds_has_to_be_told_apart(review: Run, home: Path) -> None:
    with Store(home / "access_graph.duckdb") as store:
        store.run(
            f"INSERT INTO match BY NAME SELECT '{OPEN}' AS mention, 'label' AS kind, 'review' AS decision"
        )
    result = review("reject", OPEN)
    assert (result.exit_code, "--kind" in result.stderr) == (2, True)
    assert review("reject", OPEN, "--kind", "label").exit_code == 0
    assert read_decisions(home).all[0].subject["mention_kind"] == "label"


def test_an_access_may_be_taken_out_of_a_scope_and_put_back(review: Run, home: Path) -> None:
    pair = ("--person", LEAVER, "--app", "figma.com")
    silent = review("ignore", *pair)
    assert (silent.exit_code, "--reason" in silent.stderr) == (2, True)
    assert review("ignore", *pair, "--reason", "her own plan").exit_code == 0
    ((who, app),) = read_decisions(home).standing("exclusion")
    assert app == "figma"
    assert review("undo", *pair).exit_code == 0
    ledger = Ledger(home)
    entries = [entry for entry in ledger.entries() if entry.kind == "decision"]
    assert [(e.state, e.app_id, e.data) for e in entries] == [
        ("ignore", "figma", {"decided": "exclusion"}), ("undo", "figma", {"decided": "exclusion"}),
    ]  # fmt: skip
    private = ledger.read_private(entries)[entries[0].private or ""]
    assert (private["detail"], json.loads(private["line"])["by"]) == ("her own plan", user())
    chain = ledger.path.read_text(encoding="ascii")
    assert who not in chain, "the chain names nobody"
    assert "her own plan" not in chain
    assert verify_ledger(home).is_whole
    assert read_decisions(home).standing("exclusion") == {}
    assert review("undo", *pair).exit_code == 2
    assert review("ignore", "--person", LEAVER).exit_code == 2
    assert review("ignore").exit_code == 2


def test_the_queue_goes_through_a_spreadsheet_and_back(review: Run, home: Path) -> None:
    assert review("export", "--output", "queue.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO(Path("queue.csv").read_text(), newline="")))
    assert [r["mention"] for r in rows][1] == f"'{OPEN}", "no formula"
    rows[0]["action"], rows[0]["reason"] = "Reject", "no app"
    rows[1]["action"], rows[1]["app"] = "accept", "sketch.com"
    with Path("filled.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    result = review("import", "filled.csv")
    assert result.exit_code == 0, result.output
    assert "2 decisions were recorded: 1 accept, 1 reject" in result.stdout
    assert {d.subject["mention"]: d.action for d in read_decisions(home).all}[OPEN] == "accept"
    assert queue(review) == []


def test_an_import_without_keys_goes_by_the_mention(review: Run, home: Path) -> None:
    Path("by_hand.csv").write_text(f"mention,action,app\n'{OPEN},accept,sketch.com\nwhatever,,\n")
    assert review("import", "by_hand.csv").exit_code == 0
    assert read_decisions(home).all[0].subject["mention"] == OPEN


def test_one_wrong_row_and_nothing_is_recorded(review: Run, home: Path) -> None:
    Path("bad.csv").write_text(
        f"mention,action,app\n{OPEN},accept,sketch.com\nnosuch,reject,\n{OPEN},maybe,\n"
    )
    result = review("import", "bad.csv")
    assert result.exit_code == 2
    assert "row 3" in result.stderr
    assert "row 4" in result.stderr
    assert not (home / "decisions.jsonl").exists()
    Path("other.csv").write_text("a,b\n1,2\n")
    assert review("import", "other.csv").exit_code == 2


def test_a_sample_without_open_matches_has_an_empty_queue(ask: Run, sample: Settings) -> None:
    assert ask("review").exit_code == 0
