"""Reading an API by plain httpx: Okta's and Google's."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx

from discovery.connectors.http_answer import CONNECTIONS, LOOPBACK, Answer, NoAnswer
from discovery.errors import BadSettings

Header = Callable[[httpx.AsyncClient, bool], Awaitable[str]]
"""Returns the Authorization header; the flag asks for a new sign-in, because the last one is not accepted any more."""


class RestReader:
    """One API, within one event loop; redirects are not followed."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, header: Header) -> None:
        self._http, self.base_url, self._header = http, base_url, header
        self._renew = False

    async def get(self, url: str) -> Answer:
        """Ask for a whole address, once. Raises NoAnswer."""
        try:
            signed = await self._header(self._http, self._renew)
            answer = await self._http.get(
                url, headers={"Authorization": signed, "Accept": "application/json"}
            )
        except httpx.HTTPError as error:
            raise NoAnswer(f"{type(error).__name__}: {error}".rstrip(": ")) from error
        self._renew = answer.status_code == 401
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if answer.is_success:
            return Answer(answer.status_code, answer.content, headers)
        code, message = _said(answer.content)
        return Answer(answer.status_code, b"", headers, code, message)


@asynccontextmanager
async def rest_reading(base_url: str, header: Header, timeout: float = 60.0) -> AsyncIterator[RestReader]:
    """Open an API for reading."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    is_loopback = urlsplit(base_url).hostname in LOOPBACK
    async with httpx.AsyncClient(timeout=httpx.Timeout(timeout, connect=10), limits=limits,
                                 trust_env=not is_loopback) as http:  # fmt: skip
        yield RestReader(http, base_url, header)


def refuse_plain_http(url: str, where: str) -> str:
    """Return an address without a slash at its end. Raises BadSettings for http beyond this machine."""
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK and parts.scheme in ("http", "https"):
        return url.rstrip("/")
    if parts.scheme != "https" or not parts.hostname:
        raise BadSettings(
            f"{where} = {url!r}; expected an https:// address (plain http is for 127.0.0.1 only)"
        )
    return url.rstrip("/")


def _said(body: bytes) -> tuple[str, str]:
    """Return code and message of an error, as Okta or Google words it."""
    with suppress(ValueError, AttributeError, TypeError):
        said: dict[str, Any] = json.loads(body)
        error = said.get("error")
        if isinstance(error, dict):
            reasons = [str(one.get("reason", "")) for one in error.get("errors", [])]
            return next((r for r in reasons if r), str(error.get("status", ""))), str(
                error.get("message", "")
            )
        return str(said.get("errorCode", error or "")), str(said.get("errorSummary", ""))
    return "", ""
