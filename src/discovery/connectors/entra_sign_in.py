"""Signing in to Entra ID, for reading and for acting: by certificate, secret, managed identity, device code or token.

What is sent to sign in goes to the sign-in service of the cloud that Graph lies in, whatever the environment says.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from discovery.connectors.entra_sdk import by_credential, by_token
from discovery.connectors.http_answer import LOOPBACK
from discovery.errors import BadSettings

WAYS = ("certificate", "secret", "managed_identity", "device_code", "token")
AUTHORITIES = {
    "graph.microsoft.com": "https://login.microsoftonline.com",
    "graph.microsoft.us": "https://login.microsoftonline.us",
    "dod-graph.microsoft.us": "https://login.microsoftonline.us",
    "microsoftgraph.chinacloudapi.cn": "https://login.chinacloudapi.cn",
}
"""Host of Graph → its sign-in service (learn.microsoft.com/graph/deployments, read 2026-11-26): a token goes nowhere
else but to loopback."""


@dataclass(frozen=True)
class LocalService:
    """A sign-in service on this machine, which takes the place of Microsoft's; `ca`: the certificate it is known by."""

    url: str
    ca: Path

    def __post_init__(self) -> None:
        if urlsplit(self.url).hostname not in LOOPBACK:
            raise BadSettings(f"{self.url!r} is no sign-in service on this machine")


@dataclass(frozen=True)
class SignIn:
    """One way to sign in.

    `secret`: called when it is needed; gives the client secret, the token, or the certificate's password (empty:
    none).
    """

    way: str
    tenant: str
    client_id: str
    secret: Callable[[], str] = str
    certificate: Path | None = None
    service: LocalService | None = None

    def open(self, host: str) -> tuple[Any, Any]:
        """Return the SDK's way to sign requests to a host of Graph, and what has to be closed afterwards (or None).

        Raises BadSettings where the certificate is no file or cannot be read.
        """
        if self.way == "token":
            return by_token(self.secret, host), None
        credential = self._credential(host)
        return by_credential(credential, host), credential

    def _credential(self, host: str) -> Any:
        from azure.identity import aio

        where: dict[str, Any] = {"authority": AUTHORITIES.get(host, AUTHORITIES["graph.microsoft.com"])}
        if self.service is not None:
            # Microsoft is not asked whether it knows this one.
            where = {"authority": self.service.url, "disable_instance_discovery": True,
                     "connection_verify": str(self.service.ca)}  # fmt: skip
        if self.way == "secret":
            return aio.ClientSecretCredential(self.tenant, self.client_id, self.secret(), **where)
        if self.way == "certificate":
            return self._by_certificate(where)
        if self.way == "managed_identity":
            return aio.ManagedIdentityCredential(client_id=self.client_id or None)
        return _DeviceCode(self.tenant, self.client_id, where)

    def _by_certificate(self, where: dict[str, Any]) -> Any:
        from azure.identity import aio

        if self.certificate is None or not self.certificate.is_file():
            raise BadSettings(f"certificate = {str(self.certificate)!r} is no file; expected a .pem or .pfx")
        try:
            return aio.CertificateCredential(
                self.tenant, self.client_id, str(self.certificate), password=self.secret() or None, **where
            )
        except (ValueError, TypeError) as error:
            # What the library says may quote the file.
            raise BadSettings(
                f"{self.certificate} cannot be read as a certificate with its private key "
                f"({type(error).__name__}); expected a .pem or .pfx, and its password where it has one"
            ) from error


class _DeviceCode:
    """An asynchronous credential over azure-identity's, which is for blocking code: its wait is put on a thread.

    The prompt goes to stderr: a person opens a page and types a code.
    """

    def __init__(self, tenant: str, client_id: str, where: dict[str, Any]) -> None:
        from azure.identity import DeviceCodeCredential

        self._inner = DeviceCodeCredential(
            client_id, tenant_id=tenant, prompt_callback=_prompt, timeout=600,
            disable_automatic_authentication=False, **where,
        )  # fmt: skip

    async def get_token(self, *scopes: str, **options: Any) -> Any:
        """Return a token, from the cache or after the person has signed in."""
        return await asyncio.to_thread(self._inner.get_token, *scopes, **options)

    async def close(self) -> None:
        """Close what it holds open."""
        self._inner.close()


def _prompt(address: str, code: str, _expires: Any) -> None:
    sys.stderr.write(f"To sign in, open {address} and type the code {code}\n")
    sys.stderr.flush()
