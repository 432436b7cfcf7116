"""Signing in to Google as a service account that acts for an administrator (domain-wide delegation).

developers.google.com/identity/protocols/oauth2/service-account: a signed assertion is exchanged for a token that lives
an hour. The key stays in its file; only the assertion goes out, to the address that the key names.
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import httpx

from discovery.connectors.http_answer import LOOPBACK
from discovery.errors import BadSettings, SourceFailed

_HOSTS = ("oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com")
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_RENEWED_BEFORE = 300.0


class ServiceAccount:
    """Tokens of one service account for one administrator and some scopes."""

    def __init__(self, key_file: Path, admin: str, scopes: tuple[str, ...]) -> None:
        self._key = _key_of(key_file)
        self._uri = str(self._key["token_uri"])
        self._admin, self._scopes = admin, scopes
        self._token, self._until = "", 0.0

    async def header(self, http: httpx.AsyncClient, renew: bool) -> str:
        """Return the Authorization header, with a new token where the last is used up."""
        if renew or time.monotonic() > self._until - _RENEWED_BEFORE:
            answer = await http.post(self._uri, data={"grant_type": _GRANT, "assertion": self._assertion()})
            if not answer.is_success:
                said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
                raise SourceFailed(
                    f"signing in to Google failed: {answer.status_code} {said.get('error', '')} "
                    f"{said.get('error_description', '')}".strip()[:300]
                )
            got = answer.json()
            self._token, self._until = (
                str(got["access_token"]),
                time.monotonic() + float(got.get("expires_in", 3600)),
            )
        return f"Bearer {self._token}"

    def _assertion(self) -> str:
        import jwt

        now = int(time.time())
        claims = {"iss": self._key["client_email"], "sub": self._admin, "scope": " ".join(self._scopes),
                  "aud": self._uri, "iat": now, "exp": now + 3600}  # fmt: skip
        return jwt.encode(claims, self._key["private_key"], algorithm="RS256",
                          headers={"kid": self._key.get("private_key_id")})  # fmt: skip


def _key_of(path: Path) -> dict[str, Any]:
    """Read a service account's key. Raises BadSettings, which never repeats what a file of secrets holds."""
    key: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        said = json.loads(path.read_text(encoding="utf-8"))
        key = said if isinstance(said, dict) else {}
    uri = httpx.URL(str(key.get("token_uri", "")))
    is_known = uri.host in LOOPBACK or (uri.scheme == "https" and uri.host in _HOSTS)
    if not is_known or not {"client_email", "private_key"} <= set(key):
        raise BadSettings(
            f"[google] key_file = {str(path)!r} is not the JSON key of a service account; expected client_email, "
            "private_key and a token_uri of Google"
        )
    return key
