"""The call to a watch elsewhere that raises the alarm when no call comes: a night that did not run cannot say so."""

from __future__ import annotations

from discovery.connectors.notify.http import call


def call_alive(url: str) -> None:
    """Call the address of the watch; what it answers is not read. Raises NotDelivered unless it answers 2xx.

    The address is said in no error: what stands behind its host is all that proves who calls.
    """
    call("GET", url, is_quoted=False)
