import ast
import csv
import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
GENERATED = ("inbox", "expected", "discovery.toml", "catalog.csv")
Row = dict[str, Any]


def generate(output: Path, *arguments: str) -> Path:
    command = [sys.executable, str(SAMPLE / "generate.py"), "--output", str(output), *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return output


def files_below(folder: Path) -> dict[str, bytes]:
    """Content by path of everything that is generated; archives unpacked, since zlib may differ."""
    found = {}
    for path in chain.from_iterable([folder / name, *(folder / name).rglob("*")] for name in GENERATED):
        if path.is_file():
            content = path.read_bytes()
            name = path.relative_to(folder).as_posix()
            found[name] = gzip.decompress(content) if path.suffix == ".gz" else content
    return found


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def expected(name: str) -> list[dict[str, str]]:
    return table(SAMPLE / "expected" / f"{name}.csv")


def sign_ins(inbox: Path) -> Iterator[tuple[str, Row]]:
    """Every Entra sign-in of a person in the clean files, as (file, id, user, app, error)."""
    for path in sorted((inbox / "entra/graph").glob("signIns_page_*.json")):
        yield from ((path.name, row) for row in json.loads(path.read_text())["value"])
    collected = inbox / "entra/graph/signIns_collected.ndjson"
    yield from ((collected.name, json.loads(line)) for line in collected.read_text().splitlines())
    lines = (inbox / "siem/insights-logs-signinlogs/PT1H.json").read_text().splitlines()
    packed = json.loads(gzip.decompress((inbox / "siem/eventhub/records_0001.json.gz").read_bytes()))
    for name, records in (("lines", map(json.loads, lines)), ("records", packed["records"])):
        for record in records:
            if record["category"] != "ServicePrincipalSignInLogs":
                yield name, record["properties"]
    for row in table(inbox / "siem/log analytics/query_data.csv"):
        status = {"errorCode": int(row["ResultType"])}
        keys = {"id": "Id", "userId": "UserId", "appId": "AppId", "appDisplayName": "AppDisplayName"}
        yield "query_data", {key: row[column] for key, column in keys.items()} | {"status": status}
    for path in sorted((inbox / "entra/portal").glob("*.csv")):
        for row in table(path):
            status = {"errorCode": int(row["Sign-in error code"] or 0)}
            keys = {"id": "Request ID", "userId": "User ID", "appId": "Application ID "}
            keys["appDisplayName"] = "Application"
            yield path.name, {key: row[column] for key, column in keys.items()} | {"status": status}


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("again"))


def test_the_default_seed_gives_exactly_the_committed_files(again: Path) -> None:
    made, committed = files_below(again), files_below(SAMPLE)
    assert sorted(made) == sorted(committed)
    assert [name for name in made if made[name] != committed[name]] == []


def test_another_seed_gives_another_company(tmp_path: Path, again: Path) -> None:
    other = generate(tmp_path, "--seed", "2", "--only", "hr", "push")
    for name in ("inbox/hr/employees.csv", "inbox/push/webhook-1.ndjson"):
        assert (other / name).read_bytes() != (again / name).read_bytes()


def test_only_the_asked_parts_are_written(tmp_path: Path) -> None:
    generate(tmp_path, "--only", "okta", "--people", "120", "--days", "30", "--end", "2026-06-30")
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [
        "system_log.ndjson",
        "system_log_first_half.json",
    ]


def test_the_benchmark_file_has_so_many_sign_ins_with_ids_of_their_own(tmp_path: Path) -> None:
    generate(tmp_path, "--only", "entra_sign_ins", "--sign-ins", "5000", "--people", "300")
    (path,) = (tmp_path / "inbox/entra").iterdir()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    days = {row["createdDateTime"][:10] for row in rows}
    assert len({row["id"] for row in rows}) == len(rows) == 5000
    assert (min(days), max(days), len(days)) == ("2026-07-03", "2026-09-30", 90)
    assert 330 < path.stat().st_size / len(rows) < 420


def test_a_sign_in_id_stands_once_in_a_file_and_means_the_same_event_in_all() -> None:
    seen: dict[str, tuple[str, str, int]] = {}
    in_file: set[tuple[str, str]] = set()
    repeated = 0
    for file, row in sign_ins(SAMPLE / "inbox"):
        assert (file, row["id"]) not in in_file
        in_file.add((file, row["id"]))
        event = (row["userId"], row["appId"], row["status"]["errorCode"])
        repeated += row["id"] in seen
        assert seen.setdefault(row["id"], event) == event
    assert repeated > 100, "windows should overlap"


@pytest.mark.parametrize(
    ("pattern", "key"), [("okta/*", "uuid"), ("push/*.ndjson", "id")], ids=["okta", "push"]
)
def test_event_ids_are_unique_within_a_file_and_some_events_stand_in_two(pattern: str, key: str) -> None:
    files = []
    for path in sorted((SAMPLE / "inbox").glob(pattern)):
        text = path.read_text()
        rows = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
        identifiers = [row[key] for row in rows]
        assert len(identifiers) == len(set(identifiers))
        files.append(set(identifiers))
    assert len(files) == 2
    assert files[0] & files[1]


def test_every_truth_row_names_a_known_person_and_hr_lists_the_same_people() -> None:
    people = {row["person_email"] for row in expected("person")}
    assert people == {row["Work Email"] for row in table(SAMPLE / "inbox/hr/employees.csv")}
    assert {row["person_email"] for row in expected("access")} == people
    assert {row["person_email"] for row in expected("not_access")} <= people


def test_no_pair_is_both_access_and_no_access() -> None:
    access = [(row["person_email"], row["app_name"]) for row in expected("access")]
    assert len(access) == len(set(access))
    assert set(access).isdisjoint({(row["person_email"], row["what"]) for row in expected("not_access")})


def test_class_survival_and_route_agree() -> None:
    approval = {row["app_name"]: row["approval"] for row in expected("app")}
    for row in expected("access"):
        assert (row["class"] == "shadow") == (approval[row["app_name"]] != "approved")
        assert row["survives_idp_disable"] in {"true", "false", ""}
        assert row["class"] != "sso" or row["survives_idp_disable"] == "false"
        assert row["route"] == {"sso": "idp", "scim_managed": "scim"}.get(row["class"], "manual")
        assert row["first_seen_on"] <= row["last_seen_on"] <= "2026-09-30"
        kinds = set(row["sources"].split("|"))
        assert kinds <= {"sign_in", "web_visit", "charge", "grant", "assignment", "app_account"}
        assert (row["first_event_on"] != "") == bool(kinds & {"sign_in", "web_visit", "charge"})


def test_successful_entra_sign_ins_and_only_those_make_truth() -> None:
    with (SAMPLE / "apps_behaviour.csv").open(newline="", encoding="utf-8") as lines:
        app_of = {
            client.split("=")[0]: row["app"]
            for row in csv.DictReader(lines)
            if row["way"] == "entra"
            for client in row["label"].split(";")
        }
    users = json.loads((SAMPLE / "inbox/entra/directory/users.json").read_text())["value"]
    deleted = json.loads((SAMPLE / "inbox/entra/directory/deleted_users.json").read_text())["value"]
    employee = {user["id"]: user["employeeId"] for user in users + deleted}
    email = {row["Employee ID"]: row["Work Email"] for row in table(SAMPLE / "inbox/hr/employees.csv")}
    seen = {
        (email[employee[row["userId"]]], app_of[row["appDisplayName"]])
        for _, row in sign_ins(SAMPLE / "inbox")
        if row["status"]["errorCode"] == 0 and employee[row["userId"]] in email
    }
    by_pair = {(row["person_email"], row["app_name"]): row["sources"] for row in expected("access")}
    assert {pair for pair in seen if "sign_in" not in by_pair.get(pair, "")} == set()


def test_whoever_uses_an_app_in_the_browser_does_so_on_two_days() -> None:
    for row in expected("access"):
        if row["sources"] == "web_visit":
            assert row["first_event_on"] < row["last_event_on"]


def test_the_list_of_files_is_the_inbox_and_counts_its_records() -> None:
    listed = expected("files")
    inbox = SAMPLE / "inbox"
    on_disk = {path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file()}
    assert {row["path"] for row in listed} == on_disk
    assert {row["state"] for row in listed} == {"loaded", "duplicate", "unrecognised"}
    for row in listed:
        path = inbox / row["path"]
        if path.suffix == ".csv" and row["state"] == "loaded":
            assert len(table(path)) == int(row["rows_read"]), path
        if path.suffix == ".ndjson":
            # The first line of a collected file says what the file is and is no record.
            records = [line for line in path.read_text().splitlines() if not line.startswith('{"@collected"')]
            assert len(records) == int(row["rows_read"]), path
    assert sum(int(row["rows_quarantined"]) for row in listed) == 4


def test_every_special_case_is_there() -> None:
    states = [(row["status"], row["left_on"]) for row in expected("person") if row["left_on"]]
    assert sorted(state for state, _ in states) == ["active", "active", *["disabled"] * 3, "soft_deleted"]
    assert any(left_on > "2026-09-30" for _, left_on in states)
    access = expected("access")
    left = {row["person_email"]: row["left_on"] for row in expected("person") if row["left_on"]}
    late = [row for row in access if row["last_event_on"] > left.get(row["person_email"], "9999")]
    assert {"charge", "sign_in"} <= {kind for row in late for kind in row["sources"].split("|")}
    assert any("personal account" in row["why"] for row in access)
    names = [row["display_name"] for row in expected("person")]
    assert len(names) == len(set(names)) + 1, "two people share a name"
    traps = {row["trap"] for row in expected("not_access")}
    assert {
        "failed_sign_in",
        "look_alike",
        "marketing_visit",
        "personal_charge",
        "account_deactivated",
    } <= traps
    lines = (SAMPLE / "inbox/siem/insights-logs-signinlogs/PT1H.json").read_text().splitlines()
    properties = [json.loads(line)["properties"] for line in lines]
    assert any(row["userPrincipalName"] == row["userId"] is not None for row in properties)


def test_the_generator_knows_nothing_of_the_program() -> None:
    for path in [SAMPLE / "generate.py", *sorted((SAMPLE / "generator").glob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in {"discovery", "pipelines"}], path


def test_the_sample_stays_small() -> None:
    sizes = [
        path.stat().st_size
        for path in SAMPLE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert max(sizes) < 1_400_000
    assert sum(sizes) < 5_000_000
