"""`discovery alive`: the call to a watch elsewhere, after the night, which itself opens no connection."""

from __future__ import annotations

import time

import click

from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.terminal import note
from discovery.connectors.notify import NotDelivered, call_alive
from discovery.errors import BadUse
from discovery.run import GOOD_NIGHT
from discovery.settings import Settings


@click.command(epilog=example("discovery run && discovery alive"))
@click.option(
    "--hours",
    type=click.IntRange(1),
    default=25,
    show_default=True,
    help="How long ago a good night may have ended.",
)
@with_settings
@json_option
@click.pass_context
def alive(ctx: click.Context, settings: Settings, hours: int, *, as_json: bool) -> None:
    """Tell a watch elsewhere that the last night was good; exit code 1 if it was not.

    Calls `alive_url` of [notify]. Where no good night ended in the last hours, or the watch does not answer, nothing is
    told: the watch raises the alarm because no call came.
    """
    url = settings.notify.alive_url
    if url is None:
        raise BadUse(
            'the settings have no alive_url; expected [notify] alive_url = "https://…", the address to call'
        )
    reason = _why_not(settings, hours, url)
    if as_json:
        print_json({"is_told": reason is None, "reason": reason})
    else:
        note("The watch was told." if reason is None else reason)
    ctx.exit(0 if reason is None else 1)


def _why_not(settings: Settings, hours: int, url: str) -> str | None:
    """Call the watch after a good night; return why it did not hear, None if it did."""
    mark = settings.home / GOOD_NIGHT
    age = (time.time() - mark.stat().st_mtime) / 3600 if mark.exists() else None
    if age is None or age > hours:
        said = "no night was good yet" if age is None else f"the last good night ended {age:.0f} hours ago"
        return f"{settings.home}: {said}; the watch is not called. `discovery doctor` says what is wrong."
    try:
        call_alive(url)
    except NotDelivered as error:
        return f"[notify] alive_url: {error}"
    return None
