"""`discovery serve`: the published file and the decisions as pages on this machine."""

from __future__ import annotations

import click

from discovery.cli.options import example, with_settings
from discovery.cli.terminal import note, say
from discovery.settings import Settings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command(epilog=example("discovery serve", "discovery serve --port 0"))
@click.option("--host", help="Address to listen at; default from settings, 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one; default from settings, 8765."
)
@with_settings
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Show the published file and the review queue in a browser, on this machine only.

    Prints the address to open; it holds a token that lets a browser in until this command ends. What is decided
    there is recorded as on the command line, under your name. Who opened whose scope is kept in opened.jsonl of the
    home.
    """
    from discovery.web.server import serve as answer

    where = host or settings.web.host
    if where not in _LOOPBACK:
        note(f"Listening at {where}: others can reach it. Put a proxy with TLS before it; see docs/web.md.")

    def started(address: str) -> None:
        say(f"Open {address}")
        note("Ctrl+C ends it.")

    answer(settings, where, settings.web.port if port is None else port, started=started)
