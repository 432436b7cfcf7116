"""The command line, `discovery`: one module per command group, loaded when its command is called."""

from __future__ import annotations

import contextlib
import io
import sys


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    from discovery.cli.application import application

    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot show is written as its escape instead of ending the command.
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError, ValueError):
                stream.reconfigure(errors="backslashreplace")
    application.main(prog_name="discovery")
