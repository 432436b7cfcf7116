"""The command `discovery`: its subcommands by name, and the one place where an error becomes an exit code."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from discovery import __version__
from discovery.cli.options import CONFIG_HELP, example
from discovery.cli.terminal import say
from discovery.errors import DiscoveryError

INTERNAL = 70
INTERRUPTED = 130

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init:init", "Write a commented discovery.toml and an inbox."),
    "run": ("run:run", "Read the inbox, build the access graph and publish it."),
    "collect": (
        "collect:collect",
        "Read the API of Entra ID, Okta or Google Workspace and write export files into the inbox.",
    ),
    "sources": ("sources:sources", "List known formats; check files before they go into the inbox."),
    "match": ("match:match", "Match a CSV of merchant texts, app names or domains to apps."),
    "scope": ("scope:scope", "Show what has to be ended when people leave."),
    "who-has": ("graph:who_has", "Show who has access to an app."),
    "explain": ("graph:explain", "Show why an app is, or is not, in a person's scope."),
    "explain-match": ("match:explain_match", "Show how a text is matched, point by point."),
    "review": ("review:review", "Decide on matches that the machine leaves open."),
    "findings": ("findings:findings", "List what is wrong."),
    "timeline": ("graph:timeline", "Show what happened to a person and their access, in order."),
    "changes": ("changes:changes", "Show what changed between two published runs."),
    "coverage": (
        "coverage:coverage",
        "Show how far the sources tell, what each found alone, and what is not seen.",
    ),
    "export": (
        "export:export",
        "Write an app's accounts for review, the access graph for other programs, or copies for others to read.",
    ),
    "diagnose": (
        "diagnose:diagnose",
        "Check in five points whether an app loses its leavers; exit code 1 if one fails.",
    ),
    "readiness": (
        "diagnose:readiness",
        "Show of every provisioning job whether it would deprovision, before anybody leaves.",
    ),
    "offboard": ("offboard:offboard", "Plan, approve, execute, verify and prove an offboarding."),
    "task": ("task:task", "List manual tasks; complete, decline or send reminders of them."),
    "ledger": ("ledger:ledger", "Verify, show or export the record of what was done."),
    "dossier": ("dossier:dossier", "Write what is known of a person as one page, with evidence."),
    "serve": (
        "serve:serve",
        "Show the published file and the review queue in a browser, on this machine only.",
    ),
    "forget": ("forget:forget", "Take a person out of everything that is kept."),
    "catalog": ("catalog:catalog", "Look at the catalog of apps."),
    "alive": (
        "alive:alive",
        "Tell a watch elsewhere that the last night was good; exit code 1 if it was not.",
    ),
    "doctor": ("doctor:doctor", "Check that everything is in order; exit code 1 if something is wrong."),
}
"""Name → module and function, and the line of the overview; a test compares it with the command's help."""


class Application(click.Group):
    """Loads the module of a command when the command is called, and turns errors into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Return the names in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(f"discovery.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the first argument; a name that is not known gets its nearest ones."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=2, cutoff=0.5)
            hint = f" Did you mean {' or '.join(near)}?" if near else " `discovery --help` lists them."
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the overview from the table, so that no command has to be imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - errors are always told here
        **extra: Any,
    ) -> NoReturn:
        """Run and exit: 0 fine, 1 negative, 2 bad use, 3 busy, 70 a fault of the program."""
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except BaseException as error:
            code = _exit_code(error)
        sys.exit(code if isinstance(code, int) else 0)


def _exit_code(error: BaseException) -> int:
    """Tell a person what happened, on stderr, and return the exit code."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else INTERNAL
    if isinstance(error, BrokenPipeError):
        # The reader of our output has seen enough; nothing may be written to it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, KeyboardInterrupt | click.Abort):
        say("stopped", error=True)
        return INTERRUPTED
    if os.environ.get("DISCOVERY_DEBUG") == "1":
        say("".join(traceback.format_exception(error)).rstrip(), error=True)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        say(error.ctx.get_usage(), error=True)
    if isinstance(error, click.ClickException):
        say(f"Error: {error.format_message()}", error=True)
        return 2
    if isinstance(error, DiscoveryError):
        say(f"Error: {error}", error=True)
        return error.exit_code
    from discovery.store import disk_fault  # only now: it brings the engine

    if (fault := disk_fault(error)) is not None:
        say(f"Error: {fault}", error=True)
        return fault.exit_code
    shown = f"{type(error).__name__}: {error}"
    say(f"Internal error: {shown}\nDISCOVERY_DEBUG=1 shows where; please report it with that.", error=True)
    return INTERNAL


@click.group(
    cls=Application,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("discovery init", "discovery run", "discovery scope ada@example.com")
    + "\n\nExit codes: 0 fine; 1 a source failed, a check is red, or the answer is no; 2 bad use, unknown "
    "person, app or file; 3 another run is writing; 70 a fault of the program (DISCOVERY_DEBUG=1 shows where).",
)
@click.option("--config", type=click.Path(path_type=Path), help=CONFIG_HELP)
@click.version_option(__version__, package_name="discovery", message="discovery %(version)s")
@click.pass_context
def application(ctx: click.Context, config: Path | None) -> None:
    """Find every app that a person has access to, and what has to be ended when they leave."""
    ctx.obj = config
