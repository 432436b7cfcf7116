"""Okta and Google by plain httpx, with the same guarantees."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from discovery.collect import collect
from discovery.errors import BadSettings
from discovery.settings import GoogleSettings, OktaSettings, Settings
from tests.collect.conftest import Desk, now

FAULTS: dict[str, dict[str, Any]] = {
    "429": {"kind": "throttled", "after": 2, "times": 2, "retry_after": "3"},
    "500": {"kind": "error", "after": 2},
    "502": {"kind": "gateway", "after": 1},
    "reset": {"kind": "reset", "after": 2},
    "short": {"kind": "short_page", "after": 1},
    "empty": {"kind": "empty_page", "after": 1},
    "401": {"kind": "expired_token", "after": 2},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_okta_the_collected_set_is_the_served_set(okta: Desk, fault: dict[str, Any]) -> None:
    org = okta.scenario
    ids = {org.add_user(f"u{n}", "DEPROVISIONED" if n % 4 == 0 else "ACTIVE") for n in range(12)}
    org.largest_page = 3
    org.faults.add(path="/api/v1/users", **fault)
    assert okta.collect()["users"].state == "collected"
    assert not org.faults.waiting
    assert okta.ids("users") == ids


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_google_the_collected_set_is_the_served_set(google: Desk, fault: dict[str, Any]) -> None:
    customer = google.scenario
    ids = {customer.add_user(f"u{n}") for n in range(12)}
    gone = customer.add_user("gone")
    customer.delete(gone)
    customer.largest_page = 3
    customer.faults.add(path="/admin/directory/v1/users", **fault)
    found = google.collect()
    assert (found["users"].state, found["deleted_users"].state) == ("collected", "collected")
    assert google.ids("users") == ids
    assert google.ids("deleted_users") == {gone}


def test_okta_everything_of_an_organisation(okta: Desk) -> None:
    org = okta.scenario
    ann, figma = org.add_user("ann"), org.add_app("Figma")
    org.assign(ann, figma)
    org.grant(ann, figma, "drive")
    org.sign_in(ann, figma, now() - timedelta(hours=3))
    since = now().replace(tzinfo=None) - timedelta(days=1)
    found = okta.collect("people", "logs", "directory", since=since)
    assert {one.state for one in found.values()} == {"collected"}
    assert [(r["appId"], r["id"]) for r in okta.records("app_users")] == [(figma, ann)]
    assert len(okta.records("system_log")) == 1
    head = okta.read(okta.files("apps")[0])[0]
    assert head["instance"] == org_host(okta)


def org_host(okta: Desk) -> str:
    assert okta.settings.okta is not None
    return okta.settings.okta.url.removeprefix("http://")


def test_google_activities_and_the_consents_that_are_held(google: Desk) -> None:
    customer = google.scenario
    ann = customer.add_user("ann")
    customer.token(ann, "Notion")
    since = now().replace(tzinfo=None) - timedelta(days=2)
    found = google.collect("people", "logs", "directory", since=since)
    assert found["oauth_tokens"].records == 1
    assert [r["userKey"] for r in google.records("oauth_tokens")] == [ann]
    # Activities come late: the newest are fetched, and the window claims six hours less.
    assert found["token"].state == "empty" or found["token"].to_at < now().replace(tzinfo=None) - timedelta(
        hours=5
    )


@pytest.mark.parametrize("kind", ["repeated_link", "foreign_link"])
def test_links_in_a_circle_or_elsewhere_end_the_list(okta: Desk, kind: str) -> None:
    for n in range(6):
        okta.scenario.add_user(f"u{n}")
    okta.scenario.largest_page = 2
    okta.scenario.faults.add(kind, "/api/v1/users", after=1, times=-1)
    outcome = okta.collect()["users"]
    assert outcome.state == "failed"
    assert okta.files("users") == []


def test_a_service_account_signs_in_for_the_administrator(google: Desk, tmp_path: Path) -> None:
    import jwt
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert google.settings.google is not None
    url = google.settings.google.api_url
    file = tmp_path / "key.json"
    file.write_text(json.dumps({
        "type": "service_account", "client_email": "reader@project.example", "private_key": pem.decode(),
        "private_key_id": "k1", "token_uri": f"{url}/token",
    }))  # fmt: skip
    own = GoogleSettings(google.scenario.customer, "admin@brand.example", file, "service_account", url)
    google.settings = replace(google.settings, google=own)
    google.scenario.add_user("ann")
    google.scenario.faults.add("expired_token", "/admin/directory/v1/users")
    assert google.collect()["users"].records == 1
    assert len(google.scenario.assertions) == 2, "a token that is not accepted is got anew"
    sent = parse_qs(google.scenario.assertions[0])["assertion"][0]
    claims = jwt.decode(sent, key.public_key(), algorithms=["RS256"], audience=f"{url}/token")
    assert (claims["iss"], claims["sub"]) == ("reader@project.example", "admin@brand.example")
    assert "https://www.googleapis.com/auth/admin.directory.user.readonly" in claims["scope"].split()


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"token_uri": "https://attacker.example/token", "private_key": "x"}']
)
def test_a_key_that_is_none_is_refused_without_its_content(tmp_path: Path, content: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(content)
    settings = Settings(home=tmp_path, inbox=tmp_path / "i", google=GoogleSettings("c", "a", file))
    with pytest.raises(BadSettings, match="not the JSON key of a service account") as refused:
        collect(settings, "google")
    assert "attacker" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://acme.okta.com", "acme.okta.com", "ftp://acme.okta.com"])
def test_plain_http_is_for_this_machine_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DISCOVERY_OKTA_TOKEN", "x")
    with pytest.raises(BadSettings, match="expected an https:// address"):
        collect(Settings(home=tmp_path, inbox=tmp_path / "i", okta=OktaSettings(url)), "okta")
