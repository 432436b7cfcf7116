from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from discovery.connectors.notify.mail import mail_of
from discovery.errors import BadUse, UnknownName
from discovery.ledger import Ledger, verify_ledger
from discovery.offboarding.approve import approve
from discovery.offboarding.case import TaskState, read_cases, record_plan
from discovery.offboarding.execute import execute
from discovery.offboarding.notify import notifier, task_message
from discovery.offboarding.task import complete_task, decline_task, owner_of, remind
from discovery.settings import MailSettings, Settings
from discovery.store import Store
from tests.offboarding.conftest import Box, MakePlan
from tests.offboarding.world import APPS, write_world

NOW = datetime(2026, 11, 20, 10)


@pytest.fixture
def mailing(settings: Settings, box: Box) -> Settings:
    rails = replace(settings.offboarding, fallback_owner="it@example.com", escalate_to="security@example.com",
                    deputies={"figma": "dora@example.com"})  # fmt: skip
    mail = MailSettings("127.0.0.1", "offboarding@example.com", box.port)
    return replace(settings, offboarding=rails, mail=mail)


@pytest.fixture
def given(mailing: Settings, planned: MakePlan, box: Box) -> Settings:
    """Tasks were made and mailed."""
    case = record_plan(mailing.home, planned(can=set()))
    with Store(mailing.published, read_only=True) as store:
        approve(mailing, store, case)
        execute(mailing, store, [case.case_id], {}, now=NOW, is_sent=True, notify=notifier(mailing))
    return mailing


def tasks(settings: Settings) -> dict[str, TaskState]:
    (case,) = read_cases(settings.home).values()
    return {one.step_id: one for one in case.tasks.values()}


def step(settings: Settings, step_id: str) -> Any:
    (case,) = read_cases(settings.home).values()
    return case.steps[step_id]


def test_each_step_without_an_api_becomes_a_task_of_the_owner_by_mail(given: Settings, box: Box) -> None:
    found = tasks(given)
    figma = found["remove_by_hand-figma"]
    assert (figma.owner_email, figma.state, figma.due_on) == ("olga@example.com", "open", "2026-11-25")
    assert found["hand_over_work"].owner_email == "mia@example.com", "the manager takes over"
    assert found["disable-entra"].owner_email, "nothing can be done by a program, so it is a task"
    assert len(box.mails) == len(found)
    (sent,) = [text for to, text in box.mails if figma.task_id in text]
    for text in (
        "To: olga@example.com",
        "Ada Leaver",
        "ada@example.com in figma",
        "discovery task complete",
        "2026-11-25",
    ):
        assert text in sent
    assert {n[2] for t in found.values() for n in t.notices} == {"sent"}


def test_the_leaver_somebody_who_left_and_who_declined_get_no_task(
    mailing: Settings, planned: MakePlan
) -> None:
    def asked(settings: Settings, turned_down: tuple[str, ...] = (), **apps: dict[str, Any]) -> str | None:
        write_world(settings.home, apps={**APPS, **apps})
        plan = planned(can=set())
        (one,) = [s for s in plan.steps if s.step_id == "remove_by_hand-figma"]
        with Store(settings.published, read_only=True) as store:
            return owner_of(settings, store, plan, one, turned_down)

    own = {**APPS["figma"], "owner": "ADA@example.com"}
    bare = replace(mailing, offboarding=replace(mailing.offboarding, deputies={}))
    lost = replace(bare, offboarding=replace(bare.offboarding, fallback_owner="ada@example.com"))
    assert asked(mailing) == "olga@example.com"
    assert asked(mailing, ("Olga@example.com",)) == "dora@example.com"
    assert asked(mailing, figma=own) == "dora@example.com"
    assert asked(bare, figma=own) == "it@example.com"
    assert asked(lost, figma=own) is None
    write_world(mailing.home)
    with Store(mailing.published) as store:
        store.run("UPDATE person SET status = 'disabled' WHERE email = 'olga@example.com'")
    plan = planned(can=set())
    (one,) = [s for s in plan.steps if s.step_id == "remove_by_hand-figma"]
    with Store(mailing.published, read_only=True) as store:
        assert owner_of(mailing, store, plan, one) == "dora@example.com", "the owner has left"


def test_only_a_named_persons_word_completes(given: Settings) -> None:
    task = tasks(given)["remove_by_hand-figma"]
    for by, statement in (
        ("", "done"),
        ("olga", "done"),
        ("ada@example.com", "done"),
        ("olga@example.com", " "),
    ):
        with pytest.raises(BadUse):
            complete_task(given, task.task_id, by=by, statement=statement)
    with pytest.raises(UnknownName):
        complete_task(given, "task-0000000000", by="olga@example.com", statement="done")
    assert step(given, "remove_by_hand-figma").state == "requested"
    done = complete_task(
        given, task.task_id, by="olga@example.com", statement="seat removed", attachment_sha256="a" * 64
    )
    assert (done.state, done.outcome, done.completed_by) == ("completed", "done", "olga@example.com")
    one = step(given, "remove_by_hand-figma")
    assert (one.state, one.reason) == ("attested", "olga@example.com: seat removed")
    entry = Ledger(given.home).entries()[-1]
    assert entry.data["attachment_sha256"] == "a" * 64
    assert entry.actor.startswith("os:"), "who entered it is known as well"
    with pytest.raises(BadUse, match="completed already"):
        complete_task(given, task.task_id, by="olga@example.com", statement="again")
    assert verify_ledger(given.home).is_whole


def test_who_declines_hands_it_on_and_silence_completes_nothing(given: Settings, box: Box) -> None:
    task = tasks(given)["remove_by_hand-figma"]
    notify = notifier(given)
    with Store(given.published, read_only=True) as store:
        said = decline_task(
            given,
            store,
            task.task_id,
            by="olga@example.com",
            outcome="not_mine",
            statement="ask Dora",
            notify=notify,
        )
        assert (said.state, said.owner_email) == ("open", "dora@example.com")
        assert box.mails[-1][0] == ["dora@example.com"]
        said = decline_task(
            given,
            store,
            task.task_id,
            by="dora@example.com",
            outcome="cannot",
            statement="no admin",
            notify=notify,
        )
        assert (said.state, said.owner_email) == ("open", "security@example.com")
        said = decline_task(
            given, store, task.task_id, by="security@example.com", outcome="not_mine", statement="no"
        )
        assert (said.state, said.owner_email) == ("open", "it@example.com")
        said = decline_task(
            given, store, task.task_id, by="it@example.com", outcome="not_mine", statement="no"
        )
    assert said.state == "declined", "nobody is left"
    assert not step(given, "remove_by_hand-figma").is_done
    case_id = said.case_id
    with Store(given.published, read_only=True) as store:
        execute(given, store, [case_id], {}, now=NOW, is_sent=True)
        assert tasks(given)["remove_by_hand-figma"].state == "declined", "still nobody"
        wider = replace(given, offboarding=replace(given.offboarding, fallback_owner="new@example.com"))
        execute(wider, store, [case_id], {}, now=NOW, is_sent=True)
    again = tasks(given)["remove_by_hand-figma"]
    assert (again.state, again.owner_email) == ("open", "new@example.com")
    with pytest.raises(BadUse), Store(given.published, read_only=True) as store:
        decline_task(given, store, task.task_id, by="x@example.com", outcome="later", statement="no")


def test_a_confirmation_releases_what_it_guards_and_a_decline_does_not(given: Settings) -> None:
    case_id = next(iter(read_cases(given.home)))
    later = NOW + timedelta(days=60)

    def go_on() -> None:
        with Store(given.published, read_only=True) as store:
            execute(given, store, [case_id], {}, now=later, is_sent=True)

    go_on()
    assert "delete_account-entra" not in tasks(given), "it waits for disable and hand-over"
    for step_id in ("disable-entra", "hand_over_work"):
        complete_task(given, tasks(given)[step_id].task_id, by="mia@example.com", statement="done")
    go_on()
    assert "delete_account-entra" not in tasks(given)
    complete_task(given, tasks(given)["hand_over_clients"].task_id, by="mia@example.com", statement="done")
    go_on()
    assert "delete_account-entra" in tasks(given)


def test_reminders_come_in_their_time_and_overdue_tasks_are_escalated_once(given: Settings, box: Box) -> None:
    notify = notifier(given)
    assert notify is not None
    box.mails.clear()
    # Notices carry the time of the machine's clock, so that the days are counted from now.
    now = max(at for one in tasks(given).values() for at, _, _ in one.notices)
    assert remind(given, min(now, datetime(2026, 11, 24)), notify) == [] or now.date() > date(2026, 11, 25)
    day = max(now, datetime(2026, 11, 26)) + timedelta(days=4)
    kinds = sorted({kind for _, kind, _ in remind(given, day, notify)})
    assert kinds == ["escalation", "reminder"]
    escalated = [text for to, text in box.mails if to == ["security@example.com"] and "Overdue" in text]
    assert len(escalated) == len(tasks(given))
    count = len(box.mails)
    again = remind(given, day, notify)
    assert "escalation" not in {kind for _, kind, _ in again}
    assert len(box.mails) == count + len(again)
    assert all(one.state == "open" for one in tasks(given).values()), "no message completes anything"


def test_a_mail_that_cannot_be_sent_stops_nothing_and_is_sent_later(
    mailing: Settings, planned: MakePlan, box: Box
) -> None:
    box.refused = {"olga@example.com"}
    case = record_plan(mailing.home, planned(can=set()))
    with Store(mailing.published, read_only=True) as store:
        approve(mailing, store, case)
        execute(mailing, store, [case.case_id], {}, now=NOW, is_sent=True, notify=notifier(mailing))
    task = tasks(mailing)["remove_by_hand-figma"]
    assert [(kind, state) for _, kind, state in task.notices] == [("assigned", "failed")]
    box.refused = set()
    notify = notifier(mailing)
    assert notify is not None
    sent = remind(mailing, NOW, notify)
    assert {kind for _, kind, _ in sent} == {"assigned"}
    assert tasks(mailing)["remove_by_hand-figma"].notices[-1][2] == "sent"
    silent = replace(mailing, mail=replace(mailing.mail, port=1))  # type: ignore[type-var]
    notify = notifier(silent)
    assert notify is not None
    notify(task, "reminder", "olga@example.com")
    assert tasks(mailing)["remove_by_hand-figma"].notices[-1][2] == "failed"


def test_text_from_data_becomes_no_header() -> None:
    task = TaskState("task-1", "case-1", "s", "figma", NOW, "2026-11-25", "olga@example.com",
                     title="Figma\r\nBcc: eve@example.com", instruction="do\nit")  # fmt: skip
    mail = MailSettings("h", "o@example.com")
    out = mail_of(mail, task_message(task, "assigned", "olga@example.com", "Ada\r\nX-Evil: 1"), None)
    assert out["Bcc"] is None
    assert out["X-Evil"] is None
    assert "Bcc: eve" in out["Subject"]
    with pytest.raises(ValueError, match=r"."):
        mail_of(mail, task_message(task, "assigned", "olga@example.com\r\nBcc: eve@example.com", "Ada"), None)


def test_forgetting_the_leaver_leaves_tasks_without_names(given: Settings) -> None:
    (case,) = read_cases(given.home).values()
    assert case.person_id
    Ledger(given.home).forget(case.person_id)
    (case,) = read_cases(given.home).values()
    assert case.person_id is None
    assert case.plan is None
    assert {t.owner_email for t in case.tasks.values()} == {None}
    assert verify_ledger(given.home).is_whole
