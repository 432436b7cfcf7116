"""Reading Microsoft Graph through msgraph-sdk: pages as the bytes that came, never as its typed models.

The SDK signs in, builds the request and passes it through its pipeline; it is imported when a tenant is opened. Its
own retries are off, because they know no cap and leave out broken connections: `collect.retry` asks again.

    async with reading(access) as graph:
        answer = await graph.get(f"{graph.base_url}/v1.0/users?$top=999")
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from discovery.connectors.entra_sdk import first_line, opened
from discovery.connectors.entra_sign_in import AUTHORITIES, LocalService, SignIn
from discovery.connectors.http_answer import LOOPBACK, Answer, NoAnswer
from discovery.errors import BadSettings, SourceFailed

if TYPE_CHECKING:
    from msgraph import GraphRequestAdapter

_SECRETS = {"secret": "DISCOVERY_ENTRA_SECRET", "token": "DISCOVERY_ENTRA_TOKEN"}
TIMEOUT = 60.0
"""Seconds without a byte after which a request counts as failed."""


@dataclass(frozen=True)
class GraphAccess:
    """How a tenant is read.

    Secrets come from the environment: DISCOVERY_ENTRA_SECRET, DISCOVERY_ENTRA_TOKEN, or, for a certificate with a
    password, DISCOVERY_ENTRA_CERTIFICATE_PASSWORD.
    """

    tenant: str
    client_id: str
    auth: str = "secret"
    url: str = "https://graph.microsoft.com"
    certificate: Path | None = None
    service: LocalService | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if self.is_loopback:
            return
        if parts.scheme != "https":
            raise BadSettings(f"{self.url!r} is not https; plain http is for this machine only (127.0.0.1)")
        if parts.hostname not in AUTHORITIES:
            raise BadSettings(
                f"{self.url!r} is no address of Microsoft Graph, so that no token is sent to it; expected one of "
                f"{', '.join(AUTHORITIES)}"
            )

    @property
    def is_loopback(self) -> bool:
        """A server on this machine."""
        return urlsplit(self.url).hostname in LOOPBACK

    def sign_in(self) -> SignIn:
        """Return the way to sign in. Raises BadSettings where its secret is not in the environment."""
        secret = ""
        if self.auth in _SECRETS:
            secret = _secret(_SECRETS[self.auth], self.auth)
        elif self.auth == "certificate":
            secret = os.environ.get("DISCOVERY_ENTRA_CERTIFICATE_PASSWORD", "")
        return SignIn(self.auth, self.tenant, self.client_id, lambda: secret, self.certificate, self.service)


class GraphReader:
    """One tenant, within one event loop."""

    def __init__(self, adapter: GraphRequestAdapter, base_url: str) -> None:
        self._adapter, self.base_url = adapter, base_url

    async def get(self, url: str) -> Answer:
        """Ask for a whole address, once. Raises NoAnswer; SourceFailed where signing in fails."""
        import httpx
        from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
        from kiota_abstractions.api_error import APIError
        from kiota_abstractions.method import Method
        from kiota_abstractions.request_information import RequestInformation
        from msgraph.generated.models.o_data_errors.o_data_error import ODataError

        request = RequestInformation(Method.GET)
        request.url = url
        request.headers.try_add("Accept", "application/json")
        try:
            body = await self._adapter.send_primitive_async(request, "bytes", {"XXX": ODataError})
        except APIError as error:
            return _refusal(error)
        except httpx.HTTPError as error:
            raise NoAnswer(f"{type(error).__name__}: {error}".rstrip(": ")) from error
        except ServiceRequestError as error:
            raise NoAnswer(f"the sign-in service cannot be reached: {type(error).__name__}") from error
        except (ClientAuthenticationError, AzureError) as error:
            raise SourceFailed(f"signing in to Entra ID failed: {first_line(error)}") from error
        return Answer(200, body or b"")


@asynccontextmanager
async def reading(access: GraphAccess) -> AsyncIterator[GraphReader]:
    """Open a tenant for reading. Raises BadSettings where the secret for its way of signing in is not there."""
    sign_in, credential = access.sign_in().open(urlsplit(access.url).hostname or "")
    # Settings of a proxy are for the way out of this machine.
    async with opened(
        access.url, sign_in, credential, timeout=TIMEOUT, trust_env=not access.is_loopback
    ) as adapter:
        yield GraphReader(adapter, access.url)


def _secret(name: str, way: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise BadSettings(f'[entra] auth = "{way}" takes it from the environment: {name} is not set')
    return value


def _refusal(error: Any) -> Answer:
    said = getattr(error, "error", None)
    headers = {str(k).lower(): str(v) for k, v in (error.response_headers or {}).items()}
    return Answer(
        error.response_status_code or 0, b"", headers, str(getattr(said, "code", None) or ""),
        str(getattr(said, "message", None) or ""),
    )  # fmt: skip
