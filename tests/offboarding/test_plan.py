from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from discovery.errors import BadUse, ContractBroken
from discovery.ledger import verify_ledger
from discovery.offboarding.case import read_cases, record_plan
from discovery.offboarding.plan import Plan, begins_at, changes, state_of
from discovery.offboarding.playbook import PHASES, read_playbooks
from discovery.offboarding.source_age import overridden, source_ages
from discovery.settings import OffboardingSettings, Settings
from discovery.store import Store
from tests.offboarding.conftest import MakePlan
from tests.offboarding.world import ADA, APPS, AS_OF, write_world


def test_steps_come_in_the_order_of_the_phases(planned: MakePlan) -> None:
    plan = planned()
    phases = [PHASES.index(s.phase) for s in plan.steps]
    assert phases == sorted(phases)
    assert [s.position for s in plan.steps] == list(range(1, len(plan.steps) + 1))
    assert len({s.step_id for s in plan.steps}) == len(plan.steps)
    assert all(s.reason and s.instruction for s in plan.steps)
    order = [(s.phase, s.app_id) for s in plan.steps]
    assert (
        order.index(("idp", "entra")) < order.index(("scim", "asana")) < order.index(("grants", "salesforce"))
    )
    assert plan.steps[-1].phase == "delete_later"


def test_every_app_of_the_scope_is_ended_and_verified(planned: MakePlan) -> None:
    plan = planned()
    for app_id, said in APPS.items():
        own = {s.rule for s in plan.steps if s.app_id == app_id}
        assert "verify" in own
        wanted = {"scim": "deprovision", "api": "remove_account", "manual": "remove_by_hand", "idp": "verify"}
        assert wanted[said["route"]] in own
    assert {s.app_id for s in plan.steps if s.rule == "hand_over_administration"} == {"canva"}
    assert {s.app_id for s in plan.steps if s.rule == "hand_over_billing"} == {"canva"}
    assert {s.app_id for s in plan.steps if s.rule == "revoke_grant"} == {"zapier"}
    assert {s.app_id for s in plan.steps if s.rule == "unassign"} == {"salesforce"}, (
        "asana is provisioned: it stays"
    )


def test_provisioning_alone_never_closes_an_app(planned: MakePlan, tmp_path: Path) -> None:
    plan = planned()
    (rest,) = [s for s in plan.steps if s.rule == "end_the_rest"]
    assert (rest.app_id, rest.route) == ("asana", "api")
    assert "What inactive does there to" in rest.reason
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "asana.toml").write_text('app = "asana"\nskip = ["end_the_rest"]\n', encoding="utf-8")
    with pytest.raises(ContractBroken, match="through provisioning alone"):
        planned(playbooks=read_playbooks(folder))


def test_without_a_connector_a_person_does_it_and_that_is_said(planned: MakePlan) -> None:
    plan = planned(can={"api:github"})
    routes = {(s.rule, s.app_id): s for s in plan.steps}
    assert routes["remove_account", "github"].route == "api"
    zoom = routes["remove_account", "zoom"]
    assert (zoom.route, zoom.phase, zoom.planned_route) == ("manual", "manual", "api")
    assert "No connector" in zoom.reason
    assert not [s for s in plan.steps if s.is_automatic and s.app_id != "github"]


def test_the_hash_is_of_what_is_done_for_whom_and_not_of_the_night(
    planned: MakePlan, settings: Settings
) -> None:
    first = planned()
    assert planned().hash == first.hash
    later = {name: {**said, "last_seen_on": date(2026, 11, 19), "events": 99} for name, said in APPS.items()}
    write_world(settings.home, apps=later)
    assert planned().hash == first.hash, "use of last night changes no step"
    write_world(settings.home, apps={**APPS, "miro": APPS["figma"]})
    assert planned().hash != first.hash
    write_world(settings.home, status="disabled")
    assert planned().hash != first.hash
    write_world(settings.home)
    assert planned().hash == first.hash
    assert planned(is_immediate=True).hash != first.hash


def test_a_plan_survives_being_written_as_json(planned: MakePlan) -> None:
    plan = planned()
    again = Plan.parse(json.loads(json.dumps(plan.plain())))
    assert again == plan
    assert again.hash == plan.hash


def test_automatic_steps_wait_for_the_end_of_the_last_day(planned: MakePlan, settings: Settings) -> None:
    plan = planned()
    assert plan.begins_at == "2026-11-19T12:00:00Z"
    assert all(s.not_before is None for s in plan.steps if s.phase == "hand_over")
    (disable,) = [s for s in plan.steps if s.rule == "disable"]
    (delete,) = [s for s in plan.steps if s.rule == "delete_account"]
    assert disable.not_before == "2026-11-19T12:00:00Z"
    assert delete.not_before == "2026-12-19T12:00:00Z"
    assert disable.step_id in delete.needs
    assert all(s.not_before is None for s in planned(is_immediate=True).steps if s.rule == "disable")
    zone = replace(settings, timezone="Europe/Berlin")
    assert begins_at(date(2026, 7, 31), None, zone, is_immediate=False) == datetime(2026, 7, 31, 22)
    assert begins_at(None, date(2026, 11, 30), zone, is_immediate=False) == datetime(2026, 11, 30, 23)
    with pytest.raises(BadUse, match="--leaves-on"):
        begins_at(None, None, settings, is_immediate=False)


def test_what_changed_is_said_and_what_the_case_itself_began_is_not(settings: Settings) -> None:
    with Store(settings.published, read_only=True) as store:
        before = state_of(store, ADA)
    apps = {**APPS, "figma": {**APPS["figma"], "route": "api"}, "miro": APPS["figma"]}
    del apps["zoom"]
    write_world(settings.home, apps=apps, status="disabled")
    with Store(settings.published, read_only=True) as store:
        now = state_of(store, ADA)
    said = changes(before, now)
    assert [line.split(":")[0] for line in said] == ["figma", "miro", "zoom", "the person"]
    assert changes(before, now, {"person", "app:figma"}) == [
        "miro: is new in the scope", "zoom: is no longer in the scope",
    ]  # fmt: skip


def test_an_old_source_has_to_be_accepted_by_name_with_a_reason(settings: Settings) -> None:
    with Store(settings.published, read_only=True) as store:
        fresh = source_ages(store, settings, AS_OF)
        old = source_ages(store, settings, date(2026, 12, 24))
    assert overridden(fresh, [], None) == []
    with pytest.raises(
        BadUse, match=r"entra/entra_users \(tenant\) ends on 2026-11-20, 34 days ago \(limit 7\)"
    ):
        overridden(old, [], None)
    with pytest.raises(BadUse, match="too old"):
        overridden(old, ["okta"], "why")
    with pytest.raises(BadUse, match="--reason"):
        overridden(old, ["entra"], " ")
    assert overridden(old, ["all"], "a holiday") == ["entra/entra_users (tenant)"]
    lax = replace(settings, offboarding=OffboardingSettings(max_source_age_days=60))
    with Store(settings.published, read_only=True) as store:
        assert not any(age.is_old for age in source_ages(store, lax, date(2026, 12, 24)))


def test_a_plan_opens_one_case_and_a_changed_one_replaces_it(planned: MakePlan, settings: Settings) -> None:
    first = planned()
    case = record_plan(settings.home, first)
    assert record_plan(settings.home, planned()).case_id == case.case_id
    assert len(read_cases(settings.home)) == 1
    second = planned(is_immediate=True)
    again = record_plan(settings.home, second)
    assert (again.case_id, again.plan_hash) == (case.case_id, second.hash)
    assert again.plan == second
    assert verify_ledger(settings.home).is_whole
    chain = (settings.home / "ledger.jsonl").read_text(encoding="ascii")
    assert "@example.com" not in chain
    assert ADA not in chain


def test_accepted_old_sources_are_in_the_ledger(planned: MakePlan, settings: Settings) -> None:
    record_plan(settings.home, planned(overrides=["hr/hr_roster"]), overrides_reason="a holiday")
    chain = (settings.home / "ledger.jsonl").read_text(encoding="ascii")
    assert "hr/hr_roster" in chain


def test_how_old_a_source_is_its_records_say_and_not_the_day_on_which_it_was_loaded(
    settings: Settings,
) -> None:
    with Store(settings.published) as store:
        for system, form, kind in (("ramp", "ramp", "charge"), ("entra", "entra_provisioning_log", "provisioning_event"),
                                   ("entra", "entra_directory_audit", "directory_event")):  # fmt: skip
            store.run(
                "INSERT INTO source_file (file_id, system, instance, format, kinds, state, loaded_at) VALUES "
                "($form, $system, 'tenant', $form, [$kind], 'loaded', TIMESTAMP '2026-11-20')",
                {"form": form, "system": system, "kind": kind},
            )
        store.run("INSERT INTO source_freshness (source, system, instance, last_at) VALUES "
                  "('charge', 'ramp', 'tenant', TIMESTAMP '2026-09-28')")  # fmt: skip
        store.run("INSERT INTO provisioning_step (system, instance, last_at) VALUES ('entra', 'tenant', "
                  "TIMESTAMP '2026-10-02 10:00')")  # fmt: skip
    with Store(settings.published, read_only=True) as store:
        ages = {age.source: age for age in source_ages(store, settings, AS_OF)}
    assert {name: (age.age_days, age.is_day_of_loading) for name, age in ages.items()} == {
        "entra/entra_users (tenant)": (0, False),
        "ramp/ramp (tenant)": (53, False),
        "entra/entra_provisioning_log (tenant)": (49, False),
        "entra/entra_directory_audit (tenant)": (0, True),
    }
