from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from discovery.cli.column import Column, order_of_days
from discovery.cli.mapping_block import toml_text
from discovery.cli.suggestion import suggest
from discovery.settings import Settings, load_settings
from discovery.sources.layout import look
from tests.cli.conftest import Run
from tests.conftest import times_of

UNKNOWN = """\
Buchungstag;Karteninhaber;Händler;Betrag;Währung
13.09.2026;Ada Byron;"=NOTION, LABS";12,50;EUR
30.09.2026;Ada Byron;FIGMA;1.008,00;EUR
"""


def check(cli: Run, *args: object, code: int = 0) -> list[dict[str, Any]]:
    result = cli("sources", "check", *args, "--json")
    assert result.exit_code == code, result.output
    answer: list[dict[str, Any]] = json.loads(result.stdout)
    return answer


def test_formats_are_listed_with_what_is_known_of_them(cli: Run) -> None:
    formats = {f["format"]: f for f in json.loads(cli("sources", "--json").stdout)}
    assert formats["entra_sign_in"]["is_proven"] is True
    assert all(f["how_to_get"] and f["kinds"] and f["system"] for f in formats.values())
    assert cli("sources").stdout == cli("sources", "list").stdout
    assert "entra_sign_in" in cli("sources").stdout


def test_a_known_export_is_recognised_with_its_first_rows(ask: Run, sample: Settings) -> None:
    file = sample.inbox / "hr" / "employees.csv"
    before = times_of(sample.home)
    (one,) = check(ask, file)
    assert (one["format"], one["state"], one["is_fine"]) == ("hr_roster", "loaded", True)
    assert one["rows_read"] == one["rows_loaded"] == 60
    assert one["first"]["directory_account"][0]["display_name"]
    assert times_of(sample.home) == before, "nothing is written"


def test_the_person_of_a_path_is_told(ask: Run, sample: Settings) -> None:
    file = sample.inbox / "browser" / "history_zoe.demir@nordwind.example.csv"
    assert check(ask, file)[0]["person"] == "zoe.demir@nordwind.example"


def test_quarantined_records_are_told_with_column_value_and_what_was_expected(
    ask: Run, sample: Settings
) -> None:
    file = sample.inbox / "entra" / "graph" / "signIns_broken.ndjson"
    (one,) = check(ask, file, code=1)
    assert one["rows_quarantined"] == 3
    assert {b["record"] for b in one["quarantined"]} == {4, 8, 9}
    said = {b["column_name"]: b["reason"] for b in one["quarantined"]}
    assert "2026-02-30T25:61:00Z" in said["createdDateTime"]
    assert "expected" in said["createdDateTime"]


def test_members_of_an_archive_and_folders_are_checked(ask: Run, sample: Settings) -> None:
    names = {one["name"]: one["state"] for one in check(ask, sample.inbox / "misc", code=1)}
    assert names == {
        "misc/notes.csv": "unrecognised",
        "misc/september.zip/miro_users.csv": "loaded",
        "misc/september.zip/ramp_september.csv": "loaded",
    }


def test_an_unknown_csv_gets_a_mapping_that_reads_it(cli: Run) -> None:
    Path("Bank statement.csv").write_text(UNKNOWN)
    (one,) = check(cli, "Bank statement.csv", code=1)
    assert one["to_fill_in"] == []
    Path("with.toml").write_text(one["mapping"])
    (again,) = check(cli, "Bank statement.csv", "--config", "with.toml")
    assert again["rows_loaded"] == 2
    charges = again["first"]["charge"]
    assert [c["merchant"] for c in charges] == ["=NOTION, LABS", "FIGMA"]
    assert [float(c["amount"]) for c in charges] == [12.5, 1008.0]
    assert [c["charged_on"] for c in charges] == ["2026-09-13", "2026-09-30"]
    assert {c["currency"] for c in charges} == {"EUR"}
    assert "2 of 2 records are loaded" in cli("sources", "check", "Bank statement.csv").stdout


def test_dates_that_can_be_read_both_ways_are_left_to_a_person(cli: Run) -> None:
    Path("card.csv").write_text("Date,Merchant,Amount,Email\n03/04/2026,FIGMA,-12.50,a@example.com\n")
    (one,) = check(cli, "card.csv", code=1)
    assert one["to_fill_in"] == ["date_order"]
    assert "charge_is_negative" in one["mapping"]
    Path("with.toml").write_text(one["mapping"])
    assert cli("sources", "check", "card.csv", "--config", "with.toml").exit_code == 2, (
        "not without an answer"
    )
    Path("with.toml").write_text(one["mapping"].replace('date_order = ""', 'date_order = "mdy"'))
    assert (
        check(cli, "card.csv", "--config", "with.toml")[0]["first"]["charge"][0]["charged_on"] == "2026-03-04"
    )


@pytest.mark.parametrize(
    ("text", "kind", "columns"),
    [
        (
            "Staff ID,Name,Work Email,Start Date,Leaving Date,Department,Manager Email\n"
            "17,Ada Byron,ada@example.com,2020-01-01,,IT,cy@example.com\n"
            "18,Cy Dent,cy@example.com,2019-01-01,2026-01-31,IT,di@example.com\n",
            "directory_account",
            {"email": "Work Email", "employee_id": "Staff ID", "left_on": "Leaving Date", "manager_email": "Manager Email"},
        ),
        (
            "When,User,Application\n2026-09-01 10:00,ada@example.com,Figma\n2026-09-02 11:30,cy@example.com,Miro\n",
            "sign_in",
            {"observed_at": "When", "account_name": "User", "mention": "Application"},
        ),
        (
            "Member,Full name,Permission,Last active\nada@example.com,Ada Byron,Admin,2026-09-01\n",
            "app_account",
            {"account_name": "Member", "role": "Permission", "last_active_at": "Last active"},
        ),
    ],
)  # fmt: skip
def test_the_kind_is_told_by_headers_and_values(
    cli: Run, text: str, kind: str, columns: dict[str, str]
) -> None:
    Path("x.csv").write_text(text)
    advice = suggest([head for _, head in look(Path("x.csv"), "x.csv")[1]], "x.csv")
    assert advice is not None
    assert f'kind = "{kind}"' in advice.block
    for target, header in columns.items():
        assert f'{target} = "{header}"' in advice.block
    Path("with.toml").write_text(advice.block.replace('app = ""', 'app = "Figma"'))
    assert load_settings(Path("with.toml"), environ={}).mappings[0].kind == kind
    assert cli("sources", "check", "x.csv", "--config", "with.toml").exit_code == 0


def test_the_order_of_days_is_proven_or_not_told() -> None:
    def order(*values: str) -> str | None:
        return order_of_days([Column("d", values)])

    assert order("31/01/2026", "01/02/2026") == "dmy"
    assert order("01/31/2026") == "mdy"
    assert order("2026-01-02") == "ymd"
    assert order("01/02/2026") is None
    assert order("31/01/2026", "01/31/2026") is None


def test_a_hostile_header_cannot_leave_its_string() -> None:
    assert toml_text('a"\n[home]\x1b\u202e\x7f') == '"a\\"\\u000a[home]\\u001b\\u202e\\u007f"'


def test_what_is_no_export_at_all_is_told(cli: Run) -> None:
    Path("notes.txt").write_text("hello\n")
    Path("binary.csv").write_bytes(b"\0\1\2")
    Path(".hidden.csv").write_text("a,b\n1,2\n")
    os.symlink("notes.txt", "link.csv")
    for name in ("notes.txt", "binary.csv", ".hidden.csv", "link.csv"):
        (one,) = check(cli, name, code=1)
        assert one["state"] in ("unrecognised", "refused"), name
        assert one["reason"], name
    assert cli("sources", "check", "nowhere.csv").exit_code == 2


def test_hostile_text_of_a_file_is_shown_as_it_is(cli: Run) -> None:
    Path("x\x1b[31m.csv").write_text(
        "Date,Merchant,Amount,Email\n2026-09-01,\x1b[2J[bold]FIGMA,5.00,a@b.example\n"
    )
    result = cli("sources", "check", "x\x1b[31m.csv")
    assert "\x1b" not in result.output
    assert "x\\x1b[31m.csv" in result.stdout


def test_several_files_of_one_name_are_kept_apart(cli: Run) -> None:
    for folder in ("a/exports", "b/exports"):
        Path(folder).mkdir(parents=True)
        Path(folder, "x.csv").write_text(f"{folder},b\n1,2\n")
    assert len(check(cli, "a/exports/x.csv", "b/exports/x.csv", code=1)) == 2


def test_a_page_of_a_list_and_an_unproven_format_are_told(cli: Run, tmp_path: Path) -> None:
    page = tmp_path / "users.json"
    page.write_text(
        '{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=x","value":[{"id":"1",'
        '"displayName":"Ada","userPrincipalName":"ada@example.com","accountEnabled":true}]}'
    )
    said = cli("sources", "check", page).stdout
    assert "a page of a longer list (it has @odata.nextLink)" in said
    assert "fetch all pages" in said
    assert "unproven" not in said
    people = tmp_path / "people.json"
    people.write_text('[{"id":"A1","name":"Ada","email":"ada@example.com","type":"MEMBER","state":"ACTIVE"}]')
    assert "unproven" in cli("sources", "check", people).stdout
    (one,) = check(cli, people)
    assert (one["format"], one["is_proven"]) == ("onepassword_users", False)
