from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from discovery.connectors import Target
from discovery.connectors.connector import OutcomeUnknown
from discovery.connectors.recipe import parse_recipe, shipped_recipes
from discovery.errors import BadSettings, ContractBroken
from tests.connectors.server import Answer, Asked
from tests.connectors.target import EXCHANGED, SECRET, Account, App, blocks, settings_of

USABLE = sorted(app for app, recipe in shipped_recipes().items() if recipe.is_usable)
CASES = [(app, action) for app in USABLE for action in shipped_recipes()[app].confirmed]


@pytest.fixture(scope="module")
def google_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return json.dumps(
        {"client_email": "robot@example.iam", "private_key": pem.decode(), "private_key_id": "1"}
    )


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch, google_key: str) -> None:
    monkeypatch.setenv("APP_SECRET", SECRET)
    monkeypatch.setenv("GOOGLE_KEY", google_key)


@pytest.fixture
def apps() -> Iterator[list[App]]:
    made: list[App] = []
    yield made
    for app in made:
        app.close()


def start(apps: list[App], app_id: str) -> App:
    people = [
        Account("11", "ada@example.com", "ada-l", tokens=["t1", "t2"]),
        Account("22", "bob@example.com", "bob-b", tokens=["b1"]),
    ]
    app = App(app_id, *people)
    apps.append(app)
    return app


def connect(app: App, **more: str):  # type: ignore[no-untyped-def]
    return app.connector(**({"key": "env:GOOGLE_KEY"} if app.app_id == "google-workspace" else {}), **more)


def ada(app: App) -> Target:
    # Where no address leads to an account, its key comes from the app's own list.
    key = {"github": "ada-l"}.get(app.app_id, "11")
    known = {"email": "ada@example.com"}
    if not any(lookup.by == "email" for lookup in app.recipe.lookups):
        known["account_key"] = key
    return Target(app.app_id, "", known)


def test_every_app_has_a_target_of_its_own() -> None:
    assert set(blocks()) == set(shipped_recipes())


@pytest.mark.parametrize(("app_id", "action"), CASES)
def test_an_action_does_what_it_says_to_the_one_account_and_is_seen(
    apps: list[App], app_id: str, action: str
) -> None:
    app = start(apps, app_id)
    connector, target, can_be_seen = connect(app), ada(app), not app.recipe.actions[action].verify.never
    assert connector.find(target).presence == "one"
    assert connector.verify(action, target).state == ("failed" if can_be_seen else "unverifiable")
    done = connector.act(action, target)
    assert done.state == "accepted", done
    assert connector.verify(action, target).state == ("verified" if can_be_seen else "unverifiable")
    one, other = app.accounts
    changed = {"deactivate": not one.active, "delete": not one.exists or not one.active, "revoke_sessions": not one.sessions,
               "revoke_tokens": not one.tokens, "remove_licence": not one.licences}  # fmt: skip
    assert changed[action]
    assert other == Account("22", "bob@example.com", "bob-b", tokens=["b1"])
    assert {effect.split()[1] for effect in app.effects} == {"ada@example.com"}
    effects = list(app.effects)
    again = connector.act(action, target)
    assert again.state in ("already_absent", "accepted")
    if action != "revoke_sessions" and app.app_id != "slack":
        assert (again.state, app.effects) == ("already_absent", effects), "nothing is done twice"


@pytest.mark.parametrize("app_id", USABLE)
def test_nobody_is_nobody(apps: list[App], app_id: str) -> None:
    app = start(apps, app_id)
    for action in app.recipe.confirmed:
        done = connect(app).act(
            action,
            Target(app_id, "", {"email": "x@example.com", "account_key": "99", "user_name": "x@example.com"}),
        )
        assert (done.state, "x@example.com" in done.detail) == ("already_absent", True)
    assert app.effects == []


@pytest.mark.parametrize("app_id", USABLE)
def test_an_app_that_says_yes_and_does_nothing_is_found_out(apps: list[App], app_id: str) -> None:
    app = start(apps, app_id)
    app.is_idle = True
    for action in app.recipe.confirmed:
        if app.recipe.actions[action].verify.never:
            continue
        try:
            done = connect(app).act(action, ada(app))
        except OutcomeUnknown:
            continue
        assert done.state in ("accepted", "failed")
        assert connect(app).verify(action, ada(app)).state == "failed"


@pytest.mark.parametrize("app_id", USABLE)
def test_a_wrong_secret_is_told_and_never_shown(
    apps: list[App], app_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = start(apps, app_id)
    monkeypatch.setenv("APP_SECRET", "canary-of-a-wrong-one")
    if app_id == "google-workspace":
        monkeypatch.setenv("GOOGLE_KEY", '{"client_email": "canary-of-a-wrong-one"}')
    done = connect(app).act(app.recipe.confirmed[0], ada(app))
    assert done.state == "failed"
    assert "canary" not in f"{done} {connect(app)!r} {connect(app).find(ada(app))}"
    assert any(
        word in done.detail for word in ("does not accept our token", "gave no token", "holds no JSON key")
    )
    assert app.effects == []


def everybody(asked: Asked) -> Answer | None:
    """A look-up that answers with two people whatever is asked, in the form of each app."""
    if asked.method != "GET" and not asked.path.endswith("get_info"):
        return None
    two = [
        {"id": n, "userName": f"{n}@x.example", "login": f"{n}@x.example", "email": f"{n}@x.example"}
        for n in ("1", "2")
    ]
    return Answer(200, {"ok": True, "Resources": two, "totalResults": 2, "items": two, "users": two, "entries": two, "data": two,
                        "user": two, "account": two})  # fmt: skip


@pytest.mark.parametrize("app_id", USABLE)
def test_a_look_up_that_answers_with_everybody_is_not_acted_on(apps: list[App], app_id: str) -> None:
    app = start(apps, app_id)
    app.server.before.append(everybody)
    for action in app.recipe.confirmed:
        done = connect(app).act(action, ada(app))
        assert done.state in ("failed", "already_absent"), done
    assert app.effects == []
    assert [w for w in app.server.writes() if "token" not in w[1] and not w[1].endswith("get_info")] == []


@pytest.mark.parametrize("app_id", USABLE)
def test_a_look_up_that_answers_with_somebody_else_is_not_acted_on(apps: list[App], app_id: str) -> None:
    app = start(apps, app_id)
    real = app.whose
    app.whose = lambda asked, by: (
        app.accounts[1] if asked.method == "GET" or asked.path.endswith("get_info") else real(asked, by)
    )  # type: ignore[method-assign]
    for action in app.recipe.confirmed:
        done = connect(app).act(action, ada(app))
        assert done.state in ("failed", "already_absent"), done
    assert app.effects == []


ERRORS = [
    (400, False, "did not understand the request"), (401, False, "does not accept our token"), (402, False, "wants a paid plan"),
    (403, False, "does not let our token do this"), (405, False, "does not offer this"), (409, False, "in a state that forbids it"),
    (410, False, "has taken this interface away"), (422, False, "understood the request and refuses it"), (423, False, "has locked the account"),
    (429, True, "being asked too often"), (500, True, "has trouble of its own"), (502, True, "trouble of its own"),
    (503, True, "trouble of its own"), (504, True, "trouble of its own"), (301, False, "redirects are not followed"),
    (418, False, "nobody expected here"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "is_retryable", "sentence"), ERRORS)
def test_each_error_of_an_act_has_a_sentence(
    apps: list[App], status: int, is_retryable: bool, sentence: str
) -> None:
    app = start(apps, "zoom")
    headers = (
        {"Retry-After": "600"}
        if status in (429, 503)
        else {"Location": "https://evil.example/"}
        if status == 301
        else {}
    )
    app.server.answer_once(
        "PUT", "/status", Answer(status, {"message": f"no {EXCHANGED} {SECRET}"}, headers), times=9
    )
    done = connect(app).act("deactivate", ada(app))
    assert (done.state, done.status, done.is_retryable) == ("failed", status, is_retryable)
    assert sentence in done.detail
    assert SECRET not in done.detail
    if status == 403:
        assert "Needed: user:write:admin" in done.detail
    assert app.effects == []


def test_an_error_in_an_answer_of_200_is_an_error(apps: list[App]) -> None:
    app = start(apps, "slack")
    app.server.answer_once(
        "POST", "/admin.users.deactivate", Answer(200, {"ok": False, "error": "missing_scope"})
    )
    done = connect(app).act("deactivate", ada(app))
    assert done.state == "failed"
    assert 'refuses all the same: "missing_scope". Needed: admin.users:write, plan Enterprise.' in done.detail
    app.server.answer_once(
        "GET", "/users.lookupByEmail", Answer(200, {"ok": False, "error": "ratelimited_limit"})
    )
    assert connect(app).find(ada(app)).presence == "unknown"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, raw=b"<html>login</html>"),
        Answer(200, []),
        Answer(200, {"ok": True}),
        Answer(200, {"ok": True, "user": "x"}),
    ],
)
def test_an_answer_that_its_documentation_does_not_know_is_no_absence(
    apps: list[App], answer: Answer
) -> None:
    app = start(apps, "slack")
    app.server.answer_once("GET", "/users.lookupByEmail", answer, times=9)
    done = connect(app).act("deactivate", ada(app))
    assert done.state == "failed"
    assert connect(app).verify("deactivate", ada(app)).state == "unverifiable"
    assert app.effects == []


def test_an_unanswered_act_is_read_before_anything_is_said(apps: list[App]) -> None:
    app = start(apps, "zoom")

    def hangs_up(asked: Asked) -> Answer | None:
        if asked.method == "PUT":
            app.rule(asked)
            return Answer(is_cut=True)
        return None

    app.server.before.append(hangs_up)
    done = connect(app).act("deactivate", ada(app))
    assert (done.state, "it had arrived" in done.detail) == ("accepted", True)
    app.accounts[0].active, app.is_idle = True, True
    with pytest.raises(OutcomeUnknown, match="still active"):
        connect(app).act("deactivate", ada(app))


def test_the_key_of_an_account_that_belongs_to_somebody_else_now_is_not_acted_on(apps: list[App]) -> None:
    app = start(apps, "zoom")
    done = connect(app).act("delete", Target("zoom", "", {"account_key": "22", "email": "ada@example.com"}))
    assert (done.state, "belongs to bob@example.com now" in done.detail) == ("failed", True)
    assert app.effects == []


@pytest.mark.parametrize("name", ["..", ".", 'a"@x', "a\\@x", "a\n@x", "a`@x"])
def test_a_name_cannot_leave_its_place(apps: list[App], name: str) -> None:
    app = start(apps, "figma")
    assert connect(app).find(Target("figma", "", {"email": name})).presence == "unknown"
    assert connect(app).act("deactivate", Target("figma", "", {"email": name})).state == "failed"
    assert app.server.asked == []
    zoom = start(apps, "zoom")
    connect(zoom).find(Target("zoom", "", {"email": "../../v2/accounts?x=@y&z"}))
    assert zoom.server.asked[-1].path == "/v2/users/..%2F..%2Fv2%2Faccounts%3Fx%3D%40y%26z"


def test_an_expired_token_is_exchanged_once_more(apps: list[App]) -> None:
    app = start(apps, "zoom")
    app.server.answer_once("GET", "/v2/users/ada@example.com", Answer(401, {"message": "expired"}))
    app.server.answer_once("GET", "/v2/users/ada%40example.com", Answer(401, {"message": "expired"}))
    assert connect(app).find(ada(app)).presence == "one"
    assert [a.path for a in app.server.asked].count("/oauth/token") == 2


def test_a_job_that_goes_on_is_waited_for_and_one_that_fails_is_told(apps: list[App]) -> None:
    app = start(apps, "dropbox")
    app.server.answer_once("POST", "/remove/job_status/get", Answer(200, {".tag": "in_progress"}), times=2)
    assert connect(app).act("delete", ada(app)).state == "accepted"
    app.accounts[0].exists = True
    app.server.answer_once("POST", "/remove/job_status/get", Answer(200, {".tag": "failed"}))
    assert "could not carry it out: failed" in connect(app).act("delete", ada(app)).detail


def test_what_is_not_confirmed_is_never_sent(apps: list[App]) -> None:
    app = start(apps, "zoom")
    connector = connect(app)
    assert "remove_licence" not in connector.actions
    done = connector.act("remove_licence", ada(app))
    assert (done.state, "not confirmed in public documentation; nothing was sent" in done.detail) == (
        "failed",
        True,
    )
    assert connect(start(apps, "asana")).actions == (), "its look-up is not confirmed"
    assert app.server.asked == []


def test_another_instance_is_not_touched(apps: list[App]) -> None:
    app = start(apps, "slack")
    done = connect(app, instance="first").act(
        "delete", Target("slack", "second", {"email": "ada@example.com"})
    )
    assert (done.state, "lies in second" in done.detail) == ("failed", True)
    assert app.server.asked == []


@pytest.mark.parametrize(
    "url", ["https://evil.example/api", "http://slack.com/api", "https://slack.com.evil.example/api"]
)
def test_another_host_is_refused(url: str) -> None:
    from discovery.connectors.recipe_connector import RecipeConnector

    recipe = shipped_recipes()["slack"]
    with pytest.raises(BadSettings, match="no address of Slack"):
        RecipeConnector(recipe, settings_of(recipe, url))


def test_a_setting_cannot_lead_to_another_host() -> None:
    from discovery.connectors.recipe_connector import RecipeConnector

    recipe = shipped_recipes()["zendesk"]
    given = settings_of(recipe, "", subdomain="evil.example/")
    with pytest.raises(BadSettings, match="no address of Zendesk"):
        RecipeConnector(recipe, given)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"token": "xoxp-canary"}, 'expected "env:NAME"'),
        ({"token": ""}, r"\[connectors.slack\] has no `token`: user token"),
        ({"colour": "red"}, "unknown key colour; known: team_id, token"),
    ],
)
def test_wrong_settings_are_refused_without_repeating_a_secret(change: dict[str, str], message: str) -> None:
    from discovery.connectors.recipe_connector import RecipeConnector

    recipe = shipped_recipes()["slack"]
    with pytest.raises(BadSettings, match=message) as caught:
        RecipeConnector(recipe, settings_of(recipe, "https://slack.com/api", **change))
    assert "canary" not in str(caught.value)


GOOD = """
app: x
name: X
hosts: [x.example]
base_url: https://x.example
settings: {token: t}
auth: {kind: bearer, secret: token}
lookups:
  - {by: email, method: GET, url: "/u/{email}", match: /email, key: /id, source: {url: "https://x.example", read: 2026-11-25, confirmed: true}}
actions:
  delete: {requests: [{method: DELETE, url: "/u/{key}"}], verify: {account: absent}, source: {url: "https://x.example", read: 2026-11-25, confirmed: true}}
"""


def test_a_recipe_that_is_as_it_should_be_is_read() -> None:
    assert parse_recipe("x.yaml", GOOD).is_usable


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: X", "name: X\ncolour: red", "x.yaml: colour = 'red'; expected one of"),
        ("kind: bearer", "kind: magic", "x.yaml: auth.kind = 'magic'; expected one of bearer"),
        ("/u/{email}", "/u/{mail}", "x.yaml: lookups 1.url .* only these in braces"),
        ("/u/{key}", "/u/{token}", "actions.delete.requests 1.url .* only these in braces"),
        ("match: /email", "match: email", "lookups 1.match = 'email'; expected JSON pointers"),
        ("account: absent", "account: asleep", "actions.delete.verify.account = 'asleep'; expected one of absent, inactive"),
        ("delete: {requests", "explode: {requests", "actions.explode = 'explode'; expected one of deactivate"),
        ("read: 2026-11-25, confirmed: true}}\nactions", "confirmed: true}}\nactions", "confirmed = True; expected a link"),
        ("secret: token}", "secret: other}", "expected an entry for the secret 'other'"),
        ("method: DELETE", "method: ERASE", "method = 'ERASE'; expected one of GET"),
        ("app: x", "app: [", "x.yaml: not valid YAML"),
    ],
)  # fmt: skip
def test_a_recipe_that_is_not_is_refused_with_its_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ContractBroken, match=message):
        parse_recipe("x.yaml", GOOD.replace(old, new))
