"""Collecting: what an API knows becomes export files in the inbox, and nothing else happens.

A collected file is read like any export, so that a run needs no network and a replay none either. Each list is whole
or failed; what was fetched of a failed one is not read, and the next collection goes on from it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from discovery.collect import entra, google, okta
from discovery.collect.answer import Api
from discovery.collect.collection import GROUPS, Collection, Outcome, naive_now
from discovery.collect.paging import Parse
from discovery.collect.retry import Patience
from discovery.collect.watermark import collecting_alone, watermarks_of
from discovery.errors import BadSettings, BadUse
from discovery.settings import Settings

if TYPE_CHECKING:
    from discovery.connectors.rest_reader import Header

__all__ = ["GROUPS", "GROUPS_OF", "SYSTEMS", "Outcome", "Patience", "collect", "configured", "instance_of"]

SYSTEMS = ("entra", "okta", "google")


def _by_group(group_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {group: tuple(name for name, own in group_of.items() if own == group) for group in GROUPS}


GROUPS_OF = {
    "entra": _by_group(entra.GROUP_OF), "okta": _by_group(okta.GROUP_OF), "google": _by_group(google.GROUP_OF),
}  # fmt: skip
"""The lists of each system, by what is collected at one time."""


def configured(settings: Settings) -> tuple[str, ...]:
    """Return the systems that the settings name."""
    return tuple(system for system in SYSTEMS if getattr(settings, system) is not None)


def collect(settings: Settings, system: str, *, groups: Sequence[str] = GROUPS, since: datetime | None = None,
            whole: bool = False, wait_seconds: float = 0.0, said: Callable[[str, int], None] | None = None,
            patience: Patience | None = None) -> list[Outcome]:  # fmt: skip
    """Collect a system's lists into the inbox and return what became of each.

    groups: of people, logs, directory. since: from when logs are read, instead of from where they are whole. whole:
    all users, not only the changes. Raises BadUse where the system is not set up, BadSettings where a secret is not
    there, StoreLocked where it is being collected already; all else is in the outcomes.
    """
    if getattr(settings, system, None) is None:
        raise BadUse(
            f"[{system}] is not in the settings: `discovery init` writes its keys, docs/entra.md says how to set it up"
        )
    known = {name for names in GROUPS_OF[system].values() for name in names}
    if unknown := sorted(set(getattr(settings, system).without) - known):
        raise BadSettings(
            f"{settings.config or 'settings'}: {system}.without names {', '.join(unknown)}; expected some of "
            f"{', '.join(sorted(known))}"
        )
    settings.inbox.mkdir(parents=True, exist_ok=True)
    instance = instance_of(settings, system)
    with collecting_alone(settings.home, system, instance, wait_seconds):
        return asyncio.run(
            _collect(settings, system, instance, groups, since, whole, said, patience or Patience())
        )


def instance_of(settings: Settings, system: str) -> str:
    """Return the instance that a system's settings name: tenant, host of the organisation, customer."""
    if system == "entra" and settings.entra is not None:
        return settings.entra.tenant
    if system == "okta" and settings.okta is not None:
        return settings.okta.url.partition("://")[2].lower()
    if system == "google" and settings.google is not None:
        return settings.google.customer.lower()
    raise BadUse(f"[{system}] is not in the settings")


async def _collect(settings: Settings, system: str, instance: str, groups: Sequence[str], since: datetime | None,
                   whole: bool, said: Callable[[str, int], None] | None,
                   patience: Patience) -> list[Outcome]:  # fmt: skip
    async with _opened(settings, system) as (api, own, parse, fetch):
        run = Collection(
            system, instance, api, settings.inbox, watermarks_of(settings.home, system, instance), parse, naive_now(),
            patience, since, said,
        )  # fmt: skip
        await (fetch(run, groups, own, whole=whole) if system == "entra" else fetch(run, groups, own))
        return run.outcomes


@contextlib.asynccontextmanager
async def _opened(settings: Settings, system: str) -> AsyncIterator[tuple[Api, tuple[str, ...], Parse, Any]]:
    """Open a system's API: how to ask, the lists to leave out, how its pages look, and what collects it."""
    if system == "entra" and settings.entra is not None:
        from discovery.connectors.entra_reader import GraphAccess, reading

        access = GraphAccess(
            settings.entra.tenant, settings.entra.client_id, settings.entra.auth, settings.entra.graph_url,
            settings.entra.certificate,
        )  # fmt: skip
        async with reading(access) as graph:
            yield graph, settings.entra.without, entra.parse, entra.collect_entra
    elif system == "okta" and settings.okta is not None:
        from discovery.connectors.rest_reader import refuse_plain_http, rest_reading

        url = refuse_plain_http(settings.okta.url, "[okta] url")
        async with rest_reading(url, _fixed("SSWS", "DISCOVERY_OKTA_TOKEN", "[okta]")) as api:
            yield api, settings.okta.without, okta.parse, okta.collect_okta
    elif settings.google is not None:
        from discovery.collect.permission import GOOGLE
        from discovery.connectors.google_sign_in import ServiceAccount
        from discovery.connectors.rest_reader import refuse_plain_http, rest_reading

        own = settings.google
        url = refuse_plain_http(own.api_url, "[google] api_url")
        scopes = tuple(sorted({one.least for one in GOOGLE if one.list not in own.without}))
        if own.auth == "token" or own.key_file is None:
            header = _fixed("Bearer", "DISCOVERY_GOOGLE_TOKEN", "[google]")
        else:
            header = ServiceAccount(own.key_file, own.admin, scopes).header
        async with rest_reading(url, header) as api:
            yield api, own.without, google.parse, google.collect_google


def _fixed(scheme: str, variable: str, section: str) -> Header:
    """Return what signs requests with a token of the environment. Raises BadSettings if it is not there."""
    token = os.environ.get(variable, "").strip()
    if not token:
        raise BadSettings(f"{section} takes its token from the environment: {variable} is not set")

    async def header(_: Any, renew: bool) -> str:  # noqa: ARG001 - a fixed token cannot be renewed
        return f"{scheme} {token}"

    return header
