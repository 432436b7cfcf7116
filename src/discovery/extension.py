"""What other installed packages add, by entry points (docs/extending.md).

| group | leads to |
|---|---|
| `discovery.formats` | a `Format` |
| `discovery.recipes` | a package that holds recipes, `*.yaml` |
| `discovery.playbooks` | a package that holds playbooks of apps, `*.toml` |
| `discovery.checks` | a package that holds checks, `<stage>.<table>.<sentence>.sql` |
| `discovery.notifiers` | a function `(settings) -> Channel or None` |
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from discovery.errors import BadSettings

FORMATS = "discovery.formats"
RECIPES = "discovery.recipes"
PLAYBOOKS = "discovery.playbooks"
CHECKS = "discovery.checks"
NOTIFIERS = "discovery.notifiers"
GROUPS = (FORMATS, RECIPES, PLAYBOOKS, CHECKS, NOTIFIERS)


@dataclass(frozen=True)
class Extension:
    """One entry point. `package`: the distribution and its version; `origin`: how messages name it."""

    group: str
    name: str
    value: str
    package: str

    @property
    def origin(self) -> str:
        """Return where it comes from, for messages."""
        return f"{self.package}: {self.group} {self.name} = {self.value}"

    def load(self) -> Any:
        """Import what it leads to. Raises BadSettings naming package and entry point."""
        try:
            return EntryPoint(self.name, self.value, self.group).load()
        except Exception as error:
            raise BadSettings(f"{self.origin}: fails on import: {error!r}") from error


def extensions(*groups: str) -> tuple[Extension, ...]:
    """Return the entry points of some groups (default: all), by group and name."""
    return tuple(one for one in _installed(tuple(sys.path)) if one.group in (groups or GROUPS))


def extension_files(group: str, suffix: str) -> tuple[tuple[str, str, bytes], ...]:
    """Return (origin, file name, content) of the files of a group's packages, in order. Raises BadSettings."""
    found = []
    for extension in extensions(group):
        module = extension.load()
        try:
            folder = resources.files(module)
            items = sorted(
                (item for item in folder.iterdir() if item.name.endswith(suffix)), key=lambda i: i.name
            )
        except (TypeError, OSError) as error:
            raise BadSettings(f"{extension.origin}: expected a package with files *{suffix}") from error
        if not items:
            raise BadSettings(f"{extension.origin}: there is no file *{suffix} in it")
        found += [(extension.origin, item.name, item.read_bytes()) for item in items]
    return tuple(found)


@cache
def _installed(path: tuple[str, ...]) -> tuple[Extension, ...]:  # noqa: ARG001 - what is installed depends on it
    found = {
        Extension(
            group, point.name, point.value, f"{point.dist.name} {point.dist.version}" if point.dist else "?"
        )
        for group in GROUPS
        for point in entry_points(group=group)
    }
    return tuple(sorted(found, key=lambda one: (GROUPS.index(one.group), one.name, one.value)))
