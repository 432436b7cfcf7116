"""The fake tenant pages, remembers, refuses and breaks as its documentation says, so that what is tried on it is tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sample_data.tenant import Tenant, demo, serving


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(now=datetime(2026, 9, 30, 8, tzinfo=UTC))


@pytest.fixture
def graph(tenant: Tenant) -> Iterator[httpx.Client]:
    with (
        serving(tenant) as url,
        httpx.Client(base_url=url, headers={"Authorization": "Bearer x"}, trust_env=False) as client,
    ):
        yield client


def pages(graph: httpx.Client, path: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = graph.get(path).json()
    while True:
        found += page["value"]
        if "@odata.nextLink" not in page:
            return found, page
        page = graph.get(page["@odata.nextLink"]).json()


def test_all_pages_are_the_list_also_where_some_are_empty_or_short(
    tenant: Tenant, graph: httpx.Client
) -> None:
    ids = [tenant.add_user(f"user{n}") for n in range(10)]
    tenant.largest_page = 3
    for kind in (None, "empty_page", "short_page"):
        if kind:
            tenant.faults.add(kind, after=1)
        assert [u["id"] for u in pages(graph, "/v1.0/users")[0]] == ids


def test_the_change_feed_tells_what_happened_since(tenant: Tenant, graph: httpx.Client) -> None:
    ann, bea, cem = (tenant.add_user(name) for name in ("ann", "bea", "cem"))
    link = pages(graph, "/v1.0/users/delta()")[1]["@odata.deltaLink"]
    assert graph.patch(f"/v1.0/users/{ann}", json={"accountEnabled": False}).status_code == 204
    assert graph.delete(f"/v1.0/users/{bea}").status_code == 204
    tenant.delete(cem)
    tenant.purge(cem)
    changed, last = pages(graph, link)
    assert [(c["id"], c.get("accountEnabled"), c.get("@removed")) for c in changed] == [
        (ann, False, None), (bea, None, {"reason": "changed"}), (cem, None, {"reason": "deleted"}),
    ]  # fmt: skip
    assert (
        graph.post(f"/v1.0/directory/deletedItems/{bea}/restore").json()["userPrincipalName"]
        == "bea@nordwind.example"
    )
    assert [c["id"] for c in pages(graph, last["@odata.deltaLink"])[0]] == [bea]
    tenant.expire_deltas()
    assert graph.get(last["@odata.deltaLink"]).status_code == 410


def test_the_bin_is_emptied_after_thirty_days(tenant: Tenant, graph: httpx.Client) -> None:
    ann = tenant.add_user("ann")
    tenant.delete(ann)
    tenant.pass_time(days=29)
    (gone,) = pages(graph, "/v1.0/directory/deletedItems/graph.user")[0]
    assert gone["userPrincipalName"] == f"{ann.replace('-', '')}ann@nordwind.example"
    tenant.pass_time(days=1)
    assert pages(graph, "/v1.0/directory/deletedItems/graph.user")[0] == []
    assert [a["activityDisplayName"] for a in tenant.audits] == ["Delete user", "Hard Delete user"]


def test_acts_change_the_state_and_refuse_what_entra_refuses(tenant: Tenant, graph: httpx.Client) -> None:
    ann, figma = tenant.add_user("ann"), tenant.add_app("Figma")
    synced = tenant.add_user("syd", onPremisesSyncEnabled=True)
    team = tenant.add_group("Team", ann)
    all_of_us = tenant.add_group("All", ann, groupTypes=["DynamicMembership"])
    assignment, grant = tenant.assign(ann, figma), tenant.grant(figma, "User.Read", ann)
    tenant.license(ann, "SPE_E3")
    tenant.license(ann, "FLOW_FREE", by_group=team)
    held = {
        x["skuPartNumber"]: x["skuId"] for x in graph.get(f"/v1.0/users/{ann}/licenseDetails").json()["value"]
    }
    tries = [
        ("POST", f"/users/{ann}/revokeSignInSessions", None, 200),
        ("PATCH", f"/users/{synced}", {"accountEnabled": False}, 400),
        ("DELETE", f"/users/{ann}/appRoleAssignments/{assignment}", None, 204),
        ("DELETE", f"/servicePrincipals/{figma}/appRoleAssignedTo/{assignment}", None, 404),
        ("DELETE", f"/oauth2PermissionGrants/{grant}", None, 204),
        ("DELETE", f"/groups/{team}/members/{ann}/$ref", None, 204),
        ("DELETE", f"/groups/{team}/members/{ann}/$ref", None, 404),
        ("DELETE", f"/groups/{all_of_us}/members/{ann}/$ref", None, 403),
        ("POST", f"/users/{ann}/assignLicense", {"addLicenses": [], "removeLicenses": [held["SPE_E3"]]}, 200),
        ("POST", f"/users/{ann}/assignLicense", {"addLicenses": [], "removeLicenses": [held["FLOW_FREE"]]}, 400),
        ("DELETE", f"/users/{ann}", None, 204),
        ("DELETE", f"/directory/deletedItems/{ann}", None, 204),
        ("POST", f"/directory/deletedItems/{ann}/restore", None, 404),
    ]  # fmt: skip
    for method, path, body, status in tries:
        assert graph.request(method, f"/v1.0{path}", json=body).status_code == status, (method, path)
    assert (tenant.assignments, tenant.grants, tenant.members[team]) == ({}, {}, [])


def test_groups_are_told_direct_and_through_others_and_lists_by_what_is_asked(
    tenant: Tenant, graph: httpx.Client
) -> None:
    ann, ben = tenant.add_user("ann"), tenant.add_user("ben")
    inner = tenant.add_group("Inner", ann)
    outer = tenant.add_group("Outer", inner)
    other = tenant.add_group("Other", ben)
    direct = graph.get(f"/v1.0/users/{ann}/memberOf/microsoft.graph.group").json()["value"]
    assert [(g["id"], g["@odata.type"]) for g in direct] == [(inner, "#microsoft.graph.group")]
    assert [g["id"] for g in pages(graph, f"/v1.0/users/{ann}/transitiveMemberOf")[0]] == [inner, outer]

    def check(groups: list[str]) -> httpx.Response:
        return graph.post(f"/v1.0/users/{ann}/checkMemberGroups", json={"groupIds": groups})

    assert check([other, outer]).json()["value"] == [outer]
    assert check(["x"] * 21).status_code == 400
    figma = tenant.add_app("Figma")
    tenant.add_app("Miro")
    tenant.grant(figma, "User.Read", ann)
    name = tenant.users[ann]["userPrincipalName"]
    asked = {
        f"/users?$filter=userPrincipalName eq '{name.upper()}' or mail eq 'x'": [ann],
        "/users?$filter=mail eq 'nobody@example.com'": [],
        f"/servicePrincipals?$filter=appId eq '{tenant.apps[figma]['appId']}'": [figma],
        "/oauth2PermissionGrants?$filter=clientId eq 'other'": [],
    }
    for path, expected in asked.items():
        assert [one["id"] for one in graph.get(f"/v1.0{path}").json()["value"]] == expected, path


def test_a_token_may_do_what_its_permissions_say(tenant: Tenant, graph: httpx.Client) -> None:
    ann = tenant.add_user("ann")
    tenant.tokens["x"] = {"User.Read.All"}
    assert graph.get("/v1.0/users").status_code == 200
    refused = graph.patch(f"/v1.0/users/{ann}", json={"accountEnabled": False})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert graph.get("/v1.0/users", headers={"Authorization": "Bearer y"}).status_code == 401
    assert tenant.requests[-1] == ("GET", "/users", 401)


def test_faults_come_as_the_script_says(tenant: Tenant, graph: httpx.Client) -> None:
    tenant.faults.add("throttled", "/users", times=2, after=1, retry_after="7")
    answers = [graph.get("/v1.0/users") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "7"
    tenant.faults.add("reset")
    with pytest.raises(httpx.RemoteProtocolError):
        graph.get("/v1.0/users")


def test_the_scenario_of_the_demo_has_a_leaver_in_every_state() -> None:
    tenant = demo()
    named = {u["userPrincipalName"].split("@")[0]: u for u in tenant.users.values()}
    assert not named["bea.kim"]["accountEnabled"]
    assert named["jon.berg"]["employeeLeaveDateTime"]
    assert [u["displayName"] for u in tenant.deleted.values()] == ["Eva Lund"]
    assert "hal.roy" not in named
    assert {e["provisioningAction"] for e in tenant.provisioning} == {"disable", "delete"}
