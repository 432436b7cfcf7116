"""`discovery init`: a commented discovery.toml and an inbox."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

import click

from discovery.cli.options import example, json_option
from discovery.cli.output import print_json
from discovery.cli.terminal import say
from discovery.errors import BadUse
from discovery.store import make_private


@click.command(epilog=example("mkdir discovery && cd discovery", "discovery init"))
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("discovery.toml"),
    show_default=True,
    help="File to write; the inbox lies beside it.",
)
@json_option
def init(config: Path, *, as_json: bool) -> None:
    """Write a commented discovery.toml and an inbox.

    All settings stand in the file with their defaults; nothing that is there already is overwritten.
    """
    template = resources.files("discovery.cli").joinpath("discovery.toml").read_text(encoding="utf-8")
    config = config.absolute()
    inbox = config.parent / "inbox"
    if inbox.exists() and not inbox.is_dir():
        raise BadUse(f"{inbox} is a file; the inbox has to be a folder. Nothing was written.")
    config.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadUse(f"{config} is there already and was left as it is.") from error
    except OSError as error:
        raise BadUse(f"{config} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(template)
    make_private(inbox)
    if as_json:
        print_json({"config": str(config), "inbox": str(inbox)})
        return
    say(f"{config} was written: all settings with their defaults; `domains` is the one to fill in.")
    say(f"{inbox} is where exports go; `discovery sources` says which, and how to get them.")
    say("Then: discovery run")
