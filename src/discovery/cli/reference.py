"""The reference of all commands, from their own `--help`: `python -m discovery.cli.reference > docs/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from discovery.cli.application import application

WIDTH = 100
HEAD = """# Commands
Made from `--help` by `python -m discovery.cli.reference > docs/cli.md`; a test compares.

Settings come from `discovery.toml` (`--config`, else `DISCOVERY_CONFIG`, else the current folder), then the
environment (`DISCOVERY_HOME`, `DISCOVERY_INBOX`), then flags. Everything is kept in the home, by default
`./.discovery`.

| exit code | means |
|---|---|
| 0 | fine; `run`: published |
| 1 | a source failed or a check is red, even if it published; the answer of `doctor`, `sources check` is no |
| 1 | with `run --strict`: records were quarantined, or files were not read |
| 2 | bad use; an unknown person, app or file |
| 3 | another run is writing (`--wait SECONDS`) |
| 70 | a fault of the program; `DISCOVERY_DEBUG=1` shows where |

What comes from files is shown with control characters escaped, and colour only on a terminal. In CSV output a
text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, tab or carriage return) gets
an apostrophe in front. The one exception is the column `text` of `discovery match`: it is the input's text exactly,
so that programs can join on it, and `--spreadsheet` makes it safe as well.
"""


def reference() -> str:
    """Return the document."""
    parts = [HEAD]
    for path, ctx, command in _commands(click.Context(application, info_name="discovery"), application):
        text = command.get_help(ctx).rstrip()
        parts.append(f"{'#' * min(path.count(' ') + 1, 3)}# {path}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def _commands(
    ctx: click.Context, command: click.Command
) -> Iterator[tuple[str, click.Context, click.Command]]:
    ctx.terminal_width = WIDTH
    ctx.help_option_names = ["-h", "--help"]
    yield ctx.command_path, ctx, command
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            if inner is not None:
                child = click.Context(inner, info_name=name, parent=ctx)
                yield from _commands(child, inner)


if __name__ == "__main__":
    click.echo(reference(), nl=False)
