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

from discovery.connectors.entra_sdk import HOSTS, by_credential, by_token, first_line, opened
from discovery.connectors.http_answer import LOOPBACK, Answer, NoAnswer
from discovery.errors import BadSettings, SourceFailed

if TYPE_CHECKING:
    from msgraph import GraphRequestAdapter

WAYS = ("certificate", "secret", "managed_identity", "device_code", "token")
"""How to sign in, as `[entra] auth` says it."""
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

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if self.is_loopback:
            return
        if parts.scheme != "https":
            raise BadSettings(f"{self.url!r} is not https; plain http is for this machine only (127.0.0.1)")
        if parts.hostname not in HOSTS:
            raise BadSettings(
                f"{self.url!r} is no address of Microsoft Graph, so that no token is sent to it; expected one of "
                f"{', '.join(HOSTS)}"
            )

    @property
    def is_loopback(self) -> bool:
        """A server on this machine."""
        return urlsplit(self.url).hostname in LOOPBACK


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
    sign_in, credential = _sign_in(access)
    # Settings of a proxy are for the way out of this machine.
    async with opened(
        access.url, sign_in, credential, timeout=TIMEOUT, trust_env=not access.is_loopback
    ) as adapter:
        yield GraphReader(adapter, access.url)


def _sign_in(access: GraphAccess) -> tuple[Any, Any]:
    """Return the SDK's way to sign requests, and what has to be closed afterwards."""
    host = urlsplit(access.url).hostname or ""
    if access.auth == "token":
        token = _secret("DISCOVERY_ENTRA_TOKEN", access.auth)
        return by_token(lambda: token, host), None
    credential = _credential(access)
    return by_credential(credential, host), credential


def _credential(access: GraphAccess) -> Any:
    from azure.identity import aio

    if access.auth == "secret":
        return aio.ClientSecretCredential(
            access.tenant, access.client_id, _secret("DISCOVERY_ENTRA_SECRET", access.auth)
        )
    if access.auth == "certificate":
        if access.certificate is None or not access.certificate.is_file():
            raise BadSettings(
                f"[entra] certificate = {str(access.certificate)!r} is no file; expected a .pem or .pfx"
            )
        password = os.environ.get("DISCOVERY_ENTRA_CERTIFICATE_PASSWORD")
        return aio.CertificateCredential(
            access.tenant, access.client_id, str(access.certificate), password=password or None
        )
    if access.auth == "managed_identity":
        return aio.ManagedIdentityCredential(client_id=access.client_id or None)
    from discovery.connectors.entra_device_code import DeviceCode

    return DeviceCode(access.tenant, access.client_id)


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
