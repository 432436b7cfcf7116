"""Microsoft Graph through msgraph-sdk: the one module that imports it, and only once it is used.

Bodies are read raw: the SDK's typed models take a thousand times as long, and lose what they do not know. What the SDK
gives is the sign-in, the request pipeline and its errors. A tenant is used inside one event loop:

    async with tenant(access) as graph:
        user = await graph.get("/users/ada@example.com", {"$select": "id,accountEnabled"})
        async for page in graph.pages("/users"):
            ...
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from discovery.connectors.entra_sdk import first_line, opened
from discovery.connectors.entra_sign_in import AUTHORITIES, LocalService, SignIn
from discovery.connectors.secret import Secret
from discovery.connectors.transport import LOOPBACK, NoAnswer, NotSent
from discovery.errors import BadSettings

if TYPE_CHECKING:
    from msgraph import GraphRequestAdapter

BASE_URL = "https://graph.microsoft.com/v1.0"
_BUSY = (429, 503, 504)


@dataclass(frozen=True)
class EntraAccess:
    """How a tenant is reached. `secret`: the client secret; with a `certificate` its password, if it has one.

    On loopback, without a `service` there, the secret itself is the token: nobody signs anybody in.
    """

    tenant_id: str
    client_id: str
    secret: Secret | None
    base_url: str = BASE_URL
    certificate: Path | None = None
    service: LocalService | None = None
    longest_wait: float = 30.0
    attempts: int = 3

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if self.is_loopback:
            return
        if parts.scheme != "https" or parts.hostname not in AUTHORITIES:
            raise BadSettings(f"{self.base_url!r} is no address of Microsoft Graph; expected {BASE_URL}")

    @property
    def host(self) -> str:
        """The host that the token is for."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_loopback(self) -> bool:
        """A server on this machine."""
        return self.host in LOOPBACK

    def sign_in(self) -> SignIn:
        """Return the way to sign in; the secret is read when it is used."""
        way = "certificate" if self.certificate else "secret"
        if self.is_loopback and self.service is None:
            way = "token"
        reveal = self.secret.reveal if self.secret else str
        return SignIn(way, self.tenant_id, self.client_id, reveal, self.certificate, self.service)


class GraphRefused(Exception):
    """Graph answered with an error. `wait`: seconds it asks to be left alone."""

    def __init__(self, status: int, code: str, message: str, wait: float | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.wait = status, code, message, wait


class Tenant:
    """One tenant. Raises GraphRefused for what it answers, NotSent or NoAnswer where there is no answer."""

    def __init__(self, adapter: GraphRequestAdapter, access: EntraAccess) -> None:
        self._adapter, self._access = adapter, access

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, is_advanced: bool = False
    ) -> Any:
        """Return the JSON of one address. `is_advanced`: filters that need ConsistencyLevel: eventual."""
        return await self.send("GET", path, query=query, is_advanced=is_advanced)

    async def pages(
        self, path: str, query: Mapping[str, str] | None = None, *, is_advanced: bool = False
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield every page of a list whole, with its links; an empty page in the middle does not end it."""
        page = await self.get(path, query, is_advanced=is_advanced)
        while True:
            yield page
            following = page.get("@odata.nextLink")
            if not following:
                return
            page = await self.send("GET", following, is_advanced=is_advanced)

    async def items(self, path: str, query: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Return all entries of a list that is known to be short."""
        return [item async for page in self.pages(path, query) for item in page.get("value", [])]

    async def send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None,
        is_advanced: bool = False,
    ) -> Any:  # fmt: skip
        """Send a request and return its JSON, None if it has none. A busy tenant is asked again, within limits.

        `path`: below the tenant's address, or the whole address of a next page, which has to lie at the same host.
        """
        url = self._url(path, query)
        waited = 0.0
        for attempt in range(self._access.attempts):
            try:
                return await self._once(method, url, body, is_advanced=is_advanced)
            except GraphRefused as error:
                wait = float(2**attempt) if error.wait is None else error.wait
                is_last = attempt == self._access.attempts - 1
                if error.status not in _BUSY or is_last or waited + wait > self._access.longest_wait:
                    raise
                waited += wait
                await asyncio.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        if path.startswith(("http://", "https://")):
            parts, base = urlsplit(path), urlsplit(self._access.base_url)
            if (parts.scheme, parts.netloc) != (base.scheme, base.netloc):
                raise NotSent(
                    f"the next page lies at {parts.hostname}, not at {base.hostname}: it is not followed"
                )
            return path
        return self._access.base_url + path + (f"?{urlencode(query, quote_via=quote)}" if query else "")

    async def _once(self, method: str, url: str, body: Any, *, is_advanced: bool) -> Any:
        import httpx
        from azure.core.exceptions import AzureError, ServiceRequestError
        from kiota_abstractions.api_error import APIError
        from kiota_abstractions.method import Method
        from kiota_abstractions.request_information import RequestInformation
        from msgraph.generated.models.o_data_errors.o_data_error import ODataError

        request = RequestInformation(Method(method))
        request.url = url
        request.headers.try_add("Accept", "application/json")
        if is_advanced:
            request.headers.try_add("ConsistencyLevel", "eventual")
        if body is not None:
            request.set_stream_content(json.dumps(body).encode(), "application/json")
        try:
            answer = await self._adapter.send_primitive_async(request, "bytes", {"XXX": ODataError})
        except APIError as error:
            raise _refused(error) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{self._access.host} cannot be reached: {error}", is_retryable=True) from error
        except ServiceRequestError as error:
            raise NotSent("the sign-in service of Entra ID cannot be reached", is_retryable=True) from error
        except AzureError as error:
            raise NotSent(f"signing in to Entra ID failed: {first_line(error)}") from error
        except httpx.HTTPError as error:
            raise NoAnswer(f"{self._access.host} did not answer: {error or type(error).__name__}") from error
        return json.loads(answer) if answer else None


@asynccontextmanager
async def tenant(access: EntraAccess) -> AsyncIterator[Tenant]:
    """Open a tenant for one event loop."""
    try:
        sign_in, credential = access.sign_in().open(access.host)
    except BadSettings as error:
        raise NotSent(str(error)) from error
    # Not through a proxy of the environment: acts go the checked way or not at all.
    async with opened(
        access.base_url, sign_in, credential, timeout=30, trust_env=False, on_response=_refuse_redirect
    ) as adapter:
        yield Tenant(adapter, access)


async def _refuse_redirect(response: Any) -> None:
    if response.has_redirect_location:
        raise GraphRefused(response.status_code, "", "")


def _refused(error: Any) -> GraphRefused:
    said = getattr(error, "error", None)
    headers = {str(k).lower(): v for k, v in (error.response_headers or {}).items()}
    wait = str(headers.get("retry-after", ""))
    return GraphRefused(
        error.response_status_code or 0, str(getattr(said, "code", None) or ""),
        str(getattr(said, "message", None) or ""), float(wait) if wait.isdigit() else None,
    )  # fmt: skip
