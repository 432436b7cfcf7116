"""Signing in by device code: a person opens a page, types a code, and the program waits for them.

azure-identity has this only for blocking code; the wait is put on a thread of its own.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any


class DeviceCode:
    """An asynchronous credential over azure-identity's DeviceCodeCredential; the prompt goes to stderr."""

    def __init__(self, tenant: str, client_id: str) -> None:
        from azure.identity import DeviceCodeCredential

        self._inner = DeviceCodeCredential(
            client_id,
            tenant_id=tenant,
            prompt_callback=_prompt,
            timeout=600,
            disable_automatic_authentication=False,
        )

    async def get_token(self, *scopes: str, **options: Any) -> Any:
        """Return a token, from the cache or after the person has signed in."""
        return await asyncio.to_thread(self._inner.get_token, *scopes, **options)

    async def close(self) -> None:
        """Nothing is held open."""


def _prompt(address: str, code: str, _expires: Any) -> None:
    sys.stderr.write(f"To sign in, open {address} and type the code {code}\n")
    sys.stderr.flush()
