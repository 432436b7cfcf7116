from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from discovery.settings import Settings
from discovery.settings.offboarding import OffboardingSettings
from discovery.web.guard import Guard
from discovery.web.server import config_of, guarded, listening_at
from discovery.web.site import Site
from tests.web.world import write_home


@dataclass
class Served:
    """A running web view. `browser`: a client with the cookie; `stranger`: one without."""

    site: Site
    guard: Guard
    address: str
    base: str
    browser: httpx.Client
    stranger: httpx.Client

    @property
    def home(self) -> Path:
        return self.site.settings.home

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.browser.get(path, params=query or None)

    def post(self, path: str, **form: str) -> httpx.Response:
        return self.browser.post(path, data={"csrf": self.guard.csrf, **form})


Serve = Callable[..., Served]


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """Serve a home on a free port of this machine."""
    settings = Settings(
        home=home, inbox=home.parent / "inbox", threads=2,
        offboarding=OffboardingSettings(max_source_age_days=100_000, fallback_owner="it@example.com"),
    )  # fmt: skip
    site = Site(settings)
    listening = listening_at("127.0.0.1", 0)
    port = listening.getsockname()[1]
    guard, address = guarded(site, "127.0.0.1", port)
    server = uvicorn.Server(config_of(guard))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    base = f"http://127.0.0.1:{port}"
    with (
        httpx.Client(base_url=base, timeout=60) as browser,
        httpx.Client(base_url=base, timeout=60) as stranger,
    ):
        assert browser.get(address).status_code == 303
        yield Served(site, guard, address, base, browser, stranger)
    server.should_exit = True
    thread.join(10)
    site.reading.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Write a small home and serve it."""
    with ExitStack() as open_ones:

        def start(home: Path | None = None, **world: Any) -> Served:
            where = home or tmp_path / "home"
            write_home(where, **world)
            return open_ones.enter_context(serving(where))

        yield start


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve()
