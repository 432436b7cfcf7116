from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from discovery.connectors import Target
from discovery.connectors.connector import OutcomeUnknown
from discovery.connectors.scim import ScimConnector
from discovery.connectors.transport import GuardedTransport
from discovery.errors import BadSettings
from discovery.settings import ScimSettings
from tests.connectors.processes import TOKEN
from tests.connectors.server import Answer, Asked, Server

_NUMBER = itertools.count(1)
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture(params=["python_scim", "node_scim"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def connector(url: str, **more: Any) -> ScimConnector:
    return ScimConnector(ScimSettings("asana", "[scim.asana]", url, "env:SCIM_TOKEN", **more), name="Asana",
                         transport=GuardedTransport(["127.0.0.1"], sleep=lambda seconds: None))  # fmt: skip


def create(url: str, name: str | None = None, **more: Any) -> str:
    name = name or f"ada{next(_NUMBER)}@example.com"
    body = {"schemas": [USER], "userName": name, "active": True, "emails": [{"value": name}], **more}
    answer = httpx2.post(f"{url}/Users", json=body, headers={"Authorization": f"Bearer {TOKEN}",
                                                            "Content-Type": "application/scim+json"})  # fmt: skip
    assert answer.status_code == 201, answer.text
    return name


def target(email: str, **more: str) -> Target:
    return Target("asana", "", {"email": email, **more})


# ── two real servers ─────────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_is_found_deactivated_and_read_back(url: str) -> None:
    scim, one = connector(url), target(create(url))
    found = scim.find(one)
    assert (found.presence, found.is_active) == ("one", True)
    assert scim.verify("deactivate", one).state == "failed"
    assert scim.act("deactivate", one).state == "accepted"
    assert scim.verify("deactivate", one).state == "verified"
    assert scim.act("deactivate", one).state == "already_absent"


def test_an_account_is_deleted_once(url: str) -> None:
    scim, one = connector(url), target(create(url))
    assert scim.verify("delete", one).state == "failed"
    assert scim.act("delete", one).state == "accepted"
    assert scim.verify("delete", one).state == "verified"
    assert scim.act("delete", one).state == "already_absent"


def test_only_the_one_that_is_meant_is_touched(url: str) -> None:
    scim, other = connector(url), target(create(url))
    assert scim.act("deactivate", target(create(url))).state == "accepted"
    assert scim.find(other).is_active is True


def test_upper_and_lower_case_are_the_same_person(url: str) -> None:
    assert connector(url).find(target(create(url).upper())).presence == "one"


def test_the_directorys_id_comes_before_names(url: str) -> None:
    renamed = create(url, externalId=f"object-{next(_NUMBER)}-of-ada")
    key = f"object-{next(_NUMBER) - 2}-of-ada"
    found = connector(url).find(target("ada.former@example.com", external_id=key))
    assert (found.presence, found.detail) == ("one", renamed)


def test_nobody_is_nobody_and_says_who_was_looked_for(url: str) -> None:
    done = connector(url).act("deactivate", target("nobody@example.com"))
    assert (done.state, "nobody@example.com" in done.detail) == ("already_absent", True)


def test_a_quote_in_a_name_is_no_filter(url: str) -> None:
    create(url)
    # One server finds nobody, the other takes no quote at all: neither finds somebody.
    assert connector(url).find(target('x" or userName pr or userName eq "@y')).presence in ("none", "unknown")


def test_a_wrong_token_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = create(url)
    monkeypatch.setenv("SCIM_TOKEN", "canary-of-a-wrong-token")
    done = connector(url).act("deactivate", target(name))
    assert (done.state, done.status, done.is_retryable) == ("failed", 401, False)
    assert done.detail.startswith("Asana does not accept our token (401): it has ended, was revoked")
    assert "canary" not in done.detail


def test_a_server_that_ignores_the_filter_is_never_acted_on(careless_scim: str) -> None:
    create(careless_scim)
    scim = connector(careless_scim)
    alone = scim.act("deactivate", target("somebody.else@example.com"))
    assert (alone.state, "answered with somebody else" in alone.detail) == ("failed", True)
    name = create(careless_scim)
    done = scim.act("delete", target(name))
    assert (done.state, "answered with 2 accounts" in done.detail) == ("failed", True)
    assert scim.verify("delete", target(name)).state == "unverifiable"
    left = httpx2.get(f"{careless_scim}/Users", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert [one["active"] for one in left["Resources"]] == [True, True]


# ── what servers get wrong ───────────────────────────────────────────────────────────────────────────────────────


class App:
    """Users behind a server of our own, which can be made to answer anything."""

    def __init__(self) -> None:
        self.user: dict[str, Any] = {"schemas": [USER, "urn:vendor:1.0"], "id": "1", "userName": "ada@example.com",
                                     "active": True, "seatType": {"urn:x": [1]}, "meta": {"resourceType": "User"}}  # fmt: skip
        self.is_idle = False
        self.server = Server(self.rule)

    def rule(self, asked: Asked) -> Answer | None:
        if asked.method == "GET":
            named = self.user and f'"{self.user["userName"]}"' in asked.query["filter"]
            hits = [self.user] if named and asked.query["filter"].startswith("userName") else []
            return Answer(200, {"totalResults": len(hits), "Resources": hits, "vendorNote": "hello"})
        if asked.method == "PATCH":
            if not self.is_idle:
                self.user["active"] = False
            return Answer(204)
        if not self.is_idle:
            self.user = {}
        return Answer(204)


@pytest.fixture
def app() -> Iterator[App]:
    app = App()
    yield app
    app.server.close()


ADA = target("ada@example.com")


def test_attributes_of_the_vendors_own_change_nothing(app: App) -> None:
    scim = connector(app.server.url)
    assert scim.act("deactivate", ADA).state == "accepted"
    assert scim.verify("deactivate", ADA).state == "verified"


def test_a_server_that_says_204_and_does_nothing_is_found_out(app: App) -> None:
    app.is_idle = True
    scim = connector(app.server.url)
    assert scim.act("deactivate", ADA).state == "accepted"
    assert scim.verify("deactivate", ADA).state == "failed"


@pytest.mark.parametrize("said", [True, "True", "true"])
def test_active_as_text_is_understood(app: App, said: object) -> None:
    app.user["active"] = said
    assert connector(app.server.url).find(ADA).is_active is True


@pytest.mark.parametrize(
    ("status", "is_retryable", "sentence"),
    [
        (400, False, "did not understand the request"),
        (401, False, "does not accept our token"),
        (403, False, "does not let our token do this (403). Needed: a token that may change users"),
        (409, False, "in a state that forbids it"),
        (412, True, "changed meanwhile"),
        (429, True, "asked too often (429) and asks to be left alone for 600 seconds"),
        (500, True, "trouble of its own (500)"),
        (501, False, "does not offer this"),
        (503, True, "trouble of its own (503)"),
        (302, False, "redirects are not followed"),
        (418, False, "answered 418, which nobody expected"),
    ],
)
def test_each_error_has_a_sentence(app: App, status: int, is_retryable: bool, sentence: str) -> None:
    headers = (
        {"Retry-After": "600"}
        if status == 429
        else {"Location": "http://169.254.169.254/"}
        if status == 302
        else {}
    )
    app.server.answer_once("PATCH", "/Users/1", Answer(status, {"detail": f"no, {TOKEN}"}, headers), times=3)
    done = connector(app.server.url).act("deactivate", ADA)
    assert (done.state, done.status, done.is_retryable) == ("failed", status, is_retryable)
    assert sentence in done.detail
    assert TOKEN not in done.detail
    assert 'It says: "no, ***"' in done.detail


def test_an_account_that_goes_between_look_and_act_is_gone(app: App) -> None:
    app.server.answer_once("DELETE", "/Users/1", Answer(404, {"detail": "gone"}))
    assert connector(app.server.url).act("delete", ADA).state == "already_absent"


def test_a_busy_server_is_asked_again_within_limits(app: App) -> None:
    app.server.answer_once("PATCH", "/Users/1", Answer(429, {}, {"Retry-After": "1"}), times=2)
    assert connector(app.server.url).act("deactivate", ADA).state == "accepted"
    assert len(app.server.writes()) == 3


def test_a_look_that_fails_says_nothing_about_the_account(app: App) -> None:
    app.server.answer_once("GET", "/Users", Answer(500), times=9)
    scim = connector(app.server.url)
    seen = scim.verify("deactivate", ADA)
    assert (seen.state, seen.is_retryable) == ("unverifiable", True)
    done = scim.act("deactivate", ADA)
    assert (done.state, done.is_retryable) == ("failed", True)
    assert app.server.writes() == []


def test_an_answer_that_is_cut_off_is_read_before_anything_is_said(app: App) -> None:
    def works_and_hangs_up(asked: Asked) -> Answer | None:
        if asked.method == "PATCH":
            app.rule(asked)
            return Answer(is_cut=True)
        return None

    app.server.before.append(works_and_hangs_up)
    done = connector(app.server.url).act("deactivate", ADA)
    assert (done.state, "it had arrived" in done.detail) == ("accepted", True)
    app.user["active"], app.is_idle = True, True
    with pytest.raises(OutcomeUnknown, match="still active"):
        connector(app.server.url).act("deactivate", ADA)


@pytest.mark.parametrize("body", [b"<html>proxy</html>", b"[]", b'{"Resources": "x"}', b""])
def test_what_is_no_scim_is_told(app: App, body: bytes) -> None:
    app.server.answer_once("GET", "/Users", Answer(200, raw=body), times=9)
    done = connector(app.server.url).act("deactivate", ADA)
    assert done.state == "failed"
    assert "SCIM" in done.detail
    assert app.server.writes() == []


def test_more_hits_on_further_pages_are_many(app: App) -> None:
    app.server.answer_once("GET", "/Users", Answer(200, {"totalResults": 7, "Resources": [app.user]}))
    assert connector(app.server.url).find(ADA).presence == "many"


def test_nobody_listens(app: App) -> None:
    done = connector("http://127.0.0.1:9").act("deactivate", ADA)
    assert (done.state, done.is_retryable) == ("failed", True)
    assert "127.0.0.1 cannot be reached" in done.detail


def test_another_instance_is_not_touched(app: App) -> None:
    other = Target("asana", "second", {"email": "ada@example.com"})
    done = connector(app.server.url, instance="first").act("delete", other)
    assert (done.state, "second" in done.detail) == ("failed", True)
    assert app.server.asked == []


@pytest.mark.parametrize("url", ["http://scim.example.com/v2", "ftp://127.0.0.1/", "scim.example.com"])
def test_an_address_without_https_is_refused(url: str) -> None:
    with pytest.raises(BadSettings, match="expected https"):
        connector(url)
