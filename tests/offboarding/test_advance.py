from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from discovery.errors import BadSettings
from discovery.ledger import Ledger, verify_ledger
from discovery.offboarding.advance import Moved, advance
from discovery.offboarding.approve import approve
from discovery.offboarding.case import Case, open_case, read_cases, record_plan
from discovery.offboarding.notify import notifier
from discovery.offboarding.standing import standing_hash
from discovery.offboarding.task import complete_task
from discovery.settings import (
    JiraSettings,
    MailSettings,
    NotifySettings,
    Settings,
    StandingApproval,
    load_settings,
)
from discovery.store import Store
from tests.connectors.receiver import Call, receiving
from tests.offboarding.conftest import Box, MakePlan
from tests.offboarding.target import App, HttpConnector
from tests.offboarding.world import ADA, BOB, write_world

NOW = datetime(2026, 11, 20, 10)
CAN = {"idp:entra", "api:github", "api:zoom"}


@pytest.fixture
def app() -> Iterator[App]:
    app = App(*(f"{name.split(':')[1]}/ada@example.com" for name in CAN))
    yield app
    app.close()


@pytest.fixture
def asking(settings: Settings, box: Box) -> Settings:
    """Somebody is asked for approvals by mail."""
    rails = replace(
        settings.offboarding, approval_requests_to=("grace@example.com",), fallback_owner="it@example.com"
    )
    mail = MailSettings("127.0.0.1", "offboarding@example.com", box.port)
    return replace(settings, offboarding=rails, mail=mail)


def go(
    settings: Settings, app: App | None = None, now: datetime = NOW, *, is_sent: bool = True
) -> list[Moved]:
    connectors: dict[Any, Any] = {}
    if app is not None:
        connectors = {tuple(name.split(":")): HttpConnector(app.url, name.split(":")[1]) for name in CAN}
    with Store(settings.published, read_only=True) as store:
        return advance(
            settings, store, now, connectors=connectors, notify=notifier(settings), is_sent=is_sent,
            can_act=lambda route, where, action: f"{route}:{where}" in CAN,
        )  # fmt: skip


def with_standing(settings: Settings, **said: Any) -> Settings:
    standing = {
        "routes": ("idp", "api"),
        "apps": ("entra", "github"),
        "until": date(2026, 12, 31),
        "granted_by": "ciso",
    }
    return replace(
        settings, offboarding=replace(settings.offboarding, standing=StandingApproval(**{**standing, **said}))
    )


def case_of(settings: Settings, person: str = ADA) -> Case:
    found = open_case(read_cases(settings.home), person)
    assert found is not None
    return found


def whats(moved: list[Moved]) -> list[str]:
    return [one.what for one in moved]


def test_a_departure_opens_a_case_and_asks_for_approval_once(asking: Settings, box: Box) -> None:
    first = go(asking)
    assert sorted((m.what, m.person_id) for m in first if m.what == "opened") == [
        ("opened", ADA),
        ("opened", BOB),
    ]
    case = case_of(asking)
    assert (case.state, case.approvals) == ("planned", [])
    assert case.plan is not None
    assert case.plan.begins_at == "2026-11-19T12:00:00Z", "at the end of the last day"
    (mail,) = [text for to, text in box.mails if "Ada Leaver" in text]
    assert "To: grace@example.com" in mail
    assert f"discovery offboard approve ada@example.com --plan {(case.plan_hash or '')[:16]}" in mail
    count = len(box.mails)
    assert whats(go(asking)) == []
    assert len(box.mails) == count, "nothing is said or done twice"
    assert {one.state for one in case_of(asking).steps.values()} == {"planned"}, (
        "nothing is sent without an approval"
    )


def test_a_dry_run_writes_and_sends_nothing(asking: Settings, box: Box) -> None:
    before = sorted(path.name for path in asking.home.iterdir())
    moved = go(with_standing(asking), is_sent=False)
    assert whats(moved) == ["would open", "would open"]
    assert sorted(path.name for path in asking.home.iterdir()) == before
    assert box.mails == []


def test_a_new_plan_is_asked_for_anew_and_a_mail_that_failed_is_sent_again(
    asking: Settings, box: Box, planned: MakePlan
) -> None:
    box.refused = {"grace@example.com"}
    assert "asked" not in whats(go(asking))
    box.refused = set()
    assert whats(go(asking)).count("asked") == 2
    record_plan(asking.home, planned(can=CAN | {"scim:asana"}))
    assert whats(go(asking)).count("asked") == 1


def test_who_leaves_soon_has_a_case_before_so_that_things_are_handed_over(settings: Settings) -> None:
    write_world(settings.home, left_on=date(2026, 11, 25))
    assert ADA in {m.person_id for m in go(settings) if m.what == "opened"}
    late = replace(settings, offboarding=replace(settings.offboarding, open_ahead_days=3))
    write_world(late.home, left_on=date(2026, 12, 1))
    (late.home / "ledger.jsonl").unlink()
    assert ADA not in {m.person_id for m in go(late)}


def test_old_sources_hold_a_case_until_they_are_renewed(asking: Settings, box: Box) -> None:
    late = NOW + timedelta(days=12)
    held = go(asking, now=late)
    assert set(whats(held)) == {"held"}
    assert "sources are too old: entra/entra_users" in held[0].detail
    assert read_cases(asking.home) == {}
    told = [text for _, text in box.mails if "no plan could be made" in text]
    assert len(told) == 2
    assert set(whats(go(asking, now=late))) == {"held"}
    assert len(box.mails) == 2, "said once"
    assert "opened" in whats(go(asking)), "it was not forgotten"


def test_protected_people_and_people_with_a_case_get_none(settings: Settings) -> None:
    careful = replace(settings, offboarding=replace(settings.offboarding, protected=("ada@*",)))
    moved = go(careful)
    assert [(m.what, m.person_id) for m in moved if m.person_id == ADA] == [("refused", ADA)]
    assert {c.person_id for c in read_cases(settings.home).values()} == {BOB}
    off = replace(settings, offboarding=replace(settings.offboarding, open_cases=False))
    assert go(off) == []


def test_the_disable_that_a_case_led_to_is_no_departure_of_its_own(settings: Settings) -> None:
    go(settings)
    case = case_of(settings)
    Ledger(settings.home).append("case", case_id=case.case_id, person_id=ADA, state="undone")
    write_world(settings.home, status="disabled")
    assert ADA not in {m.person_id for m in go(settings, now=NOW + timedelta(days=2))}
    write_world(settings.home, status="active", left_on=date(2026, 11, 26))
    again = go(settings, now=NOW + timedelta(days=5))
    assert ADA in {m.person_id for m in again if m.what == "opened"}, "a later last day is another departure"


def test_approved_steps_run_by_themselves_only_where_the_settings_say_so(
    settings: Settings, app: App
) -> None:
    go(settings, app)
    with Store(settings.published, read_only=True) as store:
        approve(settings, store, case_of(settings))
    go(settings, app)
    assert app.requests == []
    runs = replace(settings, offboarding=replace(settings.offboarding, run_approved=True))
    moved = go(runs, app)
    assert "executed" in whats(moved)
    states = {step_id: one.state for step_id, one in case_of(settings).steps.items()}
    assert states["disable-entra"] == "verified"
    before = app.effects
    go(runs, app)
    assert app.effects == before, "nothing is done twice"


def test_a_standing_approval_lets_its_steps_run_and_no_others(settings: Settings, app: App) -> None:
    standing = with_standing(settings)
    moved = go(standing, app)
    assert "executed" in whats(moved)
    case = case_of(settings)
    done = {step_id for step_id, one in case.steps.items() if one.state != "planned"}
    assert {"disable-entra", "end_sessions-entra"} <= done
    routes = {(case.steps[step_id].step.route, case.steps[step_id].step.app_id) for step_id in done}
    assert routes <= {
        ("idp", "entra"),
        ("api", "github"),
        ("idp", "asana"),
        ("idp", "salesforce"),
        ("idp", "zapier"),
    }
    assert not any(name.startswith("zoom") and verb == "POST" for verb, name, _ in app.requests)
    assert not any(case.steps[step_id].step.is_irreversible for step_id in done)
    assert not case.approvals, "it is nobody's approval of this plan"
    kept = [e for e in Ledger(settings.home).entries() if e.kind == "standing_approval"]
    assert [(e.state, e.case_id is None) for e in kept][:2] == [("granted", True), ("used", False)]
    assert standing.offboarding.standing is not None
    assert {e.data["standing_hash"] for e in kept} == {standing_hash(standing.offboarding.standing)}
    go(settings, app)
    assert Ledger(settings.home).entries()[-1].state == "withdrawn"
    assert verify_ledger(settings.home).is_whole


@pytest.mark.parametrize(
    ("said", "now", "why"),
    [
        ({}, datetime(2027, 1, 1, 10), None),
        ({"max_persons_per_day": 1}, NOW, "is for 1 persons within a day"),
    ],
)
def test_a_standing_approval_has_an_end_and_a_limit(
    settings: Settings, app: App, said: dict[str, Any], now: datetime, why: str | None
) -> None:
    patient = replace(settings, offboarding=replace(settings.offboarding, max_source_age_days=365))
    moved = go(with_standing(patient, **said), app, now)
    if why is None:
        assert "executed" not in whats(moved)
        assert app.requests == []
        return
    assert [m.detail for m in moved if m.what == "refused" and why in m.detail]
    acted = {m.person_id for m in moved if m.what == "executed"}
    assert len(acted) == 1
    count = len(Ledger(settings.home).entries())
    go(with_standing(patient, **said), app, now)
    refused = [e for e in Ledger(settings.home).entries()[count:] if e.kind == "refusal"]
    assert len(refused) <= 1, "the same refusal is not kept every hour"


def test_the_stop_file_stops_what_runs_by_itself(settings: Settings, app: App) -> None:
    (settings.home / "STOP").touch()
    moved = go(with_standing(settings), app)
    assert any(m.what == "refused" and "nothing is acted on" in m.detail for m in moved)
    assert app.requests == []


def test_a_ticket_that_was_closed_completes_nothing_and_its_owner_is_told_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOVERY_JIRA_TOKEN", "token-of-jira")
    closed: list[str] = []
    made: list[Any] = []

    def jira(call: Call) -> tuple[int, Any]:
        if call.method == "GET":
            key = call.path.split("/issue/")[1].split("?")[0]
            return 200, {
                "fields": {"status": {"statusCategory": {"key": "done" if key in closed else "new"}}}
            }
        if call.path.endswith("/comment"):
            return 201, {}
        made.append(call.json["fields"])
        return 201, {"key": f"IT-{len(made)}"}

    with receiving(jira) as server:
        ticketed = replace(
            settings,
            notify=NotifySettings(jira=JiraSettings(server.url, "IT")),
            offboarding=replace(settings.offboarding, run_approved=True, fallback_owner="it@example.com"),
        )
        go(ticketed)
        with Store(ticketed.published, read_only=True) as store:
            approve(ticketed, store, case_of(ticketed))
        go(ticketed)
        tasks = {t.step_id: t for t in case_of(ticketed).tasks.values()}
        figma = tasks["remove_by_hand-figma"]
        assert len(made) == len(tasks)
        key = figma.references["jira"]
        assert figma.task_id in made[int(key.partition("-")[2]) - 1]["labels"]
        closed.append(key)
        told = [m for m in go(ticketed) if m.what == "told" and "closed in jira" in m.detail]
        assert len(told) == 1
        comments = [c.json["body"] for c in server.calls if c.path == f"/rest/api/2/issue/{key}/comment"]
        assert any("nobody has said that it is done" in text for text in comments)
        assert not [m for m in go(ticketed) if "closed in jira" in m.detail], "said once"
        after = case_of(ticketed).tasks[figma.task_id]
        assert after.state == "open"
        complete_task(ticketed, figma.task_id, by="olga@example.com", statement="seat removed")
        assert case_of(ticketed).steps["remove_by_hand-figma"].state == "attested"


def test_the_head_of_the_ledger_leaves_the_machine_once_per_head(asking: Settings, box: Box) -> None:
    kept = replace(asking, offboarding=replace(asking.offboarding, heads_to=("auditor@example.org",)))
    go(kept)
    heads = [text for to, text in box.mails if to == ["auditor@example.org"]]
    assert len(heads) == 1
    last = Ledger(kept.home).entries()[-1]
    assert f"{last.sequence}:{last.hash}" in heads[0]
    go(kept)
    assert len([1 for to, _ in box.mails if to == ["auditor@example.org"]]) == 1
    box.refused = {"auditor@example.org"}
    Ledger(kept.home).append("case", case_id=case_of(kept).case_id, person_id=ADA, state="planned")
    assert "could not be sent everywhere" in go(kept)[-1].detail
    box.refused = set()
    assert go(kept)[-1].detail.endswith(" sent")


def test_messages_carry_a_link_for_their_owner_where_one_can_be_answered(asking: Settings, box: Box) -> None:
    rails = replace(asking.offboarding, links_at="https://offboarding.example.com/", run_approved=True)
    linked = replace(asking, offboarding=rails)
    go(linked)
    with Store(linked.published, read_only=True) as store:
        approve(linked, store, case_of(linked))
    go(linked)
    (text,) = [t for to, t in box.mails if to == ["olga@example.com"] and "Figma" in t and "by hand" in t][:1]
    assert "Or answer here, once: https://offboarding.example.com/link/" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[standing_approval]\nroutes = ["idp"]\napps = ["entra"]\ngranted_by = "x"', "has no `until`"),
        (
            '[standing_approval]\nroutes = ["phone"]\napps = ["*"]\nuntil = 2026-12-31\ngranted_by = "x"',
            "'phone'",
        ),
        (
            '[standing_approval]\nroutes = ["idp"]\napps = ["*"]\nuntil = "soon"\ngranted_by = "x"',
            "expected a date",
        ),
    ],
)
def test_a_standing_approval_is_whole_or_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "discovery.toml"
    path.write_text(text)
    with pytest.raises(BadSettings, match=said):
        load_settings(path, environ={})
