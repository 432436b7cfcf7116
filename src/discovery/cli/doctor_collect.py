"""What `discovery doctor` says of the collectors: what is refused, what is lost by that, what is old or never came.

It asks no API: the last collection told it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

from discovery.collect import GROUPS_OF, configured, instance_of
from discovery.collect.collection import naive_now
from discovery.collect.permission import permission_of
from discovery.collect.watermark import ListState, watermarks_of
from discovery.settings import Settings

OLD = timedelta(days=2)

Said = tuple[str, str, str, str]
"""Name, state, what was found, and the remedy of one check."""


def collected(settings: Settings) -> Iterator[Said]:
    """Look at each system that the settings name."""
    for system in configured(settings):
        missing = _missing_secret(settings, system)
        if missing:
            yield (f"collect {system}", "wrong", f"{missing} is not set in this environment",
                   "set it where collections run, or choose another `auth`")  # fmt: skip
        lists = watermarks_of(settings.home, system, instance_of(settings, system)).lists
        if not lists:
            yield f"collect {system}", "note", "nothing was collected yet", f"discovery collect {system}"
            continue
        left_out = getattr(settings, system).without
        wanted = {name for names in GROUPS_OF[system].values() for name in names if name not in left_out}
        yield from _of_lists(system, {name: one for name, one in lists.items() if name in wanted})


def _of_lists(system: str, lists: dict[str, ListState]) -> Iterator[Said]:
    fine = 0
    for name, one in sorted(lists.items()):
        needed = permission_of(system, name)
        if one.outcome == "denied" and needed is not None:
            state = "note" if needed.is_optional else "wrong"
            licence = f" (and {needed.licence})" if needed.licence else ""
            yield (f"collect {system}", state, f"{name} is refused: {one.reason}; lost without it: {needed.lost}",
                   f"grant {needed.least}{licence}, or leave it out: without = [\"{name}\"]")  # fmt: skip
        elif one.outcome == "failed":
            yield (f"collect {system}", "wrong", f"{name} failed: {one.reason}",
                   f"discovery collect {system} goes on from there")  # fmt: skip
        elif one.tried_at is not None and naive_now() - one.tried_at > OLD:
            yield (f"collect {system}", "note", f"{name} was last collected on {one.tried_at:%Y-%m-%d}",
                   f"discovery collect {system}, or [collect] enabled = true")  # fmt: skip
        else:
            fine += 1
    yield f"collect {system}", "ok", f"{fine} of {len(lists)} lists are as they should be", ""


def _missing_secret(settings: Settings, system: str) -> str | None:
    """Return the variable of the environment that a way of signing in needs and that is not there."""
    wanted = None
    if system == "entra" and settings.entra is not None:
        wanted = {"secret": "DISCOVERY_ENTRA_SECRET", "token": "DISCOVERY_ENTRA_TOKEN"}.get(
            settings.entra.auth
        )
    elif system == "okta":
        wanted = "DISCOVERY_OKTA_TOKEN"
    elif settings.google is not None and settings.google.auth == "token":
        wanted = "DISCOVERY_GOOGLE_TOKEN"
    return wanted if wanted and not os.environ.get(wanted, "").strip() else None
