"""HTTP towards apps: to named hosts only, to addresses of the public internet only, never along a redirect.

What may be tried again without harm is tried again here: an app that is busy (429, 503), and a connection that was
never made. Whatever else goes wrong is told to the caller, who knows whether it was a look or an act.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

import httpx2

ATTEMPTS = 3
LONGEST_WAIT = 30.0
"""Seconds. An app that asks for more is not waited for: the step is tried again by the next run."""
LARGEST_ANSWER = 16 * 1024 * 1024
TIMEOUT = httpx2.Timeout(30, connect=10)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], list[str]]


class NotSent(Exception):
    """The request did not leave this machine. `is_retryable`: it may go through another time."""

    def __init__(self, message: str, *, is_retryable: bool = False) -> None:
        super().__init__(message)
        self.is_retryable = is_retryable


class NoAnswer(Exception):
    """The request left, and nobody knows whether it arrived."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises OSError."""
    return list(
        dict.fromkeys(str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    )


class GuardedTransport(httpx2.BaseTransport):
    """Sends to `hosts` alone, and connects to the very address that was checked.

    `hosts`: exact names, or `*.example.com` for the names below. Plain http is for loopback only, and loopback only
    for a host that is called so. `is_private_allowed`: addresses of the own network are fine (an app of one's own).
    """

    def __init__(
        self, hosts: Iterable[str], *, is_private_allowed: bool = False, resolve: Resolve = resolve,
        sleep: Callable[[float], None] = time.sleep, longest_wait: float = LONGEST_WAIT,
    ) -> None:  # fmt: skip
        self.hosts = tuple(host.lower() for host in hosts)
        self._is_private_allowed = is_private_allowed
        self._resolve, self._sleep, self._longest_wait = resolve, sleep, longest_wait
        # A few calls per person: no connection is kept, so that none is left open.
        self._inner = httpx2.HTTPTransport(
            verify=_trusted(), trust_env=False, limits=httpx2.Limits(max_keepalive_connections=0)
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; an answer of 429 or 503 after as many tries as are allowed is returned as it is."""
        host = request.url.host.lower()
        self._check(request.url, host)
        waits = [0.0]
        for attempt in range(ATTEMPTS):
            is_last = attempt == ATTEMPTS - 1
            try:
                response = self._inner.handle_request(self._addressed(request, host))
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
                if is_last:
                    raise NotSent(f"{host} cannot be reached: {_reason(error)}", is_retryable=True) from error
                self._sleep(0.5 * 2**attempt)
                continue
            except httpx2.UnsupportedProtocol as error:
                raise NotSent(f"{host}: {error}") from error
            except httpx2.TransportError as error:
                raise NoAnswer(f"{host} did not answer: {_reason(error)}") from error
            wait = _wait(response, attempt)
            if wait is None or is_last or sum(waits) + wait > self._longest_wait:
                return self._whole(response, host)
            response.close()
            waits.append(wait)
            self._sleep(wait)
        raise AssertionError("every attempt returns, raises or goes on")

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def is_named(self, host: str) -> bool:
        """Tell whether requests may go to a host."""
        return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in self.hosts)

    def _check(self, url: httpx2.URL, host: str) -> None:
        if not self.is_named(host):
            raise NotSent(
                f"{host} is none of the hosts of this app ({', '.join(self.hosts)}): nothing was sent"
            )
        if url.scheme != "https" and not (url.scheme == "http" and host in LOOPBACK):
            raise NotSent(f"{url.scheme}://{host}: only https is used outside this machine")

    def _addressed(self, request: httpx2.Request, host: str) -> httpx2.Request:
        """Return the request to one checked address: what is looked up a second time may be another one."""
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise NotSent(f"{host} has no address: {_reason(error)}", is_retryable=True) from error
        for address in addresses:
            if not self._is_allowed(address, host):
                raise NotSent(
                    f"{host} leads to {address}, which is no address of the public internet: nothing was sent"
                )
        extensions = (
            {**request.extensions, "sni_hostname": host}
            if request.url.scheme == "https"
            else request.extensions
        )
        return httpx2.Request(
            request.method, request.url.copy_with(host=addresses[0]), headers=request.headers,
            stream=request.stream, extensions=extensions,
        )  # fmt: skip

    def _is_allowed(self, text: str, host: str) -> bool:
        address = ipaddress.ip_address(text.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address):
            mapped = address.ipv4_mapped or (
                ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
            )
            address = mapped or address
        if address.is_loopback:
            return host in LOOPBACK
        if address.is_multicast or address.is_unspecified or address.is_link_local or address.is_reserved:
            return False
        return address.is_global or (self._is_private_allowed and address.is_private)

    def _whole(self, response: httpx2.Response, host: str) -> httpx2.Response:
        """Read the answer here, so that a broken or endless one is told as what it is."""
        parts, size = [], 0
        try:
            for part in _parts(response):
                size += len(part)
                if size > LARGEST_ANSWER:
                    raise NoAnswer(f"{host} answered with more than {LARGEST_ANSWER // 1024 // 1024} MB")
                parts.append(part)
        except httpx2.TransportError as error:
            raise NoAnswer(f"{host} stopped in the middle of its answer: {_reason(error)}") from error
        finally:
            response.close()
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=httpx2.ByteStream(b"".join(parts)),
            extensions=response.extensions,
        )  # fmt: skip


def client(
    base_url: str, hosts: Iterable[str], *, auth: httpx2.Auth | None = None, is_private_allowed: bool = False,
    transport: GuardedTransport | None = None,
) -> httpx2.Client:  # fmt: skip
    """Return an HTTP client for one app. Proxies and netrc of the environment are not used; no redirect is followed."""
    return httpx2.Client(
        base_url=base_url, auth=auth, timeout=TIMEOUT, trust_env=False, follow_redirects=False,
        transport=transport or GuardedTransport(hosts, is_private_allowed=is_private_allowed),
        headers={"Accept-Encoding": "identity", "User-Agent": "discovery"},
    )  # fmt: skip


def asked_wait(response: httpx2.Response) -> float | None:
    """Return for how many seconds an app asks to be left alone, None if it does not say."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _wait(response: httpx2.Response, attempt: int) -> float | None:
    if response.status_code not in (429, 503):
        return None
    asked = asked_wait(response)
    return float(2**attempt) if asked is None else asked


def _parts(response: httpx2.Response) -> Iterator[bytes]:
    assert isinstance(response.stream, httpx2.SyncByteStream)
    yield from response.stream


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates of this machine, read once: that takes a tenth of a second."""
    return httpx2.create_ssl_context(trust_env=False)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
