"""Signing in whoever runs the program, by an ID token of an OpenID provider.

The token is checked as OpenID Connect Core 1.0, section 3.1.3.7, asks (https://openid.net/specs/openid-connect-core-1_0.html,
read 2026-11-26): signature by a key that the provider publishes, issuer, audience, authorised party, times. Algorithms
with a shared secret, and `none`, are not accepted.
"""

from __future__ import annotations

from typing import Any

from discovery.errors import BadUse
from discovery.ledger.actor import act_as
from discovery.settings import OperatorSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
VARIABLE = "DISCOVERY_ID_TOKEN"
"""Holds the token."""
_SECONDS = 10
_LEEWAY_SECONDS = 60
"""By how much two clocks may differ."""


def sign_in(operator: OperatorSettings, token: str) -> str:
    """Check a token and act under the name in it from now on; returns the name. Raises BadUse saying why not."""
    import jwt

    try:
        key = _key(operator, token)
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=list(ALGORITHMS), audience=operator.audience, issuer=_issuers(operator),
            leeway=_LEEWAY_SECONDS, options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )  # fmt: skip
    except jwt.ExpiredSignatureError as error:
        raise BadUse(f"{VARIABLE} has expired: sign in again and take a new ID token") from error
    except jwt.PyJWTError as error:
        raise BadUse(f"{VARIABLE} is not accepted: {error}") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else operator.audience) != operator.audience:
        raise BadUse(f"{VARIABLE} was made for {claims.get('azp') or 'several clients'}, not for us alone")
    name = claims.get(operator.claim)
    if not isinstance(name, str) or not name.strip() or claims.get("email_verified") is False:
        raise BadUse(
            f"{VARIABLE} holds no {operator.claim!r} that the provider answers for: see `claim` in [operator]"
        )
    return act_as(name)


def _issuers(operator: OperatorSettings) -> list[str]:
    """Some providers have a slash at the end of their name, settings do not."""
    return [operator.issuer, f"{operator.issuer}/"]


def _key(operator: OperatorSettings, token: str) -> Any:
    """Return the provider's key that the token names."""
    import httpx
    import jwt

    kid = jwt.get_unverified_header(token).get("kid")
    try:
        with httpx.Client(timeout=_SECONDS, trust_env=True) as client:
            described = (
                client.get(f"{operator.issuer}/.well-known/openid-configuration").raise_for_status().json()
            )
            if described["issuer"] not in _issuers(operator):
                raise BadUse(
                    f"{operator.issuer} calls itself {described['issuer']}: see `issuer` in [operator]"
                )
            where = str(described["jwks_uri"])
            if not (where.startswith("https://") or operator.issuer.startswith("http://")):
                raise BadUse(f"{operator.issuer} publishes its keys without https: {where}")
            keys = jwt.PyJWKSet.from_dict(client.get(where).raise_for_status().json())
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise BadUse(
            f"{operator.issuer} cannot be asked for its keys, so that {VARIABLE} cannot be checked: {error}"
        ) from error
    for key in keys.keys:
        if key.key_id == kid and key.public_key_use in (None, "sig"):
            return key.key
    raise BadUse(f"{VARIABLE} is signed with a key ({kid}) that {operator.issuer} does not publish")
