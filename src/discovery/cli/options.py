"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from discovery.settings import Settings, load_settings

Function = TypeVar("Function", bound=Callable[..., Any])


class Day(click.ParamType):
    """A calendar day as 2026-09-30."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse a day."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; expected one like 2026-09-30", param, ctx)


def with_settings(function: Function) -> Function:
    """Add `--config` and `--home`; the command gets `settings`."""

    @click.option("--config", type=click.Path(path_type=Path), help="Settings; default ./discovery.toml.")
    @click.option("--home", type=click.Path(path_type=Path), help="Where everything is kept; default from settings.")
    @functools.wraps(function)
    def wrapper(config: Path | None, home: Path | None, **options: Any) -> Any:
        return function(settings=settings_of(config, home), **options)

    return wrapper  # type: ignore[return-value]


def settings_of(config: Path | None, home: Path | None, inbox: Path | None = None) -> Settings:
    """Read the settings; a command's own `--config` wins over `discovery --config`."""
    ctx = click.get_current_context(silent=True)
    return load_settings(config or (ctx.find_object(Path) if ctx else None), home=home, inbox=inbox)


def json_option(function: Function) -> Function:
    """Add `--json`; the command gets `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def today() -> date:
    """Return the day, UTC."""
    return datetime.now(UTC).date()


class DefaultGroup(click.Group):
    """A group that without a subcommand does what its first one does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the first subcommand in front where none is named."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of use."""
        return list(self.commands)
