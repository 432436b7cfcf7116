"""What reading and acting on Entra ID share of msgraph-sdk: opening its pipeline, and signing in.

The SDK's own retries and redirects are off: the first know no cap, and with the second a token would go elsewhere.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from discovery.connectors.http_answer import CONNECTIONS
from discovery.errors import SourceFailed

if TYPE_CHECKING:
    from msgraph import GraphRequestAdapter


@asynccontextmanager
async def opened(
    base_url: str, sign_in: Any, credential: Any = None, *, timeout: float, trust_env: bool,
    on_response: Callable[[Any], Any] | None = None,
) -> AsyncIterator[GraphRequestAdapter]:  # fmt: skip
    """Open the SDK for one event loop, and close all that it opens. `on_response`: sees each answer first."""
    import httpx
    from kiota_http.middleware.options import RedirectHandlerOption, RetryHandlerOption
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph_core import GraphClientFactory

    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    hooks = {"response": [on_response]} if on_response else {}
    http = httpx.AsyncClient(timeout=httpx.Timeout(timeout, connect=10), limits=limits, trust_env=trust_env,
                             event_hooks=hooks, verify=_trusted(trust_env=trust_env))  # fmt: skip
    options = {
        RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0, should_retry=False),
        RedirectHandlerOption.get_key(): RedirectHandlerOption(max_redirect=0, should_redirect=False),
    }
    own = http._transport
    http = GraphClientFactory.create_with_default_middleware(client=http, options=options)
    try:
        adapter = GraphRequestAdapter(sign_in, client=http)
        adapter.base_url = base_url
        GraphServiceClient(request_adapter=adapter)  # makes the SDK ready to read the code of an error
        yield adapter
    finally:
        await http.aclose()
        await own.aclose()  # the SDK's pipeline forgets the transport below it
        if credential is not None:
            await credential.close()


def by_credential(credential: Any, host: str) -> Any:
    """Return the SDK's way to sign requests with what azure-identity exchanges a credential for."""
    from kiota_authentication_azure.azure_identity_authentication_provider import (
        AzureIdentityAuthenticationProvider,
    )

    return AzureIdentityAuthenticationProvider(
        credential, scopes=[f"https://{host}/.default"], allowed_hosts=[host]
    )


def by_token(reveal: Callable[[], str], host: str) -> Any:
    """Return the SDK's way to sign requests with a token that is there already."""
    from kiota_abstractions.authentication import (
        AccessTokenProvider,
        AllowedHostsValidator,
        BaseBearerTokenAuthenticationProvider,
    )

    class Fixed(AccessTokenProvider):  # type: ignore[misc]  # the SDK is not typed here
        def __init__(self) -> None:
            self.hosts = AllowedHostsValidator([host])

        async def get_authorization_token(
            self,
            uri: str,
            additional_authentication_context: Any = None,  # noqa: ARG002 - the SDK's name
        ) -> str:
            if not self.hosts.is_url_host_valid(uri):
                # The SDK would send the request without a token, and take the refusal for the answer.
                raise SourceFailed(f"the token is for {host}; it is not sent to {urlsplit(uri).hostname}")
            return reveal()

        def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
            return self.hosts

    return BaseBearerTokenAuthenticationProvider(Fixed())


@cache
def _trusted(*, trust_env: bool) -> ssl.SSLContext:
    """The certificates of this machine, read once: that takes a tenth of a second, and a step opens the SDK anew."""
    import httpx

    return httpx.create_ssl_context(trust_env=trust_env)


def first_line(error: Exception) -> str:
    """Return what an error says first; the SDK's go on for a page."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
