"""Browsing is switched off for a department, a group or a person: nothing of it is kept, what was kept before goes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from discovery.errors import BadSettings
from discovery.settings import BrowsingOff, Settings, load_settings
from discovery.sources.withheld import REASON
from discovery.store import Store
from tests.retention.company import AS_OF, PEOPLE, fill, put, settings_of, sign_ins, visits
from tests.retention.test_retention import balance, night, warehouse

DAYS = [date(2026, 9, 1) + timedelta(days=n) for n in range(20)]


def roster(departments: dict[str, str]) -> str:
    head = "Employee ID,First name,Last name,Work Email,Department,Manager Email,Hire date,Termination date,Status\n"
    return head + "".join(
        f"E{n},{login.title()},Smith,{login}@acme.example,{departments.get(login, 'Science')},,2024-07-18,,Active\n"
        for n, login in enumerate(PEOPLE)
    )


@pytest.fixture
def company(tmp_path: Path) -> Settings:
    inbox = tmp_path / "inbox"
    put(inbox, "hr/people.csv", roster({"ada": "Works Council"}))
    put(inbox, "okta/log.ndjson", sign_ins(DAYS))
    for login in ("ada", "bob", "cleo"):
        put(inbox, f"browser/{login}@acme.example/history.csv", visits(DAYS).replace("A title", login))
    return settings_of(tmp_path)


def browsers(settings: Settings) -> dict[str, int]:
    """Whose visits the graph has, by sign of address."""
    with Store(settings.published, read_only=True) as store:
        return {str(name).split("@")[0]: int(count) for name, count in store.rows(
            "SELECT identifier, sum(event_count) FROM usage_month JOIN account USING (account_id) "
            "WHERE source = 'web_visit' GROUP BY ALL")}  # fmt: skip


def told(settings: Settings) -> dict[str, str]:
    """What the file says of whom no browsing was read."""
    with Store(settings.published, read_only=True) as store:
        return {str(mail).split("@")[0]: str(reason) for mail, reason in store.rows(
            "SELECT email, reason FROM blind_spot JOIN person USING (person_id) WHERE source = 'web_visit'")}  # fmt: skip


def visits_kept(settings: Settings, login: str) -> int:
    """Rows with somebody's address in the columns of records, in all that lake and vault hold of browsing."""
    total = 0
    paths = [
        *(settings.home / "lake" / "web_visit").rglob("*.parquet"),
        *(settings.home / "vault").rglob("*.web_visit.parquet"),
    ]
    with Store.memory(settings.home) as store:
        for path in paths:
            total += int(store.value(
                f"SELECT count(*) FROM read_parquet('{path}', hive_partitioning=false) WHERE account_name LIKE '{login}@%'"
            ))  # fmt: skip
    return total


def off(settings: Settings, **names: tuple[str, ...]) -> Settings:
    return replace(settings, browsing_off=BrowsingOff(**names))


def test_a_person_by_address_from_the_first_night(company: Settings) -> None:
    settings = off(company, persons=("ada@acme.example",))
    night(settings)
    assert set(browsers(settings)) == {"bob", "cleo"}
    assert visits_kept(settings, "ada") == 0
    assert visits_kept(settings, "bob") > 0
    files = {row[0]: row for row in balance(settings)}
    assert files["browser/ada@acme.example/history.csv"][1:] == ("loaded", 20, 0, 0, 20, 0, True)
    reasons = dict(warehouse(settings, "SELECT reason, row_count FROM sources.ignored"))
    assert reasons[REASON] == 20
    night(settings)
    assert told(settings)["ada"] == "browsing of this person is switched off: by name"
    assert told(settings)["dan"] == "no browser of this person was recorded"


def test_a_department_that_nobody_knows_yet_holds_all_browsing_back_for_a_night(company: Settings) -> None:
    settings = off(company, departments=("works council",))
    night(settings)
    assert browsers(settings) == {}
    refused = [row for row in balance(settings) if row[1] == "refused"]
    assert len(refused) == 3
    [reason] = warehouse(settings, "SELECT DISTINCT reason FROM sources.source_file WHERE state = 'refused'")
    assert "[browsing] names 'works council', which no list has that was read" in str(reason)
    night(settings)
    assert set(browsers(settings)) == {"bob", "cleo"}
    assert visits_kept(settings, "ada") == 0
    assert told(settings)["ada"] == "browsing of this person is switched off: department Works Council"


def test_who_comes_into_the_department_later_is_taken_out(company: Settings) -> None:
    night(company)
    assert set(browsers(company)) == {"ada", "bob", "cleo"}
    settings = off(company, departments=("works council",))
    night(settings)
    assert set(browsers(settings)) == {"bob", "cleo"}
    put(settings.inbox, "hr/people later.csv", roster({"ada": "Works Council", "bob": "Works Council"}))
    later = AS_OF + timedelta(days=1)
    night(settings, later)
    assert set(browsers(settings)) == {"bob", "cleo"}, (
        "the list of this night is read after the inbox was looked at"
    )
    shutil.rmtree(settings.inbox / "browser")
    night(settings, later + timedelta(days=1))
    assert set(browsers(settings)) == {"cleo"}
    night(settings, later + timedelta(days=2))
    assert (visits_kept(settings, "ada"), visits_kept(settings, "bob")) == (0, 0)
    assert visits_kept(settings, "cleo") == 2 * browsers(settings)["cleo"] == 40
    files = {row[0]: row for row in balance(settings)}
    assert files["browser/bob@acme.example/history.csv"][1:] == ("loaded", 20, 0, 0, 20, 0, True)
    # Nor does the vault give it back.
    settings.warehouse.unlink()
    shutil.rmtree(settings.home / "lake")
    night(settings, later + timedelta(days=3))
    night(settings, later + timedelta(days=4))
    assert set(browsers(settings)) == {"cleo"}


def test_members_of_a_group_and_of_groups_in_it(company: Settings) -> None:
    put(company.inbox, "entra/users.json", json.dumps({"value": [
        {"id": f"{n}aaaaaaa-09f4-498f-a043-33ae89006239", "displayName": login, "accountEnabled": True,
         "userPrincipalName": f"{login}@acme.example", "mail": f"{login}@acme.example", "userType": "Member"}
        for n, login in enumerate(PEOPLE)]}))  # fmt: skip
    put(company.inbox, "entra/members.ndjson", "".join(json.dumps(row) + "\n" for row in members()))
    night(company)
    settings = off(company, groups=("no browsing",))
    night(settings)
    assert set(browsers(settings)) == {"cleo"}
    assert set(warehouse(settings, "SELECT DISTINCT why FROM sources.browsing_off")) == {
        ("a group of the directory",)
    }


def members() -> list[dict[str, object]]:
    """A group with ada and a group in it, in which is bob."""
    outer, inner = "1a14df85-1e97-45ad-a31f-3d8c346160b2", "2b25df85-1e97-45ad-a31f-3d8c346160b2"
    user = {"@odata.type": "#microsoft.graph.user"}
    return [
        {**user, "id": "0aaaaaaa-09f4-498f-a043-33ae89006239", "userPrincipalName": "ada@acme.example",
         "groupId": outer, "groupDisplayName": "No Browsing"},
        {"@odata.type": "#microsoft.graph.group", "id": inner, "groupTypes": [], "securityEnabled": True,
         "groupId": outer, "groupDisplayName": "No Browsing"},
        {**user, "id": "1aaaaaaa-09f4-498f-a043-33ae89006239", "userPrincipalName": "bob@acme.example",
         "groupId": inner, "groupDisplayName": "Interns"},
    ]  # fmt: skip


def test_months_of_long_ago_go_too(tmp_path: Path) -> None:
    fill(tmp_path / "inbox")
    settings = settings_of(tmp_path, event_days=200)
    night(settings)
    night(settings)
    assert set(browsers(settings)) == {"ada", "bob"}
    settings = off(settings, persons=("ada@acme.example",))
    night(settings)
    assert set(browsers(settings)) == {"bob"}
    [path] = (settings.home / "vault").glob("usage_month_before_*")
    with Store.memory(settings.home) as store:
        found = store.rows(
            f"SELECT DISTINCT source FROM read_parquet('{path}') WHERE identifier LIKE '%ada%'"
        )
    assert found == [("sign_in",)]


def test_what_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text(
        '[browsing]\noff_departments = [" Works Council "]\noff_persons = ["Ada@Acme.example"]\n'
    )
    said = load_settings(tmp_path / "d.toml", environ={}).browsing_off
    assert said == BrowsingOff(departments=("works council",), persons=("ada@acme.example",))
    (tmp_path / "d.toml").write_text('[browsing]\noff_persons = ["ada"]\n')
    with pytest.raises(BadSettings, match="off_persons holds 'ada'; expected an e-mail address"):
        load_settings(tmp_path / "d.toml", environ={})
