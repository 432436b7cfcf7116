"""Signing in by an ID token of a provider on loopback that publishes real keys."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from discovery.errors import BadUse
from discovery.ledger import Ledger
from discovery.ledger import actor as acting
from discovery.ledger.operator import sign_in
from discovery.settings import OperatorSettings
from tests.connectors.server import Answer, Asked, Server

KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class Provider(Server):
    def __init__(self) -> None:
        super().__init__(self._say)
        self.called = ""

    def _say(self, asked: Asked) -> Answer | None:
        if asked.path == "/.well-known/openid-configuration":
            return Answer(200, {"issuer": self.called or self.url, "jwks_uri": f"{self.url}/keys"})
        if asked.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return Answer(200, {"keys": [{**key, "kid": "k1", "use": "sig"}]})
        return None


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    yield
    acting._said.clear()


def token(
    provider: Provider, key: Any = KEY, algorithm: str = "RS256", kid: str = "k1", **claims: Any
) -> str:
    now = int(time.time())
    said = {"iss": provider.url, "aud": "discovery", "sub": "7", "email": "Ada@Acme.example", "iat": now, "exp": now + 300}  # fmt: skip
    said = {name: value for name, value in {**said, **claims}.items() if value is not None}
    return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid})


def test_who_signs_in_is_the_actor_of_what_is_written(provider: Provider, tmp_path: Path) -> None:
    by_system = acting.actor()
    assert sign_in(OperatorSettings(provider.url, "discovery"), token(provider)) == "ada@acme.example"
    assert Ledger(tmp_path).append("case", case_id="case-1").actor == f"oidc:ada@acme.example({by_system})"
    assert acting.user() == "ada@acme.example"
    ours = OperatorSettings(provider.url, "discovery", "preferred_username")
    assert sign_in(ours, token(provider, aud=["discovery"], preferred_username="grace")) == "grace"


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": 1_700_000_000, "iat": 1_600_000_000}, "has expired: sign in again"),
        ({"aud": "another"}, "is not accepted: Audience"),
        ({"aud": ["discovery", "another"]}, "made for several clients, not for us alone"),
        ({"azp": "another"}, "made for another, not for us alone"),
        ({"iss": "https://evil.example"}, "is not accepted: Invalid issuer"),
        ({"exp": None}, 'is not accepted: Token is missing the "exp" claim'),
        ({"key": OTHER}, "is not accepted: Signature"),
        ({"kid": "k2"}, "signed with a key .k2. that http://127.0.0.1"),
        ({"key": "s" * 40, "algorithm": "HS256"}, "is not accepted: The specified alg value is not allowed"),
        ({"key": None, "algorithm": "none"}, "is not accepted: The specified alg value is not allowed"),
        ({"email": None}, "holds no 'email' that the provider answers for"),
        ({"email_verified": False}, "holds no 'email' that the provider answers for"),
        ({"email": "ada (root)"}, "is no name to act under"),
    ],
)
def test_what_the_provider_does_not_answer_for_is_refused(
    provider: Provider, claims: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadUse, match=said):
        sign_in(OperatorSettings(provider.url, "discovery"), token(provider, **claims))
    assert not acting.actor().startswith("oidc:")


def test_a_provider_that_is_another_or_does_not_answer_is_told(provider: Provider) -> None:
    with pytest.raises(BadUse, match="is not accepted: "):
        sign_in(OperatorSettings(provider.url, "discovery"), "no token")
    provider.called = "https://evil.example"
    with pytest.raises(BadUse, match=r"calls itself https://evil\.example"):
        sign_in(OperatorSettings(provider.url, "discovery"), token(provider))
    with pytest.raises(BadUse, match="cannot be asked for its keys, so that DISCOVERY_ID_TOKEN"):
        sign_in(OperatorSettings(f"{provider.url}/elsewhere", "discovery"), token(provider))
