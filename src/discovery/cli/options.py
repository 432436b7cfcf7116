"""Options that several commands share."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from discovery.settings import Settings, load_settings

CONFIG_HELP = "Settings; default ./discovery.toml."
HOME_HELP = "Where everything is kept; default from settings."

_APPS = """
SELECT DISTINCT name FROM (
    SELECT unnest([a.domain, a.app_id]) AS name FROM app_summary AS s JOIN app AS a USING (app_id)
) WHERE starts_with(name, $begin) ORDER BY name
"""

Function = TypeVar("Function", bound=Callable[..., Any])


def example(*lines: str) -> str:
    """Return the last lines of a command's help: how it is called."""
    return "\n".join(("\b", "Example:", *(f"  {line}" for line in lines)))


class Day(click.ParamType[date]):
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

    @click.option("--config", type=click.Path(path_type=Path), help=CONFIG_HELP)
    @click.option("--home", type=click.Path(path_type=Path), help=HOME_HELP)
    @functools.wraps(function)
    def wrapper(config: Path | None, home: Path | None, **options: Any) -> Any:
        return function(settings=settings_of(config, home), **options)

    return wrapper  # type: ignore[return-value]


def settings_of(config: Path | None, home: Path | None, inbox: Path | None = None) -> Settings:
    """Read the settings; a command's own `--config` wins over `discovery --config`."""
    ctx = click.get_current_context(silent=True)
    settings = load_settings(config or (ctx.find_object(Path) if ctx else None), home=home, inbox=inbox)
    if settings.operator is not None and os.environ.get("DISCOVERY_ID_TOKEN"):
        from discovery.ledger.operator import sign_in

        sign_in(settings.operator, os.environ["DISCOVERY_ID_TOKEN"])
    return settings


def json_option(function: Function) -> Function:
    """Add `--json`; the command gets `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def app_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 - as click calls it
    """Return the apps in use whose domain or id begins like that, for the completion of a shell; errors are silent."""
    from discovery.errors import DiscoveryError
    from discovery.store import Store

    try:
        settings = settings_of(ctx.params.get("config"), ctx.params.get("home"))
        if not settings.published.is_file():
            return []
        with Store(settings.published, read_only=True) as store:
            rows = store.rows(_APPS, {"begin": incomplete.casefold()})
    except (DiscoveryError, OSError):
        return []
    return [str(name) for (name,) in rows]


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

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Return the names in the order of use."""
        return list(self.commands)
