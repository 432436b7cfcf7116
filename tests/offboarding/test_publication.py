from __future__ import annotations

from datetime import date, timedelta

import pytest

from discovery.checks import read_checks
from discovery.ledger import Ledger, read_heads, verify_ledger
from discovery.offboarding.approve import approve
from discovery.offboarding.case import Case, record_plan
from discovery.offboarding.execute import execute
from discovery.offboarding.publication import STEPS
from discovery.offboarding.task import complete_task
from discovery.run import fingerprint_of, writing
from discovery.settings import Settings
from discovery.stage import Night
from discovery.store import Store
from tests.offboarding.conftest import MakePlan
from tests.offboarding.target import App, HttpConnector
from tests.offboarding.test_execute import AT, NOW, ROUTES
from tests.offboarding.world import ADA


def made(settings: Settings, planned: MakePlan) -> Case:
    """A case that was executed, with one task done and one failed step."""
    app = App(*AT.values())
    app.answer["revoke_sessions"] = [403]
    case = record_plan(settings.home, planned(can=ROUTES))
    connectors = {tuple(name.split(":")): HttpConnector(app.url, name.split(":")[1]) for name in ROUTES}
    with Store(settings.published, read_only=True) as store:
        approve(settings, store, case)
        execute(settings, store, [case.case_id], connectors, now=NOW, is_sent=True)  # type: ignore[arg-type]
    app.close()
    return case


def built(settings: Settings) -> Store:
    store = Store.memory()
    for step in STEPS:
        step.build(store, Night(settings, date(2026, 11, 20)))
    return store


def test_cases_steps_tasks_and_ledger_are_tables(settings: Settings, planned: MakePlan) -> None:
    case = made(settings, planned)
    with built(settings) as store:
        (row,) = store.dicts("SELECT * FROM offboarding.offboarding_case")
        assert (row["case_id"], row["person_id"], row["state"]) == (case.case_id, ADA, "executing")
        assert row["plan_hash"] == case.plan_hash
        assert row["approved_by"].startswith("os:")
        assert row["closed_at"] is None
        steps = {r["step_id"]: r for r in store.dicts("SELECT * FROM offboarding.step")}
        assert set(steps) == set(case.steps)
        disable = steps["disable-entra"]
        assert (disable["state"], disable["app_id"]) == ("verified", None)
        assert disable["requested_at"] <= disable["accepted_at"] <= disable["verified_at"]
        assert "403" in steps["end_sessions-entra"]["reason"]
        assert steps["verify-figma"]["state"] == "planned"
        (task_id,) = [r[0] for r in store.rows("SELECT task_id FROM offboarding.task WHERE app_id = 'figma' "
                                              "AND step_id LIKE 'remove%'")]  # fmt: skip
        entries = Ledger(settings.home).entries()
        assert store.count("offboarding.ledger_entry") == len(entries)
        said = store.rows("SELECT DISTINCT person_id FROM offboarding.ledger_entry WHERE case_id IS NOT NULL")
        assert said == [(ADA,)]
    complete_task(settings, task_id, by="olga@example.com", statement="seat removed")
    with built(settings) as store:
        (task,) = store.dicts(f"SELECT * FROM offboarding.task WHERE task_id = '{task_id}'")
        assert (task["state"], task["is_attested"], task["completed_by"]) == (
            "completed",
            True,
            "olga@example.com",
        )
        assert task["note"] == "seat removed"


def test_checks_pass_on_what_is_made_and_find_what_is_wrong(settings: Settings, planned: MakePlan) -> None:
    made(settings, planned)
    checks = [check for check in read_checks() if check.table.startswith("offboarding.")]
    assert len(checks) == 4
    with built(settings) as store:
        assert [store.rows(check.sql) for check in checks] == [[], [], [], []]
        for statement in (
            "UPDATE offboarding.ledger_entry SET hash = 'x' WHERE sequence = 3",
            "UPDATE offboarding.offboarding_case SET state = 'closed'",
            "UPDATE offboarding.task SET state = 'completed'",
        ):
            store.run(statement)
        store.run("INSERT INTO offboarding.offboarding_case BY NAME SELECT c.* REPLACE (case_id || n AS case_id, 'planned' AS state) "
                  "FROM offboarding.offboarding_case AS c, range(2) AS t(n)")  # fmt: skip
        assert all(store.rows(check.sql) for check in checks)


def test_of_a_broken_ledger_the_night_shows_what_came_before(settings: Settings, planned: MakePlan) -> None:
    made(settings, planned)
    path = Ledger(settings.home).path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:4], lines[4].replace(b'"state"', b'"stale"'), *lines[5:]]))
    assert verify_ledger(settings.home).bad_record == 5
    with built(settings) as store:
        assert store.count("offboarding.ledger_entry") == 4
        assert store.count("offboarding.offboarding_case") == 1


@pytest.mark.long
def test_a_run_publishes_them_saves_the_head_and_is_new_when_the_ledger_is(
    settings: Settings, planned: MakePlan
) -> None:
    case = made(settings, planned)
    settings.inbox.mkdir()
    day = date(2026, 11, 20)
    before = fingerprint_of(settings, day)
    with writing(settings, day) as night_run:
        first = night_run.all_stages()
    with Store(settings.published, read_only=True) as store:
        assert store.value("SELECT case_id FROM offboarding_case") == case.case_id
        assert store.count("step") == len(case.steps)
        assert store.count("ledger_entry") == len(Ledger(settings.home).entries())
    (head,) = read_heads(settings.home)
    assert head.sequence == len(Ledger(settings.home).entries())
    assert verify_ledger(settings.home).anchored == head.sequence
    Ledger(settings.home).append("case", case_id=case.case_id, person_id=ADA, state="undone")
    assert fingerprint_of(settings, day) != before
    with writing(settings, day) as night_run:
        second = night_run.all_stages()
    assert second.content_hash == first.content_hash, "cases are no content"
    assert second.provenance_hash != first.provenance_hash
    assert fingerprint_of(settings, day + timedelta(days=1)) != fingerprint_of(settings, day)
