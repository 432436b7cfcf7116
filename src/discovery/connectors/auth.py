"""Signing requests in: bearer, basic, a header of its own, OAuth client credentials, a Google service account.

Secrets are read when a request is sent. Tokens that were exchanged live in memory alone, for as long as the process.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Generator, Mapping

import httpx2

from discovery.connectors.secret import Secret, SecretMissing

_EARLY = 60.0
"""Seconds before its end from which a token is no longer used."""


class Bearer(httpx2.Auth):
    """`Authorization: Bearer …`, or with another word."""

    def __init__(self, secret: Secret, word: str = "Bearer") -> None:
        self._secret, self._word = secret, word

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign one request in."""
        request.headers["Authorization"] = f"{self._word} {self._secret.reveal()}"
        yield request


class Basic(httpx2.Auth):
    """User name and secret. The user name may be a setting."""

    def __init__(self, user: str, secret: Secret) -> None:
        self._user, self._secret = user, secret

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign one request in."""
        pair = f"{self._user}:{self._secret.reveal()}".encode()
        request.headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        yield request


class Header(httpx2.Auth):
    """The secret in a header of the app's own."""

    def __init__(self, name: str, secret: Secret) -> None:
        self._name, self._secret = name, secret

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign one request in."""
        request.headers[self._name] = self._secret.reveal()
        yield request


class Exchanged(httpx2.Auth):
    """A token that is exchanged for something else first, and again once it is not accepted any more."""

    requires_response_body = True

    def __init__(self) -> None:
        self._token, self._until = "", 0.0

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign one request in, with a fresh token where the old one was refused."""
        if self._until <= time.monotonic():
            self._keep((yield self._request(request)))
        request.headers["Authorization"] = f"Bearer {self._token}"
        answer = yield request
        if answer.status_code == 401:
            self._keep((yield self._request(request)))
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _request(self, request: httpx2.Request) -> httpx2.Request:
        raise NotImplementedError

    def _keep(self, answer: httpx2.Response) -> None:
        try:
            said = answer.json()
            token, seconds = str(said["access_token"]), float(said.get("expires_in", 300))
        except (ValueError, KeyError, TypeError) as error:
            raise SecretMissing(
                f"{answer.request.url.host} gave no token (it answered {answer.status_code}): are the client and its "
                "secret right?"
            ) from error
        self._token, self._until = token, time.monotonic() + seconds - _EARLY


class ClientCredentials(Exchanged):
    """OAuth 2.0 client credentials; `fields` are what this app's token address wants beside the client.

    `is_basic`: the client stands in the header, not in the form.
    """

    def __init__(
        self, token_url: str, client_id: str, secret: Secret, fields: Mapping[str, str], *, is_basic: bool
    ) -> None:
        super().__init__()
        self._url, self._client_id, self._secret = token_url, client_id, secret
        self._fields, self._is_basic = dict(fields), is_basic

    def _request(self, request: httpx2.Request) -> httpx2.Request:
        form = {"grant_type": "client_credentials", **self._fields}
        headers = {"Accept": "application/json", "User-Agent": "discovery", "Accept-Encoding": "identity"}
        if self._is_basic:
            pair = f"{self._client_id}:{self._secret.reveal()}".encode()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret.reveal()}
        return httpx2.Request("POST", self._url, data=form, headers=headers, extensions=request.extensions)


class GoogleServiceAccount(Exchanged):
    """A service account with domain-wide delegation that acts for an administrator.

    `key`: the JSON key of the account; `subject`: the administrator's address.
    """

    def __init__(self, token_url: str, key: Secret, subject: str, scopes: str) -> None:
        super().__init__()
        self._url, self._key, self._subject, self._scopes = token_url, key, subject, scopes

    def _request(self, request: httpx2.Request) -> httpx2.Request:
        import jwt  # only where Google is talked to

        try:
            key = json.loads(self._key.reveal(is_text=True))
            issuer, private = str(key["client_email"]), str(key["private_key"])
        except (ValueError, KeyError, TypeError):
            raise SecretMissing(f"{self._key.reference} holds no JSON key of a service account") from None
        now = int(time.time())
        claims = {
            "iss": issuer,
            "sub": self._subject,
            "scope": self._scopes,
            "aud": self._url,
            "iat": now,
            "exp": now + 3600,
        }
        try:
            assertion = jwt.encode(
                claims, private, algorithm="RS256", headers={"kid": key.get("private_key_id", "")}
            )
        except (ValueError, jwt.PyJWTError):
            raise SecretMissing(f"{self._key.reference} holds a private key that cannot be used") from None
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
        headers = {"Accept": "application/json", "User-Agent": "discovery", "Accept-Encoding": "identity"}
        return httpx2.Request("POST", self._url, data=form, headers=headers, extensions=request.extensions)
