from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx2
import pytest

from discovery.connectors.answer import failed, quoted
from discovery.connectors.secret import Secret, SecretMissing
from discovery.connectors.transport import LARGEST_ANSWER, GuardedTransport, NoAnswer, NotSent, client
from discovery.errors import BadSettings
from tests.connectors.server import Answer, Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(lambda asked: Answer(200, {"path": asked.path}))
    yield server
    server.close()


def to(addresses: dict[str, list[str]], *hosts: str, **more: bool) -> httpx2.Client:
    def resolve(host: str, port: int) -> list[str]:
        if host not in addresses:
            raise OSError("no such name")
        return addresses[host]

    return client(
        "https://app.example",
        hosts,
        transport=GuardedTransport(hosts, resolve=resolve, sleep=lambda _: None, **more),
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.7", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.7", "::ffff:127.0.0.1",
        "64:ff9b::a00:7", "192.0.2.1", "198.18.0.1",
    ],
)  # fmt: skip
def test_a_name_that_leads_into_the_own_network_is_not_followed(address: str) -> None:
    with pytest.raises(NotSent, match="no address of the public internet: nothing was sent") as caught:
        to({"app.example": [address]}, "app.example").get("/x")
    assert not caught.value.is_retryable


def test_one_bad_address_among_good_ones_is_enough() -> None:
    with pytest.raises(NotSent, match=r"10\.0\.0\.7"):
        to({"app.example": ["93.184.216.34", "10.0.0.7"]}, "app.example").get("/x")


def test_the_own_network_may_be_allowed_but_not_this_machine() -> None:
    for address in ("127.0.0.1", "169.254.169.254", "::1"):
        with pytest.raises(NotSent, match="nothing was sent"):
            to({"app.example": [address]}, "app.example", is_private_allowed=True).get("/x")


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(server: Server) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.7"]

    with client(
        server.url, ["localhost"], transport=GuardedTransport(["localhost"], resolve=resolve)
    ) as http:
        answer = http.get(server.url.replace("127.0.0.1", "localhost") + "/x")
    assert (answer.json(), asked) == ({"path": "/x"}, ["localhost"])
    assert server.asked[0].headers["host"].startswith("localhost:")


@pytest.mark.parametrize(
    "host", ["evil.example", "app.example.evil.example", "evilapp.example", "localhost", "127.0.0.1"]
)
def test_a_host_that_was_not_named_is_not_asked(host: str) -> None:
    with pytest.raises(NotSent, match="none of the hosts of this app"):
        to({host: ["93.184.216.34"]}, "app.example", "*.tenant.example").get(f"https://{host}/x")


def test_a_star_stands_for_the_names_below() -> None:
    guard = GuardedTransport(["*.zendesk.com"])
    assert guard.is_named("acme.zendesk.com")
    assert not guard.is_named("zendesk.com")
    assert not guard.is_named("evilzendesk.com")


def test_plain_http_stays_on_this_machine() -> None:
    with pytest.raises(NotSent, match="only https"):
        to({"app.example": ["93.184.216.34"]}, "app.example").get("http://app.example/x")


def test_a_name_without_an_address_may_have_one_later() -> None:
    with pytest.raises(NotSent, match=r"app\.example has no address") as caught:
        to({}, "app.example").get("/x")
    assert caught.value.is_retryable


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.answer_once("GET", "/x", Answer(302, {}, {"Location": f"{server.url}/y"}))
    assert client(server.url, ["127.0.0.1"]).get("/x").status_code == 302
    assert [a.path for a in server.asked] == ["/x"]


def test_proxies_of_the_environment_are_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert client(server.url, ["127.0.0.1"]).get("/x").status_code == 200


def test_waiting_is_capped(server: Server) -> None:
    waits: list[float] = []
    http = client(server.url, ["127.0.0.1"], transport=GuardedTransport(["127.0.0.1"], sleep=waits.append))
    server.answer_once("GET", "/x", Answer(429, {}, {"Retry-After": "5"}), times=1)
    assert http.get("/x").status_code == 200
    server.answer_once("GET", "/y", Answer(503, {}), times=9)
    assert http.get("/y").status_code == 503
    server.answer_once("GET", "/z", Answer(429, {}, {"Retry-After": "86400"}), times=9)
    assert http.get("/z").status_code == 429
    server.answer_once(
        "GET", "/q", Answer(429, {}, {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}), times=9
    )
    assert http.get("/q").status_code == 429
    assert waits == [5.0, 1.0, 2.0]


def test_a_time_out_is_no_answer(server: Server) -> None:
    server.answer_once("POST", "/x", Answer(200, {}, seconds=2))
    with pytest.raises(NoAnswer, match="did not answer"):
        client(server.url, ["127.0.0.1"]).post("/x", timeout=0.2)
    assert len(server.asked) == 1, "an act is not sent again without looking"


def test_an_endless_answer_is_cut(server: Server) -> None:
    server.answer_once("GET", "/x", Answer(200, raw=b" " * (LARGEST_ANSWER + 10)))
    with pytest.raises(NoAnswer, match="more than 16 MB"):
        client(server.url, ["127.0.0.1"]).get("/x")


def test_https_to_a_server_without_a_certificate_is_not_sent(server: Server) -> None:
    with pytest.raises(NotSent, match="cannot be reached") as caught:
        client(
            "https://127.0.0.1",
            ["127.0.0.1"],
            transport=GuardedTransport(["127.0.0.1"], sleep=lambda _: None),
        ).get(server.url.replace("http:", "https:") + "/x")
    assert isinstance(caught.value.__cause__, httpx2.ConnectError)
    assert server.asked == []
    assert ssl.OPENSSL_VERSION


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["xoxp-canary", "env:", "env:1BAD", "env:A B", "keyring:only", "ENV:A", ""])
def test_a_secret_itself_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadSettings, match="does not belong into the settings") as caught:
        Secret(text, "[connectors.x] token")
    assert "canary" not in str(caught.value)


def test_a_secret_is_read_late_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Secret("env:LATE", "x")
    with pytest.raises(SecretMissing, match="env:LATE is empty or not set"):
        secret.reveal()
    monkeypatch.setenv("LATE", " canary \n")
    assert secret.reveal() == "canary"
    assert "canary" not in f"{secret!r} {secret} {vars(secret)}"
    assert quoted("your token canary is bad\x1b[31m", [secret]) == "your token *** is bad [31m"
    monkeypatch.setenv("LATE", "canary\nX-Injected: 1")
    with pytest.raises(SecretMissing, match="cannot be sent in a header") as caught:
        secret.reveal()
    assert "canary" not in str(caught.value)


def test_a_secret_may_come_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return "from-the-ring" if (service, username) == ("discovery", "slack") else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        assert Secret("keyring:discovery/slack", "x").reveal() == "from-the-ring"
        with pytest.raises(SecretMissing, match="keyring:discovery/other is empty"):
            Secret("keyring:discovery/other", "x").reveal()
    finally:
        keyring.set_keyring(before)


def test_what_an_app_says_is_cut_to_one_short_line() -> None:
    assert len(quoted("a" * 500)) == 160
    assert quoted("one\ntwo") == "one two"
    assert quoted({"a": 1}) == ""


# ── what an answer means ─────────────────────────────────────────────────────────────────────────────────────────


AGAIN = {408, 412, 425, 429, *range(500, 600)} - {501}


@pytest.mark.parametrize("status", [*range(300, 430), 451, *range(500, 512), 599])
def test_each_status_has_a_sentence_of_its_own_for_a_person(status: int) -> None:
    told = failed("Figma", status, said="no such scope", needs="admin.users:write", wait=90)
    assert (told.state, told.status, told.is_retryable) == ("failed", status, status in AGAIN)
    assert told.detail.startswith("Figma ")
    assert f"{status}" in told.detail
    assert told.detail.endswith('It says: "no such scope".')
    first = told.detail.split(" It says")[0]
    assert first.endswith((".", "?", "!")), first
    assert len(first) > 30, first
    if status in (402, 403, 404, 405, 501):
        assert "Needed: admin.users:write" in first
    if status == 429:
        assert "left alone for 90 seconds" in first
