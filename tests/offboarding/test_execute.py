from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from discovery.errors import ActRefused, BadUse, LedgerBroken, StoreLocked
from discovery.ledger import Ledger, verify_ledger
from discovery.ledger import actor as acting
from discovery.offboarding.approve import approve
from discovery.offboarding.case import Case, one_at_a_time, read_cases, record_plan
from discovery.offboarding.execute import Did, execute, idempotency_key, target_of
from discovery.offboarding.playbook import read_playbooks
from discovery.offboarding.task import complete_task
from discovery.offboarding.undo import undo
from discovery.offboarding.verify import verify_case
from discovery.settings import OperatorSettings, Settings
from discovery.store import Store
from tests.offboarding.conftest import MakePlan
from tests.offboarding.killing import Point, Restored, run_killed, surrounded
from tests.offboarding.target import App, HttpConnector
from tests.offboarding.world import ADA, APPS, BOB, write_world

NOW = datetime(2026, 11, 20, 10)
ROUTES = {"scim:asana", "api:asana", "api:github", "api:zoom", "idp:entra"}
MAIL = "ada@example.com"
AT = {name.split(":")[1]: f"{name.split(':')[1]}/{MAIL}" for name in sorted(ROUTES)}
Execute = Callable[..., list[Did]]


@pytest.fixture
def app() -> Iterator[App]:
    app = App(*AT.values())
    yield app
    app.close()


@pytest.fixture
def case(planned: MakePlan, settings: Settings) -> Case:
    return record_plan(settings.home, planned(can=ROUTES))


def approved(settings: Settings, case: Case) -> None:
    with Store(settings.published, read_only=True) as store:
        approve(settings, store, case)


def connectors(app: App) -> dict[tuple[str, str], HttpConnector]:
    return {tuple(name.split(":")): HttpConnector(app.url, name.split(":")[1]) for name in ROUTES}  # type: ignore[misc]


def run(
    settings: Settings, app: App, *case_ids: str, now: datetime = NOW, is_sent: bool = True, **more: Any
) -> list[Did]:
    with Store(settings.published, read_only=True) as store:
        return execute(settings, store, case_ids, connectors(app), now=now, is_sent=is_sent, **more)


def now_of(settings: Settings) -> Case:
    (case,) = read_cases(settings.home).values()
    return case


def states(settings: Settings) -> dict[str, str]:
    return {step_id: one.state for step_id, one in now_of(settings).steps.items()}


def test_a_dry_run_sends_nothing_and_writes_nothing(settings: Settings, case: Case, app: App) -> None:
    before = Ledger(settings.home).path.read_bytes()
    done = run(settings, app, case.case_id, is_sent=False)
    assert {d.step_id for d in done} == set(case.steps)
    assert {d.what for d in done} == {"would send", "would make a task", "waits"}
    assert app.requests == []
    assert Ledger(settings.home).path.read_bytes() == before


def test_without_approval_nothing_is_sent(settings: Settings, case: Case, app: App) -> None:
    with pytest.raises(ActRefused, match="not approved"):
        run(settings, app, case.case_id)
    assert app.requests == []
    assert Ledger(settings.home).entries()[-1].kind == "refusal"


def test_an_approved_plan_is_executed_in_order_with_intent_before_and_result_after(
    settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    run(settings, app, case.case_id)
    assert [action for _, action in app.acts()][:3] == ["deactivate", "revoke_sessions", "deactivate"]
    found = states(settings)
    for step_id in ("disable-entra", "end_sessions-entra", "deprovision-asana", "end_the_rest-asana",
                    "remove_account-github", "revoke_grant-zapier", "unassign-salesforce"):  # fmt: skip
        assert found[step_id] == "verified", step_id
    entries = [e for e in Ledger(settings.home).entries() if e.step_id == "disable-entra"]
    assert [(e.kind, e.state) for e in entries] == [
        ("intent", "requested"), ("result", "accepted"), ("observation", "verified"),
    ]  # fmt: skip
    assert entries[0].data["idempotency_key"] == idempotency_key(case, "disable-entra")
    assert found["delete_account-entra"] == "planned", "it is not due for 30 days"
    assert found["free_licences-entra"] == "planned", "it waits for the hand-over"
    assert {t.step_id for t in now_of(settings).tasks.values()} == {
        "hand_over_work", "hand_over_clients", "hand_over_administration-canva", "hand_over_billing-canva",
        "remove_by_hand-zapier", "remove_by_hand-figma",
    }  # fmt: skip
    assert verify_ledger(settings.home).is_whole
    assert MAIL not in Ledger(settings.home).path.read_text(encoding="ascii")


def test_again_sends_nothing_twice(settings: Settings, case: Case, app: App) -> None:
    approved(settings, case)
    run(settings, app, case.case_id)
    acts, entries = app.acts(), len(Ledger(settings.home).entries())
    run(settings, app, case.case_id)
    assert app.acts() == acts
    assert len(Ledger(settings.home).entries()) == entries


def test_before_the_last_day_is_over_only_the_hand_over_begins(
    settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    run(settings, app, case.case_id, now=datetime(2026, 11, 18, 9))
    assert app.requests == []
    assert {t.step_id.split("-")[0] for t in now_of(settings).tasks.values()} == {
        "hand_over_work", "hand_over_clients", "hand_over_administration", "hand_over_billing",
    }  # fmt: skip


def test_a_changed_state_is_refused_and_shown(settings: Settings, case: Case, app: App) -> None:
    approved(settings, case)
    write_world(settings.home, apps={**APPS, "miro": APPS["figma"]})
    with pytest.raises(ActRefused, match="miro: is new in the scope"):
        run(settings, app, case.case_id)
    with pytest.raises(ActRefused, match="miro"), Store(settings.published, read_only=True) as store:
        approve(settings, store, case)
    assert app.requests == []
    assert "miro" not in Ledger(settings.home).path.read_text(encoding="ascii"), "what changed is private"


def test_what_the_case_itself_changed_does_not_stop_it(settings: Settings, case: Case, app: App) -> None:
    approved(settings, case)
    run(settings, app, case.case_id)
    rest = {name: said for name, said in APPS.items() if name not in ("github", "zoom")}
    write_world(settings.home, apps=rest, status="disabled")
    run(settings, app, case.case_id, now=NOW + timedelta(days=1))


def test_a_new_plan_takes_the_approval_back(
    planned: MakePlan, settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    record_plan(settings.home, planned(can=ROUTES, is_immediate=True))
    with pytest.raises(ActRefused, match="not approved"):
        run(settings, app, case.case_id)


def test_approving_binds_the_plan_that_was_looked_at(settings: Settings, case: Case) -> None:
    assert case.plan_hash
    with Store(settings.published, read_only=True) as store:
        with pytest.raises(BadUse, match="look at it"):
            approve(settings, store, case, plan_hash="0" * 64)
        assert approve(settings, store, case, plan_hash=case.plan_hash[:12]).state == "approved"
        again = approve(settings, store, case)
    assert len(again.approvals) == 1, "the same approver counts once"


def test_only_named_approvers_approve(settings: Settings, case: Case) -> None:
    strict = replace(settings, offboarding=replace(settings.offboarding, approvers=("nobody-here",)))
    with (
        Store(settings.published, read_only=True) as store,
        pytest.raises(ActRefused, match="may not approve"),
    ):
        approve(strict, store, case)


def test_where_an_identity_provider_says_who_it_is_nobody_else_approves(
    settings: Settings, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two accounts of one machine would else be two approvers."""
    strict = replace(settings, operator=OperatorSettings("https://id.example", "discovery"),
                     offboarding=replace(settings.offboarding, approvers=("Ada@Acme.example",)))  # fmt: skip
    with Store(settings.published, read_only=True) as store:
        with pytest.raises(
            ActRefused, match=r"is not signed in: approving needs an ID token of https://id\.example"
        ):
            approve(strict, store, case)
        monkeypatch.setattr(acting, "_said", ["eve@acme.example"])
        with pytest.raises(ActRefused, match=r"eve@acme.example.* may not approve"):
            approve(strict, store, case)
        monkeypatch.setattr(acting, "_said", ["ada@acme.example"])
        ((who, _),) = approve(strict, store, case).approvals
    assert who.startswith("oidc:ada@acme.example(os:")


def test_above_a_number_of_persons_two_approvers_are_needed(
    planned: MakePlan, settings: Settings, case: Case, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    rails = replace(settings, offboarding=replace(settings.offboarding, two_approvers_above=1))
    other = record_plan(settings.home, planned(person=BOB, can=ROUTES))
    for one in (case, other):
        approved(rails, one)
    run(rails, app, case.case_id)
    with pytest.raises(ActRefused, match="two approvers"):
        run(rails, app, other.case_id)
    monkeypatch.setattr("discovery.ledger.chain.actor", lambda: "os:second")
    monkeypatch.setattr("discovery.offboarding.approve.actor", lambda: "os:second")
    approved(rails, other)
    run(rails, app, other.case_id, now=NOW)


@pytest.mark.parametrize("glob", ["ADA@*", "object-ada", "1111*", "github-1"])
def test_protected_accounts_are_refused(settings: Settings, case: Case, app: App, glob: str) -> None:
    approved(settings, case)
    rails = replace(settings, offboarding=replace(settings.offboarding, protected=(glob.lower(),)))
    with pytest.raises(ActRefused, match="protected"):
        run(rails, app, case.case_id)
    assert app.requests == []


def test_more_persons_than_allowed_are_refused(
    planned: MakePlan, settings: Settings, case: Case, app: App
) -> None:
    other = record_plan(settings.home, planned(person=BOB, can=ROUTES))
    rails = replace(settings, offboarding=replace(settings.offboarding, max_persons_per_run=1))
    with pytest.raises(ActRefused, match="more than one run"):
        run(rails, app, case.case_id, other.case_id)


def test_a_run_stops_at_its_maximum_and_the_next_goes_on(settings: Settings, case: Case, app: App) -> None:
    approved(settings, case)
    rails = replace(settings, offboarding=replace(settings.offboarding, max_steps_per_run=2))
    assert run(rails, app, case.case_id)[-1].what == "stopped"
    assert len(app.acts()) == 2
    run(rails, app, case.case_id)
    assert len(app.acts()) == 4


def test_the_stop_file_stops_before_and_in_the_middle(settings: Settings, case: Case, app: App) -> None:
    approved(settings, case)
    stop = settings.home / "STOP"
    stop.touch()
    with pytest.raises(ActRefused, match="STOP is there"):
        run(settings, app, case.case_id)
    assert app.requests == []
    stop.unlink()
    with pytest.raises(ActRefused, match="STOP is there"):
        run(settings, app, case.case_id, on_step=lambda did: stop.touch() if did.what == "sent" else None)
    assert len(app.acts()) == 1
    stop.unlink()
    run(settings, app, case.case_id)
    assert states(settings)["remove_account-github"] == "verified"


def test_a_target_that_says_yes_and_does_nothing_is_found_out(
    settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    app.is_idle = True
    run(settings, app, case.case_id)
    one = now_of(settings).steps["remove_account-github"]
    assert (one.state, "did nothing" in one.reason) == ("failed", True)
    assert one.task_id, "a person has to do it"
    acts = app.acts()
    run(settings, app, case.case_id)
    assert app.acts() == acts


@pytest.mark.parametrize(
    ("code", "is_tried_again"), [(401, False), (403, False), (409, False), (429, True), (503, True)]
)
def test_each_error_of_a_target_is_told_and_only_harmless_ones_are_tried_again(
    settings: Settings, case: Case, app: App, code: int, is_tried_again: bool
) -> None:
    approved(settings, case)
    app.answer["deactivate"] = [code]
    run(settings, app, case.case_id)
    one = now_of(settings).steps["disable-entra"]
    assert (one.state, str(code) in one.reason) == ("failed", True)
    assert (one.task_id is None) is is_tried_again
    assert states(settings)["end_sessions-entra"] == "planned", "it needs the disable"
    run(settings, app, case.case_id)
    assert (states(settings)["disable-entra"] == "verified") is is_tried_again


def test_an_account_that_is_not_there_is_its_own_outcome(settings: Settings, case: Case, app: App) -> None:
    approved(settings, case)
    app.accounts[AT["github"]]["exists"] = False
    run(settings, app, case.case_id)
    assert states(settings)["remove_account-github"] == "already_absent"


def test_an_unknown_outcome_is_read_before_anything_is_done_again(
    settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    Ledger(settings.home).append(
        "intent", case_id=case.case_id, step_id="disable-entra", person_id=case.person_id, state="requested"
    )
    app.accounts[AT["entra"]]["active"] = False
    run(settings, app, case.case_id)
    assert app.requests[0] == ("GET", AT["entra"], "")
    assert app.acts()[0] == (AT["entra"], "revoke_sessions"), "the disable had arrived"
    assert states(settings)["disable-entra"] == "verified"


def test_an_unknown_outcome_that_cannot_be_read_stays_unknown(
    settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    Ledger(settings.home).append(
        "intent", case_id=case.case_id, step_id="disable-entra", person_id=case.person_id, state="requested"
    )
    app.is_deaf = True
    run(settings, app, case.case_id)
    assert states(settings)["disable-entra"] == "requested"
    assert (AT["entra"], "revoke_sessions") not in app.acts()
    app.is_deaf = False
    run(settings, app, case.case_id)
    assert states(settings)["disable-entra"] == "verified"


def test_what_cannot_be_read_is_not_sent_again_after_a_crash(
    settings: Settings, case: Case, app: App
) -> None:
    """Killed between writing down that the end cannot be read and asking a person."""
    approved(settings, case)
    for kind, state in (("intent", "requested"), ("result", "accepted"), ("observation", "unverifiable")):
        Ledger(settings.home).append(
            kind, case_id=case.case_id, step_id="disable-entra", person_id=case.person_id, state=state
        )
    run(settings, app, case.case_id)
    assert (AT["entra"], "deactivate") not in app.acts()
    assert now_of(settings).steps["disable-entra"].task_id


def test_nothing_is_sent_when_the_ledger_is_broken(settings: Settings, case: Case, app: App) -> None:
    approved(settings, case)
    path = Ledger(settings.home).path
    path.write_bytes(path.read_bytes().replace(b'"kind":"plan"', b'"kind":"case"'))
    with pytest.raises(LedgerBroken, match="record 2"):
        run(settings, app, case.case_id)
    assert app.requests == []


def _hold(home: Path, case: Case, ready: Any, leave: Any) -> None:
    with one_at_a_time(home, case.case_id):
        ready.set()
        leave.wait(20)


def test_two_operators_at_once_one_executes(settings: Settings, case: Case, app: App) -> None:
    approved(settings, case)
    context = multiprocessing.get_context("fork")
    ready, leave = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(settings.home, case, ready, leave))
    other.start()
    assert ready.wait(20)
    with pytest.raises(StoreLocked, match="somebody else"):
        run(settings, app, case.case_id)
    assert app.requests == []
    assert other.pid
    os.kill(other.pid, signal.SIGKILL)
    other.join()
    run(settings, app, case.case_id)
    assert app.acts()


@pytest.mark.long
def test_killed_at_every_point_and_resumed_it_ends_the_same_and_nothing_is_done_twice(
    planned: MakePlan, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps that are read back, one that the target refuses, and tasks; before and after every write and every act."""
    write_world(settings.home, apps={name: APPS[name] for name in ("asana", "zapier")})
    case = record_plan(settings.home, planned(can={"idp:entra", "scim:asana"}))
    approved(settings, case)
    home, target = Restored(settings.home), App(*AT.values())
    monkeypatch.setattr(os, "fsync", lambda _: None)  # what a kill leaves behind does not depend on it

    def start() -> None:
        home.put_back()
        target.reset()
        target.answer = {"remove_grant": [403] * 9}

    def work() -> None:
        run(settings, target, case.case_id)

    def mark(point: Point) -> None:
        HttpConnector.act = surrounded(HttpConnector.act, point)  # type: ignore[method-assign]

    start()
    code, points = run_killed(work, 0, mark)
    assert code == 0
    clean, effects = states(settings), target.effects
    tasks = sorted(t.step_id for t in now_of(settings).tasks.values())
    assert {"verified", "failed", "requested", "planned"} <= set(clean.values())
    assert points >= 40
    for deadly in range(1, points + 1):
        start()
        code, _ = run_killed(work, deadly, mark)
        assert code == -signal.SIGKILL
        work()
        assert states(settings) == clean, deadly
        assert target.effects == effects, f"killed at {deadly}: an act took effect twice or never"
        assert sorted(t.step_id for t in now_of(settings).tasks.values()) == tasks
        assert verify_ledger(settings.home).is_whole
    target.close()


@pytest.mark.parametrize(
    ("ended", "done"),
    [
        ({}, set()),
        ({"disabled_at": NOW}, {"disable-entra"}),
        ({"deleted_at": NOW}, {"disable-entra", "delete_account-entra"}),
    ],
)
def test_nobody_is_asked_for_what_the_directory_itself_shows_done(
    planned: MakePlan, settings: Settings, app: App, ended: dict[str, Any], done: set[str]
) -> None:
    """The person's status alone shows nothing: it may be the personnel department's word."""
    write_world(settings.home, status="disabled", apps={})
    with Store(settings.published) as store:
        for column, value in ended.items():
            store.run(
                f"INSERT INTO departure BY NAME SELECT system, instance, identifier, $value AS {column} "
                "FROM account WHERE person_id = $ada AND system = 'entra'",
                {"value": value, "ada": ADA},
            )
    case = record_plan(settings.home, planned(can=set()))
    approved(settings, case)
    foreseen = run(settings, app, case.case_id, is_sent=False)
    assert "disable-entra" in {
        d.step_id for d in foreseen if d.what == ("done" if done else "would make a task")
    }
    run(settings, app, case.case_id)
    for task in now_of(settings).tasks.values():
        complete_task(settings, task.task_id, by="olga@example.com", statement="removed")
    run(settings, app, case.case_id, now=NOW + timedelta(days=40))
    case = now_of(settings)
    assert {name for name, one in case.steps.items() if one.state == "already_absent"} == done
    assert done.isdisjoint(task.step_id for task in case.tasks.values())
    if done:
        assert case.steps["disable-entra"].reason == (
            "nothing to do: entra itself shows the account disabled since 2026-11-20, as of 2026-11-20"
        )


def test_a_case_closes_only_when_everything_is_done_verified_and_silent(
    settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    run(settings, app, case.case_id)
    with Store(settings.published, read_only=True) as store:
        verify_case(settings, store, case.case_id, connectors(app))
    assert now_of(settings).state == "executing"
    assert "remove_by_hand-canva" not in {t.step_id for t in now_of(settings).tasks.values()}, (
        "first handed over"
    )
    for now in (NOW, NOW + timedelta(days=40)):
        for task in [t for t in now_of(settings).tasks.values() if t.state == "open"]:
            complete_task(settings, task.task_id, by="olga@example.com", statement="removed")
        run(settings, app, case.case_id, now=now)
    assert states(settings)["delete_account-entra"] == "verified"
    with Store(settings.published, read_only=True) as store:
        verify_case(settings, store, case.case_id, connectors(app))
    assert now_of(settings).is_open, "the sources have not been silent long enough"
    write_world(settings.home, status="deleted")
    with Store(settings.published) as store:
        store.run("UPDATE run SET as_of = current_date + 30")
    with Store(settings.published, read_only=True) as store:
        verify_case(settings, store, case.case_id, connectors(app))
    assert now_of(settings).state == "closed"
    with Store(settings.published) as store:
        store.run("UPDATE access SET last_seen_on = current_date + 3 WHERE app_id = 'figma'")
    with Store(settings.published, read_only=True) as store:
        seen = verify_case(settings, store, case.case_id, connectors(app))
    assert now_of(settings).state == "verifying", "use after the end opens it again"
    assert [s.step_id for s in seen if s.state == "failed"] == ["verify-figma"]


@pytest.mark.parametrize(
    ("state", "days", "expected", "said"),
    [
        ("delivered", -1, "verified", "the provisioning log shows it delivered at"),
        ("failed", -1, "verified", "not seen since"),  # refused, and then ended in another way
        ("failed", 1, "failed", "the provisioning log contradicts its end: Forbidden"),
        ("held", 1, "failed", "the provisioning log contradicts its end: Forbidden"),
        (None, 0, "verified", "not seen since"),
    ],
)
def test_the_provisioning_log_confirms_an_end_or_contradicts_it(
    settings: Settings, case: Case, app: App, state: str | None, days: int, expected: str, said: str
) -> None:
    approved(settings, case)
    run(settings, app, case.case_id)
    with Store(settings.published) as store:
        store.run("UPDATE run SET as_of = current_date + 30")
        if state:
            store.run(
                "INSERT INTO deprovisioning (person_id, app_id, event, state, reason, observed_at) VALUES "
                "($who, 'asana', 'patch_inactive', $state, 'Forbidden', CAST($at AS TIMESTAMP))",
                {
                    "who": ADA,
                    "state": state,
                    "at": datetime.now(UTC).replace(tzinfo=None) + timedelta(days=days),
                },
            )
    with Store(settings.published, read_only=True) as store:
        seen = {one.step_id: one for one in verify_case(settings, store, case.case_id, connectors(app))}
    assert (seen["verify-asana"].state, said in seen["verify-asana"].detail) == (expected, True)


def test_undo_cancels_what_is_open_and_makes_tasks_of_what_was_done(
    settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    run(settings, app, case.case_id)
    acts = app.acts()
    with Store(settings.published, read_only=True) as store:
        with pytest.raises(BadUse, match="--reason"):
            undo(settings, store, now_of(settings), reason=" ", now=NOW, notify=None)
        back = undo(settings, store, now_of(settings), reason="she stays", now=NOW, notify=None)
    assert app.acts() == acts, "nothing is sent"
    case = now_of(settings)
    assert case.state == "undone"
    assert {b.step_id for b in back} >= {"disable-entra", "end_the_rest-asana", "unassign-salesforce"}
    open_tasks = {t.step_id for t in case.tasks.values() if t.state == "open"}
    assert "undo-disable-entra" in open_tasks
    assert all(step_id.startswith("undo-") for step_id in open_tasks)
    with pytest.raises(BadUse, match="undone"):
        run(settings, app, case.case_id)


def test_a_person_leaves_again_in_a_new_case(
    planned: MakePlan, settings: Settings, case: Case, app: App
) -> None:
    with Store(settings.published, read_only=True) as store:
        undo(settings, store, case, reason="she stays", now=NOW, notify=None)
    again = record_plan(settings.home, planned(can=ROUTES))
    assert again.case_id != case.case_id


def test_a_case_that_was_begun_keeps_its_plan(
    planned: MakePlan, settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    run(settings, app, case.case_id)
    with pytest.raises(BadUse, match="is being executed by another plan"):
        record_plan(settings.home, planned(can=ROUTES, leaves_on=date(2026, 11, 1)))


def test_two_accounts_in_one_app_are_two_acts_and_a_personal_one_is_for_a_person(
    planned: MakePlan, settings: Settings
) -> None:
    with Store(settings.published) as store:
        for number, kind in ((2, "human"), (3, "personal")):
            store.run(
                "INSERT INTO account (account_id, person_id, system, instance, identifier, kind, account_name) VALUES "
                f"('github-{number}', '{ADA}', 'github', 'default', 'github-{number}', '{kind}', 'a{number}')"
            )
            store.run(
                "INSERT INTO account_access (account_id, app_id, person_id) VALUES "
                f"('github-{number}', 'github', '{ADA}')"
            )
    steps = [s for s in planned(can=ROUTES).steps if s.rule == "remove_account" and s.app_id == "github"]
    assert [(s.step_id, s.route, s.accounts[0]["identifier"]) for s in steps] == [
        ("remove_account-github", "api", "github-1"),
        ("remove_account-github-2", "api", "github-2"),
        ("remove_account-github-3", "manual", "github-3"),
    ]


def test_a_plan_that_was_changed_beside_the_chain_is_not_executed(
    settings: Settings, case: Case, app: App
) -> None:
    approved(settings, case)
    (file,) = (settings.home / "ledger_private").glob("*.jsonl")
    file.write_bytes(file.read_bytes().replace(b"github-1", b"github-9"))
    with pytest.raises(BadUse, match="no plan"):
        run(settings, app, case.case_id)
    assert app.requests == []


def test_while_a_case_is_executed_its_plan_is_not_replaced(
    planned: MakePlan, settings: Settings, case: Case
) -> None:
    with one_at_a_time(settings.home, case.case_id), pytest.raises(StoreLocked):
        record_plan(settings.home, planned(can=ROUTES, is_immediate=True))


def test_what_looks_like_a_secret_in_a_playbook_is_not_kept_and_the_plan_still_holds(
    planned: MakePlan, settings: Settings, app: App, tmp_path: Path
) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "figma.toml").write_text(
        'app = "figma"\n[[step]]\nid = "x"\nphase = "manual"\nroute = "manual"\naction = "delete"\ntitle = "t"\n'
        'reason = "r"\ninstruction = "sign in with password: hunter2hunter2"\n',
        encoding="utf-8",
    )
    made = record_plan(settings.home, planned(can=ROUTES, playbooks=read_playbooks(folder)))
    approved(settings, made)
    run(settings, app, made.case_id)
    assert b"hunter2" not in b"".join(p.read_bytes() for p in settings.home.rglob("*") if p.is_file())


def test_an_account_under_another_address_is_looked_for_under_that_one(
    planned: MakePlan, settings: Settings
) -> None:
    seen = (("push-1", "ADA@example.com", "human"), ("push-2", "ada.alias@example.com", "human"),
            ("push-3", "ada@private.example", "personal"))  # fmt: skip
    with Store(settings.published) as store:
        for account_id, name, kind in seen:
            store.run(
                "INSERT INTO account (account_id, person_id, system, instance, identifier, kind, account_name) VALUES "
                f"('{account_id}', '{ADA}', 'push', 'default', '{name}', '{kind}', '{name}')"
            )
            store.run(
                f"INSERT INTO account_access (account_id, app_id, person_id) VALUES ('{account_id}', 'zoom', '{ADA}')"
            )
    plan = planned(can=ROUTES)
    steps = [s for s in plan.steps if s.rule == "remove_account" and s.app_id == "zoom"]
    assert [(s.route, s.accounts[0]["name"]) for s in steps] == [
        ("api", "ada@example.com"), ("api", "ada.alias@example.com"), ("manual", "ada@private.example"),
    ]  # fmt: skip
    assert target_of(plan, steps[0]).identifiers == {
        "email": "ada@example.com", "account_key": "zoom-1", "user_name": "ada@example.com",
    }  # fmt: skip
    assert target_of(plan, steps[1]).identifiers["email"] == "ada.alias@example.com"
    (disable,) = [s for s in plan.steps if s.rule == "disable"]
    assert target_of(plan, disable).identifiers["account_key"] == "object-ada"
    (revoke,) = [s for s in plan.steps if s.rule == "revoke_grant"]
    assert target_of(plan, revoke).identifiers["account_key"] == "object-ada", "not the account in the app"
    assert target_of(plan, revoke).app_id == "zapier"
