"""Each way of signing in, through azure-identity, with a sign-in service and a Graph on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from discovery.connectors import configured_connectors, missing_secrets
from discovery.connectors.connector import Target
from discovery.connectors.entra import EntraConnector
from discovery.connectors.entra_client import EntraAccess
from discovery.connectors.entra_reader import GraphAccess, reading
from discovery.connectors.entra_sign_in import AUTHORITIES, LocalService, SignIn
from discovery.connectors.secret import Secret
from discovery.errors import BadSettings, SourceFailed
from discovery.settings import load_settings
from tests.connectors.server import Answer, Asked, Server
from tests.connectors.sign_in import CLIENT, TENANT, SignInService, certificate
from tests.connectors.tenant import TOKEN, Tenant

SECRET, PASSWORD = "client-secret-canary", "certificate-password-canary"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return {"known": certificate(folder, "known"), "other": certificate(folder, "other"),
            "locked": certificate(folder, "locked", PASSWORD.encode())}  # fmt: skip


@pytest.fixture
def graph() -> Iterator[Tenant]:
    tenant = Tenant()
    tenant.add_user("ada")
    yield tenant
    tenant.server.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., SignInService]]:
    made = []

    def make(known: Path | None = None) -> SignInService:
        one = SignInService(tmp_path, TOKEN, known, SECRET)
        made.append(one)
        return one

    yield make
    for one in made:
        one.server.close()


def read(graph: Tenant, **said: Any) -> Answer:
    """Ask Graph for ada, signed in as said."""

    async def ask() -> Any:
        async with reading(GraphAccess(TENANT, CLIENT, url=graph.server.url, **said)) as reader:
            return await reader.get(f"{reader.base_url}/v1.0/users/object-ada")

    return asyncio.run(ask())  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["known", "locked"])
def test_a_certificate_signs_an_assertion_that_the_service_verifies(
    graph: Tenant, service: Callable[..., SignInService], keys: dict[str, Path], name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if name == "locked":
        monkeypatch.setenv("DISCOVERY_ENTRA_CERTIFICATE_PASSWORD", PASSWORD)
    there = service(keys[name])
    answer = read(graph, auth="certificate", certificate=keys[name], service=there.local)
    assert (answer.status, b"object-ada" in answer.body) == (200, True)  # type: ignore[attr-defined]
    (asked,) = [a.body for a in there.server.asked if a.method == "POST"]
    assert asked["grant_type"] == "client_credentials"
    assert "client_secret" not in asked


def test_a_certificate_that_is_not_known_there_is_refused_in_words(
    graph: Tenant, service: Callable[..., SignInService], keys: dict[str, Path]
) -> None:
    there = service(keys["known"])
    with pytest.raises(SourceFailed, match=r"signing in to Entra ID failed: .*AADSTS700027"):
        read(graph, auth="certificate", certificate=keys["other"], service=there.local)
    assert graph.server.asked == []


@pytest.mark.parametrize("content", ["missing", "empty", "locked"])
def test_a_file_that_is_no_certificate_is_told_and_not_quoted(
    graph: Tenant, keys: dict[str, Path], tmp_path: Path, content: str
) -> None:
    file = keys["locked"] if content == "locked" else tmp_path / "x.pem"
    if content == "empty":
        file.write_text("canary")
    with pytest.raises(BadSettings, match=r"is no file|cannot be read as a certificate") as caught:
        read(graph, auth="certificate", certificate=file)
    assert "canary" not in str(caught.value).replace(str(tmp_path), "")


def test_a_secret_is_sent_to_the_sign_in_service_alone(
    graph: Tenant, service: Callable[..., SignInService], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = service()
    monkeypatch.setenv("DISCOVERY_ENTRA_SECRET", SECRET)
    assert read(graph, auth="secret", service=there.local).status == 200
    assert there.server.asked[-1].body["client_secret"] == SECRET
    assert not any(SECRET in str(asked) for asked in graph.server.asked)
    monkeypatch.setenv("DISCOVERY_ENTRA_SECRET", "wrong")
    with pytest.raises(SourceFailed, match="AADSTS7000215"):
        read(graph, auth="secret", service=there.local)


def test_a_person_signs_in_by_device_code(
    graph: Tenant, service: Callable[..., SignInService], capsys: pytest.CaptureFixture[str]
) -> None:
    there = service()
    assert read(graph, auth="device_code", service=there.local).status == 200
    assert "open https://microsoft.com/devicelogin and type the code ABCD-EFGH" in capsys.readouterr().err
    assert there.pending == 0, "it asked again until the code was typed"


@pytest.mark.parametrize("where", ["app_service", "virtual_machine"])
def test_azure_signs_a_managed_identity_in(
    graph: Tenant, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def rule(asked: Asked) -> Answer:
        wanted = {
            "app_service": ("x-identity-header", "of-the-app"),
            "virtual_machine": ("metadata", "true"),
        }[where]
        if asked.headers.get(wanted[0]) != wanted[1]:
            return Answer(400, {"error": "invalid_request"})
        return Answer(200, {"access_token": TOKEN, "expires_on": "4102444800", "expires_in": "3600",
                            "resource": asked.query["resource"], "token_type": "Bearer"})  # fmt: skip

    server = Server(rule)
    if where == "app_service":
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "of-the-app")
    else:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", server.url)
    try:
        assert read(graph, auth="managed_identity").status == 200
        assert server.asked[-1].query["resource"] == "https://127.0.0.1"
        assert CLIENT in server.asked[-1].query.values()
    finally:
        server.close()


def test_who_acts_signs_in_with_a_certificate_too(
    graph: Tenant,
    service: Callable[..., SignInService],
    keys: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PASSWORD", PASSWORD)
    there = service(keys["locked"])
    ada = Target("entra", "", {"account_key": "object-ada"}, (), None)

    def acting(file: Path) -> EntraConnector:
        return EntraConnector(EntraAccess(
            TENANT, CLIENT, Secret("env:PASSWORD", "test"), graph.url, certificate=file, service=there.local,
        ))  # fmt: skip

    gone = acting(keys["locked"].parent / "gone.pem").act("deactivate", ada)
    assert (gone.state, "is no file" in gone.detail) == ("failed", True)
    assert acting(keys["other"]).act("deactivate", ada).state == "failed"
    assert graph.effects == []
    assert acting(keys["locked"]).act("deactivate", ada).state == "accepted"
    assert graph.effects == ["disable object-ada"]


def test_the_settings_of_who_acts_name_a_certificate_or_a_secret(
    tmp_path: Path, keys: dict[str, Path]
) -> None:
    def said(more: str) -> Any:
        file = tmp_path / "discovery.toml"
        file.write_text(f'[connectors.entra]\ntenant_id = "t"\nclient_id = "c"\n{more}')
        return load_settings(file, environ={})

    (tmp_path / "acting.pem").write_bytes(keys["known"].read_bytes())
    with_file = said('certificate = "acting.pem"')
    assert ("idp", "entra") in configured_connectors(with_file)
    assert missing_secrets(with_file) == {}
    locked = said('certificate = "acting.pem"\ncertificate_password = "env:NOT_SET"')
    assert "env:NOT_SET is empty" in missing_secrets(locked)["entra"]
    assert "gone.pem is no file" in missing_secrets(said('certificate = "gone.pem"'))["entra"]
    for wrong in ('certificate = "acting.pem"\nclient_secret = "env:X"', ""):
        with pytest.raises(BadSettings, match="either `certificate` or `client_secret`"):
            configured_connectors(said(wrong))


def test_each_cloud_has_its_sign_in_service_and_none_can_be_slipped_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "login.attacker.example")
    for host, authority in AUTHORITIES.items():
        _, credential = SignIn("secret", TENANT, CLIENT, lambda: SECRET).open(host)
        assert credential._client._authority == authority
    with pytest.raises(BadSettings, match="no sign-in service on this machine"):
        LocalService("https://login.attacker.example", tmp_path)
