"""The local web view: `[web]`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from discovery.settings.reader import Reader


@dataclass(frozen=True)
class WebSettings:
    """Where the web view listens."""

    host: str = "127.0.0.1"
    port: int = 8765


def web_of(reader: Reader) -> WebSettings:
    """Return where the web view listens. Raises BadSettings."""
    block = reader.section("web", {f.name for f in dataclasses.fields(WebSettings)})
    return WebSettings(
        host=reader.text(block, "host", WebSettings.host),
        port=reader.at_least(block, "port", WebSettings.port, 0),
    )
