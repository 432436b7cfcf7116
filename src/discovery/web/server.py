"""The web view as a server on this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import uvicorn

from discovery.errors import BadUse
from discovery.settings import Settings
from discovery.web.application import application
from discovery.web.guard import Guard
from discovery.web.site import Site

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def serve(settings: Settings, host: str, port: int, *, started: Callable[[str], None]) -> None:
    """Answer until somebody stops it. `started` is told the address to open, with its token.

    Raises BadUse where the port is taken or nothing was published yet.
    """
    site = Site(settings)
    try:
        listening = listening_at(host, port)
        guard, address = guarded(site, host, listening.getsockname()[1])
        started(address)
        uvicorn.Server(config_of(guard)).run(sockets=[listening])
    finally:
        site.reading.close()


def config_of(guard: Guard) -> uvicorn.Config:
    """Return how it is served: no log of addresses, which name persons, and no word about the server."""
    return uvicorn.Config(
        guard, log_level="warning", access_log=False, server_header=False, date_header=False, lifespan="off",
        proxy_headers=False,
    )  # fmt: skip


def guarded(site: Site, host: str, port: int) -> tuple[Guard, str]:
    """Return the application for a host and port, and the address that lets a browser in."""
    url = site.settings.offboarding.links_at
    names = {f"{name}:{port}" for name in LOOPBACK} | {f"{host}:{port}"}
    proxy = urlsplit(url or "")
    if proxy.netloc:
        names.add(proxy.netloc)
    guard = application(site, names, tls_name=proxy.netloc if proxy.scheme == "https" else None)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return guard, f"http://{shown}:{port}/?token={guard.token}"


def listening_at(host: str, port: int) -> socket.socket:
    """Return a socket at an address. Raises BadUse where it is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise BadUse(
            f"{host}:{port} cannot be used ({error.strerror}): choose another --port, or 0."
        ) from error
