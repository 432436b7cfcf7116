from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from discovery.connectors import Target
from discovery.connectors.connector import OutcomeUnknown
from discovery.connectors.entra import EntraConnector
from discovery.connectors.entra_client import EntraAccess
from discovery.connectors.secret import Secret
from discovery.errors import BadSettings
from tests.connectors.server import Answer, Asked
from tests.connectors.tenant import TOKEN, Tenant, refusal

NOW = datetime(2026, 12, 31, 23, 59)


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    monkeypatch.setenv("GRAPH_TOKEN", TOKEN)
    tenant = Tenant()
    tenant.add_user("ada")
    tenant.add_user("bob")
    yield tenant
    tenant.server.close()


def entra(graph: Tenant, **more: Any) -> EntraConnector:
    access = EntraAccess(
        "tenant", "client", Secret("env:GRAPH_TOKEN", "test"), base_url=graph.url, longest_wait=1
    )
    return EntraConnector(access, **more)


def target(name: str = "ada", *, resources: tuple[str, ...] = (), by: str = "account_key") -> Target:
    known = {"account_key": f"object-{name}"} if by == "account_key" else {"email": f"{name}@example.com"}
    return Target("entra", "", known, resources, NOW)


@pytest.mark.parametrize("by", ["account_key", "email"])
def test_disabling_is_done_once_and_read_back(graph: Tenant, by: str) -> None:
    one, ada = entra(graph), target(by=by)
    assert one.verify("deactivate", ada).state == "failed"
    assert one.act("deactivate", ada).state == "accepted"
    assert one.verify("deactivate", ada).state == "verified"
    assert one.act("deactivate", ada).state == "already_absent"
    assert graph.effects == ["disable object-ada"]
    assert graph.users["object-bob"]["accountEnabled"] is True


def test_sessions_are_seen_to_end_only_if_they_did_after_the_request(graph: Tenant) -> None:
    one, ada = entra(graph), target()
    assert one.verify("revoke_sessions", ada).state == "failed"
    assert one.act("revoke_sessions", ada).state == "accepted"
    assert one.verify("revoke_sessions", ada).state == "verified"
    assert one.verify("revoke_sessions", Target("entra", "", ada.identifiers)).state == "unverifiable"


def test_a_guests_sessions_are_ruled_elsewhere(graph: Tenant) -> None:
    graph.users["object-ada"]["userType"] = "Guest"
    done = entra(graph).act("revoke_sessions", target())
    assert (done.state, "own tenant" in done.detail) == ("failed", True)
    assert graph.server.writes() == []


@pytest.mark.parametrize("action", ["deactivate", "delete"])
def test_a_synchronised_account_is_refused(graph: Tenant, action: str) -> None:
    graph.users["object-ada"]["onPremisesSyncEnabled"] = True
    done = entra(graph).act(action, target())
    assert (done.state, "has to be disabled in Active Directory" in done.detail) == ("failed", True)
    assert graph.server.writes() == []


def test_a_deleted_account_is_gone_and_says_since_when(graph: Tenant) -> None:
    one, ada = entra(graph), target()
    assert one.act("delete", ada).state == "accepted"
    seen = one.verify("delete", ada)
    assert (seen.state, graph.clock in seen.detail) == ("verified", True)
    assert one.act("delete", ada).state == "already_absent"


def test_an_assignment_of_this_app_alone_is_removed(graph: Tenant) -> None:
    for client_id in ("salesforce", "miro"):
        graph.assign(graph.add_app(client_id), "object-ada")
    graph.assign("sp-salesforce", "object-bob")
    one, ada = entra(graph), target(resources=("salesforce",))
    assert one.verify("remove_assignment", ada).state == "failed"
    assert one.act("remove_assignment", ada).state == "accepted"
    assert one.verify("remove_assignment", ada).state == "verified"
    assert [a["id"] for a in graph.assignments] == ["a1", "a2"]
    assert one.act("remove_assignment", ada).state == "already_absent"


def test_an_assignment_that_comes_from_a_group_is_told(graph: Tenant) -> None:
    graph.add_group("sales", "object-ada")
    graph.assign(graph.add_app("salesforce"), "sales", "Group")
    graph.assign("sp-salesforce", "object-ada")
    one, ada = entra(graph), target(resources=("salesforce",))
    done = one.act("remove_assignment", ada)
    assert done.state == "failed"
    assert "own assignment was removed, but it comes from a group as well: sales" in done.detail
    assert one.verify("remove_assignment", ada).state == "failed"
    assert one.act("remove_from_groups", ada).state == "accepted"
    assert one.verify("remove_assignment", ada).state == "verified"


def test_a_consent_is_removed_and_the_one_for_everybody_never(graph: Tenant) -> None:
    app = graph.add_app("zapier")
    graph.consent(app, "object-ada")
    graph.consent(app, "object-bob")
    graph.consent(app, None)
    one, ada = entra(graph), target(resources=("zapier",))
    done = one.act("remove_grant", ada)
    assert (done.state, "whole tenant stays" in done.detail) == ("accepted", True)
    assert one.verify("remove_grant", ada).state == "verified"
    assert [g["id"] for g in graph.grants] == ["g1", "g2"]
    again = one.act("remove_grant", ada)
    assert (again.state, "whole tenant only" in again.detail) == ("failed", True)


@pytest.mark.parametrize("action", ["remove_grant", "remove_assignment"])
def test_an_app_that_is_not_known_in_the_tenant_is_for_a_person(graph: Tenant, action: str) -> None:
    done = entra(graph).act(action, target(resources=("unknown-id",)))
    assert (done.state, "unknown-id" in done.detail) == ("failed", True)
    assert entra(graph).verify(action, target()).state == "unverifiable"
    assert graph.server.writes() == []


def test_own_licences_are_removed_and_those_of_a_group_told(graph: Tenant) -> None:
    states = [{"skuId": "sku-1", "assignedByGroup": None}, {"skuId": "sku-2", "assignedByGroup": "all-staff"}]
    graph.users["object-ada"]["licenseAssignmentStates"] = states
    one = entra(graph)
    done = one.act("remove_licence", target())
    assert (done.state, "1 licence(s) were removed; others come from groups (all-staff)" in done.detail) == (
        "failed",
        True,
    )
    assert one.verify("remove_licence", target()).state == "failed"
    graph.users["object-ada"]["licenseAssignmentStates"] = []
    assert one.verify("remove_licence", target()).state == "verified"
    assert one.act("remove_licence", target()).state == "already_absent"


def test_groups_are_left_but_dynamic_and_synchronised_ones(graph: Tenant) -> None:
    graph.add_group("plain", "object-ada", "object-bob")
    one = entra(graph)
    assert one.act("remove_from_groups", target()).state == "accepted"
    assert one.verify("remove_from_groups", target()).state == "verified"
    assert graph.members["plain"] == {"object-bob"}
    graph.add_group("ruled", "object-ada", groupTypes=["DynamicMembership"])
    graph.add_group("old", "object-ada", onPremisesSyncEnabled=True)
    done = one.act("remove_from_groups", target())
    assert done.state == "failed"
    assert (
        "Old (synchronised from on-premises), Ruled (dynamic: its rule decides who is in it)" in done.detail
    )


def test_two_accounts_under_one_address_are_not_touched(graph: Tenant) -> None:
    graph.add_user("ada2", mail="ada@example.com")
    done = entra(graph).act("deactivate", target(by="email"))
    assert (done.state, "2 accounts answer" in done.detail) == ("failed", True)
    assert graph.server.writes() == []


def test_a_tenant_that_answers_with_somebody_else_is_not_acted_on(graph: Tenant) -> None:
    graph.server.answer_once("GET", "/users", Answer(200, {"value": [graph.users["object-bob"]]}))
    done = entra(graph).act("deactivate", target(by="email"))
    assert (done.state, "somebody else" in done.detail) == ("failed", True)
    assert graph.server.writes() == []


def test_a_quote_in_a_name_stays_in_the_name(graph: Tenant) -> None:
    entra(graph).find(Target("entra", "", {"email": "o'neil@example.com"}))
    assert "userPrincipalName eq 'o''neil@example.com'" in graph.server.asked[-1].query["$filter"]


def test_a_tenant_that_says_yes_and_does_nothing_is_found_out(graph: Tenant) -> None:
    graph.is_idle = True
    one = entra(graph)
    assert one.act("deactivate", target()).state == "accepted"
    assert one.verify("deactivate", target()).state == "failed"


@pytest.mark.parametrize(
    ("status", "is_retryable", "sentence"),
    [
        (400, False, "did not understand"),
        (403, False, "Needed: User.EnableDisableAccount.All and User.Read.All, and a directory role above"),
        (409, False, "in a state that forbids it"),
        (429, True, "left alone for 600 seconds"),
        (500, True, "trouble of its own"),
    ],
)
def test_each_error_has_a_sentence(graph: Tenant, status: int, is_retryable: bool, sentence: str) -> None:
    answer = refusal(status, "Authorization_RequestDenied", f"Insufficient privileges {TOKEN}")
    answer.headers = {"Retry-After": "600"} if status == 429 else {}
    graph.server.answer_once("PATCH", "/users/object-ada", answer)
    done = entra(graph).act("deactivate", target())
    assert (done.state, done.status, done.is_retryable) == ("failed", status, is_retryable)
    assert sentence in done.detail
    assert 'It says: "Authorization_RequestDenied: Insufficient privileges ***"' in done.detail


def test_a_wrong_token_is_told(graph: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPH_TOKEN", "canary")
    done = entra(graph).act("deactivate", target())
    assert (done.state, done.status) == ("failed", 401)
    assert "canary" not in done.detail
    monkeypatch.delenv("GRAPH_TOKEN")
    done = entra(graph).act("deactivate", target())
    assert (done.state, done.is_retryable, "env:GRAPH_TOKEN is empty" in done.detail) == (
        "failed",
        True,
        True,
    )


def test_a_busy_tenant_is_asked_again(graph: Tenant) -> None:
    graph.server.answer_once("PATCH", "/users/object-ada", Answer(503, {}, {"Retry-After": "0"}), times=2)
    assert entra(graph).act("deactivate", target()).state == "accepted"
    assert len(graph.server.writes()) == 3


def test_an_answer_that_is_cut_off_is_read_before_anything_is_said(graph: Tenant) -> None:
    def works_and_hangs_up(asked: Asked) -> Answer | None:
        if asked.method == "PATCH":
            graph.rule(asked)
            return Answer(is_cut=True)
        return None

    graph.server.before.append(works_and_hangs_up)
    done = entra(graph).act("deactivate", target())
    assert (done.state, "it had arrived" in done.detail) == ("accepted", True)
    graph.is_idle = True
    with pytest.raises(OutcomeUnknown, match="still enabled"):
        entra(graph).act("deactivate", target("bob"))


def test_a_next_page_elsewhere_is_not_followed_and_gets_no_token(graph: Tenant) -> None:
    page = Answer(200, {"value": [], "@odata.nextLink": "http://127.0.0.1:9/v1.0/next"})
    graph.server.answer_once("GET", "/appRoleAssignments", page)
    graph.add_app("miro")
    done = entra(graph).act("remove_assignment", target(resources=("miro",)))
    assert (done.state, "is not followed" in done.detail) == ("failed", True)


def test_a_redirect_is_not_followed(graph: Tenant) -> None:
    graph.server.answer_once(
        "GET", "/users/object-ada", Answer(302, {}, {"Location": f"{graph.server.url}/elsewhere"})
    )
    assert entra(graph).find(target()).presence == "unknown"
    assert [asked.path for asked in graph.server.asked] == ["/v1.0/users/object-ada"]


def test_an_empty_page_in_the_middle_does_not_end_a_list(graph: Tenant) -> None:
    graph.assign(graph.add_app("miro"), "object-ada")
    rest = f"{graph.url}/users/object-ada/appRoleAssignments?page=2"
    graph.server.answer_once(
        "GET", "/appRoleAssignments", Answer(200, {"value": [], "@odata.nextLink": rest})
    )
    assert entra(graph).act("remove_assignment", target(resources=("miro",))).state == "accepted"


@pytest.mark.parametrize("url", ["http://graph.microsoft.com/v1.0", "https://graph.example.com/v1.0"])
def test_a_token_goes_to_microsoft_alone(url: str) -> None:
    with pytest.raises(BadSettings, match="no address of Microsoft Graph"):
        EntraAccess("t", "c", Secret("env:X", "test"), base_url=url)
