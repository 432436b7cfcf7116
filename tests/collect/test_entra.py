"""What is collected of an Entra ID tenant, through the real msgraph-sdk."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from discovery.collect import collect
from discovery.collect.watermark import collecting_alone, watermarks_of
from discovery.errors import BadSettings, BadUse, StoreLocked
from discovery.settings import EntraSettings, Settings
from tests.collect.conftest import TOKEN, Desk, now


def naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def test_users_come_whole_first_and_then_as_changes(desk: Desk) -> None:
    tenant = desk.scenario
    ann, bea, cem, dan = (tenant.add_user(name) for name in ("ann", "bea", "cem", "dan"))
    tenant.manage(bea, ann)
    assert desk.collect()["users"].state == "collected"
    head, users = desk.read(desk.files("users")[0])
    assert (head["list"], head["instance"], head["is_complete"]) == ("users", tenant.id, True)
    assert [u.get("manager", {}).get("mail") for u in users] == ["bea@nordwind.example", None, None, None]
    assert desk.collect()["users_changed"].state == "empty"
    assert desk.files("users_changed") == []
    tenant.disable(ann)
    tenant.delete(bea)
    tenant.delete(cem)
    tenant.purge(cem)
    found = desk.collect()
    assert {name: one.records for name, one in found.items()} == {"users_changed": 3, "deleted_users": 1}
    head, (changed,) = desk.read(desk.files("users_changed")[0])
    assert (changed["id"], changed["accountEnabled"], head["is_complete"]) == (ann, False, False)
    removed = {r["id"]: r["@removed"]["reason"] for r in desk.records("removed_users")}
    assert removed == {bea: "changed", cem: "deleted"}
    assert desk.ids("deleted_users") == {bea}
    assert dan in desk.ids("users")


@pytest.mark.parametrize("status", [410, 400])
def test_a_change_feed_that_ended_makes_the_whole_list_come_again(desk: Desk, status: int) -> None:
    tenant = desk.scenario
    ids = {tenant.add_user("ann")}
    desk.collect()
    desk.clear()
    ids.add(tenant.add_user("bea"))
    tenant.expire_deltas(status)
    found = desk.collect()
    assert found["users"].state == "collected"
    assert "users_changed" not in found
    assert desk.ids("users") == ids
    tenant.disable(next(iter(ids)))
    assert desk.collect()["users_changed"].records == 1


def test_after_a_day_or_when_asked_the_whole_list_comes_again(desk: Desk) -> None:
    desk.scenario.add_user("ann")
    desk.collect()
    assert "users" not in desk.collect()
    assert desk.collect(whole=True)["users"].records == 1
    marks = watermarks_of(desk.settings.home, "entra", desk.scenario.id)
    marks.set("users", whole_at=naive(now()) - timedelta(hours=21))
    assert desk.collect()["users"].records == 1


def test_logs_come_in_windows_that_overlap_and_say_until_when_they_are_whole(desk: Desk) -> None:
    tenant = desk.scenario
    ann, figma = tenant.add_user("ann"), tenant.add_app("Figma")
    early, late = now() - timedelta(days=2), now() - timedelta(minutes=5)
    first = {tenant.sign_in(ann, figma, at=early), tenant.sign_in(ann, figma, at=late)}
    quiet = tenant.sign_in(ann, figma, at=early, interactive=False)
    since = naive(now()) - timedelta(days=3)
    desk.without("provisioning_log", "directory_audits")
    found = desk.collect("logs", since=since)
    assert desk.ids("sign_ins") == first
    assert desk.ids("sign_ins_non_interactive") == {quiet}
    assert all(r["signInEventTypes"] == ["interactiveUser"] for r in desk.records("sign_ins"))
    heads = [desk.read(path)[0] for path in desk.files("sign_ins")]
    assert [h["is_complete"] for h in heads] == [True, True]
    # The last window holds the newest sign-in, and claims to be whole up to half an hour ago only.
    whole_until = datetime.fromisoformat(heads[-1]["to"])
    assert timedelta(minutes=29) < now() - whole_until < timedelta(minutes=32)
    assert naive(whole_until) == found["sign_ins"].to_at
    # What came late, before the end of what was whole, is caught by the overlap.
    delayed = tenant.sign_in(ann, figma, at=now() - timedelta(hours=1))
    desk.collect("logs")
    assert desk.ids("sign_ins") == {*first, delayed}
    begin = datetime.fromisoformat(desk.read(desk.files("sign_ins")[-1])[0]["from"])
    assert begin == whole_until - timedelta(hours=2)


def test_a_gap_longer_than_the_source_keeps_is_told(desk: Desk) -> None:
    desk.without("sign_ins", "sign_ins_non_interactive", "directory_audits")
    marks = watermarks_of(desk.settings.home, "entra", desk.scenario.id)
    marks.set("provisioning_log", whole_until=naive(now()) - timedelta(days=33))
    outcome = desk.collect("logs")["provisioning_log"]
    assert outcome.state == "empty"
    assert "is lost: the source keeps 30 days only" in str(outcome.reason)
    assert "is lost" not in str(desk.collect("logs")["provisioning_log"].reason)


def test_logs_of_an_earlier_day_leave_no_gap_unnoticed(desk: Desk) -> None:
    desk.without("sign_ins", "sign_ins_non_interactive", "directory_audits")
    marks = watermarks_of(desk.settings.home, "entra", desk.scenario.id)
    before = naive(now()) - timedelta(days=9)
    marks.set("provisioning_log", whole_until=before)
    desk.collect("logs", since=naive(now()) - timedelta(days=1))
    assert (
        watermarks_of(desk.settings.home, "entra", desk.scenario.id).get("provisioning_log").whole_until
        == before
    )


def test_the_directory_comes_with_the_keys_that_say_whose_it_is(desk: Desk) -> None:
    tenant = desk.scenario
    ann, bea, cem = (tenant.add_user(name) for name in ("ann", "bea", "cem"))
    figma, slack = tenant.add_app("Figma"), tenant.add_app("Slack")
    tenant.add_app("Microsoft Graph", appOwnerOrganizationId="f8cdf31e-a31e-4b4a-93e4-5f571e91255a")
    inner = tenant.add_group("Inner", bea)
    outer = tenant.add_group("Outer", inner, cem)
    tenant.add_group("Of nothing", ann)
    tenant.members[inner].append(outer)  # a circle of groups ends
    tenant.assign(ann, figma)
    tenant.assign(outer, slack)
    job = tenant.add_job(figma, skips_out_of_scope=True)
    tenant.grant(figma, "User.Read", ann)
    tenant.license(ann, "SPE_E3")
    found = desk.collect("directory")
    assert {one.state for one in found.values()} == {"collected"}
    assert {(a["principalType"], a["resourceId"]) for a in desk.records("app_role_assignments")} == {
        ("User", figma), ("Group", slack),
    }  # fmt: skip
    members = {(m["groupId"], m["groupDisplayName"], m["id"], m["@odata.type"].rpartition(".")[2])
               for m in desk.records("group_members")}  # fmt: skip
    assert members == {(outer, "Outer", inner, "group"), (outer, "Outer", cem, "user"), (inner, "Inner", bea, "user"),
                       (inner, "Inner", outer, "group")}  # fmt: skip
    (found_job,) = desk.records("synchronization_jobs")
    (schema,) = desk.records("synchronization_schemas")
    assert (found_job["servicePrincipalId"], found_job["id"]) == (figma, job)
    assert (schema["servicePrincipalId"], schema["jobId"]) == (figma, job)
    assert schema["synchronizationRules"][0]["objectMappings"][0]["flowTypes"] == "Add, Update, Delete"
    assert desk.records("synchronization_settings") == [{
        "servicePrincipalId": figma, "skipOutOfScopeDeletions": "True", "deleteThresholdEnabled": True,
        "deleteThresholdValue": 500,
    }]  # fmt: skip
    (template,) = desk.records("synchronization_templates")
    assert (template["servicePrincipalId"], template["templateId"]) == (figma, found_job["templateId"])
    assert [(x["userId"], x["skuPartNumber"]) for x in desk.records("licences")] == [(ann, "SPE_E3")]
    assert [g["principalId"] for g in desk.records("oauth2_permission_grants")] == [ann]
    # Microsoft's own apps are provisioned by nobody.
    asked = {path for method, path, _ in tenant.requests if path.endswith("/synchronization/jobs")}
    assert len(asked) == 2


def test_what_is_refused_is_told_with_what_it_needs_and_what_is_lost(desk: Desk) -> None:
    tenant = desk.scenario
    ann, figma = tenant.add_user("ann"), tenant.add_app("Figma")
    tenant.add_job(figma)
    tenant.assign(ann, figma)
    tenant.tokens[TOKEN] = {
        "User.Read.All",
        "Application.Read.All",
        "Synchronization.Read.All",
        "GroupMember.Read.All",
    }
    found = desk.collect("people", "logs", "directory", since=naive(now()) - timedelta(hours=3))
    denied = {name: (one.permission, one.is_fine) for name, one in found.items() if one.state == "denied"}
    assert denied == {
        "sign_ins": ("AuditLog.Read.All", False),
        "sign_ins_non_interactive": ("AuditLog.Read.All", False),
        "provisioning_log": ("AuditLog.Read.All", False),
        "directory_audits": ("AuditLog.Read.All", False),
        "synchronization_settings": ("Synchronization.ReadWrite.All", True),
        "oauth2_permission_grants": ("Directory.Read.All", False),
    }
    assert "User-LifeCycleInfo.Read.All" in str(found["users"].reason)
    assert found["users"].state == "collected"
    assert all(one.lost for one in found.values() if one.state == "denied")


def test_one_collection_of_a_tenant_at_a_time(desk: Desk) -> None:
    with (
        collecting_alone(desk.settings.home, "entra", desk.scenario.id),
        pytest.raises(StoreLocked, match="process"),
    ):
        desk.collect()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://graph.microsoft.com", "is not https"),
        ("https://graph.example.com", "no address of Microsoft Graph"),
        ("https://graph.microsoft.com.attacker.example", "no address of Microsoft Graph"),
        ("http://10.0.0.1:8080", "is not https"),
    ],
)
def test_a_token_goes_to_microsoft_or_to_this_machine_only(
    tmp_path, monkeypatch, url: str, said: str
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("DISCOVERY_ENTRA_TOKEN", TOKEN)
    settings = Settings(home=tmp_path, inbox=tmp_path / "inbox", entra=EntraSettings("t", "", url, "token"))
    with pytest.raises(BadSettings, match=said) as refused:
        collect(settings, "entra")
    assert TOKEN not in str(refused.value)


def test_what_is_not_set_up_is_told(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.delenv("DISCOVERY_ENTRA_TOKEN", raising=False)
    monkeypatch.delenv("DISCOVERY_ENTRA_SECRET", raising=False)
    settings = Settings(home=tmp_path, inbox=tmp_path / "inbox")
    with pytest.raises(BadUse, match=r"\[entra\] is not in the settings"):
        collect(settings, "entra")
    for auth, said in (("token", "DISCOVERY_ENTRA_TOKEN"), ("secret", "DISCOVERY_ENTRA_SECRET"),
                       ("certificate", "is no file")):  # fmt: skip
        settings = Settings(home=tmp_path, inbox=tmp_path / "inbox", entra=EntraSettings("t", "c", auth=auth))
        with pytest.raises(BadSettings, match=said):
            collect(settings, "entra")


def test_files_are_private_and_hold_no_secret(desk: Desk) -> None:
    tenant = desk.scenario
    ann, figma = tenant.add_user("ann"), tenant.add_app("Figma")
    tenant.assign(ann, figma)
    tenant.add_job(figma)
    desk.collect("people", "directory")
    kept = [p for root in (desk.settings.home, desk.settings.inbox) for p in root.rglob("*") if p.is_file()]
    assert {p.stat().st_mode & 0o077 for p in kept} == {0}
    texts = [json.dumps(desk.read(p)) if p.suffix == ".zst" else p.read_text() for p in kept]
    assert not any(TOKEN in text or "canary-never-to-be-printed" in text for text in texts)
