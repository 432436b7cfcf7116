"""Staff lists of systems that no format is named after: as hr_roster or by a mapping."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from discovery.settings import ColumnMapping
from tests.sources.conftest import Bench

ROOT = Path(__file__).parents[2]
# Labels that people reports of small companies' payroll systems have; nobody claims that one has these.
LABELLED = (
    "Personal email,Work email,Last name,First name,Preferred name,Department,Hire date,Termination date,Status\n"
    "ada@home.example,ada@acme.example,Byron,Ada,Ada,Engineering,01/15/2024,08/31/2026,Terminated\n"
    "grace@home.example,grace@acme.example,Hopper,Grace,,Engineering,03/02/2020,,Active\n"
)
# Names of fields as in the objects of Gusto's API, where `email` is the private address.
BY_FIELD = (
    "uuid,first_name,last_name,email,work_email,department,hired_at,terminated\n"
    "u1,Ada,Byron,ada@home.example,ada@acme.example,Engineering,2024-01-15,true\n"
    "u2,Grace,Hopper,grace@home.example,grace@acme.example,Engineering,2020-03-02,false\n"
)
OWN_LABELS = (
    "Personal Email,Work Email Address,Team Member,Hire Date,Dismissal Date\n"
    "ada@home.example,ada@acme.example,Ada Byron,01/15/2024,08/31/2026\n"
    "grace@home.example,grace@acme.example,Grace Hopper,03/02/2020,\n"
)


def documented() -> dict[str, ColumnMapping]:
    """The mappings that docs/add_a_source.md shows, by kind."""
    text = (ROOT / "docs" / "add_a_source.md").read_text(encoding="utf-8")
    block = next(part for part in text.split("```") if part.startswith("toml") and "Gusto people" in part)
    return {one["kind"]: ColumnMapping(**one) for one in tomllib.loads(block.removeprefix("toml"))["mapping"]}


def people(bench: Bench, name: str, text: str) -> list[tuple[Any, ...]]:
    bench.put(name, text)
    assert {system: o.error for system, o in bench.read().items() if o.error} == {}
    assert (bench.quarantine(), bench.unbalanced()) == ([], [])
    records = bench.records("directory_account")
    assert "@home.example" not in str(records), "a private address is nobody's at work"
    return sorted((r["email"], r["display_name"], r["hired_on"], r["left_on"], r["status"]) for r in records)


ADA = ("ada@acme.example", "Ada Byron", date(2024, 1, 15))
GRACE = ("grace@acme.example", "Grace Hopper", date(2020, 3, 2), None, "active")


@pytest.mark.parametrize(
    ("text", "left_on"), [(LABELLED, date(2026, 8, 31)), (BY_FIELD, None)], ids=["labels", "fields"]
)
def test_a_people_report_is_a_staff_list(
    make_bench: Callable[..., Bench], text: str, left_on: date | None
) -> None:
    bench = make_bench()
    assert people(bench, "people.csv", text) == [(*ADA, left_on, "disabled"), GRACE]
    assert [f["format"] for f in bench.files().values()] == ["hr_roster"]


def test_a_people_report_with_labels_of_its_own_is_mapped(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(mappings=(documented()["directory_account"],))
    found = people(bench, "people.csv", OWN_LABELS)
    assert [row[:4] for row in found] == [(*ADA, date(2026, 8, 31)), GRACE[:4]]
    assert [f["format"] for f in bench.files().values()] == ["Gusto people"]


def test_who_may_sign_in_to_the_payroll_is_mapped_to_its_app(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(mappings=(documented()["app_account"],))
    bench.put("users.csv", "Login,Permissions\nada@acme.example,Primary admin\n")
    bench.read()
    ((account),) = bench.records("app_account")
    assert (account["account_name"], account["mention"], account["role"]) == (
        "ada@acme.example", "gusto", "Primary admin")  # fmt: skip
